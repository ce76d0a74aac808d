'use strict';

// What to do with something that is not the bytes of a PNG but has them. The first hint that fits counts.

const { hints } = require('./host');
const { isBytes } = require('./kinds');

const has = (value, method) => typeof value?.[method] === 'function';
const isObject = (value) => typeof value === 'object' && value !== null;

/** The property in which an object has bytes: multer's file, axios' response. */
function holderOf(value) {
  return isObject(value) ? ['buffer', 'data', 'body', 'bytes', 'content'].find((name) => isBytes(value[name]))
    : undefined;
}

const isSide = (value) => typeof value === 'number' && value > 0;
const isPixels = (value) => holderOf(value) !== undefined && isSide(value.width) && isSide(value.height);
const isJSONOfBuffer = (value) => isObject(value) && value.type === 'Buffer' && Array.isArray(value.data);
const isFormData = (value) => has(value, 'getAll') && has(value, 'append');

/** The scheme of a URL, as text or an object. */
function schemeOf(value) {
  const text = typeof value === 'string' ? value : value?.href;
  return typeof text === 'string' ? /^(file|https?):/.exec(text)?.[1] : undefined;
}

// What lib/collect.js takes.
const COLLECTED = [
  // Blob, File, Response, Request
  [(value) => has(value, 'arrayBuffer'), () => 'Get its bytes with await x.arrayBuffer()'],
  [(value) => has(value, 'pipe') || has(value, 'getReader'), () => hints.stream],
];

const HINTS = [
  [(value) => schemeOf(value) === 'file', () => hints.file],
  [(value) => schemeOf(value) !== undefined, () => 'Get the bytes of a URL with await (await fetch(url)).arrayBuffer()'],
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

module.exports = { hintFor, hintForOptions, withHint };
