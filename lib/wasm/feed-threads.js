'use strict';

// Threads that hold the conversions of PNGs that come in pieces: each as many as come to it, one step at a time. They are
// others than those of pool.js: a step does not wait for an image, and an image that is given up takes no step along.

const { buffersOf, newFlag } = require('./work');

/** One PNG on a thread. */
class FeedElsewhere {
  #thread;
  #id;
  #open;
  #room; // for a copy of bytes: it comes back from the thread
  /** 0; 1 while it is closed, which ends a step; 2 when nothing is left of it. */
  flag = newFlag();

  constructor(thread, id, open) {
    this.#thread = thread;
    this.#id = id;
    this.#open = { ...open, flag: this.flag };
  }

  #copyOf(bytes) {
    const isLarge = this.#room?.byteLength >= bytes.length;
    const copy = new Uint8Array(isLarge ? this.#room : new ArrayBuffer(bytes.length), 0, bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** A promise of { error, warnings, numbers, memory }, where memory has moved to the thread and back; of undefined if
   * the thread could not be started, and has touched nothing. */
  async ask({ bytes, isLast, memory }) {
    const copy = bytes && this.#copyOf(bytes);
    const request = { feed: this.#id, open: this.#open, bytes: copy, isLast, memory };
    this.#open = undefined;
    const answer = await this.#thread.ask(request, buffersOf(copy, memory));
    this.#room = answer?.bytes?.buffer;
    return answer;
  }

  /** A promise that nothing is left of it. */
  close() {
    if (this.flag) {
      Atomics.compareExchange(this.flag, 0, 0, this.#open === undefined ? 1 : 2);
    }
    return this.#thread.leave(this.#id, this.#open === undefined);
  }
}

class Thread {
  held = 0;
  #port;
  #waiting = []; // { resolve, reject }, in the order of the answers
  #tellGone; // who asks a thread that is no more
  #gone;

  /** gone(isRefused): it takes no more; undefined: it is for one PNG. */
  constructor(open, gone) {
    this.#gone = gone;
    const end = (isRefused, tell) => {
      if (this.#tellGone === undefined) {
        this.#tellGone = tell;
        gone?.(isRefused);
        this.#waiting.forEach(tell);
      }
    };
    this.#port = open({
      answered: (answer) => this.#answered(answer),
      ended: (error = new Error('png2bmp: a worker thread ended')) => end(false, ({ reject }) => reject(error)),
      refused: () => end(true, ({ resolve }) => resolve(undefined)),
    });
  }

  ask(request, transfer) {
    return new Promise((resolve, reject) => {
      if (this.#tellGone === undefined) {
        this.#waiting.push({ resolve, reject });
        this.#port.ask(request, transfer);
      } else {
        this.#tellGone({ resolve, reject });
      }
    });
  }

  #answered(answer) {
    const { resolve } = this.#waiting.shift();
    this.#rest();
    resolve(answer);
  }

  /** It keeps no process alive, and ends after a while if it holds nothing. */
  #rest() {
    if (this.#tellGone === undefined && this.#waiting.length === 0) {
      this.#port.idle(this.held > 0);
    }
  }

  /** isKnown: it has been asked about the feed. */
  async leave(feed, isKnown) {
    this.held--;
    if (isKnown) {
      await this.ask({ feed, ends: true }, []).catch(() => {}); // a thread that is no more holds nothing
    } else {
      this.#rest();
    }
    if (this.#gone === undefined) {
      this.#port.stop();
    }
  }
}

class FeedThreads {
  #size;
  #open;
  #threads = [];
  #lastId = 0;

  /** At most `size` threads of open(listener), as in lib/wasm/threads.js. */
  constructor({ size, open }) {
    this.#size = size;
    this.#open = open;
  }

  /** Undefined if no more are allowed. */
  #start(gone) {
    try {
      return new Thread(this.#open, gone);
    } catch {
      return undefined;
    }
  }

  #startShared() {
    const thread = this.#start((isRefused) => {
      this.#threads = this.#threads.filter((each) => each !== thread);
      this.#size = isRefused ? this.#threads.length : this.#size;
    });
    if (thread === undefined) {
      this.#size = this.#threads.length;
    } else {
      this.#threads.push(thread);
    }
  }

  /** The one that has fewest PNGs. */
  #shared() {
    if (this.#threads.length < this.#size && this.#threads.every(({ held }) => held > 0)) {
      this.#startShared();
    }
    return [...this.#threads].sort((one, other) => one.held - other.held)[0];
  }

  /** Where one more PNG is converted; undefined if there is no thread. A save that may wait for a reader has a thread of
   * its own, beyond `size`, so that no other PNG waits as well. */
  hold(open) {
    const thread = (open.mayWait && this.#start()) || this.#shared();
    if (thread === undefined) {
      return undefined;
    }
    thread.held++;
    return new FeedElsewhere(thread, ++this.#lastId, open);
  }
}

module.exports = { FeedThreads };
