'use strict';

// One conversion by WebAssembly into a file, with node:fs.

const { builtin } = require('../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');

const { IS_DONE, WANTS_MEMORY, indicesIn } = require('../feed-numbers');
const { NewFile } = require('./save/file');
const { Stop } = require('./engine');
const { FedPng } = require('./fed');
const { cancelledError, never } = require('./work');

/** An error of node:fs as part of an outcome; other errors are thrown. */
function fileError(error, path) {
  if (error instanceof RangeError) {
    return { code: 'ERR_OUT_OF_MEMORY', message: 'out of memory' }; // for what is written in order
  }
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

/** A new file for so many bytes, as the options want it. */
function openFile(engine, values, to, size, isCancelled) {
  const rules = {
    exclusive: engine.option(values, 'exclusive') === 1, sync: engine.option(values, 'sync') === 1, isCancelled,
  };
  return NewFile.open(to, rules, size);
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
      file = openFile(engine, options.values, to, engine.fact(facts, 'byteLength'), isCancelled);
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
function bytesToFile(engine, bytes, { values }, to, path, isCancelled = never) {
  let file;
  try {
    file = openFile(engine, values, to, bytes.length, isCancelled);
    file.write(bytes, 0);
    file.commit();
    return { error: undefined, warnings: [] };
  } catch (error) {
    return { error: fileError(error, path), warnings: [] };
  } finally {
    file?.discard();
  }
}

/** The same with a PNG that is fed. The file is opened when the header has come. */
class FedFile extends FedPng {
  #values;
  #to;
  #path;
  #file;

  constructor(module, open) {
    super(module, open);
    this.#values = open.values;
    [this.#to, this.#path] = [open.to, open.path].map((path) => Buffer.from(path));
  }

  /** Whether that is the state at the end of a step. */
  #is(wanted, { error, numbers }) {
    return error === undefined && numbers[indicesIn(this.engine.factCount).STATE] === wanted;
  }

  /** As those of FedPng: no memory is given. */
  * steps({ bytes, isLast }, isCancelled) {
    const write = (rows, offset) => orStop(this.#path, () => this.#file.write(rows, offset));
    let last;
    for (last of super.steps({ bytes, isLast, write }, isCancelled)) {
      yield last;
    }
    if (this.#is(WANTS_MEMORY, last)) { // only once: it asks whether to go on
      yield last = this.#begin(last, isCancelled);
      if (last.error !== undefined) {
        return;
      }
      for (last of super.steps({ isLast, write }, isCancelled)) {
        yield last;
      }
    }
    if (this.#is(IS_DONE, last)) {
      yield this.#after(last, () => this.#file.commit());
    }
  }

  #begin(last, isCancelled) {
    const outcome = this.engine.checkPiece();
    return outcome.error !== undefined ? outcome : this.#after(last, () => {
      const size = this.engine.fact(last.numbers, 'byteLength');
      this.#file = openFile(this.engine, this.#values, this.#to, size, isCancelled);
    });
  }

  /** One more step. */
  #after({ numbers }, work) {
    try {
      work();
      return { error: undefined, warnings: [], numbers };
    } catch (error) {
      return { error: fileError(error, this.#path), warnings: [] };
    }
  }

  /** What is not complete is removed. */
  close() {
    try {
      this.#file?.discard();
    } catch {
      // A later save into the directory removes it.
    }
  }
}

module.exports = { FedFile, bytesToFile, toFile };
