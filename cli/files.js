'use strict';

/* Reads PNG files: the header at once, the rest when it is needed. What goes into a file is read by the library. */

const fs = require('node:fs');
const { toPath } = require('./names');
const { openStream } = require('./streams');
const { hasWildcard } = require('./wildcards');

/* Most PNGs have less than 1 kB before the first IDAT, and most icons and many
 * screenshots are smaller than this as a whole. */
const HEAD_BYTES = 65536;

const SIGNATURE_BYTES = 8;

function readFully(fd, size) {
  const bytes = Buffer.allocUnsafeSlow(size);
  let done = 0;
  while (done < size) {
    const count = fs.readSync(fd, bytes, done, size - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function noSuchFile(file) {
  const why = !hasWildcard(file) ? 'no such file or directory'
    : process.platform === 'win32' ? 'no file matches these wildcards'
      : 'no such file (wildcards are for the shell, which expands them if they are not quoted)';
  return Object.assign(new Error(`ENOENT: ${why}, open '${file}'`), { code: 'ENOENT', syscall: 'open', path: file });
}

/**
 * The size of a regular file; undefined if it is another, so that reading might block.
 * It is not opened: opening a pipe waits for its writer.
 */
function sizeOf(file) {
  const stat = fs.statSync(toPath(file), { throwIfNoEntry: false });
  if (stat === undefined) throw noSuchFile(file);
  if (stat.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: is a directory (use --recursive to convert its files), read '${file}'`),
      { code: 'EISDIR', syscall: 'read', path: file });
  }
  return stat.isFile() ? stat.size : undefined;
}

/** The first bytes of a regular file of this size, read at once, on this thread. */
function readHead(file, size) {
  const fd = fs.openSync(toPath(file), 'r');
  try {
    return readFully(fd, Math.min(size, HEAD_BYTES));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The chunks of a stream, which is checked meanwhile: first when there is a signature, then each time the amount has
 * doubled, until the check knows how many bytes there may be. What has come until then, or if it never knows all, is
 * one chunk, the first.
 */
async function* checkedChunks(stream, watch, check) {
  const held = [];
  let size = 0;
  watch({ bytesDone: () => size });
  let checkAt = SIGNATURE_BYTES;
  let limit;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw tooLong(limit);
    if (limit !== undefined) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    if (size < checkAt) continue;
    limit = check(Buffer.concat(held));
    checkAt = 2 * size;
    if (limit !== undefined) yield Buffer.concat(held.splice(0));
  }
  if (limit === undefined) yield Buffer.concat(held);
}

/** An asynchronous iterator over the chunks of a stream that may be endless. */
class Chunks {
  failure; // what opening or reading has ended with, or the check
  #open;
  #stream;
  #chunks;
  #first;

  /**
   * watch: as that of startProgress.
   * @param {(head: Buffer) => number | undefined} check throws if there is no point in reading on; otherwise returns
   *   how many bytes there may be in all, or undefined if it must see more
   */
  constructor(file, { signal, watch = () => {} }, check) {
    this.#open = () => {
      this.#stream = openStream(file, signal);
      return checkedChunks(this.#stream, watch, check);
    };
  }

  /** What comes first: what the check needed, or all. */
  async first() {
    const { value } = this.#first = await this.next();
    return value;
  }

  async next() {
    const first = this.#first;
    this.#first = undefined;
    try {
      this.#chunks ??= this.#open();
      return first ?? await this.#chunks.next();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** Without waiting for the next chunk. */
  destroy() {
    this.#stream?.destroy();
  }
}

/** Reads such a stream to its end. */
async function readStream(file, settings, check) {
  const chunks = [];
  for await (const chunk of new Chunks(file, settings, check)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Whether an error says that a PNG could not be read, and not that it is a bad one. */
const isOfReading = (error) => error.syscall !== undefined || error.code === 'ERR_INPUT_LIMIT';

function tooLong(limit) {
  const message = `the stream has more than ${limit} bytes, far more than an image of this size needs`;
  return Object.assign(new Error(message), { code: 'ERR_INPUT_LIMIT' });
}

/** All the bytes of a regular file, read on the thread pool. */
function readFile(file, signal) {
  return fs.promises.readFile(toPath(file), { signal });
}

module.exports = { Chunks, HEAD_BYTES, isOfReading, readFile, readHead, readStream, sizeOf };
