'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const { install, installWine, prepareWine } = require('./wine');

/**
 * Other programs that read BMP. Each gets many files at once (one process per file would take longer than
 * everything else) and returns the pixels of each as R G B A, top row first.
 */

const run = (program, args, options) =>
  execFileSync(program, args, {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });

/** Splits the concatenated R G B A of all files; `files` are { file, width, height }. */
function cutRgba(bytes, files) {
  let at = 0;
  return files.map(({ width, height }) => bytes.subarray(at, (at += width * height * 4)));
}

// Debian calls version 6 "convert-im6.q16"; plain "convert" may be another program.
const MAGICKS = ['magick', 'convert-im6.q16', 'convert'];

function findMagick() {
  return MAGICKS.find((name) => {
    const { stdout } = spawnSync(name, ['-version'], { encoding: 'latin1' });
    return /ImageMagick/.test(stdout ?? '');
  });
}

function readWithMagick(files) {
  return cutRgba(
    run(findMagick(), [...files.map(({ file }) => file), '-depth', '8', 'rgba:-']),
    files,
  );
}

/** Reads one raw PBM, PGM or PPM at `at`: { rgba, next }. */
function readPnm(bytes, at) {
  const [text, kind, width, height, maximum] = /^P([456])\s+(\d+)\s+(\d+)\s(?:(\d+)\s)?/.exec(
    bytes.toString('latin1', at, at + 40),
  );
  const size = Number(width) * Number(height);
  const start = at + (kind === '4' ? text.trimEnd().length + 1 : text.length);
  const rowBytes = { 4: Math.ceil(width / 8), 5: Number(width), 6: width * 3 }[kind];
  const next = start + rowBytes * height;
  const rgba = new Uint8Array(size * 4).fill(255);
  for (let i = 0; i < size; i++) {
    const x = i % width;
    const row = start + Math.floor(i / width) * rowBytes;
    const bit = () => ((bytes[row + (x >> 3)] >> (7 - (x & 7))) & 1 ? 0 : 255);
    for (let c = 0; c < 3; c++) {
      if (kind === '4') rgba[i * 4 + c] = bit();
      else if (kind === '5') rgba[i * 4 + c] = (bytes[row + x] * 255) / Number(maximum);
      else rgba[i * 4 + c] = bytes[row + x * 3 + c];
    }
  }
  return { rgba, next };
}

function readWithNetpbm(files) {
  const script = 'for file; do bmptopnm -quiet "$file" || exit 1; done';
  const bytes = run('sh', ['-c', script, 'sh', ...files.map(({ file }) => file)]);
  let at = 0;
  return files.map(() => {
    const { rgba, next } = readPnm(bytes, at);
    at = next;
    return rgba;
  });
}

function readWithFfmpeg(files) {
  const outputs = files.map(({ file }) => `${file}.rgba`);
  const inputs = files.flatMap(({ file }) => ['-i', file]);
  const raw = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgba', '-y'];
  const maps = outputs.flatMap((output, i) => ['-map', `${i}:v`, ...raw, output]);
  run('ffmpeg', ['-v', 'error', '-nostdin', ...inputs, ...maps]);
  return outputs.map((output) => fs.readFileSync(output));
}

const PILLOW = `
import sys
from PIL import Image
for name in sys.argv[1:]:
    sys.stdout.buffer.write(Image.open(name).convert("RGBA").tobytes())
`;
const PYTHONS = ['/usr/bin/python3', 'python3'];

function findPython() {
  return PYTHONS.find((python) => spawnSync(python, ['-c', 'import PIL']).status === 0);
}

function readWithPillow(files) {
  return cutRgba(run(findPython(), ['-c', PILLOW, ...files.map(({ file }) => file)]), files);
}

// ---- Libraries, behind small programs that are built when they are needed ----------------------

const BUILD = path.join(__dirname, '../../build/readers');

/** Whether the program exists or could be built. */
function isBuilt(name, library) {
  const source = path.join(__dirname, `${name}.c`);
  const program = path.join(BUILD, name);
  if (fs.existsSync(program) && fs.statSync(program).mtimeMs > fs.statSync(source).mtimeMs) return true;
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', library], { encoding: 'latin1' });
  if (flags.status !== 0) return false;
  fs.mkdirSync(BUILD, { recursive: true });
  const own = `${program}.${process.pid}`; // tests run side by side
  const args = ['-O1', '-o', own, source, ...flags.stdout.trim().split(/\s+/)];
  if (spawnSync('cc', args).status !== 0) return false;
  fs.renameSync(own, program);
  return true;
}

