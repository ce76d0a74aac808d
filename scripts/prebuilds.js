'use strict';

// Builds what goes into the npm package: prebuilds/PLATFORM-ARCH.node,
// prebuilds/png2bmp.wasm, prebuilds/core.mjs for browsers, and prebuilds/inline/ with everything in one file.
//
//   npm run prebuilds                        all that this machine can build
//   npm run prebuilds -- linux-arm64 ...     these
//   node scripts/prebuilds.js --here         this machine's, for `npm install git+...`
//
// On Linux x64 the addons are those of scripts/prebuild-targets.js, each with its own compiler; --install,
// which `npm run prebuilds` gives, has apt-get bring those that are missing. What cannot be built is
// left out and named; no addon at all is an error. --here, and on any other machine, it is the one addon of
// that machine, as `npm run build` makes it: it need not load elsewhere.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const debian = require('./debian');
const TARGETS = require('./prebuild-targets');
const { isUpToDate, optimization, recipe } = require('./recipe');
const { replaceFile } = require('./replace-file');

const root = path.resolve(__dirname, '..');
const prebuilds = path.join(root, 'prebuilds');
const work = path.join(root, 'build/prebuild');

const LIMIT_BYTES = 540 * 1024;
// In both, but not with the same meaning.
const OTHERWISE_IN_MUSL = ['strerror_r'];
// Required by Node.js 20, the oldest supported version, itself.
const GLIBC_LIMIT = [2, 28];

class PrebuildError extends Error {}

function includeOfNode() {
  try {
    return require('node-api-headers').include_dir;
  } catch {
    throw new PrebuildError("the npm packages of this clone are missing: run './setup.sh build'");
  }
}

/** The output of the command; an error includes everything that it printed. */
function run(command, ...args) {
  const { error, status, stdout, stderr } =
    spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error || status !== 0)
    throw new PrebuildError(`${command} ${args.join(' ')}\n${error ? error.message : stdout + stderr}`);
  return stdout;
}

// ---- Requirements -----------------------------------------------------------------------

function isPresent({ compiler, files }) {
  return !spawnSync(compiler, ['--version'], { stdio: 'ignore' }).error && files.every((file) => fs.existsSync(file));
}

const missingOf = (names) => names.filter((name) => !isPresent(TARGETS[name]));

const listOf = (names, key) => [...new Set(names.flatMap((name) => TARGETS[name][key]))];

/** The commands that install what the targets need (Debian's names), for people. */
function installation(names) {
  return [
    ...listOf(names, 'architectures').map((name) => `dpkg --add-architecture ${name}`),
    'apt-get update',
    `apt-get install --no-install-recommends ${listOf(names, 'packages').join(' ')}`,
  ];
}

/** Those of the names that can be built; prints what the others need. */
function buildable(names) {
  const missing = missingOf(names);
  if (missing.length === 0) return names;
  const advice = `left out: ${missing.join(', ')}. To build them too, run as root (Debian's names):\n` +
    installation(missing).map((command) => `  ${command}`).join('\n');
  if (missing.length === names.length) throw new PrebuildError(`nothing can be built here. ${advice}`);
  console.error(`prebuilds: ${advice}`);
  return names.filter((name) => !missing.includes(name));
}

function installMissing(names) {
  const missing = missingOf(names);
  if (missing.length === 0 || !debian.canInstall()) return;
  const packages = listOf(missing, 'packages');
  console.log(`installing ${packages.join(' ')}`);
  try {
    debian.install(packages, listOf(missing, 'architectures'));
  } catch {
    throw new PrebuildError(`not installed: ${packages.join(' ')}`);
  }
}

// ---- One addon ------------------------------------------------------------------------

// What waits for Node.js or for files, runs a few times for a conversion, or is about PNGs that are none: -O3 makes it a
// quarter larger, and no faster.
const IS_SMALL = new RegExp('^(addon|src/(save|host|plan|base|bmp|png/(?!adam7|cgbi|idat)|colour/(?!to_srgb)|cpu/levels' +
  '|run/(feed|pump|convert|run|second_half|scanlines|salvage)))');
