'use strict';

// Builds prebuilds/png2bmp.wasm with Debian's clang.
//
//   npm run build:wasm
//   npm run build:wasm -- --poison      for tests: memory and rows that nobody has written are seen
//   npm run build:wasm -- --plain       without SIMD128 (for comparisons), to build/wasm/
//   npm run build:wasm -- --check       test/c/check_kernels.c, to build/wasm/
//   npm run build:wasm -- --optional    only where clang is there, and if anything has changed
//
// libdeflate's compressor is compiled from its source (scripts/libdeflate-source.js); Adler-32 and CRC-32 are in wasm/.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const debian = require('./debian');
const { libdeflateSource } = require('./libdeflate-source');
const { isUpToDate, recipe } = require('./recipe');

const root = path.resolve(__dirname, '..');
const work = path.join(root, 'build/wasm');
const output = path.join(root, 'prebuilds/png2bmp.wasm');

const LIMIT_BYTES = 275_000;
const PACKAGES = ['clang', 'lld', 'wasi-libc', 'libclang-rt-dev-wasm32', 'dpkg-dev'];
const NEEDED = ['/usr/bin/clang', '/usr/bin/wasm-ld', '/usr/lib/wasm32-wasi/libc.a',
  '/usr/bin/dpkg-source'];
// The imports that the file may have: wasm/entry.c describes them.
const IMPORTS = ['png2bmp.cancelled', 'png2bmp.rows'];

const COMPILE = [
  '--target=wasm32-wasi', ...recipe('STANDARD'), ...recipe('WARNINGS'),
  '-fvisibility=hidden', '-ffunction-sections', '-DPNG2BMP_STRIPS', '-Iinclude', '-Isrc',
];
// Plain C, which level SIMD128 of the kernels takes the place of: only PNG2BMP_CPU=scalar runs it.
const REPLACED = ['src/pixels/pixels.c', 'src/pixels/unfilter.c'];

const LINK = [
  '--target=wasm32-wasi', '-mexec-model=reactor', '-Wl,--gc-sections', '-Wl,--strip-all',
  '-Wl,--compress-relocations', '-Wl,-z,stack-size=131072', '-Wl,--export=__heap_base',
];

// Of libdeflate.
const DEFLATE = ['deflate_compress', 'utils', 'zlib_compress'];

class BuildError extends Error {}

/** Something that is needed is missing, which --optional tolerates. */
class Missing extends BuildError {}

/** clang's own library for this target. */
function builtins() {
  const args = ['--target=wasm32-wasi', '-print-libgcc-file-name'];
  return spawnSync('clang', args, { encoding: 'utf8' }).stdout?.trim();
}

const isReady = () => NEEDED.every((file) => fs.existsSync(file)) && fs.existsSync(builtins());
const advice = `install as root (Debian's names): apt-get install ${PACKAGES.join(' ')}`;

function run(command, args, options) {
  const { error, status, stdout, stderr } =
    spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (error || status !== 0)
    throw new BuildError(`${command} ${args.join(' ')}\n${error ? error.message : stdout + stderr}`);
  return stdout;
}

// ---- Requirements ---------------------------------------------------------------------------

function installMissing() {
  if (isReady()) return;
  if (!debian.canInstall()) throw new Missing(`it cannot be built here. ${advice}`);
  console.log(`installing ${PACKAGES.join(' ')}`);
  debian.install(PACKAGES);
}

// ---- libdeflate -----------------------------------------------------------------------------

function libdeflate() {
  try {
    return libdeflateSource();
  } catch (error) {
    throw new Missing(`libdeflate's source package could not be fetched: ${error.message}`);
  }
}

// ---- The file ---------------------------------------------------------------------------------

/** src/ without the code for files, then wasm/. */
function sources() {
  const ours = fs.readdirSync(path.join(root, 'wasm')).filter((name) => name.endsWith('.c')).sort();
  return [...recipe('LIBRARY_SOURCES').filter((source) => !source.startsWith('src/save/')), ...ours.map((name) => `wasm/${name}`)];
}

