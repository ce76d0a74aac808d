'use strict';

// Converts options objects to the numbers that the addon takes: see src/plan/option_table.h. The options and their
// defaults come from the addon itself.

const { cpu, options } = require('./native');
const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { hintForOptions, withHint } = require('./hints');
const { isBytes, isUint8Array, isUint8ClampedArray } = require('./kinds');
const { nearest } = require('./nearest');
const { measured, palettes } = require('./palettes');
const { toBytes } = require('./input');

const inputs = ['borrow', 'copy', 'transfer'];
const saveFlags = ['w', 'wx'];

/** A choice whose name is a number is one in JavaScript. */
const asValue = (name) => (/^\d+$/.test(name) ? Number(name) : name);
const table = options.map((row) => (row.choices === undefined ? row : { ...row, choices: row.choices.map(asValue) }));

// ---- Values to numbers ------------------------------------------------------------------------

// '': no format was chosen. decodePNG sets raw formats, by its `channels`.
const isOffered = (name) => !/^$|^raw-/.test(name);

function oneOf(name, list, value) {
  if (!list.includes(value)) {
    throw argumentValueError('option', name, list, value);
  }
  return value;
}

function choice({ name, choices }, value) {
  return choices.indexOf(oneOf(name, choices.filter(isOffered), value));
}

function flag({ name }, value) {
  if (typeof value !== 'boolean') {
    throw argumentTypeError('option', name, 'a boolean', value);
  }
  return value ? 1 : 0;
}

function wholeNumber({ name, least, most }, value) {
  if (typeof value !== 'number') {
    throw argumentTypeError('option', name, 'a number', value);
  }
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw rangeError('option', name, `a whole number from ${least} to ${most}`, value);
  }
  return value;
}

function limit({ name }, value) {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw argumentTypeError('option', name, 'a number or a bigint', value);
  }
  if (!(value >= 0)) {
    throw rangeError('option', name, '0 or more', value);
  }
  return Number(value);
}

const colorForms = "'#rgb', '#rrggbb', [r, g, b] or { r, g, b } with whole numbers from 0 to 255";

function colorFromText(name, text) {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (digits === undefined) {
    throw argumentValueError('option', name, colorForms, text);
  }
  return parseInt(digits.length === 6 ? digits : digits.replace(/./g, '$&$&'), 16);
}

function isByte(value) {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function color({ name }, value) {
  if (typeof value === 'string') {
    return colorFromText(name, value);
  }
  if (typeof value !== 'object' || value === null) {
    throw argumentTypeError('option', name, colorForms, value);
  }
  const [r, g, b] = Array.isArray(value) ? value : [value.r, value.g, value.b];
  if (!isByte(r) || !isByte(g) || !isByte(b) || (Array.isArray(value) && value.length !== 3)) {
    throw argumentValueError('option', name, colorForms, value);
  }
  return r << 16 | g << 8 | b;
}

// ---- Palettes and density -------------------------------------------------------------------------

const paletteForms = `${Object.keys(palettes).join(', ')}, a list of 2 to 256 colours, or their bytes R G B`;
const seenForms = `omitted, or given with a palette that was measured: ${Object.keys(measured).join(', ')}`;

/** How src/host/ takes a colour and what is seen of it: both are 0xRRGGBB. */
const withSeen = (written, seen) => written + 0x1000000 * (1 + seen);

/** An element of a list: a colour, or { color, seen }. */
function entry(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value.color === undefined) {
    return color({ name: 'palette' }, value);
  }
  const { color: written, seen } = value;
  const number = color({ name: 'palette' }, written);
  return seen === undefined ? number : withSeen(number, color({ name: 'palette' }, seen));
}

function bytesToColors(bytes) {
  return Array.from({ length: bytes.length / 3 },
    (_, i) => bytes[3 * i] << 16 | bytes[3 * i + 1] << 8 | bytes[3 * i + 2]);
}

/** A number for each: 0xRRGGBB, or of withSeen. */
function paletteColors(value) {
  if (typeof value === 'string' && palettes[value] !== undefined) {
    return palettes[value];
  }
  const bytes = isUint8Array(value) || isUint8ClampedArray(value) ? toBytes('palette', value) : undefined;
  if (bytes === undefined && !Array.isArray(value)) {
    throw (typeof value === 'string' ? argumentValueError : argumentTypeError)(
      'option', 'palette', paletteForms, value);
  }
  const count = bytes === undefined ? value.length : bytes.length / 3;
  if (!(Number.isInteger(count) && count >= 2 && count <= 256)) {
    throw argumentValueError('option', 'palette', paletteForms, value);
  }
  // Holes are no colours, and getters may change the length.
  return bytes === undefined ? Array.from({ length: count }, (_, i) => entry(value[i]))
    : bytesToColors(bytes);
}

const METERS_PER_INCH = 0.0254;
const densityForms = 'pixels per inch, or { x, y } in pixels per metre';

