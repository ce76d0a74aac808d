'use strict';

// A thread of lib/wasm/threads.js.

const { builtin } = require('../environment');

const os = builtin('node:os') ?? require('node:os');
const { process } = globalThis;
const { parentPort, workerData } = builtin('node:worker_threads') ?? require('node:worker_threads');

const { createAnswerer } = require('./answer');
const work = require('./request');

const LOWER_BY = 10;
const LOWEST = 19;

// When all cores are busy, the event loop goes first. Only on Linux does this set the priority of the thread
// and not of the process; Deno would ask for a permission.
if (process.platform === 'linux' && globalThis.Deno === undefined) {
  try {
    os.setPriority(Math.min(LOWEST, os.getPriority() + LOWER_BY));
  } catch {
    // The system does not allow it.
  }
}

parentPort.on('message', createAnswerer(workerData.module, work,
  (answer, transfer) => parentPort.postMessage(answer, transfer)));
