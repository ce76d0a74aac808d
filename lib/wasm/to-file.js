'use strict';

// One conversion by WebAssembly into a file, with node:fs.

const { NewFile } = require('./save/file');
const { Stop } = require('./engine');
const { cancelledError, never } = require('./work');

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

/** What the options say about the file. */
function rulesOf(engine, { values }, isCancelled) {
  return {
    exclusive: engine.option(values, 'exclusive') === 1, sync: engine.option(values, 'sync') === 1, isCancelled,
  };
}

/** Runs work in a conversion, which an error of node:fs ends. */
function orStop(path, work) {
  try {
    return work();
  } catch (error) {
    throw new Stop(fileError(error, path));
  }
}

/** A conversion into a file: { error, warnings }. to: its path, the same on any thread; errors name `path`. */
function toFile(engine, bytes, options, to, path, isCancelled = never) {
  let file, outcome;
  try {
    outcome = engine.convert(bytes, options, (facts) => orStop(path, () => {
      file = NewFile.open(to, rulesOf(engine, options, isCancelled));
      file.begin(engine.fact(facts, 'byteLength'));
      return { write: (rows, offset) => orStop(path, () => file.write(rows, offset)), isCancelled };
    }));
    if (outcome.error === undefined) {
      file.commit();
    }
    return outcome;
  } catch (error) {
    return { error: fileError(error, path), warnings: outcome?.warnings };
  } finally {
    file?.discard();
  }
}

/** The same with bytes as they are. */
function bytesToFile(engine, bytes, options, to, path, isCancelled = never) {
  let file;
  try {
    file = NewFile.open(to, rulesOf(engine, options, isCancelled));
    file.begin(bytes.length);
    file.write(bytes, 0);
    file.commit();
    return { error: undefined, warnings: [] };
  } catch (error) {
    return { error: fileError(error, path), warnings: [] };
  } finally {
    file?.discard();
  }
}

module.exports = { bytesToFile, toFile };
