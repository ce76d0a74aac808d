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

// The modules that lib/browser.mjs and lib/browser/worker.mjs start with. Names are paths in lib/.
const ENTRIES = ['async', 'converter', 'facts', 'ico', 'sync',
  'wasm/answer', 'wasm/calls', 'wasm/engine', 'wasm/pool', 'wasm/work'];
// Known only after WebAssembly has been loaded: provided by lib/browser.mjs.
const GIVEN = 'native';
const IN_PLACE_OF = { host: 'browser/host' };

const REQUIRE = /\brequire\('(.*?)'\)/g;

const fileOf = (name) => `${IN_PLACE_OF[name] ?? name}.js`;

/** Its source, in which the modules that it requires have their names: './wasm/work', wherever it is itself. */
function read(name) {
  return fs.readFileSync(path.join(lib, fileOf(name)), 'utf8').replace(REQUIRE, (_, wanted) => {
    if (!wanted.startsWith('.')) throw new Error(`lib/${fileOf(name)} is for browsers, too, and requires ${wanted}`);
    return `require('./${path.posix.join(path.posix.dirname(name), wanted)}')`;
  });
}

/** The names of the modules that a source requires. */
const required = (source) => [...source.matchAll(REQUIRE)].map(([, wanted]) => wanted.slice(2)).filter((wanted) => wanted !== GIVEN);

/** Maps names to sources, of the entries and everything that they require. */
function collect() {
  const sources = new Map();
  const add = (name) => {
    if (sources.has(name)) return;
    sources.set(name, read(name));
    required(sources.get(name)).forEach(add);
  };
  ENTRIES.forEach(add);
  return sources;
}

function moduleOf(sources) {
  const functions = [...sources].map(([name, source]) =>
    `  './${name}'(module, require) { // lib/${fileOf(name)}\n${source.replace(/^'use strict';\n+/, '')}  },\n`);
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
