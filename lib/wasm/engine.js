'use strict';

// One instance of the converter in WebAssembly (wasm/entry.c), and one conversion in it. Uses only the
// language, nothing of Node.js or browsers.

// An instance that has grown further is dropped: WebAssembly memory never shrinks.
const KEEP_BYTES = 32 * 1024 * 1024;

// malloc in WebAssembly gives no more.
const MOST_BYTES = 2 ** 31 - 1;

const NO_BYTES = new Uint8Array(0);

function outOfMemory(reason) {
  return { error: { code: 'ERR_OUT_OF_MEMORY', message: `out of memory: ${reason}` }, warnings: [] };
}

/** What open() or a sink throws to end the conversion with this error: { code, message }. */
class Stop {
  constructor(error) {
    this.error = error;
  }
}

class Engine {
  #module;
  #exports;
  /** All of the instance's memory, and the numbers of a plan in it: views, which cost a small image as much as its
   * pixels, so they are kept as long as the memory does not grow, which leaves them without bytes. */
  #memory = NO_BYTES;
  #plannedFacts;
  /** The values of the options that the instance has. */
  #given;
  /** The sink of the running conversion: { write(bytes, offset), isCancelled() }, or undefined. */
  #sink;
  #failure;
  #busy = false;
  #facts;
  #options;

  constructor(module) {
    this.#module = module;
  }

  #instance() {
    if (this.#exports === undefined) {
      const imports = {
        cancelled: () => (this.#sink.isCancelled() ? 1 : 0),
        rows: (address, size, offset) => this.#write(address >>> 0, size >>> 0, offset >>> 0),
      };
      const instance = new WebAssembly.Instance(this.#module, { png2bmp: imports });
      instance.exports._initialize();
      this.#exports = instance.exports;
    }
    return this.#exports;
  }

  #bytes() {
    if (this.#memory.length === 0) {
      const { memory, facts, fact_count: count } = this.#exports;
      this.#memory = new Uint8Array(memory.buffer);
      this.#plannedFacts = new Float64Array(memory.buffer, facts(), count());
    }
    return this.#memory;
  }

  /** Nobody writes to values that were once given: the same ones need not be read again. */
  #give(values) {
    if (this.#given !== values) {
      const address = this.#exports.options_reserve(values.length);
      new Float64Array(this.#bytes().buffer, address, values.length).set(values);
      this.#given = values;
    }
  }

