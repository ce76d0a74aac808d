'use strict';

/* Runs jobs: how many at once, and in how much memory. */

const os = require('node:os');

/* How long to continue before signals, timers and finished conversions are checked. */
const SLICE_MS = 10;

const DEFAULT_POOL_THREADS = 4;

const NO_DESCRIPTORS = new Set(['EMFILE', 'ENFILE']);

/**
 * How many conversions may run. Always fewer than the thread pool has threads, so that
 * reading files never waits for them. A pool whose size the user did not choose is made
 * large enough, which is possible until its first use.
 */
function chooseConcurrency(wanted = os.availableParallelism()) {
  const chosen = Number.parseInt(process.env.UV_THREADPOOL_SIZE, 10);
  if (chosen > 0) return Math.max(1, Math.min(wanted, chosen - 1));
  process.env.UV_THREADPOOL_SIZE = String(Math.max(DEFAULT_POOL_THREADS, wanted + 1));
  return wanted;
}

/* A quarter of the memory available to this process: of the machine, or its container. */
function memoryBudget() {
  const limit = process.constrainedMemory?.() || Infinity;
  return Math.min(os.totalmem(), limit) / 4;
}

const nextTurn = () => new Promise((resolve) => { setImmediate(resolve); });

/* Running conversions: at most `concurrency`, and at most `budget` bytes together, but always
 * at least one. */
class Flight {
  constructor(concurrency, budget) {
    this.concurrency = concurrency;
    this.budget = budget;
    this.bytes = 0;
    this.running = new Set();
    this.working = 0; /* running ones that are not waiting for descriptors */
    this.waiting = [];
  }

  /* Retries when there are no file descriptors left, each time that a conversion ends: a promise, if that is needed. */
  withDescriptors(attempt) {
    const outcome = attempt();
    return NO_DESCRIPTORS.has(outcome.error?.code) ? this.#untilDescriptors(outcome, attempt) : outcome;
  }

  async #untilDescriptors(first, attempt) {
    let outcome = first;
    while (NO_DESCRIPTORS.has(outcome.error?.code) && this.running.size > 0) {
      await Promise.race(this.running);
      outcome = await attempt();
    }
    return outcome;
  }

  /* The same for a running job: it waits for the others. */
  async #retrying(run) {
    let outcome = await run();
    while (NO_DESCRIPTORS.has(outcome.error?.code) && this.working > 1) {
      this.working -= 1;
      await new Promise((resolve) => { this.waiting.push(resolve); });
      this.working += 1;
      outcome = await run();
    }
    return outcome;
  }

  #wakeOne() {
    this.waiting.shift()?.();
  }

  hasRoom(bytes) {
    return this.running.size < this.concurrency && (this.running.size === 0 || this.bytes + bytes <= this.budget);
  }

  async room(bytes) {
    while (!this.hasRoom(bytes)) await Promise.race(this.running);
  }

  start({ bytes, run }, ended) {
    this.bytes += bytes;
    this.working += 1;
    const flight = this.#retrying(run).then((outcome) => {
      this.working -= 1;
      this.#wakeOne();
      this.running.delete(flight);
      this.bytes = this.running.size === 0 ? 0 : this.bytes - bytes;
      ended(outcome);
    });
    this.running.add(flight);
  }

  async land() {
    await Promise.all(this.running);
  }
}

/**
 * Starts the jobs in their order; reports outcomes as they end.
 *
 * @param {object[]} jobs
 * @param {import('./convert').Converter} converter
 * @param {{ concurrency: number, budget?: number, failFast?: boolean, signal: AbortSignal }} limits
 * @param {(outcome: object) => void} ended called for each job that was started and not aborted
 */
async function runJobs(jobs, converter, limits, ended) {
  const flight = new Flight(limits.concurrency, limits.budget ?? memoryBudget());
  let stopped = false;
  const end = (outcome) => {
    if (outcome.aborted) return;
    if (!outcome.ok && limits.failFast) stopped = true;
    ended(outcome);
  };
  let sliceEnd = performance.now() + SLICE_MS;
  for (let next = 0; next < jobs.length;) {
    if (performance.now() > sliceEnd) {
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    /* small files need no turn of the event loop each */
    if (!flight.hasRoom(0)) await flight.room(0);
    if (stopped || limits.signal.aborted) break;
    const several = converter.beginSeveral(jobs, next);
    several.forEach(end);
    next += several.length;
    if (several.length > 0) continue;
    const job = jobs[next++];
    const attempt = flight.withDescriptors(() => converter.begin(job));
    const begun = attempt instanceof Promise ? await attempt : attempt;
    if (begun.ok !== undefined) {
      end(begun);
      continue;
    }
    await flight.room(begun.bytes);
    if (stopped || limits.signal.aborted) break;
    flight.start(begun, end);
  }
  await flight.land();
}

module.exports = { chooseConcurrency, runJobs };
