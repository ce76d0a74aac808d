'use strict';

// Builds what goes into the npm package: prebuilds/PLATFORM-ARCH[-musl].node,
// prebuilds/png2bmp.wasm, and prebuilds/core.mjs for browsers.
//
//   npm run prebuilds                        all that this machine can build
//   npm run prebuilds -- linux-arm64 ...     these
//   node scripts/prebuilds.js --here         what this machine needs, for `npm install git+...`
//
// On Linux x64 the addons are those for glibc, musl and arm64, each with its own compiler; --install,
// which `npm run prebuilds` gives, has apt-get bring those that are missing. What cannot be built is
// left out and named; no addon at all is an error. On any other machine it is the one addon of that
// machine, as `npm run build` makes it.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const { optimization, recipe } = require('./recipe');

const root = path.resolve(__dirname, '..');
const prebuilds = path.join(root, 'prebuilds');
const work = path.join(root, 'build/prebuild');

const LIMIT_BYTES = 500_000;
// What Node.js 20, the oldest that is supported, needs itself.
const GLIBC_LIMIT = [2, 28];

const OLD_GLIBC = {
  sources: ['scripts/old_glibc.c'],
  flags: ['-Wl,--wrap=stat', '-Wl,--wrap=lstat', '-Wl,--wrap=fstat',
    '-Wl,--wrap=fstatat'],
};

const TARGETS = {
  'linux-x64': {
    compiler: 'x86_64-linux-gnu-gcc',
    libdeflate: '/usr/lib/x86_64-linux-gnu/libdeflate.a',
    ...OLD_GLIBC,
    packages: ['gcc', 'libc6-dev', 'libdeflate-dev'],
    libraries: ['libc.so.6'],
  },
  'linux-arm64': {
    compiler: 'aarch64-linux-gnu-gcc',
    libdeflate: '/usr/lib/aarch64-linux-gnu/libdeflate.a',
    ...OLD_GLIBC,
    packages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'libdeflate-dev',
      'libdeflate-dev:arm64'],
    // The loader is part of libc, and has the stack protector's cookie on arm64.
    libraries: ['libc.so.6', 'ld-linux-aarch64.so.1'],
  },
  'linux-x64-musl': {
    compiler: 'musl-gcc',
    // Debian has it for glibc only. The two functions that are used call nothing of libc.
    libdeflate: '/usr/lib/x86_64-linux-gnu/libdeflate.a',
    sources: [],
    flags: [],
    packages: ['gcc', 'musl-tools', 'libdeflate-dev'],
    libraries: ['libc.so'],
  },
};

const COMPILE = [
  ...recipe('SHARED_CODE'), ...recipe('NODE_DEFINES'), '-fno-asynchronous-unwind-tables', '-ffunction-sections',
  '-Iinclude', '-Isrc',
];
const LINK = [
  '-shared', '-s', '-Wl,--gc-sections', '-Wl,--as-needed', '-Wl,--exclude-libs,ALL',
  '-Wl,-z,relro,-z,now', '-Wl,-z,noseparate-code',
];

class PrebuildError extends Error {}

function includeOfNode() {
  try {
    return require('node-api-headers').include_dir;
  } catch {
    throw new PrebuildError("the npm packages of this clone are missing: run './setup.sh build'");
  }
}

/** What the command prints, or an error with everything that it printed. */
function run(command, ...args) {
  const { error, status, stdout, stderr } =
    spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error || status !== 0)
    throw new PrebuildError(`${command} ${args.join(' ')}\n${error ? error.message : stdout + stderr}`);
  return stdout;
}

// ---- What is needed -----------------------------------------------------------------

function isPresent({ compiler, libdeflate }) {
  const found = spawnSync(compiler, ['--version'], { stdio: 'ignore' });
  return !found.error && fs.existsSync(libdeflate) && fs.existsSync('/usr/include/libdeflate.h');
}

const missingOf = (names) => names.filter((name) => !isPresent(TARGETS[name]));

const packagesFor = (names) => [...new Set(names.flatMap((name) => TARGETS[name].packages))];

/** Those of the names that can be built; says what the others want. */
function buildable(names) {
  const missing = missingOf(names);
  if (missing.length === 0) return names;
  const advice = `left out: ${missing.join(', ')}. To build them too, install as root (Debian's names):\n` +
    '  dpkg --add-architecture arm64 && apt-get update && ' +
    `apt-get install ${packagesFor(missing).join(' ')}`;
  if (missing.length === names.length) throw new PrebuildError(`nothing can be built here. ${advice}`);
  console.error(`prebuilds: ${advice}`);
  return names.filter((name) => !missing.includes(name));
}

function installMissing(names) {
  const packages = packagesFor(missingOf(names));
  const canInstall = process.getuid() === 0 && fs.existsSync('/usr/bin/apt-get');
  if (packages.length === 0 || !canInstall) return;
  console.log(`installing ${packages.join(' ')}`);
  run('dpkg', '--add-architecture', 'arm64');
  run('apt-get', 'update', '-qq');
  run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
}

