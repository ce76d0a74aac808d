'use strict';

// Converters: their options are read once, and their output goes to the same memory each time.

const native = require('./native');
const { runPng } = require('./async');
const { argumentValueError } = require('./errors');
const { wrap } = require('./host');
const { toLength, toView } = require('./input');
const { readOptions } = require('./options');
const { throwIfAborted } = require('./signals');
const { byteLengthOf, newFacts } = require('./sync');

// WebAssembly core specification, 4.2.8 and 5.5.4: memory is made of pages, at most 4 GiB.
const PAGE = 65536;
const MOST = 65536 * PAGE;
const HUGE_PAGE = 2 * 1024 * 1024;

/* Each Memory takes mappings and 10 GiB of addresses, of which a process has some 65 000 and 128 TiB; what
 * else the process does must not run out of them. */
const MOST_MEMORIES = 1000;
let memories = 0;
const collected = new FinalizationRegistry(() => { memories--; });

/** An ArrayBuffer that cannot be taken away while another thread writes to it: that of a WebAssembly.Memory
 * can be neither transferred nor resized, except by code that has the Memory. undefined if there is none: V8
 * reserves gigabytes of address space for each, which ulimit -v refuses, and --jitless has no WebAssembly. */
function createMemory(size) {
  const pages = Math.ceil(size / PAGE);
  let buffer;
  try {
    ({ buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages }));
  } catch {
    return undefined;
  }
  memories++;
  collected.register(buffer);
  return buffer;
}

/** Bytes of memory for an output: twice the previous size, so that images that keep growing do not each need
 * new memory, and room to start at a huge page. Untouched memory costs nothing. */
function roomFor(needed, present) {
  const wanted = Math.max(needed, 2 * present) + (needed >= HUGE_PAGE ? HUGE_PAGE : 0);
  return Math.min(wanted, Math.max(needed, MOST));
}

/** The PNG is the only argument of a converter's calls. */
function checkAlone(more) {
  if (more !== undefined) {
    throw argumentValueError('argument', 'second', 'omitted: the options of a converter are those of ' +
      'createConverter(options), and getBMPAsync returns a promise', more);
  }
}

class Converter {
  #options;
  #kept; // the addon's part of the converter
  #memory; // all of it: the addon does not keep it alive
  #start = 0; // where the output starts in it
  #room = 0; // bytes from there on
  #latest; // view of the latest output
  #isBusy = false;
  #isRefused = false; // there was no memory

  constructor(options) {
    this.#options = readOptions(options);
    this.#kept = native.createConverter(this.#options.values);
  }

  getBMP(png, more) {
    checkAlone(more);
    this.#begin();
    try {
      return this.#convert(png);
    } finally {
      this.#isBusy = false;
    }
  }

  #convert(png) {
    const { values, signal, onWarning } = this.#options;
    const view = toView('png', png);
    throwIfAborted(signal);
    const size = toLength('png', view);
    const length = this.#attempt(() => native.convertKept(view, size, this.#kept, onWarning));
    return length === undefined ? native.convert(view, size, values, onWarning) : this.#viewOf(length);
  }

  async getBMPAsync(png, more) {
    checkAlone(more);
    this.#begin();
    try {
      return await this.#run(png);
    } finally {
      this.#isBusy = false;
    }
  }

  async #run(png) {
    const facts = newFacts();
    // In WebAssembly the output has memory of its own: copying it into the converter's would take longer.
    const start = (view, size, values, ...rest) =>
      this.#attempt(() => native.convertKeptAsync?.(view, size, this.#kept, ...rest, facts)) ??
      native.convertAsync(view, size, values, ...rest);
    const output = await runPng(png, undefined, undefined, start, () => this.#options);
    return output === this.#memory ? this.#viewOf(byteLengthOf(facts))
      : wrap(output.buffer, output.byteOffset, output.length);
  }

  /** Also during getBMP: its onWarning, or a getter of its signal, may call the converter, whose memory has
   * the output. */
  #begin() {
    if (this.#isBusy) {
      throw Object.assign(new Error('The converter is busy: wait for its conversion to end (await its ' +
        'promise), or make one converter for each conversion at a time'), { code: 'ERR_INVALID_STATE' });
    }
    this.#isBusy = true;
  }

  /** The result of convert(), with enough memory: if there is too little, convert() only says how long the BMP
   * would be. undefined if no memory can be kept. */
  #attempt(convert) {
    let answer = convert();
    while (typeof answer === 'number' && answer > this.#room) {
      answer = this.#grow(answer) ? convert() : undefined;
    }
    return answer;
  }

  /** Whether there is memory for `needed` bytes. */
  #grow(needed) {
    if (this.#isRefused || memories >= MOST_MEMORIES) {
      return false;
    }
    const create = native.createMemory ?? createMemory; // WebAssembly needs none that is safe from threads
    const memory = create(roomFor(needed, this.#memory?.length ?? 0)) ?? create(needed);
    if (memory === undefined) {
      this.#isRefused = true; // asking takes V8 a garbage collection
      return false;
    }
    this.#memory = new Uint8Array(memory);
    this.#start = native.useMemory(this.#kept, this.#memory);
    this.#room = this.#memory.length - this.#start;
    this.#latest = undefined;
    return true;
  }

  #viewOf(length) {
    if (this.#latest?.length !== length) {
      this.#latest = wrap(this.#memory.buffer, this.#start, length);
    }
    return this.#latest;
  }
}

const createConverter = (options) => new Converter(options);

module.exports = { createConverter };
