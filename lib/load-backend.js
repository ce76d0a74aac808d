'use strict';

// Chooses what converts: the addon if one can be loaded, otherwise WebAssembly.

const { environmentVariable } = require('./environment');
const { argumentValueError } = require('./errors');
const { loadAddon } = require('./load-addon');

// Loaded on demand: most processes never need it.
const webAssembly = () => require('./wasm');

const backends = {
  __proto__: null,
  native: () => withName(loadAddon(), 'native'),
  wasm: () => withName(webAssembly().loadWasm(), 'wasm'),
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
