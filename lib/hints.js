'use strict';

// What to do with something that is not the bytes of a PNG but has them. The first hint that fits counts.

const { hints } = require('./host');
const { isAnyArrayBuffer } = require('./kinds');

const has = (value, method) => typeof value?.[method] === 'function';
const isObject = (value) => typeof value === 'object' && value !== null;
const isBytes = (value) => ArrayBuffer.isView(value) || isAnyArrayBuffer(value);

/** The property in which an object has bytes: multer's file, axios' response. */
function holderOf(value) {
  return isObject(value) ? ['buffer', 'data', 'body', 'bytes', 'content'].find((name) => isBytes(value[name]))
    : undefined;
}

const isPixels = (value) => holderOf(value) !== undefined && value.width > 0 && value.height > 0;
const isJSONOfBuffer = (value) => isObject(value) && value.type === 'Buffer' && Array.isArray(value.data);
const isFormData = (value) => has(value, 'getAll') && has(value, 'append');
const urlOf = (value) => /^(file|https?):/.exec(typeof value === 'string' ? value : value?.href)?.[1];

// What lib/collect.js takes.
const COLLECTED = [
  // Blob, File, Response, Request
  [(value) => has(value, 'arrayBuffer'), () => 'Get its bytes with await x.arrayBuffer()'],
  [(value) => has(value, 'pipe') || has(value, 'getReader'), () => hints.stream],
];

const HINTS = [
  [(value) => urlOf(value) === 'file', () => hints.file],
  [(value) => urlOf(value) !== undefined, () => 'Get the bytes of a URL with await (await fetch(url)).arrayBuffer()'],
  [(value) => typeof value === 'string', () => hints.text],
  [Array.isArray, () => 'Convert the array to bytes with Uint8Array.from(array)'],
  [(value) => has(value, 'then'), () => 'Wait for the promise with await'],
  [isJSONOfBuffer, () => hints.json],
  [isFormData, () => 'Take the file out of the form with x.get(name)'],
  [isPixels, () => 'For raw pixels call encodeBMP'],
  [(value) => holderOf(value) !== undefined, (value) => `Its bytes are in x.${holderOf(value)}: pass those`],
];

const hintIn = (list, value) => list.find(([fits]) => fits(value))?.[1](value);

/** A sentence without its full stop, or ''. canWait: there is an asynchronous call that takes more. */
function hintFor(value, canWait) {
  const collected = hintIn(COLLECTED, value);
  if (collected !== undefined) {
    return canWait ? `${collected}, or make the asynchronous call` : collected;
  }
  return hintIn(HINTS, value) ?? '';
}

/** The same for something in the place of `length` or `options`. */
function hintForOptions(value) {
  if (typeof value === 'function') {
    return 'For a callback make the asynchronous call';
  }
  if (typeof value === 'string') {
    return 'Options are an object, such as { format: \'mono1\' }';
  }
  return isBytes(value) ? 'The PNG is the first argument of a conversion: createConverter(options).getBMP(png)' : '';
}

/** The error, with the hint after its message, if there is one. */
function withHint(error, hint) {
  error.message += hint && `. ${hint}`;
  return error;
}

module.exports = { hintFor, hintForOptions, isBytes, withHint };
