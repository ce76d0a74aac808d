'use strict';

// The conversion of a PNG that comes in pieces, step by step on a worker thread.

const native = require('./native');
const { PngError, errorFromNative } = require('./errors');
const { IS_DONE, WANTS_MEMORY, indicesIn } = require('./feed-numbers');
const { allocate, maxLength, maxLengthName, wrap } = require('./host');
const { asyncInput, checkStillThere, toLength } = require('./input');
const { newTicket } = require('./signals');
const { infoOf } = require('./sync');

const { STATE, USED, IS_PLANNED, IS_WHOLE, NEEDED, NEXT, COUNT } = indicesIn(native.facts.length);

const NO_BYTES = new Uint8Array(0);
const nothingMore = () => false;
const nothingElse = () => true;

/** A source of so many bytes at once, if it says nothing else, does not wait for its own source. */
const FAST_BYTES = 128 * 1024;

/** Of the first output, before it is known how long the BMP is, for so many bytes of the PNG. Later it is pump.c that says. */
const firstBytes = (size) => Math.min(8 * size, size < FAST_BYTES ? 208 * 1024 : 4 * size, 1024 * 1024);

/** Of an output for a source that has to wait, and for a reader that is slower than the conversion: they may hold it for
 * long. The latter is more than READABLE_BYTES in stream.js, or the reader would not be seen to wait. And of an output that is
 * twice as long as the last. */
const MOST_FOR_SLOW_SOURCE = 128 * 1024;
const MOST_FOR_SLOW_READER = 256 * 1024;
const MOST_DOUBLED = 512 * 1024;

function createMemory(size) {
  const failed = (code, why) => errorFromNative(code, `the output needs a Buffer of ${size} bytes: ${why}`);
  if (size > maxLength) {
    throw failed('ERR_OUTPUT_LIMIT', `more than ${maxLengthName}`);
  }
  try {
    return allocate(size);
  } catch {
    throw failed('ERR_OUT_OF_MEMORY', 'out of memory');
  }
}

function copyOf(bytes) {
  const copy = createMemory(bytes.length);
  copy.set(bytes);
  return copy;
}

const BYTES_PER_BYTE_OF_GARBAGE = 4;
const SLOT_BYTES = 8;
const MOST_SLOTS = 12000; // V8 keeps arrays from 128 KiB on elsewhere

/** Optimized code does not make an array that nothing can see. */
const garbage = [];

/** V8 collects the young generation when objects have filled it. The bytes of Buffers are outside of it, and few objects
 * come with them: 32 MiB of Buffers that nobody has any longer would wait. Arrays that die at once fill it sooner. Such a
 * collection takes less than a millisecond; napi_adjust_external_memory causes those of the whole heap. */
function hastenCollection(bytes) {
  for (let slots = Math.ceil(bytes / BYTES_PER_BYTE_OF_GARBAGE / SLOT_BYTES); slots > 0; slots -= MOST_SLOTS) {
    garbage.push(new Array(Math.min(slots, MOST_SLOTS)));
    garbage.pop();
  }
}

/** What stops a conversion whose feed was closed. */
const closedError = () => new PngError('ERR_CANCELLED', '');

class Feed {
  #o;
  #sink;
  #stream;
  #numbers = new Float64Array(COUNT);
  #isSave;
  #comesInParts;
  #memory; // the next output, or the whole of it
  #filled = 0; // of the next output
  #leaving; // the output before it, which is handed out while the next step runs
  #isPlanned = false;
  #isSlow = false; // who takes the outputs
  #isClosed = false;
  #ticket = 0; // of the step that runs
  #step = Promise.resolve();

  /**
   * o: options that were read.
   * size: of the PNG; 0 if it is not known.
   * wantsWhole: the BMP is wanted in one Buffer, which is `output` at the end.
   * file: the path, as bytes, of a file that it is saved to instead.
   * sink: planned(feed), when the chunks before the pixels have come; put(bytes), the next bytes of the BMP, whose
   * promise, if it gives one, is waited for. Each may be left out.
   */
  constructor(o, { size = 0, wantsWhole = false, file, sink = {} } = {}) {
    this.#o = o;
    this.#sink = sink;
    this.#isSave = file !== undefined;
    this.#comesInParts = !wantsWhole && !this.#isSave;
    this.#stream = this.#isSave ? native.openSave(file, o.values, size)
      : native.openStream(o.values, size, wantsWhole);
  }

