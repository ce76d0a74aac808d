'use strict';

// A request to a thread under Node.js: a conversion into memory or, with a place, into a file; or bytes that
// are saved as they are.

const { Buffer } = require('node:buffer');

const { bytesToFile, toFile } = require('./to-file');
const { toOutput } = require('./work');

function run(engine, { bytes, options, place, path, asIs }, isCancelled) {
  if (place === undefined) {
    return toOutput(engine, bytes, options, isCancelled);
  }
  const save = asIs ? bytesToFile : toFile;
  return save(engine, bytes, options, Buffer.from(place), Buffer.from(path), isCancelled);
}

module.exports = { run };
