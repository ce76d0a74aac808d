'use strict';

// The order of src/: who may use whom.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const SRC = path.join(__dirname, '../src');

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
