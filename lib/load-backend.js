'use strict';

// Who converts: the addon where one loads, WebAssembly elsewhere.

const { environmentVariable } = require('./environment');
const { argumentValueError } = require('./errors');
const { loadAddon } = require('./load-addon');

// Loaded where it is needed: most processes never do.
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

/** PNG2BMP_BACKEND chooses, for tests and comparisons. Both give the same bytes and errors. */
function loadBackend() {
  const name = environmentVariable('PNG2BMP_BACKEND') || 'auto';
  if (backends[name] === undefined) {
    throw argumentValueError('environment variable', 'PNG2BMP_BACKEND', Object.keys(backends), name);
  }
  return backends[name]();
}

module.exports = { loadBackend };
