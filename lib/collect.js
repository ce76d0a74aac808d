'use strict';

// PNGs that arrive in pieces, or later: Blobs and Files, Responses and Requests, web and Node.js streams.
// Their bytes are collected before they are converted.

const { PngError, argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { bytesOf } = require('./input');
const { isAnyArrayBuffer } = require('./kinds');
const { abortable } = require('./signals');

const has = (value, method) => typeof value?.[method] === 'function';

const isStream = (value) => has(value, 'getReader') || has(value, Symbol.asyncIterator);

/** Whether it is a source whose bytes must be awaited. */
function isCollectable(value) {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) &&
    !isAnyArrayBuffer(value) && (has(value, 'arrayBuffer') || isStream(value));
}

/** { next, stop }: next() returns a promise of { done, value }. */
function piecesOf(stream) {
  if (has(stream, 'getReader')) {
    const reader = stream.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = stream[Symbol.asyncIterator]();
  // return() alone would wait for the piece that was requested.
  const stop = () => (has(stream, 'destroy') ? stream.destroy() : iterator.return?.());
  return { next: () => iterator.next(), stop };
}

function checkSize(size, most) {
  if (size > most) {
    throw rangeError('argument', 'png', `at most ${most} bytes long (option maxInputBytes)`, size);
  }
}

function join(pieces, size) {
  if (pieces.length === 1) {
    return pieces[0];
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

async function collectPieces({ next }, most) {
  const pieces = [];
  let size = 0;
  for (let piece = await next(); !piece.done; piece = await next()) {
    if (!ArrayBuffer.isView(piece.value)) {
      throw argumentTypeError('argument', 'png', 'a stream of bytes', piece.value);
    }
    const bytes = bytesOf(piece.value);
    size += bytes.length;
    checkSize(size, most);
    pieces.push(bytes);
  }
  return join(pieces, size);
}

async function collectStream(stream, most, untilCancelled) {
  const { next, stop } = piecesOf(stream);
  try {
    return await collectPieces({ next: () => untilCancelled(next()) }, most);
  } catch (error) {
    // The source is told to stop, but not awaited: it may never answer.
    Promise.resolve().then(stop).catch(() => {});
    throw error;
  }
}

async function collectBlob(blob, most, untilCancelled) {
  checkSize(blob.size, most);
  const bytes = new Uint8Array(await untilCancelled(blob.arrayBuffer()));
  checkSize(bytes.length, most);
  return bytes;
}

function collectFrom(source, most, untilCancelled) {
  if (isStream(source)) {
    return collectStream(source, most, untilCancelled);
  }
  if (source.ok === false) {
    throw argumentValueError('argument', 'png', 'a successful Response', source.status);
  }
  if (source.bodyUsed === true) {
    throw argumentValueError('argument', 'png', 'a body that has not been read', source);
  }
  return isStream(source.body) ? collectStream(source.body, most, untilCancelled)
    : collectBlob(source, most, untilCancelled);
}

/** A promise of the bytes of a source that isCollectable accepts: at most maxInputBytes, until the signal is
 * aborted. */
async function collect(source, { maxInputBytes, signal }) {
  if (signal === undefined) {
    return collectFrom(source, maxInputBytes, (promise) => promise);
  }
  let cancel;
  const cancelled = new Promise((_, reject) => {
    cancel = () => reject(new PngError('ERR_CANCELLED', ''));
  });
  cancelled.catch(() => {}); // nobody may be waiting
  return abortable(signal, cancel,
    () => collectFrom(source, maxInputBytes, (promise) => Promise.race([promise, cancelled])));
}

module.exports = { collect, isCollectable };
