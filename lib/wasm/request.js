'use strict';

// A request to a thread under Node.js: a conversion into memory or, with a path, into a file; or bytes that
// are saved as they are.

const { builtin } = require('../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');

const { bytesToFile, toFile } = require('./to-file');
const { toOutput } = require('./work');

function run(engine, { bytes, options, to, path, asIs }, isCancelled) {
  if (to === undefined) {
    return toOutput(engine, bytes, options, isCancelled);
  }
  const save = asIs ? bytesToFile : toFile;
  return save(engine, bytes, options, Buffer.from(to), Buffer.from(path), isCancelled);
}

module.exports = { run };
