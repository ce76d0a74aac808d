'use strict';

// WebAssembly and the source of a thread from prebuilds/inline/, for code that a bundler has moved away from its files.

const { builtin } = require('../environment');

const zlib = builtin('node:zlib') ?? require('node:zlib');

let parts;

function load() {
  try {
    // Written out, so that bundlers find it.
    return require('../../prebuilds/inline/inline.cjs')[Symbol.for('png2bmp.parts')](zlib);
  } catch {
    return undefined;
  }
}

/** { wasm: its bytes, thread: the source of one }; undefined where that file is not there, either. */
function packedParts() {
  parts ??= load();
  return parts;
}

module.exports = { packedParts };
