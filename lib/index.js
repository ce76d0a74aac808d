'use strict';

const process = require('node:process');

const native = require('./native');
const { AbortError, PngError, argumentTypeError } = require('./errors');
const { asyncInput, toLength, toPath, toView } = require('./input');
const { formats, inputs, readOptions } = require('./options');

// ---- Synchronous ------------------------------------------------------------

function throwIfAborted(signal) {
  if (signal !== undefined && signal.aborted) {
    throw new AbortError(signal.reason);
  }
}

function getBMP(png, length, options) {
  if (typeof length === 'object') {
    options = length;
    length = undefined;
  }
  const view = toView('png', png);
  const size = toLength('png', view, length);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  return native.convert(view, size, o.flags, o.background, o.maxPixels, o.onWarning);
}

function getBMPInto(target, png, options) {
  const output = toView('target', target);
  const view = toView('png', png);
  const size = toLength('png', view, undefined);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  return native.convertInto(view, size, o.flags, o.background, o.maxPixels, o.onWarning, output);
}

function saveBMP(path, png, length, options) {
  if (typeof length === 'object') {
    options = length;
    length = undefined;
  }
  const file = toPath(path);
  const view = toView('png', png);
  const size = toLength('png', view, length);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  return native.save(view, size, o.flags, o.background, o.maxPixels, o.onWarning, file);
}

// Where the addon writes what readInfo answers: read at once, before anything else runs.
const facts = new Float64Array(9);

function readInfo(png, options) {
  const view = toView('png', png);
  const size = toLength('png', view, undefined);
  const o = readOptions(options);
  native.plan(view, size, o.flags, o.background, o.maxPixels, o.onWarning, facts);
  return {
    width: facts[0],
    height: facts[1],
    bitDepth: facts[2],
    colorType: facts[3],
    interlaced: facts[4] === 1,
    hasAlpha: facts[5] === 1,
    bmp: {
      format: native.names.format[facts[6]],
      bitsPerPixel: facts[7],
      byteLength: facts[8],
    },
  };
}

// ---- Asynchronous -----------------------------------------------------------

let lastTicket = 0;

/** start(ticket) with a ticket that the signal cancels. */
async function abortable(signal, start) {
  throwIfAborted(signal);
  lastTicket = lastTicket % 0xffffffff + 1;
  const ticket = lastTicket;
  const cancel = () => native.cancel(ticket);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await start(ticket);
  } catch (error) {
    throw error.code === 'ERR_CANCELLED' ? new AbortError(signal.reason) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Async, so that whatever is thrown on the way rejects. */
async function run(view, size, o, file) {
  const start = (ticket) => {
    const { view: input, copy } = asyncInput(view, o.input);
    const { flags, background, maxPixels, onWarning } = o;
    return file === undefined
      ? native.convertAsync(input, size, flags, background, maxPixels, onWarning, copy, ticket)
      : native.saveAsync(input, size, flags, background, maxPixels, onWarning, copy, ticket,
        file);
  };
  return o.signal === undefined ? start(0) : abortable(o.signal, start);
}

/** callback(error) or callback(null, value), outside of the promise: what it throws is an
 * uncaught exception and not an unhandled rejection. */
function deliver(promise, callback) {
  promise.then((value) => process.nextTick(callback, null, value),
    (error) => process.nextTick(callback, error));
}

/** (length, options, callback) from what was given in their place: each may be left out. */
function sortArguments(length, options, callback) {
  if (typeof length === 'function') {
    return [undefined, undefined, length];
  }
  if (typeof length === 'object') {
    return [undefined, length, options];
  }
  return typeof options === 'function' ? [length, undefined, options]
    : [length, options, callback];
}

function checkCallback(callback) {
  if (callback !== undefined && typeof callback !== 'function') {
    throw argumentTypeError('argument', 'callback', 'a function', callback);
  }
}

/** Wrong arguments: thrown where there is a callback (as node:fs does), else a rejection. */
function convertLater(path, hasPath, png, rest) {
  const [length, options, callback] = sortArguments(...rest);
  checkCallback(callback);
  const prepare = () => {
    const file = hasPath ? toPath(path) : undefined;
    const view = toView('png', png);
    return run(view, toLength('png', view, length), readOptions(options), file);
  };
  return callback === undefined ? (async () => prepare())() : deliver(prepare(), callback);
}

function getBMPAsync(png, length, options, callback) {
  return convertLater(undefined, false, png, [length, options, callback]);
}

function saveBMPAsync(path, png, length, options, callback) {
  return convertLater(path, true, png, [length, options, callback]);
}

// ---- Facts ------------------------------------------------------------------

function deepFreeze(object) {
  Object.values(object).filter((value) => typeof value === 'object').forEach(deepFreeze);
  return Object.freeze(object);
}

function warningCodes() {
  const all = Object.keys(native.codes);
  const warnings = all.slice(all.indexOf(native.firstWarning));
  return Object.fromEntries(warnings.map((code) =>
    [code.replace('ERR', 'WARN'), native.codes[code]]));
}

const constants = deepFreeze({
  formats,
  alphas: native.names.alpha,
  depths16: native.names.depth16,
  dithers: native.names.dither,
  inputs,
  colorTypes: { gray: 0, rgb: 2, palette: 3, grayAlpha: 4, rgbAlpha: 6 },
  DEFAULT_MAX_PIXELS: readOptions(undefined).maxPixels,
  MAX_BMP_LENGTH: 0xffffffff,
});

const errors = Object.freeze({
  PngError,
  codes: Object.freeze(native.codes),
  warnings: Object.freeze(warningCodes()),
});

module.exports = {
  getBMP,
  getBMPAsync,
  getBMPInto,
  saveBMP,
  saveBMPAsync,
  readInfo,
  constants,
  errors,
  versions: Object.freeze(native.versions),
};