// The code that works on pixels. -O3 makes it bigger and no faster, and -O2 the rest: the inflater, checksums, unrolled
// filters, and what runs a few times per conversion (docs/notes/kernels.md).
const IS_HOT = /\/(unfilter|pixels\w*|nearest|indices)\.c$/;

// What few conversions run, and not for each pixel: as small as can be.
const IS_RARE = /\/(deflate_compress|zlib_compress|signature|mend|about|icc|space|primaries|power|curve|profile|convert_colors|salvage)\.c$/;

// V8 calls C for each memory.copy, also of a few bytes: only functions of our own have it, for many bytes.
const HAS_BULK_MEMORY = 'wasm/memory.c';

function compile(source, flags) {
  const object = path.join(work, `${path.relative(root, source).replaceAll('/', '_')}.o`);
  fs.mkdirSync(work, { recursive: true });
  const isReplaced = flags.includes('-msimd128') && REPLACED.includes(source);
  const optimize = IS_HOT.test(source) && !isReplaced ? '-O2' : IS_RARE.test(source) ? '-Oz' : '-Os';
  const bulk = source === HAS_BULK_MEMORY ? ['-mbulk-memory'] : [];
  run('clang', [...COMPILE, ...bulk, optimize, ...flags, '-c', '-o', object, source]);
  return object;
}

/** test/c/check_kernels.c with the kernels: a program, for node:wasi. */
function buildCheck(file) {
  const emulated = ['-D_WASI_EMULATED_SIGNAL'];
  const objects = [...sources().filter((source) => source.startsWith('src/')), 'test/c/check_kernels.c']
    .map((source) => compile(source, ['-isystem', libdeflate(), '-msimd128', ...emulated]));
  const others = ['wasm/adler32.c', 'wasm/crc32.c', ...DEFLATE.map((name) => `${libdeflate()}/lib/${name}.c`)]
    .map((source) => compile(source, ['-isystem', libdeflate(), '-msimd128']));
  run('clang', ['--target=wasm32-wasi', '-lwasi-emulated-signal', '-o', file, ...objects, ...others]);
}

function build(file, extra, links) {
  const deflate = libdeflate();
  const flags = ['-isystem', deflate, ...extra];
  const objects = [...sources(), ...DEFLATE.map((name) => `${deflate}/lib/${name}.c`)]
    .map((source) => compile(source, flags));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const linked = path.join(work, 'linked.wasm');
  run('clang', [...LINK, ...links, '-o', linked, ...objects]);
  fs.chmodSync(linked, 0o644);
  fs.renameSync(linked, file); // at once: somebody may be reading the old one
}

/** Throws unless the file is small and imports nothing but our own functions. */
function inspect(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length > LIMIT_BYTES)
    throw new BuildError(`${file} has ${bytes.length} bytes, more than ${LIMIT_BYTES}`);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
    .map(({ module, name }) => `${module}.${name}`);
  const others = imports.filter((name) => !IMPORTS.includes(name));
  if (others.length > 0) throw new BuildError(`${file} imports ${others.join(', ')}`);
  return `${bytes.length} bytes, imports ${imports.join(' and ')}`;
}

function make(file, extra, links = []) {
  build(file, extra, links);
  console.log(`${path.relative(root, file)}: ${inspect(file)}`);
}

function main(args) {
  if (args.includes('--optional')) {
    if (!isReady()) throw new Missing(`left out. To build it, too, ${advice}`);
    if (isUpToDate(output, ['include', 'src', 'wasm', 'scripts'])) return;
  }
  installMissing();
  if (args.includes('--check')) buildCheck(path.join(work, 'check_kernels.wasm'));
  else if (args.includes('--plain')) make(path.join(work, 'plain.wasm'), []);
  else if (args.includes('--poison')) make(output, ['-msimd128', '-DPNG2BMP_POISON'], ['-Wl,--wrap=malloc']);
  else make(output, ['-msimd128']);
}

const args = process.argv.slice(2);
try {
  main(args);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`prebuilds/png2bmp.wasm: ${error.message}`);
  process.exitCode = args.includes('--optional') && error instanceof Missing ? 0 : 1;
}
