'use strict';

// The functions of the addon for PNGs that come in pieces, in WebAssembly. Each PNG has an instance of its own, on the
// thread that calls: only the addon has a thread for each step.

const { WANTS_INPUT, WANTS_MEMORY, indicesIn } = require('../feed-numbers');
const { bytesOf } = require('../input');
const { cancelledError } = require('./work');

/** As much of the PNG is copied into WebAssembly at a time. */
const SLICE_BYTES = 65536;

/** openEngine() makes an Engine; facts: their number; settled: of createCalls. */
function createFeeds({ openEngine, facts, settled }) {
  const { STATE, USED } = indicesIn(facts);

  function openStream(values, size, wantsWhole) {
    const engine = openEngine();
    settled(engine.openFeed(values, size, wantsWhole), undefined, openStream);
    return { engine, at: 0, goesOn: false };
  }

  /** One step of the engine; the bytes that it puts in order are added to memory at `used`. */
  function step(stream, bytes, isLast, memory, used) {
    const slice = stream.goesOn ? undefined : bytes.subarray(stream.at, stream.at + SLICE_BYTES);
    const sink = { write: (rows, offset) => memory.set(rows, offset), isCancelled: () => stream.engine === undefined };
    const outcome = stream.engine.feed(slice, isLast, memory === undefined ? 0 : memory.length - used, sink);
    if (outcome.error === undefined) {
      stream.at += slice?.length ?? 0;
      stream.goesOn = outcome.numbers[STATE] === WANTS_MEMORY;
      memory?.set(outcome.output.subarray(0, outcome.numbers[USED]), used);
    }
    return outcome;
  }

  async function stepAsync(view, length, stream, onWarning, _copy, _ticket, isLast, memory, numbers) {
    const bytes = bytesOf(view, length);
    let used = 0;
    do {
      await undefined; // what the caller does next may be to close it
      if (stream.engine === undefined) {
        settled({ error: cancelledError(), warnings: [] }, onWarning, stepAsync);
      }
      const outcome = settled(step(stream, bytes, isLast, memory, used), onWarning, stepAsync);
      used += outcome.numbers[USED];
      numbers.set(outcome.numbers);
    } while (numbers[STATE] === WANTS_INPUT && stream.at < length);
    numbers[USED] = used;
    stream.at = stream.goesOn ? stream.at : 0;
    return numbers;
  }

  function closeStream(stream) {
    stream.engine = undefined;
  }

  return { openStream, stepAsync, closeStream };
}

module.exports = { createFeeds };
