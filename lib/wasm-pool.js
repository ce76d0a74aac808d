'use strict';

// Threads that convert: at most as many as there are cores, started when there is work for
// them, and none of them keeps the process alive while it has none.

const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { toBuffer, toFile } = require('./wasm-work');

const SCRIPT = path.join(__dirname, 'wasm-worker.js');

class Pool {
  #module;
  #engine;
  #size = os.availableParallelism?.() ?? os.cpus().length;
  #idle = [];
  #count = 0;
  #queue = [];
  #refused = false;

  /** `engine` converts on this thread where no other may be started. */
  constructor(module, engine) {
    this.#module = module;
    this.#engine = engine;
  }

  /** Calls done(outcome), or done(undefined, error), later and on this thread. Gives cancel(). */
  run(request, done) {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const job = { request: { ...request, flag }, done };
    this.#queue.push(job);
    this.#serve();
    return () => this.#cancel(job);
  }

  #serve() {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (worker === undefined) {
        return;
      }
      this.#give(worker, this.#queue.shift());
    }
  }

  #start() {
    if (this.#refused) {
      setImmediate(() => this.#runHere());
      return undefined;
    }
    if (this.#count >= this.#size) {
      return undefined;
    }
    try {
      return this.#open();
    } catch {
      // No threads under --permission without --allow-worker: better here than not at all.
      this.#refused = this.#count === 0;
      return this.#start();
    }
  }

  #open() {
    const worker = new Worker(SCRIPT, { workerData: { module: this.#module }, execArgv: [] });
    this.#count++;
    worker.on('message', (outcome) => this.#finished(worker, outcome));
    worker.on('error', (error) => {
      worker.failure = error;
    });
    worker.on('exit', () => this.#lost(worker));
    return worker;
  }

  #give(worker, job) {
    worker.job = job;
    worker.ref();
    worker.postMessage(job.request, [job.request.bytes.buffer]);
  }

  #finished(worker, outcome) {
    const { job } = worker;
    worker.job = undefined;
    worker.unref();
    this.#idle.push(worker);
    this.#serve();
    job.done(outcome);
  }

  #lost(worker) {
    this.#count--;
    this.#idle = this.#idle.filter((other) => other !== worker);
    worker.job?.done(undefined, worker.failure ?? new Error('png2bmp: a worker thread ended'));
    this.#serve();
  }

  #runHere() {
    const job = this.#queue.shift();
    if (job === undefined) {
      return;
    }
    const { bytes, options, place, path: named } = job.request;
    job.done(place === undefined ? toBuffer(this.#engine, bytes, options)
      : toFile(this.#engine, bytes, options, place, named));
  }

  #cancel(job) {
    Atomics.store(job.request.flag, 0, 1);
    const waiting = this.#queue.indexOf(job);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      setImmediate(job.done, { error: { code: 'ERR_CANCELLED' }, warnings: [] });
    }
  }
}

module.exports = { Pool };
