'use strict';

// One conversion by WebAssembly into a file, with node:fs.

const { NewFile } = require('./wasm-file');
const { attempt, cancelledError, never, toFacts } = require('./wasm-work');

/** An error of node:fs as part of an outcome; other errors are thrown. */
function fileError(error, path) {
  if (error.syscall === undefined) {
    throw error;
  }
  if (error.code === 'ECANCELED') {
    return cancelledError();
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

/** { error, warnings }: the outcome of write(file), which fills the file at `place`. Errors name `path`. */
function save(place, path, rules, write, warnings) {
  let file;
  try {
    file = NewFile.open(place, rules);
    const outcome = write(file);
    if (outcome.error === undefined) {
      file.commit();
    }
    return outcome;
  } catch (error) {
    return { error: fileError(error, path), warnings };
  } finally {
    file?.discard();
  }
}

/** A conversion into a file: { error, warnings }. */
function toFile(engine, bytes, options, place, path, isCancelled = never) {
  const planned = toFacts(engine, bytes, options);
  if (planned.error !== undefined) {
    return planned;
  }
  const write = (file) => writeFile(engine, bytes, options, file, isCancelled);
  return save(place, path, { ...saveOptions(engine, options), isCancelled }, write, planned.warnings);
}

/** The same with bytes as they are. */
function bytesToFile(engine, bytes, options, place, path, isCancelled = never) {
  const write = (file) => {
    file.begin(bytes.length);
    file.write(bytes, 0);
    return { error: undefined, warnings: [] };
  };
  return save(place, path, { ...saveOptions(engine, options), isCancelled }, write, []);
}

module.exports = { bytesToFile, toFile };
