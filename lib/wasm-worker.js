'use strict';

// A thread of lib/wasm-pool.js: one conversion at a time, its output moved and not copied.

const { Buffer } = require('node:buffer');
const { parentPort, workerData } = require('node:worker_threads');

const { Engine } = require('./wasm-engine');
const { toBuffer, toFile } = require('./wasm-work');

const engine = new Engine(workerData.module);

function run({ bytes, options, place, path, flag }) {
  const isCancelled = () => Atomics.load(flag, 0) !== 0;
  return place === undefined ? toBuffer(engine, bytes, options, isCancelled)
    : toFile(engine, bytes, options, Buffer.from(place), Buffer.from(path), isCancelled);
}

parentPort.on('message', (request) => {
  const { error, warnings, facts, output } = run(request);
  const moved = error === undefined ? output?.buffer : undefined;
  parentPort.postMessage({ error, warnings, facts, output: moved },
    moved === undefined ? [] : [moved]);
});
