'use strict';

// The order of src/ and lib/: who may use whom (the tables of rooms are in CONTRIBUTING.md); lists that follow
// from others.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { writeSeeds } = require('../fuzz/seeds');

const ROOT = path.join(__dirname, '..');
const SRC = path.join(ROOT, 'src');

/** C without comments and strings. */
const codeOf = (name) => fs.readFileSync(path.join(SRC, name), 'utf8').replace(/\/\*[^]*?\*\/|"(?:\\.|[^"\\])*"/g, '');

/** The functions that a file defines for others. */
const defined = (code) => [...code.matchAll(/^(?!static|typedef|#)[a-z][\w *]*?\b(\w+)\([^;{}]*\)\s*\{/gm)].map(([, name]) => name);

const called = (code) => new Set([...code.matchAll(/\b(\w+)\(/g)].map(([, name]) => name));

/** A circle that leads from `node` back to a node on the way, as a list; undefined: there is none. */
function circleFrom(node, next, done, way = []) {
  if (way.includes(node))
    return [...way.slice(way.indexOf(node)), node];
  if (done.has(node))
    return undefined;
  for (const following of next(node)) {
    const circle = circleFrom(following, next, done, [...way, node]);
    if (circle)
      return circle;
  }
  done.add(node);
  return undefined;
}

test('no files of src/ call each other in a circle', () => {
  const sources = fs.readdirSync(SRC, { recursive: true }).filter((name) => name.endsWith('.c'));
  const homes = new Map();
  for (const name of sources)
    defined(codeOf(name)).forEach((f) => homes.set(f, homes.has(f) ? undefined : name)); // one per system: none
  assert(homes.get('png2bmp_run'));
  const calls = (name) => [...called(codeOf(name))].map((f) => homes.get(f)).filter((home) => home && home !== name);
  const done = new Set();
  for (const name of sources)
    assert.deepStrictEqual(circleFrom(name, calls, done), undefined);
});

/** The rooms, and what each may include: { base: [], png: ['base'], ... }. */
function rooms() {
  const rows = fs.readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `(\w+)` \| ([\w, ]*)\| .* \|$/gm);
  return Object.fromEntries([...rows].map(([, room, others]) => [room, others.split(',').map((name) => name.trim()).filter(Boolean)]));
}

/** The rooms that a file of src/ includes something of. */
function roomsIncluded(name) {
  const text = fs.readFileSync(path.join(SRC, name), 'utf8');
  return [...text.matchAll(/^#\s*include "(\w+)\/[^"]+"/gm)].map(([, room]) => room);
}

test('each file of src/ is in a room, and includes only what its room may include', () => {
  const allowed = rooms();
  const files = fs.readdirSync(SRC, { recursive: true }).filter((name) => /\.[ch]$/.test(name));
  assert.deepStrictEqual([...new Set(files.map((name) => name.split(path.sep)[0]))].sort(), Object.keys(allowed).sort());
  for (const name of files) {
    const [room] = name.split(path.sep);
    for (const other of roomsIncluded(name))
      assert(other === room || allowed[room].includes(other), `${name} includes a file of ${other}`);
    assert(!fs.readFileSync(path.join(SRC, name), 'utf8').includes('"../'), `${name} includes a file by way of ".."`);
  }
});

test('a room may include only rooms that stand above it', () => {
  const names = Object.keys(rooms());
  for (const [room, others] of Object.entries(rooms()))
    others.forEach((other) => assert(names.indexOf(other) >= 0 && names.indexOf(other) < names.indexOf(room), `${room}: ${other}`));
});

test('no two files of the C code have the same name', () => {
  const names = ['src', 'addon', 'wasm'].flatMap((folder) => fs.readdirSync(path.join(ROOT, folder), { recursive: true }))
    .filter((name) => /\.[ch]$/.test(name)).map((name) => path.basename(name));
  assert.deepStrictEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

// ---- lib/ ------------------------------------------------------------------------------------

/** The rooms of lib/, and what each may require: { 'lib/wasm/save': [], 'lib/wasm': ['lib/wasm/save', 'errors', ...] }. */
function roomsOfLib() {
  const rows = fs.readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `(lib[\w/]*)` \| ([\w\-/, ]*)\| .* \|$/gm);
  return Object.fromEntries([...rows].map(([, room, others]) => [room, others.split(',').map((name) => name.trim()).filter(Boolean)]));
}

/** The files of lib/ that a file of it requires, imports or starts as a thread. In browsers require() takes names
 * in lib/ (scripts/build-browser.js). */
function requiredBy(name) {
  const text = fs.readFileSync(path.join(ROOT, name), 'utf8');
  const found = [...text.matchAll(/(?:require\(|from |import |URL\()'(\.[^']+)'/g)].map(([, wanted]) => wanted);
  const home = text.includes('createRequire') && name.endsWith('.mjs') ? 'lib' : path.posix.dirname(name);
  return found.map((wanted) => path.posix.join(wanted.endsWith('.mjs') ? path.posix.dirname(name) : home, wanted))
    .filter((wanted) => wanted.startsWith('lib/')).map((wanted) => (/\.m?js$/.test(wanted) ? wanted : `${wanted}.js`));
}

const filesOfLib = () => fs.readdirSync(path.join(ROOT, 'lib'), { recursive: true }).filter((name) => /\.m?js$/.test(name))
  .map((name) => `lib/${name.split(path.sep).join('/')}`);

test('each file of lib/ is in a room, and requires only what its room may require', () => {
  const allowed = roomsOfLib();
  assert.deepStrictEqual([...new Set(filesOfLib().map((name) => path.posix.dirname(name)))].sort(), Object.keys(allowed).sort());
  assert(requiredBy('lib/browser.mjs').includes('lib/browser/face.js') && requiredBy('lib/index.js').includes('lib/sync.js'));
  for (const name of filesOfLib()) {
    const room = path.posix.dirname(name);
    const may = (other) => [room, ...allowed[room]].includes(path.posix.dirname(other)) ||
      allowed[room].some((single) => other === `lib/${single}.js`);
    for (const other of requiredBy(name)) {
      assert(fs.existsSync(path.join(ROOT, other)), `${name} requires ${other}`);
      assert(may(other), `${name} requires ${other}`);
    }
  }
});

test('no files of lib/ require each other in a circle', () => {
  const done = new Set();
  for (const name of filesOfLib())
    assert.deepStrictEqual(circleFrom(name, requiredBy, done), undefined);
});

/** The value of `#define NAME number` or `const NAME = number;`. */
function numberIn(file, name) {
  const [, value] = fs.readFileSync(path.join(ROOT, file), 'utf8').match(new RegExp(`^(?:#define|const) ${name} (?:= )?(\\d+);?$`, 'm'));
  return Number(value);
}

test('numbers that JavaScript repeats are those of C', () => {
  assert.strictEqual(numberIn('lib/sync.js', 'MANY_COLORS'), numberIn('include/png2bmp.h', 'PNG2BMP_MANY_COLORS'));
  assert.strictEqual(numberIn('lib/save-path.js', 'LONGEST_PATH'), numberIn('src/save/save.c', 'LONGEST_PATH'));
});

test('the first inputs of the fuzzer have every format', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-seeds-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  writeSeeds(folder);
  const [, list] = fs.readFileSync(path.join(ROOT, 'include/png2bmp.h'), 'utf8').match(/typedef enum png2bmp_format \{([^}]*)\}/);
  const formats = new Set(list.match(/PNG2BMP_FORMAT_\w+/g));
  formats.delete('PNG2BMP_FORMAT_COUNT');
  assert(formats.has('PNG2BMP_FORMAT_RAW_RGBA'));
  for (const target of ['convert', 'libpng', 'pixels']) {
    const inputs = fs.readdirSync(path.join(folder, target)).filter((name) => !name.startsWith('found'));
    const begun = new Set(inputs.map((name) => fs.readFileSync(path.join(folder, target, name))[0] % formats.size));
    assert.strictEqual(begun.size, formats.size, target);
  }
});
