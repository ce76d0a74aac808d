'use strict';

// Named pipes that are read while no thread waits for their bytes: a read of node:fs that has begun keeps a thread of the
// pool, and the process, until it ends, whatever has become of the conversion. Also for cli/.

const { builtin } = require('./environment');

const fs = builtin('node:fs') ?? require('node:fs');
const { process } = globalThis;

/** Windows has other pipes, and Bun's Socket gets nothing from a descriptor. */
const hasPipes = process.platform !== 'win32' && process.versions.bun === undefined && process.versions.deno === undefined;

/** O_NONBLOCK: opening does not wait for the writer of a pipe, or the carrier of a line. */
const FLAGS = hasPipes ? fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY : fs.constants.O_RDONLY;

/** A stream from a pipe that was opened with FLAGS, and is closed with the stream. */
function streamOfPipe(fd) {
  const { Socket } = builtin('node:net') ?? require('node:net'); // here, since few need it
  return new Socket({ fd, readable: true, writable: false });
}

/** A pipe that is read into the caller's memory. */
class Pipe {
  #stream;
  #chunks;
  #rest = new Uint8Array(0);

  /** fd: as for streamOfPipe. */
  constructor(fd) {
    this.#stream = streamOfPipe(fd);
    this.#chunks = this.#stream[Symbol.asyncIterator]();
  }

  /** A promise of how many bytes there are now; 0 at the end. */
  async read(room) {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) {
        return 0;
      }
      this.#rest = value;
    }
    const bytes = this.#rest.subarray(0, room.length);
    room.set(bytes);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes.length;
  }

  /** At once; a read() that waits is rejected. */
  close() {
    this.#stream.destroy();
  }
}

module.exports = { FLAGS, Pipe, hasPipes, streamOfPipe };
