'use strict';

// The functions of the addon for PNGs that come in pieces, in WebAssembly. Each PNG has an instance of its own.

const { WANTS_MEMORY, indicesIn } = require('../feed-numbers');
const { bytesOf } = require('../input');
const { cancelledOutcome } = require('./work');

/** For so long, and one step, the calling thread does nothing else. */
const TURN_MS = 8;

let worked = 0; // since this thread was last given back

async function turnAfter(start) {
  worked += performance.now() - start;
  if (worked >= TURN_MS) {
    worked = 0;
    await new Promise((resolve) => { setTimeout(resolve); });
  }
}

/** One PNG on this thread: as FeedElsewhere in feed-threads.js. */
class FeedHere {
  #png;

  constructor(png) {
    this.#png = png;
  }

  async ask(request) {
    const isCancelled = () => this.#png === undefined;
    await undefined; // what the caller does next may be to close it
    const warnings = [];
    let last, start = performance.now();
    for (const outcome of this.#png?.steps(request, isCancelled) ?? []) {
      warnings.push(...outcome.warnings);
      last = outcome;
      await turnAfter(start);
      if (isCancelled()) {
        break;
      }
      start = performance.now();
    }
    return isCancelled() ? cancelledOutcome() : { ...last, warnings, memory: request.memory };
  }

  async close() {
    this.#png?.close();
    this.#png = undefined;
  }
}

/** { functions, open, places }. engine: of this thread; facts: their number; settled: of createCalls; threads: FeedThreads;
 * openFed(module, open): what converts on this thread. */
function createFeeds({ engine, module, facts, settled, threads, openFed }) {
  const { STATE } = indicesIn(facts);
  const places = new Set(); // that are closed if the process ends before
  const end = (place) => place.close().then(() => places.delete(place));
  const abandoned = new FinalizationRegistry(end);

  function openHere(request) {
    const png = openFed(module, request);
    settled(png.opened, undefined, open);
    return new FeedHere(png);
  }

  function openElsewhere(request) {
    if (!request.wantsWhole) {
      settled(engine.openFeed(request.values, 0, false), undefined, open); // wrong options are refused at once
    }
    return threads.hold(request);
  }

  /** A stream. request: { values, size, wantsWhole }, to be saved also { to, path }
   * as toFile has them, and mayWait. */
  function open(request) {
    const place = openElsewhere(request) ?? openHere(request);
    const stream = { request, place, goesOn: false, closed: undefined };
    abandoned.register(stream, place, stream);
    return stream;
  }

  const openStream = (values, size, wantsWhole) => open({ values, size, wantsWhole });

  async function askFor(stream, request) {
    const { place } = stream;
    const answer = await place.ask(request);
    if (answer !== undefined || stream.closed !== undefined) {
      return answer ?? cancelledOutcome();
    }
    stream.place = openHere(stream.request); // the thread could not be started
    if (places.delete(place)) {
      places.add(stream.place);
    }
    return stream.place.ask(request);
  }

  async function stepAsync(view, length, stream, onWarning, _copy, _ticket, isLast, memory, numbers) {
    const bytes = stream.goesOn ? undefined : bytesOf(view, length);
    const outcome = settled(await askFor(stream, { bytes, isLast, memory }), onWarning, stepAsync);
    numbers.set(outcome.numbers);
    stream.goesOn = numbers[STATE] === WANTS_MEMORY;
    return { memory: outcome.memory };
  }

  /** A promise that nothing is left of it. */
  function closeStream(stream) {
    if (stream.closed === undefined) {
      abandoned.unregister(stream);
      stream.closed = end(stream.place);
    }
    return stream.closed;
  }

  return { functions: { openStream, stepAsync, closeStream }, open, places };
}

module.exports = { createFeeds };
