'use strict';

// Converts what callers pass to what the addon takes: a view and a length.

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { hintFor, hintForOptions, withHint } = require('./hints');
const {
  getterOf, isAnyArrayBuffer, isArrayBuffer, isBytes, isDataView, isUint8ClampedArray,
} = require('./kinds');
const { bytesOfSample, to8Bits } = require('./samples');

const viewKinds = 'a Buffer, TypedArray, DataView, ArrayBuffer or SharedArrayBuffer';

/** What asynchronous calls take. */
const sourceKinds = 'a Buffer, TypedArray, DataView, ArrayBuffer, SharedArrayBuffer, Blob, Response or stream';

// WebAssembly memory comes in pages of this size (WebAssembly core specification, 4.2.8).
const WASM_PAGE = 65536;

function emptyError(name, buffer) {
  return argumentValueError('argument', name, 'at least one byte long, and not detached', buffer);
}

function notBytesError(name, value, kinds) {
  return withHint(argumentTypeError('argument', name, kinds, value), hintFor(value, name === 'png'));
}

function wrap(name, value, kinds) {
  if (!isAnyArrayBuffer(value)) {
    throw notBytesError(name, value, kinds);
  }
  try {
    return new Uint8Array(value);
  } catch {
    throw emptyError(name, value); // detached
  }
}

/** A view of the bytes of a view or an ArrayBuffer. */
function toView(name, value, kinds = viewKinds) {
  return ArrayBuffer.isView(value) ? value : wrap(name, value, kinds);
}

// The language's own getter: a subclass or an object may claim anything, and memory that can be taken away
// must not be read by another thread.
function viewGetter(name) {
  const ofDataView = getterOf(DataView.prototype, name);
  const ofTypedArray = getterOf(Object.getPrototypeOf(Uint8Array.prototype), name);
  return (view) => (isDataView(view) ? ofDataView : ofTypedArray)(view);
}

const bufferOf = viewGetter('buffer');
const offsetOf = viewGetter('byteOffset');
const sizeOfView = viewGetter('byteLength');
const sizeOfBuffer = getterOf(ArrayBuffer.prototype, 'byteLength');
const isResizable = getterOf(ArrayBuffer.prototype, 'resizable');

/** The bytes of a view, whatever its properties claim: the first `length`, or all. */
function bytesOf(view, length = byteLength(view)) {
  return new Uint8Array(bufferOf(view), offsetOf(view), length);
}

// A DataView of a detached buffer throws; other views then have no bytes.
function byteLength(view) {
  try {
    return sizeOfView(view);
  } catch {
    return 0;
  }
}

// A detached ArrayBuffer has no bytes, like an empty one, but accepts no view either.
function isDetached(view) {
  try {
    return void new Uint8Array(bufferOf(view));
  } catch {
    return true;
  }
}

/** How many bytes of the view to use: `length`, or all when it is undefined. 0 for an empty view,
 * which the addon refuses: having no bytes is an error of the data, not of the caller. */
function toLength(name, view, length) {
  const size = byteLength(view);
  if (size === 0 && isDetached(view)) {
    throw emptyError(name, view);
  }
  if (length === undefined) {
    return size;
  }
  if (typeof length !== 'number') {
    throw withHint(argumentTypeError('argument', 'length', 'a number', length), hintForOptions(length));
  }
  if (!(Number.isInteger(length) && length >= Math.min(1, size) && length <= size)) {
    throw rangeError('argument', 'length', `a whole number from 1 to ${size}`, length);
  }
  return length;
}

/** The bytes of a view or an ArrayBuffer. */
function toBytes(name, value) {
  const view = toView(name, value);
  return bytesOf(view, toLength(name, view));
}

/** Checks, after code of the caller has run (a getter, an event target), that the view still has as many
 * bytes as were counted. */
function checkStillThere(name, view, size) {
  if (byteLength(view) < size) {
    throw emptyError(name, view);
  }
}

function wholeNumber(name, value, least, most) {
  if (typeof value !== 'number') {
    throw argumentTypeError('property', `pixels.${name}`, 'a number', value);
  }
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    const range = `a whole number from ${least} to ${most}`;
    throw rangeError('property', `pixels.${name}`, range, value);
  }
  return value;
}

