'use strict';

const { hasAlpha, rgba16 } = require('./image');

/**
 * The model: what the options must give, in plain arithmetic on whole numbers,
 * written from the decision tables and not from the converter.
 */

const DEFAULTS = {
  format: 'bgr24',
  alpha: 'blend',
  background: [255, 255, 255],
  topDown: false,
  depth16: 'round',
};

function parseBackground(background) {
  if (typeof background !== 'string') return background;
  return [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
}

/** 16 bits to 8. */
function reduce(value, depth16) {
  return depth16 === 'truncate' ? value >> 8 : Math.floor((value * 255 + 32767) / 65535);
}

/** round((colour * alpha + background * (max - alpha)) / max); max is odd, so no ties. */
function blend(color, alpha, background, max) {
  return Math.floor((color * alpha + background * (max - alpha) + (max - 1) / 2) / max);
}

/** One 16-bit colour as the 8 bits of a format without alpha. */
function opaqueSample(color, alpha, background, { bitDepth, depth16, alpha: rule }) {
  if (bitDepth === 16) {
    const blended = rule === 'drop' ? color : blend(color, alpha, background * 257, 65535);
    return reduce(blended, depth16);
  }
  return rule === 'drop' ? color / 257 : blend(color / 257, alpha / 257, background, 255);
}

function opaqueColor([r, g, b, a], settings) {
  return [r, g, b].map((color, c) => opaqueSample(color, a, settings.background[c], settings));
}

/**
 * The pixels that a BMP shows, R G B A a pixel, top row first.
 *
 * pixels: R G B A of 16 bits each (8-bit values times 257).
 */
function expectedRgba(pixels, bitDepth, options = {}) {
  const settings = { ...DEFAULTS, ...options, bitDepth };
  settings.background = parseBackground(settings.background);
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 4) {
    const pixel = pixels.subarray(i, i + 4);
    if (settings.format === 'bgra32')
      out.set(
        Array.from(pixel, (v) => (bitDepth === 16 ? reduce(v, settings.depth16) : v / 257)),
        i,
      );
    else out.set([...opaqueColor(pixel, settings), 255], i);
  }
  return out;
}

/** What 'auto' picks: the smallest format that loses nothing. */
function autoFormat(image) {
  if (hasAlpha(image)) return 'bgra32';
  return image.colorType === 2 ? 'bgr24' : 'indexed';
}

function canBeIndexed(image, { alpha }) {
  if (image.colorType !== 0 && image.colorType !== 3) return false;
  // 256 grays have no room for the background's colour.
  return !(image.bitDepth === 16 && image.key && alpha === 'blend');
}

/** The pixel colour of each index: R G B A of 16 bits, as rgba16() gives them. */
function indexColors(image) {
  const count = image.bitDepth === 16 ? 256 : 2 ** image.bitDepth;
  const bitDepth = Math.min(image.bitDepth, 8);
  const key = image.bitDepth === 16 ? null : image.key;
  const samples = Uint16Array.from({ length: count }, (_, i) => i);
  return {
    bitDepth,
    colors: rgba16({ ...image, bitDepth, key, samples, width: count, height: 1 }),
  };
}

function expectedPalette(image, options) {
  const { bitDepth, colors } = indexColors(image);
  const shown = expectedRgba(colors, bitDepth, { ...options, format: 'indexed' });
  // PLTE may have fewer entries than the depth allows: those are plain black.
  return Array.from({ length: shown.length / 4 }, (_, i) => [...shown.subarray(i * 4, i * 4 + 3)]);
}

// ---- Formats for panels and printers -----------------------------------------

/** Rec. 601 with weights of 1/65536 that add up to one. */
function lumaOf(r, g, b) {
  return Math.floor((19595 * r + 38470 * g + 7471 * b + 32768) / 65536);
}

function lumas(rgba) {
  return Uint8Array.from({ length: rgba.length / 4 }, (_, i) =>
    lumaOf(...rgba.subarray(i * 4, i * 4 + 3)),
  );
}

