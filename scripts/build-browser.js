'use strict';

// Makes prebuilds/core.mjs, the part of lib/ that converts in browsers: the same CommonJS files, each in a
// function, in one ECMAScript module. Browsers do not know CommonJS, and Node.js 20 cannot require ECMAScript
// modules.
//
// node scripts/build-browser.js

const fs = require('node:fs');
const path = require('node:path');

const lib = path.join(__dirname, '../lib');
const output = path.join(__dirname, '../prebuilds/core.mjs');

// The modules that lib/browser.mjs and lib/browser-worker.mjs start with.
const ENTRIES = ['async', 'converter', 'facts', 'ico', 'sync', 'wasm-answer', 'wasm-calls', 'wasm-engine', 'wasm-pool', 'wasm-work'];
// Known only after WebAssembly has been loaded: provided by lib/browser.mjs.
const GIVEN = 'native';
const IN_PLACE_OF = { host: 'browser-host' };

const REQUIRE = /\brequire\('(.*?)'\)/g;

function read(name) {
  return fs.readFileSync(path.join(lib, `${IN_PLACE_OF[name] ?? name}.js`), 'utf8');
}

/** The names of the modules of lib/ that a source requires. */
function required(name, source) {
  return [...source.matchAll(REQUIRE)].map(([, wanted]) => {
    if (!wanted.startsWith('./')) throw new Error(`lib/${name}.js is for browsers, too, and requires ${wanted}`);
    return wanted.slice(2);
  }).filter((wanted) => wanted !== GIVEN);
}

/** Maps names to sources, of the entries and everything that they require. */
function collect() {
  const sources = new Map();
  const add = (name) => {
    if (sources.has(name)) return;
    sources.set(name, read(name));
    required(name, sources.get(name)).forEach(add);
  };
  ENTRIES.forEach(add);
  return sources;
}

function moduleOf(sources) {
  const functions = [...sources].map(([name, source]) =>
    `  './${name}'(module, require) { // './${IN_PLACE_OF[name] ?? name}.js'\n${source.replace(/^'use strict';\n+/, '')}  },\n`);
  return `// Made of lib/ by scripts/build-browser.js.

const sources = {
  __proto__: null,
${functions.join('')}};

/** A require() for these modules, in which './${GIVEN}' is \`given\`. */
export function createRequire(given) {
  const loaded = new Map([['./${GIVEN}', given]]);
  return function require(name) {
    if (!loaded.has(name)) {
      const module = { exports: {} };
      sources[name](module, require);
      loaded.set(name, module.exports);
    }
    return loaded.get(name);
  };
}
`;
}

fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, moduleOf(collect()));
