'use strict';

// A PNG that is fed to an instance of WebAssembly of its own, on any thread.

const { WANTS_INPUT, WANTS_MEMORY, indicesIn } = require('../feed-numbers');
const { Engine } = require('./engine');

/** As much of the PNG is copied into WebAssembly at a time. */
const SLICE_BYTES = 65536;

class FedPng {
  engine;
  goesOn = false; // with the bytes that it had
  #bytes;
  #at = 0;

  /** opened: { error, warnings } */
  constructor(module, { values, size, wantsWhole }) {
    this.engine = new Engine(module);
    this.opened = this.engine.openFeed(values, size, wantsWhole);
  }

  #slice() {
    const slice = this.goesOn ? undefined : this.#bytes.subarray(this.#at, this.#at + SLICE_BYTES);
    this.#at += slice?.length ?? 0;
    return slice;
  }

  /**
   * Converts `bytes`, or goes on with the last ones without any: each step gives { error, warnings, numbers }, the last
   * when all are used up, when the memory is full, or with an error. `memory` receives the whole BMP, if `write` does not,
   * or what comes in order: its length so far is USED.
   */
  * steps({ bytes, isLast, memory, write = (rows, offset) => memory.set(rows, offset) }, isCancelled) {
    if (this.opened.error !== undefined) {
      yield this.opened;
      return;
    }
    if (bytes !== undefined) {
      [this.#bytes, this.#at] = [bytes, 0];
    }
    const { STATE, USED } = indicesIn(this.engine.factCount);
    const sink = { write, isCancelled };
    let state = WANTS_INPUT;
    for (let used = 0; state === WANTS_INPUT;) {
      const slice = this.#slice();
      const ends = isLast && this.#at >= this.#bytes.length;
      const outcome = this.engine.feed(slice, ends, memory === undefined ? 0 : memory.length - used, sink);
      const { error, warnings, numbers, output } = outcome;
      if (error === undefined) {
        memory?.set(output.subarray(0, numbers[USED]), used);
        used = numbers[USED] += used;
        this.goesOn = numbers[STATE] === WANTS_MEMORY;
      }
      state = error === undefined && this.#at < this.#bytes.length ? numbers[STATE] : undefined;
      yield { error, warnings, numbers };
    }
  }

  /** There are no more steps. */
  close() {}
}

module.exports = { FedPng };