/** { x, y } in pixels per metre, whole numbers of 31 bits. */
function pixelsPerMeter(value) {
  const { x, y } = typeof value === 'number' ? { x: value / METERS_PER_INCH, y: value / METERS_PER_INCH }
    : value ?? {};
  if (typeof x !== 'number' || typeof y !== 'number') {
    throw argumentTypeError('option', 'density', densityForms, value);
  }
  const whole = { x: Math.round(x), y: Math.round(y) };
  if (!(whole.x >= 1 && whole.x <= 0x7fffffff && whole.y >= 1 && whole.y <= 0x7fffffff)) {
    throw rangeError('option', 'density', `${densityForms}: more than 0`, value);
  }
  return whole;
}

// As png2bmp_key_index. Not named `keys`: a tracer (nft) takes Object.keys for it.
const namedIndices = { __proto__: null, last: 256, none: 258 };

function keyIndex(value) {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw argumentTypeError('option', 'keyIndex', "a number, 'last' or 'none'", value);
  }
  if (!isByte(value) && namedIndices[value] === undefined) {
    throw argumentValueError('option', 'keyIndex', "a whole number from 0 to 255, 'last' or 'none'", value);
  }
  return namedIndices[value] ?? value;
}

const sizeForms = "'800x480', '800x', 'x480', or { width, height } with whole numbers from 1 on, one of which may be omitted";

/** { width, height }, of which one may be undefined. */
function sidesOf(value) {
  if (typeof value === 'string') {
    const [, width, height] = /^(\d*)x(\d*)$/.exec(value) ?? [];
    return { width: width ? Number(width) : undefined, height: height ? Number(height) : undefined };
  }
  if (typeof value !== 'object' || value === null) {
    throw argumentTypeError('option', 'size', sizeForms, value);
  }
  return { width: value.width, height: value.height };
}

const isSide = (value) => value === undefined || (Number.isInteger(value) && value >= 1 && value <= 0x7fffffff);

function size(value) {
  const { width, height } = sidesOf(value);
  if (!isSide(width) || !isSide(height) || (width === undefined && height === undefined)) {
    throw argumentValueError('option', 'size', sizeForms, value);
  }
  return { width: width ?? 0, height: height ?? 0 };
}

// In the order of host_option_kind.
const toNumber = [choice, flag, wholeNumber, limit, color];

// ---- Options that only lib/ uses --------------------------------------------------------------------

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

// ---- Options objects ------------------------------------------------------------------------------

const initial = Float64Array.from(table, (row) => (row.name === 'cpu' ? cpu : row.initial));

const placeOf = (name) => table.findIndex((row) => row.name === name);
const choicesOf = (name) => table[placeOf(name)].choices;

function defaults() {
  return {
    values: initial.slice(), onWarning: undefined, input: 'borrow', signal: undefined,
    maxInputBytes: 256 * 1024 * 1024, forceExtension: false,
  };
}

const X_DENSITY = placeOf('xPixelsPerMeter');
const Y_DENSITY = placeOf('yPixelsPerMeter');
const EXCLUSIVE = placeOf('exclusive');
const KEY = placeOf('key');
const WIDTH = placeOf('width');
const HEIGHT = placeOf('height');

// Maps names to functions that store a value in the options being read.
const readers = { __proto__: null };
table.forEach((row, index) => {
  if (!row.isOfLib) {
    readers[row.name] = (parsed, value) => { parsed.values[index] = toNumber[row.kind](row, value); };
  }
});
readers.density = (parsed, value) => {
  const { x, y } = pixelsPerMeter(value);
  parsed.values[X_DENSITY] = x;
  parsed.values[Y_DENSITY] = y;
};
readers.size = (parsed, value) => {
  const { width, height } = size(value);
  parsed.values[WIDTH] = width;
  parsed.values[HEIGHT] = height;
};
readers.flag = (parsed, value) => { parsed.values[EXCLUSIVE] = saveFlags.indexOf(oneOf('flag', saveFlags, value)); };
readers.keyIndex = (parsed, value) => { parsed.values[KEY] = keyIndex(value); };
readers.palette = (parsed, value) => {
  parsed.palette = paletteColors(value);
  parsed.measured = typeof value === 'string' ? measured[value] : undefined;
};
readers.seen = (parsed, value) => { parsed.seen = oneOf('seen', ['measured'], value); };
readers.onWarning = (parsed, value) => { parsed.onWarning = listener(value); };
readers.input = (parsed, value) => { parsed.input = oneOf('input', inputs, value); };
readers.maxInputBytes = (parsed, value) => {
  parsed.maxInputBytes = limit({ name: 'maxInputBytes' }, value);
};
readers.forceExtension = (parsed, value) => {
  parsed.forceExtension = flag({ name: 'forceExtension' }, value) === 1;
};
readers.signal = (parsed, value) => { parsed.signal = abortSignal(value); };

