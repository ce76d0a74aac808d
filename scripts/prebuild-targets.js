'use strict';

// What scripts/prebuilds.js cross-compiles on Linux x64, and how: { platform: target }. A target has
//   compiler, packages    and Debian's packages that it is in, with all else that is needed
//   files                 of those packages, beside the compiler
//   architectures         Debian's, that packages are of
//   compile, link         flags
//   sources               beside ours
//   libdeflate(compile)   how it is linked in: { include, link }; compile(sources, flags) gives objects
//   libraries             that the addon may need
//   needed(addon)         and those that it needs

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { libdeflateSource } = require('./libdeflate-source');
const { recipe } = require('./recipe');

const root = path.resolve(__dirname, '..');
const work = path.join(root, 'build/prebuild');

const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });

const common = [...recipe('NODE_DEFINES'), '-ffunction-sections', '-Iinclude', '-Isrc'];

// ---- Linux ------------------------------------------------------------------------------

const HEADER = '/usr/include/libdeflate.h';

/** Debian's library. The header is the same for every architecture; its directory alone would bring
 * those of the machine's own C library with it. */
function fromDebian(library) {
  return {
    files: [library, HEADER],
    libdeflate() {
      const include = path.join(work, 'include');
      fs.mkdirSync(include, { recursive: true });
      fs.copyFileSync(HEADER, path.join(include, 'libdeflate.h'));
      return { include, link: [library] };
    },
  };
}

/** What checksums and compression need of libdeflate's source. */
function fromSource(cpuFeatures) {
  return {
    files: ['/usr/bin/dpkg-source'],
    libdeflate(compile) {
      const include = libdeflateSource();
      const sources = ['adler32', 'crc32', 'deflate_compress', 'zlib_compress', 'utils', cpuFeatures].map((name) => `${include}/lib/${name}.c`);
      return { include, link: compile(sources.map((source) => path.relative(root, source)), ['-isystem', include]) };
    },
  };
}

function forLinux({ compile = [], link, ...own }) {
  return {
    sources: [],
    architectures: [],
    needed: (addon) => matches(output('readelf', '-dW', addon), /\(NEEDED\).*\[(.*)\]/g),
    ...own,
    compile: [...recipe('SHARED_CODE'), ...common, '-fno-asynchronous-unwind-tables', ...compile],
    link: ['-shared', '-s', '-Wl,--gc-sections', '-Wl,--as-needed', '-Wl,--exclude-libs,ALL',
      '-Wl,-z,relro,-z,now', '-Wl,-z,noseparate-code', ...link],
  };
}

/** Links with the symbols of old versions of glibc: scripts/old_glibc.c. suffix: of the functions for
 * large files. */
function forOldGlibc(suffix = '') {
  return {
    sources: ['scripts/old_glibc.c'],
    link: ['stat', 'lstat', 'fstat', 'fstatat'].map((name) => `-Wl,--wrap=${name}${suffix}`),
  };
}

// ---- Windows ----------------------------------------------------------------------------

const MINGW = 'x86_64-w64-mingw32';

/** Import libraries of Node-API, for imports that are looked up at their first call: the program that
 * loads the addon need not be named node.exe then (scripts/windows_host.c). */
function importLibraries() {
  const definitions = Object.values(require('node-api-headers').def_paths);
  return definitions.map((definition) => {
    const library = path.join(work, `${path.basename(definition, '.def')}.a`);
    fs.mkdirSync(work, { recursive: true });
    output(`${MINGW}-dlltool`, '-d', definition, '-y', library);
    return library;
  });
}

/** The parts of libdeflate that are used, and Node-API with them. */
const windowsDeflate = fromSource('x86/cpu_features');

const forWindows = {
  compiler: `${MINGW}-gcc`,
  packages: ['gcc-mingw-w64-x86-64-win32', 'dpkg-dev'],
  files: [`/usr/bin/${MINGW}-dlltool`, ...windowsDeflate.files],
  architectures: [],
  compile: [...recipe('STANDARD'), ...recipe('WARNINGS'), ...common, '-DBUILDING_NODE_EXTENSION',
    // gcc takes the stack for aligned to 32 and 64 bytes, which it is not on Windows (GCC bug 54412).
    '-Wa,-muse-unaligned-vector-move'],
  link: ['-shared', '-s', '-static', '-static-libgcc', '-Wl,--gc-sections',
    '-Wl,--dynamicbase,--nxcompat,--high-entropy-va', '-Wl,--no-insert-timestamp'],
  sources: ['scripts/windows_host.c'],
  libdeflate(compile) {
    const { include, link } = windowsDeflate.libdeflate(compile);
    return { include, link: [...link, ...importLibraries()] };
  },
  libraries: ['KERNEL32.dll', 'msvcrt.dll'],
  needed: (addon) => matches(output(`${MINGW}-objdump`, '-p', addon), /DLL Name: (.*)/g),
};

module.exports = {
  'linux-x64': forLinux({
    ...forOldGlibc(),
    ...fromDebian('/usr/lib/x86_64-linux-gnu/libdeflate.a'),
    compiler: 'x86_64-linux-gnu-gcc',
    packages: ['gcc', 'libc6-dev', 'libdeflate-dev'],
    libraries: ['libc.so.6'],
  }),
  'linux-arm64': forLinux({
    ...forOldGlibc(),
    ...fromDebian('/usr/lib/aarch64-linux-gnu/libdeflate.a'),
    compiler: 'aarch64-linux-gnu-gcc',
    architectures: ['arm64'],
    packages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'libdeflate-dev',
      'libdeflate-dev:arm64'],
    // The loader is part of libc, and has the stack protector's cookie on arm64.
    libraries: ['libc.so.6', 'ld-linux-aarch64.so.1'],
  }),
  // armv7 with hardware floating point, from Raspberry Pi 2 on.
  'linux-arm': forLinux({
    ...forOldGlibc('64'),
    ...fromSource('arm/cpu_features'),
    compiler: 'arm-linux-gnueabihf-gcc',
    compile: ['-march=armv7-a+fp', '-D_FILE_OFFSET_BITS=64'],
    packages: ['gcc-arm-linux-gnueabihf', 'libc6-dev-armhf-cross', 'dpkg-dev'],
    libraries: ['libc.so.6', 'ld-linux-armhf.so.3'],
  }),
  'linux-x64-musl': forLinux({
    // Debian has it for glibc only. The two functions that are used call nothing of libc.
    ...fromDebian('/usr/lib/x86_64-linux-gnu/libdeflate.a'),
    compiler: 'musl-gcc',
    link: [],
    packages: ['gcc', 'musl-tools', 'libdeflate-dev'],
    libraries: ['libc.so'],
  }),
  'win32-x64': forWindows,
};
