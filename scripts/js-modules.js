'use strict';

// Files of lib/ in one script: the same CommonJS files, each in a function, and a require() for them. Browsers do not
// know CommonJS, and Node.js 20 cannot require ECMAScript modules. Names are paths in lib/.

const fs = require('node:fs');
const path = require('node:path');

const lib = path.join(__dirname, '../lib');

// Known only after WebAssembly has been loaded: provided by who requires.
const GIVEN = 'native';
const REQUIRE = /\brequire\('(.*?)'\)/g;

/**
 * Maps the names of the modules that `entries` require to their sources. `inPlaceOf` maps names to those of the files
 * that take their places; such a file itself finds the one that it replaces as `replaced/NAME`. `require` of a module
 * of Node.js is an error unless `builtin` is a source that gives it, of `name`. Those of `except` are left out.
 */
function collect(entries, { inPlaceOf = {}, builtin, except = [] } = {}) {
  const sources = new Map();
  const fileOf = (name) => `${inPlaceOf[name] ?? name.replace(/^replaced\//, '')}.js`;

  function nameOf(wanted, from) {
    if (wanted.startsWith('node:') && builtin !== undefined) return wanted;
    if (!wanted.startsWith('.')) throw new Error(`lib/${fileOf(from)} is for browsers, too, and requires ${wanted}`);
    const name = path.posix.join(path.posix.dirname(fileOf(from)), wanted);
    return `./${name === from ? `replaced/${name}` : name}`;
  }

  /** Its source, in which what it requires has names that are the same everywhere: './wasm/work'. */
  const read = (name) => fs.readFileSync(path.join(lib, fileOf(name)), 'utf8').replace(/^'use strict';\n+/, '')
    .replace(/\bbuiltin\('node:[^']*'\) \?\? /g, '') // as this require() does it
    .replace(REQUIRE, (_, wanted) => `require('${nameOf(wanted, name)}')`);

  function add(name) {
    if (sources.has(name) || except.includes(name)) return;
    sources.set(name, read(name));
    [...sources.get(name).matchAll(REQUIRE)].map(([, wanted]) => wanted)
      .filter((wanted) => wanted.startsWith('./') && wanted !== `./${GIVEN}`).forEach((wanted) => add(wanted.slice(2)));
  }

  entries.forEach(add);
  return sources;
}

/** The source of an object of functions by name. */
function tableOf(sources) {
  const functions = [...sources].map(([name, source]) => `  './${name}'(module, require) {\n${source}  },\n`);
  return `{\n  __proto__: null,\n${functions.join('')}}`;
}

/** The source of createRequire(given): a require() for the table `sources`, in which './native' is `given`. */
function loader({ builtin } = {}) {
  const ofNode = builtin === undefined ? '' : `
    if (name.startsWith('node:')) return ${builtin};`;
  return `function createRequire(given) {
  const loaded = new Map([['./${GIVEN}', given]]);
  return function require(name) {${ofNode}
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

/** The code without the comments that have lines of their own, and without empty lines. */
const withoutComments = (code) => code.replace(/^ *(?:\/\/.*|\/\*\*[^]*?\*\/)\n/gm, '').replace(/^\s*\n/gm, '');

/** Something that is needed to minify is missing. */
class Missing extends Error {}

function terser() {
  try {
    return require('terser');
  } catch {
    throw new Missing("terser is missing: run './setup.sh build'");
  }
}

/** The code with short names and nothing to read. Names of classes stay, as they are seen in errors; so are lines, which
 * are kept short. */
async function minify(code, isModule) {
  const options = { ecma: 2022, module: isModule, keep_classnames: true, compress: { passes: 2 }, format: { max_line_len: 1000 } };
  return (await terser().minify(code, options)).code;
}

module.exports = { collect, loader, minify, Missing, tableOf, withoutComments };