const MAX_SIDE = 2 ** 31 - 1;

/** A property that may come from a class, but not from Object.prototype, from which every object inherits. */
function optional(object, name) {
  return Object.hasOwn(object, name) || !(name in Object.prototype) ? object[name] : undefined;
}

/** The properties of raw pixels, each read once: getters are code of the caller, which may do anything to
 * the memory. */
function readPixels(pixels) {
  if (typeof pixels !== 'object' || pixels === null || isBytes(pixels)) {
    const error = argumentTypeError('argument', 'pixels', '{ data, width, height, channels[, stride] }', pixels);
    throw withHint(error, isBytes(pixels) ? 'For a PNG call getBMP' : '');
  }
  const { data, width, height } = pixels;
  const [channels, depth, stride, density] =
    ['channels', 'depth', 'stride', 'density'].map((name) => optional(pixels, name));
  return { data, width, height, channels, depth, stride, density };
}

/** Samples per pixel: `channels`, or 4 for the data of an ImageData. */
function channelsOf(channels, view, width, height) {
  const isImageData = channels === undefined && isUint8ClampedArray(view) &&
    byteLength(view) === 4 * width * height;
  return isImageData ? 4 : wholeNumber('channels', channels, 1, 4);
}

/** What readPixels has read, checked, with a view for the data, 8-bit samples, and its size. */
function toPixels(given, rounding) {
  const view = toView('pixels.data', given.data);
  const size = toLength('pixels.data', view, undefined);
  const width = wholeNumber('width', given.width, 1, MAX_SIDE);
  const height = wholeNumber('height', given.height, 1, MAX_SIDE);
  const channels = channelsOf(given.channels, view, width, height);
  const bytes = bytesOfSample(view, given.depth);
  const row = width * channels * bytes;
  const stride = given.stride === undefined ? row
    : wholeNumber('stride', given.stride, row, Number.MAX_SAFE_INTEGER);
  const needed = stride * (height - 1) + row;
  if (size < needed) {
    throw rangeError('property', 'pixels.data',
      `at least ${needed} bytes long for ${width} x ${height} x ${channels}`, size);
  }
  const image = { view, size, width, height, channels, stride };
  return bytes === 2 ? to8Bits({ ...image, view: bytesOf(view, size) }, rounding) : image;
}

/** Whether the memory could be taken away while another thread reads it, although the view is kept: by
 * resizing the buffer, or by growing a WebAssembly.Memory, which cannot be recognised except by its size.
 * Shared memory is usually written to by others. */
function mustCopy(buffer) {
  return !isArrayBuffer(buffer) || isResizable(buffer) || sizeOfBuffer(buffer) % WASM_PAGE === 0;
}

function isWhole(view, buffer) {
  return isArrayBuffer(buffer) && sizeOfView(view) === sizeOfBuffer(buffer);
}

/** The views that `moved` made: nobody else has their memory. */
const ownViews = new WeakSet();

// Undefined if the buffer cannot be moved: WebAssembly memory, or marked untransferable.
function moved(buffer) {
  try {
    const view = new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
    ownViews.add(view);
    return view;
  } catch {
    return undefined;
  }
}

/** What a worker thread reads: { view, copy }, where `copy` asks for a copy of the bytes before the call
 * returns. Transfer moves an ArrayBuffer only if the view covers all of it; otherwise it would take other
 * data along, so the bytes are copied instead. */
function asyncInput(view, mode) {
  const buffer = bufferOf(view);
  if (mode === 'transfer' && isWhole(view, buffer)) {
    const own = moved(buffer);
    if (own !== undefined) {
      return { view: own, copy: false };
    }
  }
  return { view, copy: mode !== 'borrow' || mustCopy(buffer) };
}

/** Whether the view is of memory that the caller gave away, so that it may be moved on. */
const isOwn = (view) => ownViews.has(view);

module.exports = {
  bytesOf, isOwn, optional, toBytes, sourceKinds, toView, toLength, checkStillThere, readPixels, toPixels, asyncInput,
};
