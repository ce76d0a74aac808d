'use strict';

// A request to a thread under Node.js: a conversion into memory or, with a path, into a file; or bytes that
// are saved as they are. In place of in-memory.js.

const { builtin } = require('../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');

const inMemory = require('./in-memory');
const { FedFile, bytesToFile, toFile } = require('./to-file');

function run(engine, request, isCancelled) {
  const { bytes, options, to, path, asIs } = request;
  if (to === undefined) {
    return inMemory.run(engine, request, isCancelled);
  }
  const save = asIs ? bytesToFile : toFile;
  return save(engine, bytes, options, Buffer.from(to), Buffer.from(path), isCancelled);
}

const openFed = (module, open) => (open.to === undefined ? inMemory.openFed(module, open) : new FedFile(module, open));

module.exports = { openFed, run };
