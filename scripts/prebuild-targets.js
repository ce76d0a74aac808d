'use strict';

// What scripts/prebuilds.js cross-compiles on Linux x64, and how: { platform: target }. A target has
//   compiler, packages    and Debian's packages that it is in, with all else that is needed
//   files                 of those packages, beside the compiler
//   architectures         Debian's, that packages are of
//   compile, link, last   flags; the last ones come after all files
//   sources               beside ours
//   glibc, musl           where these are, for an addon that may import what both have, and no more
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

/** What checksums and compression need of libdeflate's source. */
function fromSource(cpuFeatures, files = []) {
  return {
    files: ['/usr/bin/dpkg-source', ...files],
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
    last: [],
    architectures: [],
    needed: (addon) => matches(output('readelf', '-dW', addon), /\(NEEDED\).*\[(.*)\]/g),
    ...own,
    compile: [...recipe('SHARED_CODE'), ...common, '-fno-asynchronous-unwind-tables', ...compile],
    link: ['-shared', '-s', '-Wl,--gc-sections', '-Wl,--as-needed', '-Wl,--exclude-libs,ALL',
      '-Wl,-z,relro,-z,now', '-Wl,-z,noseparate-code', ...link],
  };
}

// Debian's, for this machine: it exports the same functions for every CPU of 64 bits.
const MUSL = '/lib/ld-musl-x86_64.so.1';

const wrap = (names) => names.map((name) => `-Wl,--wrap=${name}`);

/** For glibc and musl: names no library, and takes functions without versions from that which the program has. */
function forAnyLibc(library) {
  return {
    sources: ['scripts/any_libc.c'],
    link: ['-nodefaultlibs', ...wrap(['stat', 'lstat', 'fstat', 'fstatat', 'strerror_r'])],
    last: ['-lgcc'],
    libraries: [],
    glibc: library,
    musl: MUSL,
  };
}

/** With the symbols of old versions of glibc. */
const FOR_OLD_GLIBC = { sources: ['scripts/old_glibc.c'], link: wrap(['stat64', 'lstat64', 'fstat64', 'fstatat64']) };

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
  last: [],
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
    ...forAnyLibc('/lib/x86_64-linux-gnu/libc.so.6'),
    ...fromSource('x86/cpu_features', [MUSL]),
    compiler: 'x86_64-linux-gnu-gcc',
    packages: ['gcc', 'libc6-dev', 'dpkg-dev', 'musl'],
  }),
  'linux-arm64': forLinux({
    ...forAnyLibc('/usr/aarch64-linux-gnu/lib/libc.so.6'),
    ...fromSource('arm/cpu_features', [MUSL]),
    compiler: 'aarch64-linux-gnu-gcc',
    // What chooses between two kinds of atomic instructions asks glibc for a function that musl keeps to itself.
    compile: ['-mno-outline-atomics'],
    packages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'dpkg-dev', 'musl'],
  }),
  // armv7 with hardware floating point, from Raspberry Pi 2 on.
  'linux-arm': forLinux({
    ...FOR_OLD_GLIBC,
    ...fromSource('arm/cpu_features'),
    compiler: 'arm-linux-gnueabihf-gcc',
    compile: ['-march=armv7-a+fp', '-D_FILE_OFFSET_BITS=64'],
    packages: ['gcc-arm-linux-gnueabihf', 'libc6-dev-armhf-cross', 'dpkg-dev'],
    libraries: ['libc.so.6', 'ld-linux-armhf.so.3'],
  }),
  'win32-x64': forWindows,
};
