'use strict';

// Which converter is under test: the addon, or WebAssembly with PNG2BMP_BACKEND=wasm.

const { versions } = require('../..');

const isWasm = versions.backend === 'wasm';

/** A reason to skip a test under WebAssembly; false under the addon. */
const onlyAddon = (why) => isWasm && `PNG2BMP_BACKEND=wasm: ${why}`;

module.exports = { isWasm, onlyAddon };