  /** Whether there is memory for the input. */
  #take(bytes) {
    // A size of 32 bits would be taken modulo 4 GiB.
    const address = bytes.length <= MOST_BYTES ? this.#exports.input_reserve(bytes.length) >>> 0 : 0;
    if (address !== 0) {
      this.#bytes().set(bytes, address);
    }
    return address !== 0;
  }

  /** undefined, or why there is no memory for an instance. A limit on address space (ulimit -v) is enough:
   * engines reserve gigabytes of it. */
  shortage() {
    try {
      this.#instance();
      return undefined;
    } catch (error) {
      if (error instanceof RangeError) {
        return `WebAssembly has no memory: ${error.message}`;
      }
      throw error;
    }
  }

  // An exception that crosses WebAssembly would leave its memory in an intermediate state.
  #write(address, size, offset) {
    try {
      this.#sink.write(new Uint8Array(this.#bytes().buffer, address, size), offset);
      return 1;
    } catch (error) {
      this.#failure = { error };
      return 0;
    }
  }

  /** The text at an address: ASCII, except for what a file has put into it. */
  #text(address) {
    const start = address >>> 0;
    const bytes = this.#bytes();
    return String.fromCharCode(...bytes.subarray(start, bytes.indexOf(0, start)));
  }

  #warnings() {
    const wasm = this.#exports;
    const length = wasm.warning_count();
    return length === 0 ? [] : Array.from({ length }, (_, i) => ({
      code: this.#text(wasm.status_code(wasm.warning_status(i))).replace('ERR', 'WARN'),
      message: this.#text(wasm.warning_message(i)),
    }));
  }

  #outcome(status) {
    const outcome = { error: undefined, warnings: this.#warnings() };
    if (status !== 0) {
      const wasm = this.#exports;
      outcome.error = {
        code: this.#text(wasm.status_code(status)), message: this.#text(wasm.error_message(status)),
      };
    }
    return outcome;
  }

  /** The strings at the addresses text(0), text(1), ... up to the first that is 0. */
  #list(text) {
    const list = [];
    for (let address = text(0); address !== 0; address = text(list.length)) {
      list.push(this.#text(address));
    }
    return list;
  }

  #factNames() {
    return this.#list(this.#instance().fact_name);
  }

  /** The one with this name among the numbers that open() receives. */
  fact(facts, name) {
    this.#facts ??= this.#factNames();
    return facts[this.#facts.indexOf(name)];
  }

  /** The one with this name among the numbers of the options. */
  option(values, name) {
    this.#options ??= this.#list(this.#instance().option_name);
    return values[this.#options.indexOf(name)];
  }

  #plan({ values, pixels, toPNG }) {
    const wasm = this.#exports;
    this.#give(values);
    if (toPNG) {
      return wasm.plan_png(pixels.width, pixels.height);
    }
    return pixels === undefined ? wasm.plan()
      : wasm.plan_pixels(pixels.width, pixels.height, pixels.channels, pixels.stride);
  }

  #open(open) {
    this.#bytes(); // the plan may have let the memory grow
    try {
      this.#sink = open(this.#plannedFacts.slice());
    } catch (error) {
      this.#failure = { error };
    }
    return this.#failure === undefined && this.#sink !== undefined;
  }

  #stopped({ error }) {
    if (error instanceof Stop) {
      return { error: error.error, warnings: this.#warnings() };
    }
    throw error;
  }

  #convert(bytes, options, open) {
    const shortage = this.shortage();
    if (shortage !== undefined) {
      return outOfMemory(shortage);
    }
    const wasm = this.#exports;
    if (!this.#take(bytes)) {
      return outOfMemory(`WebAssembly has no ${bytes.length} bytes for the PNG`);
    }
    let status = this.#plan(options);
    if (status === 0 && options.countsColors) {
      this.#sink = { isCancelled: () => false };
      status = wasm.count_colors();
    }
    if (status === 0 && options.isFromFile) {
      status = wasm.check_piece();
    }
    if (status === 0 && this.#open(open)) {
      status = wasm.run();
    }
    return this.#failure === undefined ? this.#outcome(status) : this.#stopped(this.#failure);
  }

  #finish(broken) {
    this.#sink = this.#failure = undefined;
    this.#busy = false;
    if (this.#exports === undefined) {
      return;
    }
    if (broken || this.#bytes().length > KEEP_BYTES) {
      this.#exports = this.#given = this.#plannedFacts = undefined;
      this.#memory = NO_BYTES; // a view keeps all of the memory
    } else {
      this.#exports.input_release();
    }
  }

  /**
   * Converts a PNG, or raw pixels if `options` has them. open(facts) is called when the BMP's properties are
   * known (the numbers for readInfo), and returns a sink for it, or undefined if nothing is to be converted.
   * Returns { error, warnings }, where error is undefined, { code, message } or that of a Stop; throws what else
   * open and the sink throw.
   */
  convert(bytes, options, open) {
    if (this.#busy) {
      throw new Error('png2bmp: conversions cannot be nested');
    }
    this.#busy = true;
    let broken = true;
    try {
      const outcome = this.#convert(bytes, options, open);
      broken = false;
      return outcome;
    } finally {
      this.#finish(broken);
    }
  }

  // ---- Fed in pieces: an instance for each PNG -------------------------------------------------

  #told = 0; // warnings

  #fedOutcome(status) {
    const { error, warnings } = this.#outcome(status);
    return { error, warnings: warnings.slice(this.#told, this.#told = warnings.length) };
  }

  /** Begins to be fed; size: of the PNG, 0 if it is not known. Returns { error, warnings }. */
  openFeed(values, size, wantsWhole) {
    const shortage = this.shortage();
    if (shortage !== undefined) {
      return outOfMemory(shortage);
    }
    this.#give(values);
    return this.#fedOutcome(this.#exports.feed_open(size, wantsWhole ? 1 : 0));
  }

  get factCount() {
    return this.#exports.fact_count();
  }

  #takeNext(bytes) {
    this.#exports.input_release();
    return this.#take(bytes);
  }

  /**
   * Converts the next bytes, or goes on with those that it has if there are none. At most `room` bytes of the BMP
   * come in `output`, a view of WebAssembly memory; those of a BMP in one piece go to the sink. Returns { error,
   * warnings, numbers, output }, where error may be that of a Stop; throws what else the sink throws.
   */
  feed(bytes, isLast, room, sink) {
    const wasm = this.#exports;
    if (bytes !== undefined && !this.#takeNext(bytes)) {
      return outOfMemory(`WebAssembly has no ${bytes.length} bytes for the PNG`);
    }
    this.#sink = sink;
    const outcome = this.#fedOutcome(wasm.feed_step(isLast ? 1 : 0, room));
    if (this.#failure !== undefined) {
      return { ...this.#stopped(this.#failure), warnings: outcome.warnings };
    }
    const numbers = new Float64Array(wasm.memory.buffer, wasm.feed_numbers(), wasm.feed_number_count()).slice();
    return { ...outcome, numbers, output: new Uint8Array(wasm.memory.buffer, wasm.feed_memory()) };
  }

  /** Whether what was planned, and is fed, may be saved: { error, warnings }. */
  checkPiece() {
    return this.#fedOutcome(this.#exports.check_piece());
  }

  #optionRow(i) {
    const wasm = this.#exports;
    const row = {
      name: this.#text(wasm.option_name(i)), isOfLib: wasm.option_is_of_lib(i) === 1, kind: wasm.option_kind(i),
      initial: wasm.option_initial(i), least: wasm.option_least(i), most: wasm.option_most(i),
    };
    const choices = this.#list((index) => wasm.option_choice(i, index));
    return choices.length > 0 ? { ...row, choices } : row;
  }

  /** The names in the C code: { options, facts, codes, firstWarning, versions }, as from the addon. */
  words() {
    const wasm = this.#instance();
    const options = this.#list(wasm.option_name).map((_, i) => this.#optionRow(i));
    const facts = this.#factNames();
    const codes = {};
    for (let i = 0, status; (status = wasm.status(i)); i++) {
      codes[this.#text(wasm.status_code(status))] = this.#text(wasm.status_text(status));
    }
    const firstWarning = this.#text(wasm.status_code(wasm.first_warning()));
    const versions = {
      png2bmp: this.#text(wasm.version()), libdeflate: this.#text(wasm.version_libdeflate()),
    };
    return { options, facts, codes, firstWarning, versions };
  }
}

module.exports = { Engine, Stop };
