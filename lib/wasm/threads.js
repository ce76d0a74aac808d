'use strict';

// Threads for lib/wasm/pool.js under Node.js.

const { builtin } = require('../environment');

const { Worker } = builtin('node:worker_threads') ?? require('node:worker_threads');

/** source: what worker.js and the files that it requires are in one, where they are not there. */
function startWorker(module, source) {
  const options = { workerData: { module }, execArgv: [] };
  // Written out, so that bundlers and tracers find the file.
  return source === undefined ? new Worker(`${__dirname}/worker.js`, options)
    : new Worker(source, { ...options, eval: true });
}

/** A thread needs descriptors of its own. Without any left, the error has the code of files that cannot be opened. */
function withFileCode(error) {
  const [code] = /\bE[MN]FILE\b/.exec(error.code === 'ERR_WORKER_INIT_FAILED' ? error.message : '') ?? [];
  return code === undefined ? error
    : Object.assign(new Error(`${code}: too many open files, a thread cannot start`, { cause: error }), { code });
}

/** Starts a thread; throws if that is not allowed. It keeps the process alive while it is busy. listener: {
 * answered(answer), ended(error), refused(bytes) }. */
function openThread(module, listener, source) {
  const worker = startWorker(module, source);
  let failure;
  worker.on('message', (answer) => (answer.refused === undefined ? listener.answered(answer)
    : listener.refused(answer.refused)));
  worker.on('error', (error) => {
    failure = withFileCode(error);
  });
  worker.on('exit', () => listener.ended(failure));
  worker.unref(); // after on('message'), which holds the process
  return {
    ask(request, transfer) {
      worker.ref();
      worker.postMessage(request, transfer);
    },
    idle: () => worker.unref(),
    stop: () => worker.terminate(),
  };
}

module.exports = { openThread };
