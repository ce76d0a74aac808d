'use strict';

// A request to a thread under Node.js: a conversion into memory or, with a place, into a file.

const { Buffer } = require('node:buffer');

const { toFile } = require('./wasm-save');
const { toOutput } = require('./wasm-work');

function run(engine, { bytes, options, place, path }, isCancelled) {
  return place === undefined ? toOutput(engine, bytes, options, isCancelled)
    : toFile(engine, bytes, options, Buffer.from(place), Buffer.from(path), isCancelled);
}

module.exports = { run };