  #at(i) {
    return this.#numbers[i];
  }

  /** Converts the next bytes of the PNG. They must not change until the promise is settled. isMore(): the next call
   * follows at once: outputs leave when they are full. mode: as the option 'input', whose value it is. isLast(): the PNG
   * ends with them; then there is no end() if isDone. */
  async take(view, isMore = nothingMore, mode = this.#o.input, isLast = nothingMore) {
    const size = toLength('chunk', view);
    if (size > 0) {
      const { view: input, copy } = asyncInput(view, mode);
      if (this.#comesInParts) {
        this.#memory ??= createMemory(firstBytes(size));
      }
      await this.#convert(input, size, copy, isLast, isMore);
    }
  }

  /** There are no more. */
  end() {
    return this.#convert(NO_BYTES, 0, false, nothingElse, nothingMore);
  }

  get isDone() {
    return this.#at(STATE) === IS_DONE;
  }

  async #convert(view, size, copy, isLast, isMore) {
    do {
      this.#checkOpen();
      checkStillThere('chunk', view, size);
      const ends = isLast();
      this.#step = this.#run(view, size, copy, ends);
      await this.#putDuring(this.#step);
      await this.#step;
      this.#checkOpen(); // onWarning may have closed it
      this.#advance(isMore(), ends || size >= FAST_BYTES);
    } while (this.#at(STATE) === WANTS_MEMORY);
    if (!isMore()) {
      await this.#putLeaving();
    }
  }

  async #putDuring(step) {
    let isOver = false;
    step.then(() => { isOver = true; }, () => this.#tellPlan()); // it is waited for when the output before it has left
    if (this.#leaving !== undefined) {
      await this.#putLeaving();
      this.#isSlow = isOver;
    }
  }

  #checkOpen() {
    if (this.#isClosed) {
      throw closedError();
    }
  }

  async #run(view, size, copy, isLast) {
    this.#ticket = newTicket();
    try {
      const { memory } = await native.stepAsync(view, size, this.#stream, this.#o.onWarning, copy, this.#ticket, isLast,
        this.#room(), this.#numbers);
      this.#takeBack(memory);
    } finally {
      this.#ticket = 0;
    }
  }

  /** What the next step writes to. */
  #room() {
    return this.#filled > 0 ? this.#memory.subarray(this.#filled) : this.#memory;
  }

  /** In WebAssembly memory moves to a thread and back. */
  #takeBack(room) {
    if (room !== undefined) {
      this.#memory = wrap(room.buffer, 0, room.buffer.byteLength);
    }
  }

  /** After a step. isFast: the source does not have to wait, whether or not it has more. */
  #advance(isMore, isFast) {
    const isNew = this.#tellPlan();
    this.#checkOpen(); // who was told may have closed it
    if (this.#isInOrder) {
      this.#filled += this.#at(USED);
      this.#leave(isMore, isMore || isFast);
    } else if (isNew && !this.#isSave) {
      this.#createNext(false);
    }
  }

  /** Of a step that has made it, even if pixels in the same step are damaged. */
  #tellPlan() {
    const isNew = this.#at(IS_PLANNED) === 1 && !this.#isPlanned && !this.#isClosed;
    if (isNew) {
      this.#isPlanned = true;
      this.#sink.planned?.(this);
    }
    return isNew;
  }

  get #isInOrder() {
    return this.#isPlanned && this.#at(IS_WHOLE) === 0;
  }

  /** What compresses well fills an output long before its bytes are used up: the next has twice as much. */
  #mostFor(isFast) {
    const needed = this.#at(NEEDED);
    if (!this.#isInOrder) {
      return needed;
    }
    if (!isFast || this.#isSlow) {
      return Math.min(needed, Math.max(isFast ? MOST_FOR_SLOW_READER : MOST_FOR_SLOW_SOURCE, this.#at(NEXT)));
    }
    const isFull = this.#at(STATE) === WANTS_MEMORY && needed > MOST_FOR_SLOW_SOURCE; // else it is all that is left
    return isFull ? Math.max(needed, Math.min(2 * this.#memory.length, MOST_DOUBLED)) : needed;
  }

  #createNext(isFast) {
    this.#memory = createMemory(this.#mostFor(isFast));
    this.#filled = 0;
  }

  /** What is handed out is no part of the memory that is still to be written to: its new owner may give it away. */
  #leave(isMore, isFast) {
    const [memory, filled, next] = [this.#memory, this.#filled, this.#at(NEXT)];
    const room = memory.length - filled;
    const isFull = room < Math.min(this.#at(NEEDED), Math.max(next, memory.length / 4));
    const isMostlyUsed = filled > memory.length / 2;
    if (isMore && !isFull && next > 0) {
      return;
    }
    if (isFull || isMostlyUsed) {
      this.#createNext(isFast);
    }
    this.#filled = 0;
    if (filled > 0) {
      this.#leaving = isMostlyUsed ? memory.subarray(0, filled) : copyOf(memory.subarray(0, filled));
    }
  }

  async #putLeaving() {
    const bytes = this.#leaving;
    this.#leaving = undefined;
    if (bytes !== undefined) {
      hastenCollection(bytes.length);
      await this.#sink.put(bytes);
    }
  }

  /** What readInfo gives, when it is planned. */
  get info() {
    return infoOf(this.#numbers, this.#numbers.slice(0, native.facts.length));
  }

  /** The facts of the plan. */
  get facts() {
    return this.#numbers.subarray(0, native.facts.length);
  }

  /** At the end, if the BMP was converted as a whole: it. */
  get output() {
    return this.#at(IS_WHOLE) === 1 ? this.#memory : undefined;
  }

  /** Ends it at once, or when the running step has noticed that it is to end: then the promise is settled. */
  async close() {
    this.#isClosed = true;
    if (this.#ticket !== 0) {
      native.cancel(this.#ticket);
    }
    const closed = native.closeStream(this.#stream);
    await this.#step.catch(() => {});
    if (this.#isSave) {
      await closed; // in WebAssembly another thread tells
    }
  }
}

module.exports = { Feed };
