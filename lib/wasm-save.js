'use strict';

// One conversion by WebAssembly into a file, by node:fs.

const { NewFile } = require('./wasm-file');
const { attempt, never, toFacts } = require('./wasm-work');

/** An error of node:fs as an outcome has it; throws any other. */
function fileError(error, path) {
  if (error.syscall === undefined) {
    throw error;
  }
  if (error.code === 'ECANCELED') {
    return { code: 'ERR_CANCELLED', message: '' };
  }
  return {
    code: 'ERR_FILE', message: error.message,
    errno: Math.abs(error.errno), syscall: error.syscall, path: path.toString(),
  };
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
    return { error: fileError(error, path), warnings: planned.warnings };
  } finally {
    file?.discard();
  }
}

module.exports = { toFile };