const none = Object.freeze(defaults());

const FORMAT = placeOf('format');
const COLORS = placeOf('colors');
const INDEXED = choicesOf('format').indexOf('indexed');

function unknownOption(key) {
  const like = nearest(key, Object.keys(readers));
  const error = new TypeError(`Unknown option "${key}"${like === undefined ? '' : `. Did you mean "${like}"?`}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

function readable(options) {
  if (typeof options !== 'object' || options === null || isBytes(options)) {
    throw withHint(argumentTypeError('argument', 'options', 'an object', options), hintForOptions(options));
  }
  return options;
}

/** The colours, with what was measured of them if `seen` asks for it; undefined: there is no palette. */
function seenPalette({ palette, measured: shown, seen }) {
  if (seen === undefined) {
    return palette;
  }
  if (shown === undefined) {
    throw argumentValueError('option', 'seen', seenForms, seen);
  }
  return palette.map((written, i) => withSeen(written, shown[i]));
}

/** Appends the colours to the other numbers. Colours without a format mean 'indexed'. */
function withPalette(parsed, hasFormat) {
  const colors = seenPalette(parsed);
  if (!hasFormat && (colors !== undefined || parsed.values[COLORS] !== initial[COLORS])) {
    parsed.values[FORMAT] = INDEXED;
  }
  if (colors === undefined) {
    return parsed;
  }
  return { ...parsed, palette: undefined, values: Float64Array.of(...parsed.values, ...colors) };
}

/** { values, onWarning, input, signal, maxInputBytes, forceExtension } of an options object. Only own properties:
 * prototypes are ignored. An option that is undefined has its default; an unknown one is an error. */
function readOptions(options) {
  if (options === undefined) {
    return none;
  }
  const parsed = defaults();
  const given = new Set();
  for (const key of Object.keys(readable(options))) {
    const reader = readers[key];
    if (reader === undefined) {
      throw unknownOption(key);
    }
    const value = options[key]; // once: it may be a getter
    if (value !== undefined) {
      reader(parsed, value);
      given.add(key);
    }
  }
  return withPalette(parsed, given.has('format'));
}

const DEPTH16 = placeOf('depth16');
const rawFormats = { 3: choicesOf('format').indexOf('raw-rgb'), 4: choicesOf('format').indexOf('raw-rgba') };

const ROTATE = placeOf('rotate');
const isTransposed = ({ values }) => [90, 270].includes(choicesOf('rotate')[values[ROTATE]]);

/** The options for raw pixels, from readPixels: their density is used, turned with them, unless the options have one. */
function withDensityOf({ density }, parsed) {
  if (density === undefined || parsed.values[X_DENSITY] > 0) {
    return parsed;
  }
  const own = { ...parsed, values: parsed.values.slice() };
  readers.density(own, density);
  if (isTransposed(parsed)) {
    [own.values[X_DENSITY], own.values[Y_DENSITY]] = [own.values[Y_DENSITY], own.values[X_DENSITY]];
  }
  return own;
}

/** The same for decodePNG, whose format is { channels: 3 | 4 }. */
function readDecodeOptions(options = {}) {
  // From a copy, since properties of a prototype are not options.
  const { channels = 4, ...rest } = { __proto__: null, ...readable(options) };
  if (channels !== 3 && channels !== 4) {
    throw argumentValueError('option', 'channels', '3 or 4', channels);
  }
  const format = Object.hasOwn(rest, 'format') ? rest.format : undefined;
  if (format !== undefined) {
    throw argumentValueError('option', 'format', 'omitted: decodePNG has channels instead', format);
  }
  const { values, ...others } = readOptions(rest);
  const own = values.slice();
  own[FORMAT] = rawFormats[channels];
  return { ...others, values: own, channels };
}

/** The same for readInfo, which has one option more. */
function readInfoOptions(options) {
  if (options === undefined || !Object.hasOwn(readable(options), 'countColors')) {
    return readOptions(options);
  }
  const { countColors = false, ...rest } = { __proto__: null, ...options };
  const countsColors = flag({ name: 'countColors' }, countColors) === 1;
  return { ...readOptions(rest), countsColors };
}

/** The value of `depth16` in options that were read. */
function depth16Of({ values }) {
  return choicesOf('depth16')[values[DEPTH16]];
}

const formatName = (index) => choicesOf('format')[index];

/** The values that an option accepts; its default. */
const offered = (name) => choicesOf(name).filter(isOffered);
const defaultOf = (name) => initial[placeOf(name)];
const optionNames = Object.keys(readers);
const choiceNames = table.filter(({ choices, isOfLib }) => choices !== undefined && !isOfLib).map(({ name }) => name);

module.exports = {
  choiceNames, defaultOf, depth16Of, formatName, inputs, offered, oneOf, optionNames, readDecodeOptions, readInfoOptions, readOptions,
  readable, table, withDensityOf,
};
