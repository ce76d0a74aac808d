'use strict';

// Reads the PNG of a file piece by piece with node:fs, for lib/convert-file.js: the counterpart of src/save/read.c. Errors
// are the same as from there.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const fs = builtin('node:fs') ?? require('node:fs');
const { setTimeout } = builtin('node:timers/promises') ?? require('node:timers/promises');
const { promisify } = builtin('node:util') ?? require('node:util');

const native = require('./native');
const { errorFromNative } = require('./errors');
const { FLAGS, Pipe, hasPipes } = require('./pipe');

/** As in src/save/convert_file.c. */
const PIECE_BYTES = 256 * 1024 - 1;
const PAUSE_MS = 10;

const openWith = promisify(fs.open);
const read = promisify(fs.read);

const SALVAGE = native.options.findIndex(({ name }) => name === 'salvage');

const tooLong = () => Object.assign(new Error('EFBIG: file too large, read'), { code: 'EFBIG', errno: -27, syscall: 'read' });

/** The same error of the system, with this path, or none. */
const withPath = ({ errno, syscall }, path) =>
  errorFromNative('ERR_FILE', '', Math.abs(errno), syscall, path && Buffer.from(path).toString());

/** A file on which another process has a lease is opened without O_NONBLOCK, which waits until that is given up. */
async function open(path) {
  try {
    return await openWith(path, FLAGS);
  } catch (error) {
    if (error.code !== 'EAGAIN') {
      throw error;
    }
    return openWith(path, fs.constants.O_RDONLY);
  }
}

/** Of a descriptor that does not wait for bytes by itself, as standard input may be. */
function readNow(fd, room) {
  for (;;) {
    try {
      return fs.readSync(fd, room, 0, room.length, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** undefined if it has to be tried again. */
async function readSoon(fd, room) {
  try {
    return (await read(fd, room, 0, room.length, null)).bytesRead;
  } catch (error) {
    if (error.code !== 'EAGAIN') {
      throw error;
    }
    await setTimeout(PAUSE_MS);
    return undefined;
  }
}

/** A file that is read piece by piece, all in the same memory; with `salvage` all of it is one piece. */
class OldFile {
  /** Of the file; 0 if it is not known. */
  length = 0;
  /** Whether the piece is all of the file. */
  isWhole = false;

  #source;
  #o;
  #fd;
  #room = Buffer.allocUnsafeSlow(PIECE_BYTES + 1); // a read that does not get the last byte shows the end
  #size = 0;
  #before = 0;
  #isAtEnd = false;
  #isRegular = false;
  #pipe; // for soon(), if it is a named one
  #isStopped = false;

  /** source: { path, descriptor }, and for soon() `absolute`, the path that leads there wherever the process goes. */
  constructor(source, o) {
    this.#source = source;
    this.#o = o;
  }

  get #isOwn() {
    return this.#source.descriptor < 0;
  }

  get #name() {
    return Buffer.from(this.#source.absolute ?? this.#source.path);
  }

  /** Gives what is known of the file. */
  #begin(fd) {
    this.#fd = fd;
    const stat = fs.fstatSync(fd);
    this.#isRegular = stat.isFile();
    if (this.#isOwn && this.#isRegular) {
      this.length = stat.size;
      this.#check(stat.size);
    }
    return stat;
  }

  async #beginSoon() {
    const stat = this.#begin(this.#isOwn ? await open(this.#name) : this.#source.descriptor);
    if (hasPipes && this.#isOwn && stat.isFIFO() && !this.#isStopped) {
      this.#pipe = new Pipe(this.#fd);
    }
  }

  #check(size) {
    if (size > this.#o.maxInputBytes) {
      throw tooLong();
    }
  }

  get #isFull() {
    return this.#size === this.#room.length;
  }

  get #next() {
    if (this.#isFull) {
      this.#room = Buffer.concat([this.#room], 2 * this.#size);
    }
    return this.#room.subarray(this.#size);
  }

  /** So many bytes were read; whether the piece is complete. */
  #add(size) {
    this.#size += size;
    this.#isAtEnd = size === 0;
    this.#check(this.#before + this.#size);
    return this.#isAtEnd || (this.#isFull && this.#o.values[SALVAGE] === 0);
  }

  #take() {
    const bytes = this.#room.subarray(0, this.#size);
    this.isWhole = this.#isAtEnd && this.#before === 0;
    this.#before += this.#size;
    this.#size = 0;
    return bytes;
  }

  /** With the path as it was given, as the addon's errors have it. */
  #renamed(error) {
    return typeof error.errno === 'number' && error.code !== 'EFBIG'
      ? withPath(error, this.#isOwn ? this.#source.path : undefined) : error;
  }

  /** At least one piece, each until the next is asked for. */
  * now() {
    try {
      this.#begin(this.#isOwn ? fs.openSync(this.#name) : this.#source.descriptor);
      while (!this.#isAtEnd) {
        while (!this.#add(readNow(this.#fd, this.#next)));
        yield this.#take();
      }
    } catch (error) {
      throw this.#renamed(error);
    } finally {
      this.#end((fd) => fs.closeSync(fd));
    }
  }

  /** The same, while other code runs. Not a stream of node:fs, which closes its descriptor. */
  async* soon() {
    try {
      await this.#beginSoon();
      while (!this.#isAtEnd && !this.#isStopped) {
        await this.#fill();
        yield this.#take();
      }
    } catch (error) {
      throw this.#renamed(error);
    } finally {
      this.#end((fd) => (this.#pipe === undefined ? fs.close(fd, () => {}) : this.#pipe.close()));
    }
  }

  async #fill() {
    for (let isComplete = false; !isComplete && !this.#isStopped;) {
      const size = await (this.#pipe?.read(this.#next) ?? readSoon(this.#fd, this.#next));
      isComplete = size !== undefined && this.#add(size);
    }
  }

  /** Ends soon(), whose iterator is `pieces`. When the promise is settled nothing reads the descriptor, whose number
   * another file may have next; only the bytes of a pipe that was given open are not waited for, which may never come. */
  async stop(pieces) {
    this.#isStopped = true;
    this.#pipe?.close();
    const isOver = pieces.return();
    if (this.#isRegular || this.#pipe !== undefined) {
      await isOver;
    }
  }

  #end(close) {
    if (this.#isOwn && this.#fd !== undefined) {
      close(this.#fd);
    }
  }
}

module.exports = { OldFile, withPath };
