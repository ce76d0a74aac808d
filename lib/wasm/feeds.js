'use strict';

// The functions of the addon for PNGs that come in pieces, in WebAssembly. Each PNG has an instance of its own.

const { WANTS_MEMORY, indicesIn } = require('../feed-numbers');
const { bytesOf } = require('../input');
const { FedPng } = require('./fed');
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

  close() {
    this.#png = undefined;
  }
}

/** engine: of this thread; facts: their number; settled: of createCalls; threads: FeedThreads, if there may be some. */
function createFeeds({ engine, module, facts, settled, threads }) {
  const { STATE } = indicesIn(facts);
  const abandoned = new FinalizationRegistry((place) => place.close());

  function openHere(open) {
    const png = new FedPng(module, open);
    settled(png.opened, undefined, openStream);
    return new FeedHere(png);
  }

  function openElsewhere(open) {
    if (threads !== undefined && !open.wantsWhole) {
      settled(engine.openFeed(open.values, 0, false), undefined, openStream); // wrong options are refused at once
    }
    return threads?.hold(open);
  }

  function openStream(values, size, wantsWhole) {
    const open = { values, size, wantsWhole };
    const place = openElsewhere(open) ?? openHere(open);
    const stream = { open, place, goesOn: false, isClosed: false };
    abandoned.register(stream, place, stream);
    return stream;
  }

  async function askFor(stream, request) {
    const answer = await stream.place.ask(request);
    if (answer !== undefined || stream.isClosed) {
      return answer ?? cancelledOutcome();
    }
    stream.place = openHere(stream.open); // the thread could not be started
    return stream.place.ask(request);
  }

  async function stepAsync(view, length, stream, onWarning, _copy, _ticket, isLast, memory, numbers) {
    const bytes = stream.goesOn ? undefined : bytesOf(view, length);
    const outcome = settled(await askFor(stream, { bytes, isLast, memory }), onWarning, stepAsync);
    numbers.set(outcome.numbers);
    stream.goesOn = numbers[STATE] === WANTS_MEMORY;
    return { memory: outcome.memory };
  }

  function closeStream(stream) {
    if (!stream.isClosed) {
      stream.isClosed = true;
      abandoned.unregister(stream);
      stream.place.close();
    }
  }

  return { openStream, stepAsync, closeStream, feedsHere: threads === undefined };
}

module.exports = { createFeeds };
