'use strict';

// A thread of lib/wasm-threads.js.

const { parentPort, workerData } = require('node:worker_threads');

const { createAnswerer } = require('./wasm-answer');
const { run } = require('./wasm-request');

parentPort.on('message', createAnswerer(workerData.module, run,
  (answer, transfer) => parentPort.postMessage(answer, transfer)));
