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

/** Of the first output, before it is known how long the BMP is: most, and for each byte of the PNG. */
const FIRST_BYTES = 208 * 1024;
const FIRST_FOR_BYTE = 8;

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
        this.#memory ??= createMemory(Math.min(FIRST_BYTES, FIRST_FOR_BYTE * size));
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
      this.#step = this.#run(view, size, copy, isLast());
      this.#step.catch(() => this.#tellPlan()); // it is waited for when the output before it has left
      await this.#putLeaving();
      await this.#step;
      this.#checkOpen(); // onWarning may have closed it
      this.#advance(isMore());
    } while (this.#at(STATE) === WANTS_MEMORY);
    if (!isMore()) {
      await this.#putLeaving();
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

  /** After a step. */
  #advance(isMore) {
    const isNew = this.#tellPlan();
    this.#checkOpen(); // who was told may have closed it
    if (this.#isPlanned && this.#at(IS_WHOLE) === 0) {
      this.#filled += this.#at(USED);
      this.#leave(isMore);
    } else if (isNew && !this.#isSave) {
      this.#createNext();
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

  #createNext() {
    this.#memory = createMemory(this.#at(NEEDED));
    this.#filled = 0;
  }

  /** What is handed out is no part of the memory that is still to be written to: its new owner may give it away. */
  #leave(isMore) {
    const [memory, filled, next] = [this.#memory, this.#filled, this.#at(NEXT)];
    const room = memory.length - filled;
    const isFull = room < Math.min(this.#at(NEEDED), Math.max(next, memory.length / 4));
    const isMostlyUsed = filled > memory.length / 2;
    if (isMore && !isFull && next > 0) {
      return;
    }
    if (isFull || isMostlyUsed) {
      this.#createNext();
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
