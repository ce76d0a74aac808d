'use strict';

const { HttpError } = require('./errors');

const busy = () =>
  new HttpError(503, 'ERR_BUSY', 'Too many requests at the moment', { 'Retry-After': 1 });

/**
 * Back pressure: limits how many requests are inside the server, and how many of them convert.
 *
 * A request is admitted before its body is read, so that the bodies in memory are bounded as well as the
 * work. Admitted requests take turns in the order in which they asked.
 */
class Gate {
  #places;
  #turns;
  #waiting = new Set();
  inside = 0;
  converting = 0;

  constructor(places, turns) {
    this.#places = places;
    this.#turns = turns;
  }

  get waiting() {
    return this.#waiting.size;
  }

  admit() {
    if (this.inside === this.#places) {
      throw busy();
    }
    this.inside++;
  }

  leave() {
    this.inside--;
  }

  /** Returns what work() returns, once it is our turn; rejects if the signal is aborted first. */
  async turn(signal, work) {
    await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  async #wait(signal) {
    signal.throwIfAborted();
    if (this.converting < this.#turns) {
      this.converting++;
      return;
    }
    await new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => {
        // False if it is already our turn: then work() sees the signal.
        if (this.#waiting.delete(resolve)) reject(signal.reason);
      }, { once: true });
    });
  }

  /** Passes our turn to the first in the queue. */
  #passOn() {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.converting--;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}

/** Limits the bytes of all BMPs that exist, whether they are being written or waiting to be sent, and what conversions
 * hold whose rows are sent as they come. */
class Budget {
  #limit;
  used = 0;

  constructor(limit) {
    this.#limit = limit;
  }

  /** A BMP larger than the limit passes if it is the only one: otherwise it would never pass. */
  take(bytes) {
    if (this.used > 0 && this.used + bytes > this.#limit) throw busy();
    this.used += bytes;
  }

  giveBack(bytes) {
    this.used -= bytes;
  }
}

module.exports = { Budget, Gate };