/** Bayer's matrix of 2^n x 2^n by its recursion. */
function bayerMatrix(n) {
  if (n === 0) return [[0]];
  const smaller = bayerMatrix(n - 1);
  const size = smaller.length;
  const quadrant = [
    [0, 2],
    [3, 1],
  ];
  return Array.from({ length: size * 2 }, (_, y) =>
    Array.from({ length: size * 2 }, (__, x) => {
      const add = quadrant[Math.floor(y / size)][Math.floor(x / size)];
      return 4 * smaller[y % size][x % size] + add;
    }),
  );
}

const BAYER = bayerMatrix(3);

/** Each pixel on its own: white (1) from `threshold(x, y)` on. */
function thresholdBits(luma, width, threshold) {
  return luma.map((value, i) => (value >= threshold(i % width, Math.floor(i / width)) ? 1 : 0));
}

/** Error diffusion over the whole image at once, in sixteenths, shares cut towards zero. */
function floydSteinberg(luma, width, threshold) {
  const wanted = Array.from(luma, (value) => value * 16);
  const give = (x, at, share) => {
    if (x >= 0 && x < width && at < wanted.length) wanted[at] += share;
  };
  return luma.map((_, i) => {
    const x = i % width;
    const white = wanted[i] >= threshold * 16;
    const error = wanted[i] - (white ? 255 * 16 : 0);
    const [right, belowLeft, below] = [7, 3, 5].map((weight) => Math.trunc((error * weight) / 16));
    give(x + 1, i + 1, right);
    give(x - 1, i + width - 1, belowLeft);
    give(x, i + width, below);
    give(x + 1, i + width + 1, error - right - belowLeft - below);
    return white ? 1 : 0;
  });
}

function monoBits(rgba, width, { dither = 'floyd-steinberg', threshold = 128, invert = false }) {
  const luma = lumas(rgba);
  const ordered = (x, y) => threshold + 4 * BAYER[y % 8][x % 8] + 2 - 128;
  const rules = {
    none: () => thresholdBits(luma, width, () => threshold),
    ordered: () => thresholdBits(luma, width, ordered),
    'floyd-steinberg': () => floydSteinberg(luma, width, threshold),
  };
  const bits = rules[dither]();
  return invert ? bits.map((bit) => 1 - bit) : bits;
}

/** The nearest of 32 or 64 levels, on the scale of 8 bits again. */
function quantize(value, levels) {
  return Math.round((Math.round((value * levels) / 255) * 255) / levels);
}

const GRAYS = Array.from({ length: 256 }, (_, i) => [i, i, i]);

function indexedBy(common, bitsPerPixel, palette, indices) {
  const rgba = Uint8Array.from([...indices].flatMap((index) => [...palette[index], 255]));
  return { ...common, bitsPerPixel, palette, indices, rgba };
}

const PANELS = {
  gray8: (common) => indexedBy(common, 8, GRAYS, lumas(common.rgba)),
  mono1: (common, settings) =>
    indexedBy(common, 1, [GRAYS[0], GRAYS[255]], monoBits(common.rgba, common.width, settings)),
  rgb565: (common) => ({
    ...common,
    bitsPerPixel: 16,
    rgba: common.rgba.map((value, i) => quantize(value, [31, 63, 31, 255][i % 4])),
  }),
};

// ---- The whole -----------------------------------------------------------------

/**
 * What an image must become: { error } or { format, bitsPerPixel, width, height,
 * topDown, palette, indices, rgba }.
 */
function expectedBmp(image, options = {}) {
  const settings = { ...DEFAULTS, ...options };
  const format = settings.format === 'auto' ? autoFormat(image) : settings.format;
  settings.format = format;
  const common = {
    format,
    width: image.width,
    height: image.height,
    topDown: settings.topDown,
    bitsPerPixel: format === 'bgr24' ? 24 : 32,
    palette: [],
    rgba: expectedRgba(rgba16(image), image.bitDepth, settings),
  };
  if (PANELS[format]) return PANELS[format](common, settings);
  if (format !== 'indexed') return common;
  if (!canBeIndexed(image, settings)) return { error: 'ERR_FORMAT' };
  const indices = Uint8Array.from(image.samples, (v) =>
    image.bitDepth === 16 ? reduce(v, settings.depth16) : v,
  );
  return {
    ...common,
    bitsPerPixel: image.bitDepth === 1 ? 1 : 8,
    palette: expectedPalette(image, settings),
    indices,
  };
}

module.exports = { expectedBmp, expectedRgba, reduce };