const readWithLibrary = (name) => (files) =>
  cutRgba(run(path.join(BUILD, name), files.map(({ file }) => file)), files);

// ---- Windows' loaders, in Wine: npm run test:wine -------------------------------------------------

const MINGW = 'x86_64-w64-mingw32-gcc';

function isBuiltForWine() {
  const tools = { [MINGW]: ['gcc-mingw-w64-x86-64-win32'] };
  if (!installWine() || !install(tools)) return false;
  fs.mkdirSync(BUILD, { recursive: true });
  run(MINGW, ['-municode', '-O1', '-o', path.join(BUILD, 'read-windows.exe'), path.join(__dirname, 'read-windows.c'),
    ...['gdi32', 'user32', 'ole32', 'windowscodecs', 'uuid'].map((library) => `-l${library}`)]);
  return true;
}

const readWithWine = (loader) => (files) => {
  const cwd = path.dirname(files[0].file); // names without the directories of this system
  const names = files.map(({ file }) => path.basename(file));
  const env = { ...process.env, ...prepareWine() };
  return cutRgba(run('wine', [path.join(BUILD, 'read-windows.exe'), loader, ...names], { cwd, env }), files);
};

const answers = (program, ...args) => spawnSync(program, args).error === undefined;

/** name, whether it is installed, the kinds of BMP (bmp-variants.js) that it misreads and why, those
 * whose alpha it ignores, and whether it reads no top-down ones. */
const PROGRAMS = [
  { name: 'ImageMagick', found: () => findMagick() !== undefined, read: readWithMagick },
  { name: 'ffmpeg', found: () => answers('ffmpeg', '-version'), read: readWithFfmpeg },
  {
    name: 'netpbm',
    found: () => answers('bmptopnm', '-version'),
    misreads: { 'rgb565, info': 'bmptopnm takes 16 bits after a 40-byte header for 5-5-5' },
    ignoresAlpha: () => true,
    read: readWithNetpbm,
  },
  {
    name: 'Pillow',
    found: () => findPython() !== undefined,
    ignoresAlpha: (kind) => kind === 'bgra32, info',
    read: readWithPillow,
  },
  {
    name: 'gdk-pixbuf',
    found: () => isBuilt('read-gdk-pixbuf', 'gdk-pixbuf-2.0'),
    ignoresAlpha: (kind) => kind === 'bgra32, info',
    read: readWithLibrary('read-gdk-pixbuf'),
  },
  { name: 'SDL2', found: () => isBuilt('read-sdl2', 'sdl2'), read: readWithLibrary('read-sdl2') },
];

const LOSES_GREEN = 'LoadImage of Wine 8 keeps 5 of the 6 bits of green';

const WINE_PROGRAMS = [
  {
    name: 'LoadImage',
    found: isBuiltForWine,
    bottomUpOnly: true, // Wine 8 shows every top-down BMP black here
    misreads: { 'rgb565, info': LOSES_GREEN, 'rgb565, v4': LOSES_GREEN, 'rgb565, v5': LOSES_GREEN },
    read: readWithWine('LoadImage'),
  },
  {
    name: 'WIC',
    found: isBuiltForWine,
    ignoresAlpha: (kind) => kind === 'bgra32, info',
    read: readWithWine('WIC'),
  },
];

/** What a program gives of a kind of BMP, as docs/decisions.md says it. */
function verdict({ misreads, ignoresAlpha }, { name, alpha }) {
  if (misreads?.[name]) return 'no';
  return alpha && ignoresAlpha?.(name) ? 'no alpha' : 'yes';
}

/** Writes the BMPs ({ bytes, width, height }) and reads them with a program. */
function readBmps(program, bmps, folder) {
  const files = bmps.map(({ bytes, width, height }, i) => {
    const file = path.join(folder, `${i}.bmp`);
    fs.writeFileSync(file, bytes);
    return { file, width, height };
  });
  return program.read(files);
}

module.exports = {
  PROGRAMS, WINE_PROGRAMS, findMagick, findPython, isBuilt, readBmps, readWithLibrary, verdict,
};
