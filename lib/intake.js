'use strict';

// Chunks that come while others are converted.

const { builtin } = require('./environment');

const { setImmediate } = builtin('node:timers') ?? require('node:timers'); // the global one may be a test's

const { allocate } = require('./host');
const { toLength } = require('./input');

/** Longer chunks are read in place. */
const MOST_COPIED = 64 * 1024;

/** Room for copies: at first, and where the source is faster than the conversion. No multiple of 64 KiB, which would be
 * copied once more (mustCopy in input.js). */
const ROOMS = [64 * 1024 + 8, 128 * 1024 + 8, 256 * 1024 + 8];
const MOST_BYTES = ROOMS.at(-1);

/** Each step of a conversion is a trip to the pool, which costs a third of what a chunk of 64 KiB does. So chunks are
 * copied, and their source may go on while they are converted: what has come by the end of a step, the next one takes. And
 * the first step waits for the chunks that the source has at hand. */
class Intake {
  #take;
  #fail;
  #held = new Uint8Array(0);
  #size = 0; // of the chunks in it
  #spare = this.#held; // or what the running step reads
  #isRunning = false;
  #isEnding = false;
  #failure;
  #wake; // of who waits for room, or for the end

  /** take(bytes, isMore, mode, isLast): as that of Feed. fail(error): receives what it throws while no method waits. */
  constructor(take, fail) {
    this.#take = take;
    this.#fail = fail;
  }

  /** A promise that the bytes of the chunk are no longer needed. Only one method may be waited for at a time. */
  async add(chunk) {
    this.#check();
    toLength('chunk', chunk); // an error if it is detached
    if (chunk.length > MOST_COPIED) {
      await this.drained();
      await this.#take(chunk);
      return;
    }
    while (!this.#hasRoomFor(chunk.length)) {
      await this.#change();
    }
    this.#held.set(chunk, this.#size);
    this.#size += chunk.length;
    if (!this.#isRunning) {
      this.#isRunning = true;
      setImmediate(() => this.#run());
    }
  }

  /** All chunks are converted; there are no more, which the last step may have been told. */
  async end() {
    this.#isEnding = true;
    await this.drained();
  }

  /** All chunks are converted. */
  async drained() {
    while (this.#isRunning) {
      await this.#change();
    }
  }

  #hasRoomFor(size) {
    const needed = this.#size + size;
    if (needed > this.#held.length && needed <= MOST_BYTES) {
      const more = allocate(ROOMS.find((room) => room >= needed));
      more.set(this.#held.subarray(0, this.#size));
      this.#held = more;
    }
    return needed <= this.#held.length;
  }

  #check() {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }

  async #change() {
    await new Promise((resolve) => { this.#wake = resolve; });
    this.#check();
  }

  #tell() {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
    return wake !== undefined;
  }

  async #run() {
    try {
      while (this.#size > 0) {
        const bytes = this.#held.subarray(0, this.#size);
        [this.#held, this.#spare, this.#size] = [this.#spare, this.#held, 0];
        this.#tell();
        const isMore = () => this.#size > 0;
        await this.#take(bytes, isMore, 'borrow', () => this.#isEnding && !isMore());
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isRunning = false;
    if (!this.#tell() && this.#failure !== undefined) {
      this.#fail(this.#failure.error);
    }
  }
}

module.exports = { Intake };
