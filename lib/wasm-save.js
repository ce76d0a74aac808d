'use strict';

// One conversion by WebAssembly into a file, with node:fs.

const { NewFile } = require('./wasm-file');
const { attempt, never, toFacts } = require('./wasm-work');

/** An error of node:fs as part of an outcome; other errors are thrown. */
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

/** The options that concern files. */
function saveOptions(engine, { values }) {
  return {
    exclusive: engine.option(values, 'flag') === 1, sync: engine.option(values, 'sync') === 1,
  };
}

/** { error, warnings }. Errors name `path`; the file is at `place`. */
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
