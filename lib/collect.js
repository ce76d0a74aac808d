'use strict';

// PNGs that arrive in pieces, or later: Blobs and Files, Responses and Requests, web and Node.js streams.
// Their bytes are converted as they come, or collected first.

const { PngError, argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { toBytes } = require('./input');
const { isBytes } = require('./kinds');
const { abortable } = require('./signals');

const has = (value, method) => typeof value?.[method] === 'function';

const isStream = (value) => has(value, 'getReader') || has(value, Symbol.asyncIterator);

/** Whether it is a source whose bytes must be awaited. */
function isCollectable(value) {
  return typeof value === 'object' && value !== null && !isBytes(value) &&
    (has(value, 'arrayBuffer') || isStream(value));
}

/** What a stream is read with, if it has the method for it. */
function checkMethod(source, method) {
  if (!has(source, method)) {
    throw argumentTypeError('argument', 'png', 'a stream of bytes', source);
  }
  return source;
}

/** { next, stop }: next() returns a promise of { done, value }. */
function piecesOf(stream) {
  if (has(stream, 'getReader')) {
    const reader = checkMethod(stream.getReader(), 'read');
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = checkMethod(stream[Symbol.asyncIterator](), 'next');
  // return() alone would wait for the piece that was requested.
  const stop = () => (has(stream, 'destroy') ? stream.destroy() : iterator.return?.());
  return { next: () => iterator.next(), stop };
}

function checkSize(size, most) {
  if (size > most) {
    throw rangeError('argument', 'png', `at most ${most} bytes long (option maxInputBytes)`, size);
  }
}

const BLOCK_BYTES = 65536;

/** Bytes in the order in which they are added. They are copied, into blocks: the source may use its memory
 * again, and small pieces may keep large buffers alive. */
class Collected {
  size = 0;
  #blocks = [];
  #room = new Uint8Array(0); // at the end of the last block

  add(bytes) {
    const first = bytes.subarray(0, this.#room.length);
    const rest = bytes.subarray(first.length);
    this.#room.set(first);
    this.#room = this.#room.subarray(first.length);
    this.size += bytes.length;
    if (rest.length > 0) {
      this.#addBlock(rest);
    }
  }

  /** The first block has no room: a source of one piece is copied once. */
  #addBlock(bytes) {
    const block = new Uint8Array(this.#blocks.length === 0 ? bytes.length : Math.max(bytes.length, BLOCK_BYTES));
    block.set(bytes);
    this.#blocks.push(block);
    this.#room = block.subarray(bytes.length);
  }

  bytes() {
    if (this.#blocks.length === 1) {
      return this.#blocks[0];
    }
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for (const block of this.#blocks) {
      bytes.set(block.subarray(0, this.size - at), at);
      at += block.length;
    }
    return bytes;
  }
}

/** FileHandle.readableWebStream() of Node.js 20 gives ArrayBuffers. */
function bytesOfPiece({ value }) {
  if (!isBytes(value)) {
    throw argumentTypeError('argument', 'png', 'a stream of bytes', value);
  }
  return toBytes('png', value);
}

/** Whether the source has ended; its answer may be anything. */
function isLast(answer) {
  if (typeof answer !== 'object' || answer === null) {
    throw argumentTypeError('argument', 'png', 'a stream of bytes', answer);
  }
  return answer.done;
}

/** As many pieces as bytes are allowed, so that a stream of empty ones has an end, too. */
function checkCount(count, most) {
  if (count > most) {
    throw rangeError('argument', 'png', `in at most ${most} pieces, empty ones included (option maxInputBytes)`, count);
  }
}

/** Waits for take(bytes) with each piece. */
async function eachPiece({ next }, most, take) {
  let [count, size] = [0, 0];
  for (let piece = await next(); !isLast(piece); piece = await next()) {
    const bytes = bytesOfPiece(piece);
    size += bytes.length;
    checkSize(size, most);
    checkCount(++count, most);
    await take(bytes);
  }
}

async function eachOfStream(stream, most, untilCancelled, take) {
  const { next, stop } = piecesOf(stream);
  try {
    await eachPiece({ next: () => untilCancelled(next()) }, most, take);
  } catch (error) {
    // The source is told to stop, but not awaited: it may never answer.
    Promise.resolve().then(stop).catch(() => {});
    throw error;
  }
}

async function eachOfBlob(blob, most, untilCancelled, take) {
  const { size } = blob; // a Response has none
  if (typeof size === 'number') {
    checkSize(size, most);
  }
  if (has(blob, 'stream')) {
    return eachOfStream(blob.stream(), most, untilCancelled, take);
  }
  const bytes = toBytes('png', await untilCancelled(blob.arrayBuffer()));
  checkSize(bytes.length, most);
  return take(bytes);
}

function eachFrom(source, most, untilCancelled, take) {
  if (isStream(source)) {
    return eachOfStream(source, most, untilCancelled, take);
  }
  if (source.ok === false) {
    throw argumentValueError('argument', 'png', 'a successful Response', source.status);
  }
  if (source.bodyUsed === true) {
    throw argumentValueError('argument', 'png', 'a body that has not been read', source);
  }
  return isStream(source.body) ? eachOfStream(source.body, most, untilCancelled, take)
    : eachOfBlob(source, most, untilCancelled, take);
}

/** Waits for take(bytes) with each piece of a source that isCollectable accepts, then for the result of end(): at most
 * maxInputBytes, until the signal is aborted; cancel() is called then. */
async function fromPieces(source, { maxInputBytes, signal }, { take, end, cancel = () => {} }) {
  if (signal === undefined) {
    await eachFrom(source, maxInputBytes, (promise) => promise, take);
    return end();
  }
  let reject;
  const cancelled = new Promise((_, refuse) => { reject = refuse; });
  cancelled.catch(() => {}); // nobody may be waiting
  const stop = () => {
    reject(new PngError('ERR_CANCELLED', ''));
    cancel();
  };
  return abortable(signal, stop, async () => {
    await eachFrom(source, maxInputBytes, (promise) => Promise.race([promise, cancelled]), take);
    return end();
  });
}

/** A promise of all the bytes of such a source. */
function collect(source, limits) {
  const collected = new Collected();
  return fromPieces(source, limits, { take: (bytes) => collected.add(bytes), end: () => collected.bytes() });
}

/** How many bytes there will be; 0: it is not known, as of streams, whatever they say of their size. */
const sizeOfSource = (source) => (!isStream(source) && Number.isSafeInteger(source.size) && source.size > 0 ? source.size : 0);

module.exports = { collect, fromPieces, isCollectable, sizeOfSource };
