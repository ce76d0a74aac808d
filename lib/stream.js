'use strict';

// A stream of Node.js: the bytes of a PNG in, those of a BMP out.

const { builtin } = require('./environment');

const { Duplex } = builtin('node:stream') ?? require('node:stream');

const { bindWarnings } = require('./async');
const { AbortError } = require('./errors');
const { Feed } = require('./feed');
const { callLater } = require('./host');
const { Intake } = require('./intake');
const { readOptions } = require('./options');
const { follow, unfollow } = require('./signals');

/** Bytes that may wait: of the PNG, and of the BMP. */
const WRITABLE_BYTES = 64 * 1024;
const READABLE_BYTES = 128 * 1024;

/** A BMP that was converted as a whole leaves in parts of so many bytes. */
const SLICE_BYTES = 256 * 1024;

/** Streams take what is falsy for no error, but onWarning may throw it. */
const toError = (thrown) => thrown || new Error(`onWarning has thrown ${thrown}`);

/** Calls what may call listeners. What they throw is an uncaught exception, as with other streams. */
function callListeners(call) {
  try {
    return call();
  } catch (error) {
    callLater(() => { throw error; });
    return true;
  }
}

class BMPStream extends Duplex {
  #feed;
  #intake;
  #isRead = false; // more has been asked for since the last push
  #wake = () => {};
  #unfollow = () => {};

  constructor(options) {
    const o = bindWarnings(readOptions(options));
    const feed = new Feed(o, {
      sink: { planned: () => this.#tellInfo(), put: (bytes) => this.#put(bytes) },
    });
    super({ readableHighWaterMark: READABLE_BYTES, writableHighWaterMark: WRITABLE_BYTES });
    this.#feed = feed;
    this.#intake = new Intake((...chunk) => feed.take(...chunk), (error) => this.destroy(toError(error)));
    if (o.signal !== undefined) {
      this.#endWith(o.signal);
    }
  }

  /** As addAbortSignal of Node.js, which adds a listener for each stream: more than ten are reported as a leak. */
  #endWith(signal) {
    const abort = () => this.destroy(new AbortError(signal.reason));
    if (signal.aborted) {
      abort();
      return;
    }
    follow(signal, abort);
    this.#unfollow = () => unfollow(signal, abort);
  }

  #tellInfo() {
    callListeners(() => this.emit('info', this.#feed.info));
  }

  /** Waits while the reader has enough. */
  async #put(bytes) {
    this.#isRead = false;
    if (!callListeners(() => this.push(bytes)) && !this.#isRead && !this.destroyed) {
      await new Promise((resolve) => { this.#wake = resolve; });
    }
  }

  /** A reader may give away the memory of what it is given: no parts but the last share that of the rest. */
  async #putWhole(bytes) {
    let at = 0;
    for (; at + SLICE_BYTES < bytes.length && !this.destroyed; at += SLICE_BYTES) {
      await this.#put(Buffer.from(bytes.subarray(at, at + SLICE_BYTES)));
    }
    if (!this.destroyed) {
      await this.#put(bytes.subarray(at));
    }
  }

  async #end() {
    const { output } = this.#feed;
    if (output !== undefined) {
      await this.#putWhole(output);
    }
    callListeners(() => this.push(null));
  }

  _read() {
    this.#isRead = true;
    this.#wake();
  }

  /** A stream that was destroyed has its error, if there is one. */
  #fail(callback, error) {
    callLater(callback, this.destroyed ? undefined : toError(error));
  }

  _write(chunk, _encoding, callback) {
    this.#intake.add(chunk).then(() => callLater(callback), (error) => this.#fail(callback, error));
  }

  async #finish() {
    await this.#intake.end();
    if (!this.#feed.isDone) {
      await this.#feed.end();
    }
  }

  _final(callback) {
    this.#finish().then(() => {
      callLater(callback);
      this.#end();
    }, (error) => this.#fail(callback, error));
  }

  _destroy(error, callback) {
    this.#wake();
    this.#unfollow();
    this.#feed.close().then(() => callLater(callback, error));
  }
}

const createBMPStream = (options) => new BMPStream(options);

module.exports = { createBMPStream };