// -O3 makes these two and four times as large as -O2, and no faster.
const IS_MIDDLE = /^src\/(inflate\/inflate_tables|reduce\/dither)\.c$/;
// For PNGs in icons only. With -O3 it is more than twice as large.
const IS_COMPRESSOR = /\/deflate_compress\.c$/;
// Plain C, which every level but `scalar` replaces on x64.
const IS_REPLACED = /^src\/pixels\/unfilter\.c$/;

function optimizationOf(source, name) {
  const isSmall = IS_SMALL.test(source) || IS_COMPRESSOR.test(source) || (name.endsWith('-x64') && IS_REPLACED.test(source));
  if (isSmall) return ['-Os'];
  return IS_MIDDLE.test(source) ? ['-O2'] : optimization(source);
}

/** compile(sources, flags) for a target: the objects. */
function compilerOf(name) {
  const { compiler, compile } = TARGETS[name];
  const directory = path.join(work, name);
  fs.mkdirSync(directory, { recursive: true });
  return (sources, flags) => sources.map((source) => {
    const object = path.join(directory, `${source.replaceAll('/', '_')}.o`);
    run(compiler, ...compile, ...optimizationOf(source, name), ...flags, '-c', '-o', object, source);
    return object;
  });
}

// ---- Checks of every addon --------------------------------------------------------------

const numbersOf = (version) => version.split('.').map(Number);

const compare = (a, b) => a[0] - b[0] || a[1] - b[1];

/** The newest version of glibc that a symbol in the file is of, as numbers; undefined for none. */
function newestGlibc(addon) {
  if (!isElf(addon)) return undefined;
  const versions = run('readelf', '-VW', addon).matchAll(/GLIBC_(\d[\d.]*)/g);
  return [...versions].map(([, version]) => numbersOf(version)).sort(compare).at(-1);
}

function isElf(file) {
  return fs.readFileSync(file).subarray(1, 4).toString('latin1') === 'ELF';
}

/** The symbols of a file that it has itself, or that it imports: [{ name, version, isDefault, isWeak }]. */
function symbols(file, areImported) {
  const rows = run('readelf', '--dyn-syms', '-W', file)
    .matchAll(/^ *\d+: (?:\S+ +){3}(GLOBAL|WEAK) +\S+ +(\S+) ([^@\s]+)(@@?)?(\S*)/gm);
  return [...rows].filter(([, , section]) => (section === 'UND') === areImported)
    .map(([, binding, , name, at, version]) => ({ name, version, isDefault: at === '@@', isWeak: binding === 'WEAK' }));
}

/** Whether a program without versions finds the function in each glibc that is to be supported: it gets the version that
 * the library began with, or else the default one, if that is the only one. */
function isOldEnough(versions) {
  return versions.some(({ version }) => /^GLIBC_2\.(2\.5|17)$/.test(version)) ||
    (versions.length === 1 && versions[0].isDefault && compare(numbersOf(versions[0].version.slice(6)), GLIBC_LIMIT) <= 0);
}

/** What an addon imports that musl or glibc, at these paths, does not have, or musl has otherwise. */
function notInBoth(addon, { glibc, musl }) {
  const inMusl = new Set(symbols(musl, false).map(({ name }) => name));
  const inGlibc = symbols(glibc, false);
  return symbols(addon, true).filter(({ name, isWeak }) => !isWeak && !name.startsWith('napi_'))
    .map(({ name }) => name)
    .filter((name) => !inMusl.has(name) || OTHERWISE_IN_MUSL.includes(name) || !isOldEnough(inGlibc.filter((each) => each.name === name)));
}