// ---- One addon ------------------------------------------------------------------------

function compile(source, { compiler }, directory) {
  const object = path.join(directory, `${source.replaceAll('/', '_')}.o`);
  run(compiler, ...COMPILE, ...optimization(source), '-I', path.join(work, 'include'),
    '-isystem', includeOfNode(), '-c', '-o', object, source);
  return object;
}

function link(name, objects) {
  const { compiler, libdeflate, flags } = TARGETS[name];
  const addon = path.join(prebuilds, `${name}.node`);
  fs.mkdirSync(prebuilds, { recursive: true });
  run(compiler, ...LINK, ...flags, '-o', addon, ...objects, libdeflate);
  return addon;
}

// ---- What every addon must be ----------------------------------------------------------

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map((match) => match[1]);
}

function newest(versions) {
  const numbers = versions.map((version) => version.split('.').map(Number));
  return numbers.sort((a, b) => a[0] - b[0] || a[1] - b[1]).at(-1);
}

/** Throws unless the addon is small and needs libc alone, and no new one; returns its facts. */
function inspect(name, addon) {
  const bytes = fs.statSync(addon).size;
  if (bytes > LIMIT_BYTES)
    throw new PrebuildError(`${addon} has ${bytes} bytes, more than ${LIMIT_BYTES}`);
  const needed = matches(run('readelf', '-dW', addon), /\(NEEDED\).*\[(.*)\]/g);
  const others = needed.filter((library) => !TARGETS[name].libraries.includes(library));
  if (others.length > 0) throw new PrebuildError(`${addon} needs ${others.join(', ')}`);
  const glibc = newest(matches(run('readelf', '-VW', addon), /GLIBC_(\d[\d.]*)/g));
  if (glibc && (glibc[0] - GLIBC_LIMIT[0] || glibc[1] - GLIBC_LIMIT[1]) > 0)
    throw new PrebuildError(`${addon} needs glibc ${glibc.join('.')}`);
  return `${bytes} bytes${glibc ? `, glibc ${glibc.join('.')} or later` : ''}`;
}

function build(name) {
  const directory = path.join(work, name);
  fs.mkdirSync(directory, { recursive: true });
  const sources = [...recipe('ADDON_SOURCES'), ...recipe('LIBRARY_SOURCES')];
  const objects = [...sources, ...TARGETS[name].sources].map((source) => compile(source, TARGETS[name], directory));
  console.log(`prebuilds/${name}.node: ${inspect(name, link(name, objects))}`);
}

function buildAll(names) {
  // The header is the same for every architecture; its directory alone would bring those
  // of the machine's own C library with it.
  fs.mkdirSync(path.join(work, 'include'), { recursive: true });
  fs.copyFileSync('/usr/include/libdeflate.h', path.join(work, 'include/libdeflate.h'));
  buildable(names).forEach(build);
}

// ---- Elsewhere: what npm run build makes -----------------------------------------------------

function buildHere() {
  run(process.execPath, 'scripts/build.js');
  const addon = path.join(prebuilds, `${process.platform}-${process.arch}.node`);
  fs.mkdirSync(prebuilds, { recursive: true });
  fs.copyFileSync(path.join(root, 'build/Release/png2bmp.node'), addon);
  if (process.platform === 'darwin') run('strip', '-x', addon);
  const bytes = fs.statSync(addon).size;
  if (bytes > LIMIT_BYTES)
    throw new PrebuildError(`${addon} has ${bytes} bytes, more than ${LIMIT_BYTES}`);
  console.log(`${path.relative(root, addon)}: ${bytes} bytes`);
}

/** WebAssembly, for where none of the addons loads: scripts/build-wasm.js. */
function buildWasm(mayInstall) {
  const args = mayInstall ? [] : ['--optional'];
  const { status } = spawnSync(process.execPath, ['scripts/build-wasm.js', ...args],
    { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

function main(args) {
  const names = args.includes('--here') ? ['linux-x64'] : args.filter((arg) => arg !== '--install');
  const unknown = names.find((name) => !TARGETS[name]);
  if (unknown)
    throw new PrebuildError(`${unknown} is none of ${Object.keys(TARGETS).join(', ')}`);
  includeOfNode(); // before anything is installed or compiled
  run(process.execPath, 'scripts/build-browser.js');
  if (process.platform !== 'linux' || process.arch !== 'x64') return buildHere();
  const wanted = names.length > 0 ? names : Object.keys(TARGETS);
  if (args.includes('--install')) installMissing(wanted);
  buildAll(wanted);
  if (names.length === 0 || args.includes('--here')) buildWasm(args.includes('--install'));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PrebuildError)) throw error;
  console.error(`prebuilds: ${error.message}`);
  process.exitCode = 1;
}
