'use strict';

// One conversion by WebAssembly under Node.js, on whatever thread: into a new Buffer, into a
// target, or into a file. What happened comes back as plain data that crosses threads.

const { Buffer, constants } = require('node:buffer');

const { NewFile } = require('./wasm-file');

/** An outcome that open() or a sink ends the conversion with. */
class Stop {
  constructor(error) {
    this.error = error;
  }
}

function createOutput(size) {
  const stop = (code, why) =>
    new Stop({ code, message: `the output needs a Buffer of ${size} bytes: ${why}` });
  if (size > constants.MAX_LENGTH) {
    throw stop('ERR_OUTPUT_LIMIT', 'more than buffer.constants.MAX_LENGTH');
  }
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch {
    throw stop('ERR_OUT_OF_MEMORY', 'out of memory');
  }
}

function fileError(error, path) {
  if (error.syscall === undefined) {
    throw error;
  }
  if (error.code === 'ECANCELED') {
    return new Stop({ code: 'ERR_CANCELLED', message: '' });
  }
  return new Stop({
    code: 'ERR_FILE', message: error.message,
    errno: Math.abs(error.errno), syscall: error.syscall, path: path.toString(),
  });
}

/** The outcome of engine.convert, or what it was stopped with. */
function attempt(engine, bytes, options, open) {
  try {
    return engine.convert(bytes, options, open);
  } catch (error) {
    if (error instanceof Stop) {
      return { error: error.error, warnings: [] };
    }
    throw error;
  }
}

const never = () => false;

/** { error, warnings, facts, output } */
function toBuffer(engine, bytes, options, isCancelled = never) {
  let output, facts;
  const outcome = attempt(engine, bytes, options, (found) => {
    facts = found;
    output = createOutput(engine.fact(found, 'byteLength'));
    return { write: (rows, offset) => output.set(rows, offset), isCancelled };
  });
  return { ...outcome, facts, output };
}

/** { error, warnings, facts }, with what checkTarget(size) throws thrown. */
function toTarget(engine, bytes, options, target, checkTarget) {
  let facts;
  const outcome = attempt(engine, bytes, options, (found) => {
    facts = found;
    checkTarget(engine.fact(found, 'byteLength'));
    return { write: (rows, offset) => target.set(rows, offset), isCancelled: never };
  });
  return { ...outcome, facts };
}

/** { error, warnings, facts }: nothing is converted. */
function toFacts(engine, bytes, options) {
  let facts;
  const outcome = attempt(engine, bytes, options, (found) => {
    facts = found;
  });
  return { ...outcome, facts };
}

function writeFile(engine, bytes, options, file, isCancelled) {
  return attempt(engine, bytes, options, (facts) => {
    file.begin(engine.fact(facts, 'byteLength'));
    return { write: (rows, offset) => file.write(rows, offset), isCancelled };
  });
}

/** What of the options is about files. */
function saveOptions(engine, { values }) {
  return {
    exclusive: engine.option(values, 'flag') === 1, sync: engine.option(values, 'sync') === 1,
  };
}

/** { error, warnings }. `path` is the one that errors name; the file is at `place`. */
function toFile(engine, bytes, options, place, path, isCancelled = never) {
  const planned = toFacts(engine, bytes, options);
  if (planned.error !== undefined) {
    return planned;
  }
  let file;
  try {
    file = NewFile.open(place, { ...saveOptions(engine, options), isCancelled });
    const outcome = writeFile(engine, bytes, options, file, isCancelled);
    if (outcome.error === undefined) {
      file.commit();
    }
    return outcome;
  } catch (error) {
    return { error: fileError(error, path).error, warnings: planned.warnings };
  } finally {
    file?.discard();
  }
}

module.exports = { toBuffer, toTarget, toFacts, toFile };
