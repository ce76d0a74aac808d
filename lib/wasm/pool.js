'use strict';

// Threads that convert: at most a given number, started when there is work for them, one conversion each.

const { cancelledOutcome, newFlag } = require('./work');

class Pool {
  #size;
  #open;
  #runHere;
  #idle = [];
  #count = 0;
  #queue = [];
  #refused = false;
  #isServingSoon = false;

  /** open(listener) starts a thread, as in lib/wasm/threads.js; runHere(request) converts on this thread, for
   * when no other can be started. */
  constructor({ size, open, runHere }) {
    this.#size = size;
    this.#open = open;
    this.#runHere = runHere;
  }

  /** Calls done(outcome), or done(undefined, error), later and on this thread. Returns cancel(). */
  run(request, done) {
    const job = { request: { ...request, flag: request.flag ?? newFlag() }, done, thread: undefined };
    this.#queue.push(job);
    this.#serve();
    return () => this.#cancel(job);
  }

  #serve() {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop() ?? this.#start();
      if (thread === undefined) {
        return;
      }
      this.#give(thread, this.#queue.shift());
    }
  }

  #start() {
    if (this.#refused) {
      this.#serveHereSoon();
      return undefined;
    }
    if (this.#count >= this.#size) {
      return undefined;
    }
    const thread = { job: undefined, isGone: false };
    try {
      thread.port = this.#open({
        answered: (answer) => this.#answered(thread, answer),
        ended: (error) => this.#ended(thread, error),
        refused: (bytes) => this.#refuse(thread, bytes),
      });
    } catch {
      this.#limitTo(this.#count);
      return this.#start();
    }
    this.#count++;
    return thread;
  }

  #give(thread, job) {
    thread.job = job;
    job.thread = thread;
    thread.port.ask(job.request, [job.request.bytes.buffer]);
  }

  #answered(thread, answer) {
    const { job } = thread;
    thread.job = job.thread = undefined;
    thread.port.idle();
    this.#idle.push(thread);
    this.#serve();
    job.done(answer);
  }

  #ended(thread, error) {
    if (thread.isGone) {
      return;
    }
    thread.isGone = true;
    this.#count--;
    this.#idle = this.#idle.filter((other) => other !== thread);
    thread.job?.done(undefined, error ?? new Error('png2bmp: a worker thread ended'));
    this.#serve();
  }

  /** The thread never started, or has no memory for WebAssembly, so its job was not touched. bytes: those of the
   * job, if they were moved there. */
  #refuse(thread, bytes) {
    thread.isGone = true;
    this.#count--;
    thread.port.stop();
    if (thread.job !== undefined) {
      thread.job.request.bytes = bytes ?? thread.job.request.bytes;
      thread.job.thread = undefined;
      this.#queue.unshift(thread.job);
    }
    this.#limitTo(this.#count);
    this.#serve();
  }

  /** Threads are limited: --permission without --allow-worker, a page's policy, address space. Converting on this
   * thread is better than failing. */
  #limitTo(count) {
    this.#size = count;
    this.#refused = count === 0;
  }

  // One at a time, so that other work gets a turn in between.
  #serveHereSoon() {
    if (!this.#isServingSoon) {
      this.#isServingSoon = true;
      setTimeout(() => {
        this.#isServingSoon = false;
        this.#serveHere(this.#queue.shift());
        this.#serve();
      });
    }
  }

  #serveHere(job) {
    try {
      job?.done(this.#runHere(job.request));
    } catch (error) {
      job.done(undefined, error);
    }
  }

  #cancel(job) {
    const waiting = this.#queue.indexOf(job);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      setTimeout(() => job.done(cancelledOutcome()));
    } else if (job.request.flag) {
      Atomics.compareExchange(job.request.flag, 0, 0, 1); // a save may have ended
    } else if (job.thread !== undefined) {
      // Nothing reaches a busy thread, except that it can be ended.
      const { thread } = job;
      thread.job = job.thread = undefined;
      thread.port.stop();
      this.#ended(thread);
      setTimeout(() => job.done(cancelledOutcome()));
    }
  }
}

module.exports = { Pool };
