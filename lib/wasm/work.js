'use strict';

// One conversion by WebAssembly, on any thread: into new or existing memory. The outcome is plain data that
// can be sent to another thread.

const { allocate, maxLength, maxLengthName } = require('../host');
const { Stop } = require('./engine');

function createOutput(size) {
  const stop = (code, why) =>
    new Stop({ code, message: `the output needs a Buffer of ${size} bytes: ${why}` });
  if (size > maxLength) {
    throw stop('ERR_OUTPUT_LIMIT', `more than ${maxLengthName}`);
  }
  try {
    return allocate(size);
  } catch {
    throw stop('ERR_OUT_OF_MEMORY', 'out of memory');
  }
}

const never = () => false;

// Not `{ ...outcome, facts }`: V8 makes a hidden class for each, a tenth of the time of an icon.
const withFacts = ({ error, warnings }, facts) => ({ error, warnings, facts });

const cancelledError = () => ({ code: 'ERR_CANCELLED', message: '' });
const cancelledOutcome = () => ({ error: cancelledError(), warnings: [] });

/** What two threads see; undefined where they share no memory. */
const newFlag = () => (typeof SharedArrayBuffer === 'undefined' ? undefined : new Int32Array(new SharedArrayBuffer(4)));

/** What the flag stands for has ended: nothing is left of it. */
function tellEnd(flag) {
  if (flag) {
    Atomics.store(flag, 0, 2);
    Atomics.notify(flag, 0);
  }
}

/** What views are of, to be moved; undefined is left out. */
const buffersOf = (...views) => views.filter(Boolean).map(({ buffer }) => buffer);

/** { error, warnings, facts, output } */
function toOutput(engine, bytes, options, isCancelled = never) {
  let output, facts;
  const { error, warnings } = engine.convert(bytes, options, (found) => {
    facts = found;
    output = createOutput(engine.fact(found, 'byteLength'));
    return { write: (rows, offset) => output.set(rows, offset), isCancelled };
  });
  return { error, warnings, facts, output };
}

/** { error, warnings, facts }; throws what fits(size) throws, and converts nothing if it is false. */
function toTarget(engine, bytes, options, target, fits) {
  let facts;
  const outcome = engine.convert(bytes, options, (found) => {
    facts = found;
    return fits(engine.fact(found, 'byteLength'))
      ? { write: (rows, offset) => target.set(rows, offset), isCancelled: never } : undefined;
  });
  return withFacts(outcome, facts);
}

/** { error, warnings, facts }: nothing is converted. */
function toFacts(engine, bytes, options) {
  let facts;
  const outcome = engine.convert(bytes, options, (found) => {
    facts = found;
  });
  return withFacts(outcome, facts);
}

module.exports = { buffersOf, cancelledError, cancelledOutcome, never, newFlag, tellEnd, toFacts, toOutput, toTarget };
