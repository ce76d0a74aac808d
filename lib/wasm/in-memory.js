'use strict';

// A request to a thread where there are no files: a conversion into memory.

const { FedPng } = require('./fed');
const { toOutput } = require('./work');

const run = (engine, { bytes, options }, isCancelled) => toOutput(engine, bytes, options, isCancelled);

const openFed = (module, open) => new FedPng(module, open);

module.exports = { openFed, run };
