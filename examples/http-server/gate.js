'use strict';

const { HttpError } = require('./errors');

/**
 * Back pressure: so many requests inside the server, so many of them converting.
 *
 * A request is admitted before its body is read, so that the bodies in memory are bounded as
 * well as the work. Those that are inside take turns in the order in which they asked.
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
      throw new HttpError(503, 'ERR_BUSY', 'Too many requests at the moment', { 'Retry-After': 1 });
    }
    this.inside++;
  }

  leave() {
    this.inside--;
  }

  /** Gives what work() gives, when it is our turn; rejects when the signal comes first. */
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
        // False when the turn has come already: then work() meets the signal.
        if (this.#waiting.delete(resolve)) reject(signal.reason);
      }, { once: true });
    });
  }

  /** Our turn becomes that of the first in the queue. */
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

module.exports = { Gate };
