'use strict';

// Raw pixels whose samples have 16 bits: sharp's { depth: 'ushort' }, fast-png's { depth: 16 }, and
// any Uint16Array. They are reduced to 8 bits before they are encoded.

const { argumentValueError } = require('./errors');
const { isDataView, isUint16Array, isUint8Array, isUint8ClampedArray } = require('./kinds');

const DEPTHS = { __proto__: null, 8: 1, uchar: 1, 16: 2, ushort: 2 };

function depthError(given) {
  return argumentValueError('property', 'pixels.depth', "8 or 'uchar', 16 or 'ushort': scale " +
    'other samples to 8 bits first', given);
}

/** Bytes per sample by the kind of view; undefined if it may be either. */
function bytesByView(view) {
  if (isUint16Array(view)) {
    return 2;
  }
  if (isUint8Array(view) || isUint8ClampedArray(view) || isDataView(view)) {
    return undefined;
  }
  const wanted = 'bytes or a Uint16Array: scale other samples to 8 bits first';
  throw argumentValueError('property', 'pixels.data', wanted, view);
}

/** 1 or 2, from the kind of view and `depth`, in bits or as in sharp. */
function bytesOfSample(view, depth) {
  const byView = bytesByView(view);
  // Making a key of anything else would call its code.
  const isKey = typeof depth === 'number' || typeof depth === 'string';
  const byDepth = depth === undefined ? byView ?? 1 : isKey ? DEPTHS[depth] : undefined;
  if (byDepth === undefined || byDepth !== (byView ?? byDepth)) {
    throw depthError(depth);
  }
  return byDepth;
}

/** A Uint16Array of the same bytes; a copy if they do not begin at an even offset. */
function wideView({ view, size }) {
  const { buffer, byteOffset } = view;
  return byteOffset % 2 === 0 ? new Uint16Array(buffer, byteOffset, Math.floor(size / 2))
    : new Uint16Array(buffer.slice(byteOffset, byteOffset + size - size % 2));
}

function reduce(target, samples, rounding) {
  const round = rounding === 'round';
  for (let i = 0; i < samples.length; i++) {
    target[i] = round ? Math.floor((samples[i] * 255 + 32767) / 65535) : samples[i] >> 8;
  }
}

/** Converts an image of 16-bit samples in the platform's byte order, whose view is a Uint8Array of our own, to
 * 8 bits without padding. rounding: as the option `depth16`. */
function to8Bits(image, rounding) {
  const { width, height, channels, stride } = image;
  if (stride % 2 !== 0) {
    throw argumentValueError('property', 'pixels.stride', 'even for samples of 16 bits', stride);
  }
  const samples = wideView(image);
  const row = width * channels;
  const view = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const start = y * stride / 2;
    reduce(view.subarray(y * row, (y + 1) * row), samples.subarray(start, start + row), rounding);
  }
  return { view, size: view.length, width, height, channels, stride: row };
}

module.exports = { bytesOfSample, to8Bits };
