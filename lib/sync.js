'use strict';

// The calls that convert synchronously.

const { aboutOf, conversionOf, densityOf } = require('./about');
const native = require('./native');
const { checkStillThere, readPixels, toLength, toPixels, toView } = require('./input');
const { depth16Of, formatName, readDecodeOptions, readInfoOptions, readOptions, withDensityOf } = require('./options');
const { throwIfAborted } = require('./signals');

/** What is converted and how: { view, size, o }, from (png, options) or (png, length, options). The size is
 * counted last, after all code of the caller has run (getters, signals). */
function begin(png, length, options, read = readOptions) {
  const view = toView('png', png);
  const o = read(typeof length === 'object' ? length : options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, typeof length === 'object' ? undefined : length);
  return { view, size, o };
}

function getBMP(png, length, options) {
  const { view, size, o } = begin(png, length, options);
  return native.convert(view, size, o.values, o.onWarning);
}

function getBMPInto(target, png, options) {
  const output = toView('target', target);
  const { view, size, o } = begin(png, undefined, options);
  toLength('target', output); // after the caller's code
  return native.convertInto(view, size, o.values, o.onWarning, output);
}

/** The facts of a plan by their names: the addon writes numbers, in the order of native.facts. */
class Facts {
  constructor(numbers) {
    this.numbers = numbers;
  }
}
native.facts.forEach((name, i) => {
  Object.defineProperty(Facts.prototype, name, { get() { return this.numbers[i]; } });
});

const newFacts = () => new Float64Array(native.facts.length);
const byteLengthOf = (numbers) => new Facts(numbers).byteLength;

// Read at once, before anything else runs.
const facts = newFacts();

// More than 256: PNG2BMP_MANY_COLORS in png2bmp.h.
const MANY_COLORS = 257;

const colorsOf = (count) => (count === MANY_COLORS ? Infinity : count);

/** What readInfo returns, from the facts of a plan; view: the bytes in which they give places. */
function infoOf(view, numbers) {
  const fact = new Facts(numbers);
  return {
    width: fact.width,
    height: fact.height,
    bitDepth: fact.bitDepth,
    colorType: fact.colorType,
    interlaced: fact.interlaced === 1,
    hasAlpha: fact.hasAlpha === 1,
    bmp: {
      format: formatName(fact.format),
      bitsPerPixel: fact.bitsPerPixel,
      byteLength: fact.byteLength,
      ...conversionOf(fact),
    },
    memory: fact.memory,
    ...aboutOf(view, fact),
  };
}

function readInfo(png, options) {
  const { view, size, o } = begin(png, undefined, options, readInfoOptions);
  const plan = o.countsColors ? 'countColors' : 'plan';
  native[plan](view, size, o.values, o.onWarning, facts);
  checkStillThere('png', view, size); // after onWarning
  const info = infoOf(view, facts);
  return o.countsColors ? { ...info, colors: colorsOf(new Facts(facts).colors) } : info;
}

/** The result of decodePNG, from its bytes and the facts of their plan. */
function toPixelsOf(data, own, { channels }) {
  const fact = new Facts(own);
  const pixels = { data, width: fact.width, height: fact.height, channels };
  const density = densityOf(fact);
  return density === undefined ? pixels : { ...pixels, density };
}

function encodeBMP(pixels, options) {
  const given = readPixels(pixels);
  const o = withDensityOf(given, readOptions(options));
  throwIfAborted(o.signal);
  const { view, size, width, height, channels, stride } = toPixels(given, depth16Of(o));
  return native.encode(view, size, o.values, o.onWarning, width, height, channels, stride);
}

/** A Buffer that begins with a PNG of pixels as decodePNG gives them: see src/host/host_png.h. */
function encodePNG({ data, width, height }) {
  const { values } = readOptions();
  return native.encodePNG(data, data.length, values, undefined, width, height, 4, 4 * width);
}

function decodePNG(png, options) {
  const { view, size, o } = begin(png, undefined, options, readDecodeOptions);
  const own = newFacts();
  return toPixelsOf(native.decode(view, size, o.values, o.onWarning, own), own, o);
}

module.exports = {
  /** Those that lib/ exports. */
  calls: { getBMP, getBMPInto, readInfo, encodeBMP, decodePNG },
  begin, byteLengthOf, encodePNG, infoOf, newFacts, toPixelsOf,
};
