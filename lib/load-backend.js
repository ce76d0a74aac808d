'use strict';

// Chooses what converts: the addon if one can be loaded, otherwise WebAssembly.

const { environmentVariable } = require('./environment');
const { argumentValueError } = require('./errors');
const { loadAddon } = require('./load-addon');

// Loaded on demand: most processes never need it.
const webAssembly = () => require('./wasm/load');

const backends = {
  __proto__: null,
  native: () => withName(loadAddon(), 'native'),
  wasm() {
    if (!webAssembly().isWasmHere()) {
      throw noWasmError();
    }
    return withName(webAssembly().loadWasm(), 'wasm');
  },
  auto() {
    try {
      return backends.native();
    } catch (error) {
      if (!webAssembly().isWasmHere()) {
        throw error;
      }
      return backends.wasm();
    }
  },
};

function noWasmError() {
  const text = 'png2bmp has no WebAssembly: prebuilds/png2bmp.wasm is missing. It was built without clang, or a ' +
    'bundler left the file out. Without PNG2BMP_BACKEND the addon converts; to build WebAssembly, clone the ' +
    'repository and run "npm run build:wasm" there.';
  return Object.assign(new Error(text), { code: 'ERR_NO_WASM' });
}

function withName(backend, name) {
  return { __proto__: backend, versions: { ...backend.versions, backend: name } };
}

/** PNG2BMP_BACKEND chooses one, for tests and comparisons. Both give the same bytes and errors. */
function loadBackend() {
  const name = environmentVariable('PNG2BMP_BACKEND') || 'auto';
  if (backends[name] === undefined) {
    throw argumentValueError('environment variable', 'PNG2BMP_BACKEND', Object.keys(backends), name);
  }
  return backends[name]();
}

module.exports = { loadBackend };