/** Throws unless the addon is small and needs libc alone, and no new one; returns its facts. */
function inspect(name, addon) {
  const bytes = fs.statSync(addon).size;
  if (bytes > LIMIT_BYTES)
    throw new PrebuildError(`${addon} has ${bytes} bytes, more than ${LIMIT_BYTES}`);
  const { glibc, libraries, musl, needed } = TARGETS[name];
  const others = needed(addon).filter((library) => !libraries.includes(library));
  if (others.length > 0) throw new PrebuildError(`${addon} needs ${others.join(', ')}`);
  const foreign = glibc ? notInBoth(addon, { glibc, musl }) : [];
  if (foreign.length > 0) throw new PrebuildError(`${addon} imports what glibc and musl do not both have: ${foreign.join(', ')}`);
  const newest = newestGlibc(addon);
  if (newest && compare(newest, GLIBC_LIMIT) > 0) throw new PrebuildError(`${addon} needs glibc ${newest.join('.')}`);
  return `${bytes} bytes${newest ? `, glibc ${newest.join('.')} or later` : ''}`;
}

/** Builds the addon in the folder for work, unless it is there and nothing has changed: `npm pack` comes after
 * `npm run prebuilds`. */
function addonOf(name) {
  const addon = path.join(work, `${name}.node`);
  if (isUpToDate(addon, ['include', 'src', 'addon', 'scripts'])) return addon;
  const { compiler, last, libdeflate, link, sources } = TARGETS[name];
  const compile = compilerOf(name);
  const deflate = libdeflate(compile);
  const objects = compile([...recipe('ADDON_SOURCES'), ...recipe('LIBRARY_SOURCES'), ...sources],
    ['-isystem', deflate.include, '-isystem', includeOfNode()]);
  run(compiler, ...link, '-o', addon, ...objects, ...deflate.link, ...last);
  return addon;
}

function build(name) {
  const addon = path.join(prebuilds, `${name}.node`);
  const built = addonOf(name);
  replaceFile(addon, fs.readFileSync(built));
  console.log(`prebuilds/${name}.node: ${inspect(name, addon)}`);
}

/** An old one, or one that --here made, is not packed in place of what could not be built. */
const remove = (name) => fs.rmSync(path.join(prebuilds, `${name}.node`), { force: true });

// ---- This machine's: the addon of npm run build ----------------------------------------------

/** The name by which lib/load-addon.js looks for it. */
function nameHere() {
  return `${process.platform}-${process.arch}`;
}

/** What npm run build has made; on macOS, without the names of functions. */
function builtHere() {
  const built = path.join(root, 'build/Release/png2bmp.node');
  if (process.platform !== 'darwin') return built;
  const stripped = path.join(work, `${nameHere()}.node`);
  fs.mkdirSync(work, { recursive: true });
  fs.copyFileSync(built, stripped);
  run('strip', '-x', stripped);
  return stripped;
}

/** `npm pack` runs this, too, after it has built the package's addons: those stay as they are. */
function buildHere() {
  const addon = path.join(prebuilds, `${nameHere()}.node`);
  if (isUpToDate(addon, ['include', 'src', 'addon'])) return;
  run(process.execPath, 'scripts/build.js');
  replaceFile(addon, fs.readFileSync(builtHere()));
  console.log(`${path.relative(root, addon)}: ${fs.statSync(addon).size} bytes`);
}

/** WebAssembly, for when no addon can be loaded, and all in one file with it. */
function buildWasm(mayInstall) {
  const optional = mayInstall ? [] : ['--optional'];
  for (const args of [['scripts/build-wasm.js', ...optional], ['scripts/build-inline.js', '--small', ...optional]]) {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

function main(args) {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.find((name) => !TARGETS[name]);
  if (unknown)
    throw new PrebuildError(`${unknown} is none of ${Object.keys(TARGETS).join(', ')}`);
  includeOfNode(); // before anything is installed or compiled
  const isHere = args.includes('--here') || process.platform !== 'linux' || process.arch !== 'x64';
  run(process.execPath, 'scripts/build-browser.js', ...(isHere ? [] : ['--small']));
  if (isHere) return buildHere();
  const wanted = names.length > 0 ? names : Object.keys(TARGETS);
  if (args.includes('--install')) installMissing(wanted);
  const ready = buildable(wanted);
  wanted.filter((name) => !ready.includes(name)).forEach(remove);
  ready.forEach(build);
  if (names.length === 0) buildWasm(args.includes('--install'));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PrebuildError)) throw error;
  console.error(`prebuilds: ${error.message}`);
  process.exitCode = 1;
}
