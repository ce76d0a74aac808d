'use strict';

// Options objects to the numbers that the addon takes: see addon/options.h.

const { cpu, names } = require('./native');
const { argumentTypeError, argumentValueError, rangeError } = require('./errors');

// Those that are a BMP; decodePNG asks for the others.
const formats = names.format.filter((name) => !name.startsWith('raw-'));
const inputs = ['borrow', 'copy', 'transfer'];
const saveFlags = ['w', 'wx'];

function defaults() {
  return {
    flags: cpu << 24 | 128 << 16, // threshold
    background: 0xffffff,
    maxPixels: 268402689, // 16383 * 16383
    maxMemory: 256 * 1024 * 1024,
    onWarning: undefined,
    input: 'borrow',
    signal: undefined,
  };
}

function choice(key, list, value) {
  const index = list.indexOf(value);
  if (index < 0) {
    throw argumentValueError('option', key, list, value);
  }
  return index;
}

// By its place among all names: `formats` is only a part of them.
function formatNumber(value) {
  return names.format.indexOf(formats[choice('format', formats, value)]);
}

function flag(key, value) {
  if (typeof value !== 'boolean') {
    throw argumentTypeError('option', key, 'a boolean', value);
  }
  return value ? 1 : 0;
}

const colorForms = "'#rgb', '#rrggbb', [r, g, b] or { r, g, b } with whole numbers from 0 to 255";

function colorFromText(text) {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (digits === undefined) {
    throw argumentValueError('option', 'background', colorForms, text);
  }
  return parseInt(digits.length === 6 ? digits : digits.replace(/./g, '$&$&'), 16);
}

function isByte(value) {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function luma(key, value) {
  if (typeof value !== 'number') {
    throw argumentTypeError('option', key, 'a number', value);
  }
  if (!isByte(value)) {
    throw rangeError('option', key, 'a whole number from 0 to 255', value);
  }
  return value;
}

function color(value) {
  if (typeof value === 'string') {
    return colorFromText(value);
  }
  if (typeof value !== 'object' || value === null) {
    throw argumentTypeError('option', 'background', colorForms, value);
  }
  const [r, g, b] = Array.isArray(value) ? value : [value.r, value.g, value.b];
  if (!isByte(r) || !isByte(g) || !isByte(b) || (Array.isArray(value) && value.length !== 3)) {
    throw argumentValueError('option', 'background', colorForms, value);
  }
  return r << 16 | g << 8 | b;
}

function limit(key, value) {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw argumentTypeError('option', key, 'a number or a bigint', value);
  }
  if (!(value >= 0)) {
    throw rangeError('option', key, '0 or more', value);
  }
  return Number(value);
}

function listener(value) {
  if (typeof value !== 'function') {
    throw argumentTypeError('option', 'onWarning', 'a function', value);
  }
  return value;
}

function abortSignal(value) {
  if (typeof value !== 'object' || value === null || typeof value.aborted !== 'boolean' ||
    typeof value.addEventListener !== 'function') {
    throw argumentTypeError('option', 'signal', 'an AbortSignal', value);
  }
  return value;
}

const readers = {
  __proto__: null,
  format(parsed, value) { parsed.flags |= formatNumber(value); },
  alpha(parsed, value) { parsed.flags |= choice('alpha', names.alpha, value) << 4; },
  depth16(parsed, value) { parsed.flags |= choice('depth16', names.depth16, value) << 6; },
  dither(parsed, value) { parsed.flags |= choice('dither', names.dither, value) << 8; },
  topDown(parsed, value) { parsed.flags |= flag('topDown', value) << 10; },
  strict(parsed, value) { parsed.flags |= flag('strict', value) << 11; },
  ignoreChecksums(parsed, value) { parsed.flags |= flag('ignoreChecksums', value) << 12; },
  invert(parsed, value) { parsed.flags |= flag('invert', value) << 13; },
  threshold(parsed, value) {
    parsed.flags = parsed.flags & ~0xff0000 | luma('threshold', value) << 16;
  },
  background(parsed, value) { parsed.background = color(value); },
  maxPixels(parsed, value) { parsed.maxPixels = limit('maxPixels', value); },
  maxMemory(parsed, value) { parsed.maxMemory = limit('maxMemory', value); },
  onWarning(parsed, value) { parsed.onWarning = listener(value); },
  input(parsed, value) { parsed.input = inputs[choice('input', inputs, value)]; },
  flag(parsed, value) { parsed.flags |= choice('flag', saveFlags, value) << 14; },
  sync(parsed, value) { parsed.flags |= flag('sync', value) << 15; },
  signal(parsed, value) { parsed.signal = abortSignal(value); },
};

const none = Object.freeze(defaults());

function unknownOption(key) {
  const known = Object.keys(readers).join(', ');
  const error = new TypeError(`Unknown option "${key}". The options are: ${known}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

function readable(options) {
  if (typeof options !== 'object' || options === null) {
    throw argumentTypeError('argument', 'options', 'an object', options);
  }
  return options;
}

/** { flags, background, maxPixels, maxMemory, onWarning, input, signal } of an options object. Own
 * properties only: nothing that sits on a prototype counts. An option that is undefined has its
 * default; one that is not known is an error. */
function readOptions(options) {
  if (options === undefined) {
    return none;
  }
  const parsed = defaults();
  for (const key of Object.keys(readable(options))) {
    const reader = readers[key];
    if (reader === undefined) {
      throw unknownOption(key);
    }
    const value = options[key];
    if (value !== undefined) {
      reader(parsed, value);
    }
  }
  return parsed;
}

const rawFormats = { 3: names.format.indexOf('raw-rgb'), 4: names.format.indexOf('raw-rgba') };

/** The same for decodePNG, whose format is { channels: 3 | 4 }. */
function readDecodeOptions(options = {}) {
  // From a copy: what sits on a prototype is no option.
  const { channels = 4, ...rest } = { __proto__: null, ...readable(options) };
  if (channels !== 3 && channels !== 4) {
    throw argumentValueError('option', 'channels', '3 or 4', channels);
  }
  const format = Object.hasOwn(rest, 'format') ? rest.format : undefined;
  if (format !== undefined) {
    throw argumentValueError('option', 'format', 'left out: decodePNG has channels', format);
  }
  const parsed = { ...readOptions(rest), channels };
  parsed.flags |= rawFormats[channels];
  return parsed;
}

/** The value of `depth16` in options that were read. */
function depth16Of({ flags }) {
  return names.depth16[flags >> 6 & 3];
}

module.exports = { depth16Of, readOptions, readDecodeOptions, formats, inputs };
