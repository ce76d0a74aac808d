'use strict';

const { hasAlpha, rgba16 } = require('./image');

/**
 * The model: what the options must give, in plain arithmetic on whole numbers, written from the decision
 * tables and not from the converter.
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

/** A sample of 16 bits, which in an image of fewer is a multiple of 257, as 8 bits. */
function narrow(value, { bitDepth, depth16 }) {
  return bitDepth === 16 ? reduce(value, depth16) : value / 257;
}

/** One 16-bit colour as the 8 bits of a format without alpha. */
function opaqueSample(color, alpha, background, settings) {
  const { bitDepth, depth16, alpha: rule, alphaThreshold = 128 } = settings;
  if (rule === 'drop') return narrow(color, settings);
  if (rule === 'key') return narrow(alpha, settings) >= alphaThreshold ? narrow(color, settings) : background;
  return bitDepth === 16 ? reduce(blend(color, alpha, background * 257, 65535), depth16)
    : blend(color / 257, alpha / 257, background, 255);
}

/** One 16-bit colour as the 8 bits of a format with alpha. */
function alphaSample(color, alpha, settings) {
  const [color8, alpha8] = [narrow(color, settings), narrow(alpha, settings)];
  return settings.alpha === 'premultiply' ? Math.round((color8 * alpha8) / 255) : color8;
}

/**
 * The pixels of the BMP, R G B A per pixel, top row first.
 *
 * pixels: R G B A of 16 bits each (8-bit values times 257).
 */
function expectedRgba(pixels, bitDepth, options = {}) {
  const settings = { ...DEFAULTS, ...options, bitDepth };
  const background = parseBackground(settings.background);
  const keepsAlpha = settings.format === 'bgra32';
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3];
    for (let c = 0; c < 3; c++) {
      out[i + c] = keepsAlpha ? alphaSample(pixels[i + c], alpha, settings)
        : opaqueSample(pixels[i + c], alpha, background[c], settings);
    }
    out[i + 3] = keepsAlpha ? narrow(alpha, settings) : 255;
  }
  return out;
}

/** What 'auto' chooses: the smallest format without loss. To lose alpha is none if it is to be dropped, or keyed. */
function autoFormat(image, settings) {
  if (hasAlpha(image) && !['drop', 'key'].includes(settings.alpha)) return 'bgra32';
  return canBeIndexed(image, settings) ? 'indexed' : 'bgr24';
}

function canBeIndexed(image, { alpha }) {
  if (image.colorType !== 0 && image.colorType !== 3) return false;
  // 256 grays leave no room for the background's colour.
  return !(image.bitDepth === 16 && image.key && alpha !== 'drop');
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
  return Array.from({ length: shown.length / 4 }, (_, i) => [...shown.subarray(i * 4, i * 4 + 3)]);
}

/** Every palette has all the entries that its depth allows; unused ones are black. */
function wholePalette(palette, bits) {
  return Array.from({ length: 2 ** bits }, (_, i) => palette[i] ?? [0, 0, 0]);
}

// ---- The numbers of samples ----------------------------------------------------

// Colours are compared and errors carried in whole numbers, 0 to 4080: sixteenths of samples as they are stored, or
// their light (IEC 61966-2-1).
const WHITE = 4080;

const clamp = (value, most) => Math.min(Math.max(value, 0), most);
const rounded = (value, divisor) => Math.floor((value + Math.floor(divisor / 2)) / divisor);

const LIGHT = Array.from({ length: 256 }, (_, i) =>
  Math.round(65535 * (i / 255 <= 0.04045 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4)));

/** Sixteenths of the sample whose light this is; in a straight line between whole samples. */
function storedNumber(light) {
  const low = Math.min(LIGHT.findLastIndex((value) => value <= light), 254);
  return 16 * low + rounded(16 * (light - LIGHT[low]), LIGHT[low + 1] - LIGHT[low]);
}

const numberOf = (light, isLinear) => (isLinear ? rounded(light * WHITE, 65535) : storedNumber(light));

/** { of: the number of each sample, sample(number): the nearest sample in range, of two the higher } */
function makeScale(isLinear) {
  const of = LIGHT.map((light) => numberOf(light, isLinear));
  const samples = Array.from({ length: WHITE + 1 }, (_, number) => {
    const distances = of.map((value) => Math.abs(value - number));
    return distances.lastIndexOf(Math.min(...distances));
  });
  return { of, sample: (number) => samples[clamp(number, WHITE)], isLinear };
}

const SCALES = { srgb: makeScale(false), linear: makeScale(true) };

/** What `light` and its default say: without dithering there are no errors. */
function scaleOf({ light, seen, dither }) {
  return SCALES[dither === 'none' ? 'srgb' : light ?? (seen ? 'linear' : 'srgb')];
}

const luminance = (rgb) =>
  Math.floor((13933 * LIGHT[rgb[0]] + 46871 * LIGHT[rgb[1]] + 4732 * LIGHT[rgb[2]]) / 65536);

/** The numbers of a picture's samples, for R, G and B: with `seen`, its light is brought into the panel's range. */
function pictureNumbers(scale, { seen, tone = 'fit' }) {
  if (!seen || tone === 'none') return [scale.of, scale.of, scale.of];
  const lights = seen.map(luminance);
  const [black, white] = [Math.min(...lights), Math.max(...lights)].map((light) => seen[lights.indexOf(light)]);
  return [0, 1, 2].map((c) => {
    const [low, high] = [LIGHT[black[c]], Math.max(LIGHT[black[c]], LIGHT[white[c]])];
    return LIGHT.map((light) => numberOf(low + rounded(light * (high - low), 65535), scale.isLinear));
  });
}

// ---- Formats for panels and printers -----------------------------------------

/** Rec. 601 with weights of 1/65536 that add up to one. */
function lumaOf(r, g, b) {
  return Math.floor((19595 * r + 38470 * g + 7471 * b + 32768) / 65536);
}

function lumas(rgba) {
  const out = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = lumaOf(rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
  return out;
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

/** Each pixel on its own: white (1) if it is at least `threshold(x, y)`. */
function thresholdBits(luma, width, threshold) {
  return luma.map((value, i) => (value >= threshold(i % width, Math.floor(i / width)) ? 1 : 0));
}

/** Error diffusion over the whole image at once, in numbers, shares rounded towards zero. */
function floydSteinberg(luma, width, threshold, number) {
  const wanted = Array.from(luma, (value) => number[value]);
  const give = (x, at, share) => {
    if (x >= 0 && x < width && at < wanted.length) wanted[at] += share;
  };
  return luma.map((_, i) => {
    const x = i % width;
    const white = wanted[i] >= threshold * 16;
    const error = wanted[i] - (white ? WHITE : 0);
    const [right, belowLeft, below] = [7, 3, 5].map((weight) => Math.trunc((error * weight) / 16));
    give(x + 1, i + 1, right);
    give(x - 1, i + width - 1, belowLeft);
    give(x, i + width, below);
    give(x + 1, i + width + 1, error - right - belowLeft - below);
    return white ? 1 : 0;
  });
}

/** The same with an eighth for each of six neighbours; a quarter of the error is dropped. */
function atkinson(luma, width, threshold, number) {
  const wanted = Array.from(luma, (value) => number[value]);
  return luma.map((_, i) => {
    const white = wanted[i] >= threshold * 16;
    const eighth = Math.trunc((wanted[i] - (white ? WHITE : 0)) / 8);
    const x = i % width;
    for (const [dx, dy] of [[1, 0], [2, 0], [-1, 1], [0, 1], [1, 1], [0, 2]]) {
      const at = i + dx + dy * width;
      if (x + dx >= 0 && x + dx < width && at < wanted.length) wanted[at] += eighth;
    }
    return white ? 1 : 0;
  });
}

function monoBits(rgba, width, { dither = 'floyd-steinberg', threshold = 128, invert = false, light }) {
  const luma = lumas(rgba);
  const number = scaleOf({ light, dither }).of;
  const ordered = (x, y) => 16 * (threshold + 4 * BAYER[y % 8][x % 8] + 2 - 128);
  const rules = {
    none: () => thresholdBits(luma, width, () => threshold),
    ordered: () => thresholdBits(Int16Array.from(luma, (value) => number[value]), width, ordered),
    'floyd-steinberg': () => floydSteinberg(luma, width, threshold, number),
    atkinson: () => atkinson(luma, width, threshold, number),
  };
  const bits = rules[dither]();
  return invert ? bits.map((bit) => 1 - bit) : bits;
}

/** The nearest of 32 or 64 levels, scaled back to 8 bits. */
function quantize(value, levels) {
  return Math.round((Math.round((value * levels) / 255) * 255) / levels);
}

// ---- Colours of a palette -----------------------------------------------------

// What chooses colours: choose(wanted) -> which it is, and numbers(which) -> its numbers. `wanted` are those of R, G
// and B, which the errors of other pixels may have moved out of range.

const isSame = (a, b) => a !== undefined && b !== undefined && a.every((v, i) => v === b[i]);

function nearestIndex(palette, [r, g, b], leftOut) {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < palette.length; i++) {
    if (leftOut[i]) continue;
    const distance = (palette[i][0] - r) ** 2 + (palette[i][1] - g) ** 2 + (palette[i][2] - b) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** The first of the nearest colours, but none that is left out. With more than 16, they are compared as whole samples
 * in range. */
function nearestIn(palette, scale, leftOut = []) {
  const known = new Map();
  const numbers = palette.map((color) => color.map((v) => scale.of[v]));
  const choose = (wanted) => {
    if (palette.length <= 16) return nearestIndex(numbers, wanted, leftOut);
    const color = wanted.map(scale.sample);
    const key = color[0] << 16 | color[1] << 8 | color[2];
    if (!known.has(key)) known.set(key, nearestIndex(palette, color, leftOut));
    return known.get(key);
  };
  return { choose, numbers: (index) => numbers[index] };
}

const ofNumber = (color) => [color >> 16, color >> 8 & 255, color & 255];

/** What is chosen is the colour itself, 0xRRGGBB. */
function nearestLevels(levels, scale) {
  const channel = (wanted, c) => quantize(scale.sample(wanted[c]), levels[c]);
  return {
    choose: (wanted) => channel(wanted, 0) << 16 | channel(wanted, 1) << 8 | channel(wanted, 2),
    numbers: (color) => ofNumber(color).map((v) => scale.of[v]),
  };
}

/** Of an error: with a palette that was chosen for the image, an eighth is dropped. */
const kept = (error, chosen) => Math.floor(error * (chosen ? 7 / 8 : 1) + 0.5);
const sixteenths = (count) => (error, chosen) => kept((error * count) / 16, chosen);

/** [ahead, below, its share of an error], for the last one what the others leave. */
const FLOYD_STEINBERG = [
  [1, 0, sixteenths(7)],
  [-1, 1, sixteenths(3)],
  [0, 1, sixteenths(5)],
  [1, 1, null],
];
const eighth = (error, chosen) => Math.trunc(kept(error, chosen) / 8);
const ATKINSON = [[1, 0], [2, 0], [-1, 1], [0, 1], [1, 1], [0, 2]].map((place) => [...place, eighth]);
const SHARES = { 'floyd-steinberg': FLOYD_STEINBERG, atkinson: ATKINSON };

/** Gives the error of channel c of pixel (x, y) to its neighbours; `step` is 1 to the right, -1 to the left. */
function spread(wanted, width, [x, y, c], step, error, { shares, chosen, holes }) {
  let left = kept(error, chosen);
  for (const [ahead, below, shareOf] of shares) {
    const share = shareOf ? shareOf(error, chosen) : left;
    left -= share;
    const [toX, at] = [x + ahead * step, ((y + below) * width + x + ahead * step) * 3 + c];
    const between = (y + (below >> 1)) * width + x + (Math.abs(ahead) >> 1) * step;
    const isAcross = Math.abs(ahead) + below === 2 && ahead * below === 0 && holes?.[between];
    if (toX >= 0 && toX < width && at < wanted.length && !isAcross) wanted[at] += share;
  }
}

/** Four rows to the right, four to the left; numbers are cut to 128 samples beyond the range. */
function diffuse(colors, width, { choose, numbers }, picture, rule) {
  const wanted = Int32Array.from(colors, (v, i) => picture[i % 3][v]);
  const choices = new Int32Array(colors.length / 3);
  for (let i = 0; i < choices.length; i++) {
    const y = Math.floor(i / width);
    const step = y % 8 < 4 ? 1 : -1;
    const x = step > 0 ? i % width : width - 1 - (i % width);
    const at = y * width + x;
    if (rule.holes?.[at]) continue;
    const now = [0, 1, 2].map((c) => Math.min(Math.max(wanted[at * 3 + c], -128 * 16), (255 + 128) * 16));
    choices[at] = choose(now);
    const chosen = numbers(choices[at]);
    for (let c = 0; c < 3; c++) spread(wanted, width, [x, y, c], step, now[c] - chosen[c], rule);
  }
  return choices;
}

/** Each pixel on its own, after adjust(sample, x, y, channel). */
function chooseEach(colors, width, { choose }, adjust) {
  return Int32Array.from({ length: colors.length / 3 }, (_, i) =>
    choose([0, 1, 2].map((c) => adjust(colors[3 * i + c], i % width, Math.floor(i / width), c))));
}

function withoutAlpha(rgba) {
  return Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)]);
}

/** The numbers between which ordered dithering moves another: the marks below and above it. */
function marksAround(number, marks) {
  const sorted = [...new Set(marks)].sort((a, b) => a - b);
  if (sorted.length < 2) return [sorted[0], sorted[0]];
  const above = sorted.findIndex((mark, i) => i > 0 && (mark > number || i === sorted.length - 1));
  return [sorted[above - 1], sorted[above]];
}

/** What ordered dithering moves a sample to. spreads: in samples. marks: the numbers between which it moves. */
function mover({ scale, picture, spreads, marks, hasSeen }) {
  if (!scale.isLinear && !hasSeen) {
    return (v, step, c) => 16 * clamp(v + Math.trunc((step * spreads[c]) / 128), 255);
  }
  const ends = [0, 1, 2].map((c) => picture[c].map((number) => marksAround(number, marks[c])));
  return (v, step, c) => {
    const [low, high] = ends[c][v];
    return Math.min(Math.max(picture[c][v] + Math.trunc((step * (high - low)) / 128), low), high);
  };
}

/** Which colour each pixel gets. way: { scale, picture, spreads, marks, holes }. */
function dithered(rgba, width, dither, chooser, way, chosen = false) {
  const colors = withoutAlpha(rgba);
  const { picture, holes } = way;
  if (dither === 'none') return chooseEach(colors, width, chooser, (v, x, y, c) => picture[c][v]);
  if (dither !== 'ordered') return diffuse(colors, width, chooser, picture, { shares: SHARES[dither], chosen, holes });
  const move = mover(way);
  return chooseEach(colors, width, chooser, (v, x, y, c) => move(v, 2 * BAYER[y % 8][x % 8] + 1 - 64, c));
}

/** The pixels, R G B A, of numbers of colours. */
function paint(choices, color) {
  const rgba = new Uint8Array(choices.length * 4);
  for (let i = 0; i < choices.length; i++) {
    const [r, g, b] = color(choices[i]);
    rgba[4 * i] = r;
    rgba[4 * i + 1] = g;
    rgba[4 * i + 2] = b;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

const isGray = (palette) => palette.every(([r, g, b]) => r === g && g === b);

/**
 * As far as evenly spread grays would be apart; else as the colours would be in a cube of cbrt(entries) levels a
 * side, but at least two.
 */
function paletteSpread(palette, hasGrays, others) {
  const grays = [...new Set(others.map(([gray]) => gray))];
  if (hasGrays) return Math.trunc((Math.max(...grays) - Math.min(...grays)) / (grays.length - 1));
  const levels = Math.max(32, Math.ceil(Math.cbrt(palette.length * 4096) - 1e-9)) / 16;
  return Math.trunc(255 / (levels - 1));
}

/** The numbers between which ordered dithering moves: those of the grays, or of samples as far apart as in the cube. */
function paletteMarks(seen, hasGrays, spread, { scale, picture }) {
  const steps = Array.from({ length: Math.ceil(255 / spread) }, (_, i) => i * spread);
  return [0, 1, 2].map((c) => (hasGrays ? seen.map((rgb) => scale.of[rgb[c]]) : [...steps, 255].map((v) => picture[c][v])));
}

/** R G B A whose colours are their luma. */
function grayOf(rgba) {
  const out = Uint8Array.from(rgba);
  lumas(rgba).forEach((value, i) => out.fill(value, 4 * i, 4 * i + 3));
  return out;
}

/** The error for the first pixel of a colour that is not in the palette; undefined: there is none. */
function inexact({ rgba, width }, { palette, key }) {
  const there = new Set(palette.filter((color) => !isSame(color, key?.color)).map(String));
  for (let i = 0; i < rgba.length; i += 4) {
    if (key?.holes[i / 4]) continue;
    const color = [...rgba.subarray(i, i + 3)];
    if (there.has(String(color))) continue;
    const [x, y] = [i / 4 % width, Math.floor(i / 4 / width)];
    return { error: 'ERR_NOT_EXACT', message: `pixel (${x}, ${y}) is #${Buffer.from(color).toString('hex')}` };
  }
  return undefined;
}

function matchedExactly(common, settings) {
  return inexact(common, settings) ?? matched(common, { ...settings, dither: 'none', chosen: true });
}

function matched(common, settings) {
  const { palette, seen = palette, dither = 'floyd-steinberg', bits, format, chosen, key } = settings;
  const scale = scaleOf(settings);
  const leftOut = palette.map((color) => isSame(color, key?.color));
  const others = (list) => list.filter((_, i) => !leftOut[i]);
  const picture = pictureNumbers(scale, { ...settings, seen: settings.seen && others(seen) });
  const grays = new Set(others(palette).map(([gray]) => gray));
  const hasGrays = !chosen && isGray(others(palette)) && grays.size > 1;
  const spread = paletteSpread(palette, hasGrays, others(palette));
  const marks = paletteMarks(others(seen), hasGrays, spread, { scale, picture });
  const way = { scale, picture, spreads: [spread, spread, spread], marks, holes: key?.holes, hasSeen: settings.seen !== undefined };
  const rgba = isGray(others(palette)) && !chosen ? grayOf(common.rgba) : common.rgba;
  const choices = dithered(rgba, common.width, dither, nearestIn(seen, scale, leftOut), way, chosen)
    .map((choice, i) => (key?.holes[i] ? key.index : choice));
  if (format === 'bgr24') return { ...common, rgba: paint(choices, (index) => palette[index] ?? key.color) };
  const depth = bits ?? bitsFor(palette.length);
  const whole = wholePalette(palette, depth);
  if (key) whole[key.index] = key.color;
  return indexedBy(common, depth, whole, choices);
}

// ---- The key: an entry that transparent pixels alone get -------------------------

/** Whether there is such an entry. `palette` is given, or `chosen` with `colors` or for an indexed image. */
function hasKey(image, { alpha, keyIndex, palette, chosen, background, format, colors }) {
  const isMatched = palette || colors || (format === 'indexed' && !canBeIndexed(image, { alpha }));
  if (alpha !== 'key' || keyIndex === 'none' || !isMatched) return false;
  const isThere = !chosen && palette?.some((color) => isSame(color, parseBackground(background ?? DEFAULTS.background)));
  return keyIndex !== undefined || hasAlpha(image) || isThere === true;
}

/** Whether the key is a colour of a format without a palette. */
function isKeyOfColor(image, settings) {
  const { format = 'bgr24', alpha, keyIndex, palette } = settings;
  const written = format === 'auto' ? autoFormat(image, settings) : format;
  return alpha === 'key' && keyIndex !== 'none' && !palette && ['bgr24', 'rgb565', 'rgb555'].includes(written);
}

const keepsHoles = (image, settings) => hasKey(image, settings) || isKeyOfColor(image, settings);

function holesOf(image, { alphaThreshold = 128, depth16 = 'round' }) {
  const pixels = rgba16(image);
  return Uint8Array.from({ length: pixels.length / 4 }, (_, i) =>
    (narrow(pixels[4 * i + 3], { bitDepth: image.bitDepth, depth16 }) < alphaThreshold ? 1 : 0));
}

/** Its index in a palette of so many entries; undefined: 'last'. */
function keyPlace({ keyIndex, palette, chosen }, color) {
  if (keyIndex !== undefined) return keyIndex === 'last' ? undefined : keyIndex;
  const first = chosen ? 0 : palette.findIndex((each) => isSame(each, color));
  return first < 0 ? palette.length : first;
}

/** The settings with `key`: { index, color, holes }, and the palette that goes with it; { error } if there is no room.
 * A palette that was chosen has the other colours. */
function withKey(image, settings) {
  if (!hasKey(image, settings)) return settings;
  const { palette, chosen, exact, format } = settings;
  const color = parseBackground(settings.background);
  const place = keyPlace(settings, color);
  const bits = format === 'bgr24' ? 8 : settings.bits ?? bitsFor(Math.max(palette.length, (place ?? 0) + 1)) ?? 8;
  const index = place ?? 2 ** bits - 1;
  const others = chosen && !exact ? palette.map(([r, g, b]) => [r, g, isSame([r, g, b], color) ? b ^ 1 : b]) : [...palette];
  if (index < palette.length) others.splice(index, chosen ? 0 : 1, color);
  if (index >= 2 ** bits || (!chosen && others.every((each) => isSame(each, color)))) return { error: 'ERR_OPTION' };
  return { ...settings, bits, palette: others, key: { index, color, holes: holesOf(image, settings) } };
}

const bitsFor = (entries) => [1, 4, 8].find((bits) => entries <= 2 ** bits);

/** The image's colours in order of appearance, if they are few enough. */
function ownColors(image, common, settings) {
  const seen = new Map();
  const isKeyed = hasKey(image, settings);
  const holes = isKeyed ? holesOf(image, settings) : [];
  for (let i = 0; i < common.rgba.length; i += 4) {
    if (holes[i / 4]) continue;
    const color = [...common.rgba.subarray(i, i + 3)];
    if (!seen.has(color.join())) seen.set(color.join(), color);
  }
  const bits = settings.bits ?? 8;
  if (seen.size > 2 ** bits - (isKeyed ? 1 : 0)) return { error: 'ERR_FORMAT' };
  const own = withKey(image, { ...settings, palette: [...seen.values()], chosen: true, bits });
  return matched(common, { ...own, dither: 'none' });
}

/** Without a palette: `collides`, whether an opaque pixel has the colour of the key. */
function withCollision(bmp, [r, g, b], { holes }) {
  if (!holes) return bmp;
  const collides = holes.some((isHole, i) => !isHole && bmp.rgba[4 * i] === r && bmp.rgba[4 * i + 1] === g && bmp.rgba[4 * i + 2] === b);
  return { ...bmp, collides };
}

const LEVELS = { rgb565: [31, 63, 31], rgb555: [31, 31, 31] };

function levelled(common, settings) {
  const { format, dither = 'none' } = settings;
  const levels = LEVELS[format];
  const scale = scaleOf({ ...settings, dither });
  const marks = levels.map((most) => Array.from({ length: most + 1 }, (_, i) => scale.of[Math.round((i * 255) / most)]));
  const way = { scale, picture: [scale.of, scale.of, scale.of], spreads: levels.map((n) => Math.trunc(255 / n)), marks, holes: settings.holes };
  const nearest = nearestLevels(levels, scale);
  const [key] = dithered([...parseBackground(settings.background), 255], 1, 'none', nearest, { ...way, holes: undefined });
  const choices = dithered(common.rgba, common.width, dither, nearest, way).map((choice, i) => (settings.holes?.[i] ? key : choice));
  return withCollision({ ...common, bitsPerPixel: 16, rgba: paint(choices, ofNumber) }, ofNumber(key), settings);
}

const GRAYS = Array.from({ length: 256 }, (_, i) => [i, i, i]);

function indexedBy(common, bitsPerPixel, palette, indices) {
  const rgba = paint(indices, (index) => palette[index]);
  return { ...common, bitsPerPixel, palette, indices: Uint8Array.from(indices), rgba };
}

const PANELS = {
  gray8: (common) => indexedBy(common, 8, GRAYS, lumas(common.rgba)),
  mono1: (common, settings) =>
    indexedBy(common, 1, [GRAYS[0], GRAYS[255]], monoBits(common.rgba, common.width, settings)),
  rgb565: levelled,
  rgb555: levelled,
};

// ---- The whole -----------------------------------------------------------------

/**
 * What an image must become: { error } or { format, bitsPerPixel, width, height, topDown, palette, indices,
 * rgba, collides }. options.there: 0 for each pixel that is missing.
 */
function expectedBmp(image, options = {}) {
  const settings = { ...DEFAULTS, ...options };
  const format = settings.format === 'auto' ? autoFormat(image, settings) : settings.format;
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
  if (isIneffective(settings, options)) return { error: 'ERR_OPTION' };
  if (isKeyOfColor(image, settings))
    settings.holes = holesOf(image, settings).map((isHole, i) => (settings.there?.[i] === 0 ? 1 : isHole));
  if (PANELS[format]) return PANELS[format](common, settings);
  if (settings.palette) {
    const keyed = withKey(image, settings);
    if (keyed.error) return keyed;
    return keyed.exact ? matchedExactly(common, keyed) : matched(common, keyed);
  }
  if (format !== 'indexed') return withCollision(common, parseBackground(settings.background), settings);
  if (!canBeIndexed(image, settings)) return ownColors(image, common, settings);
  return withOwnPalette(image, common, settings);
}

function isIneffective({ format, alpha }, options) {
  return options.format !== 'auto' && format === 'bgra32' && ['drop', 'key'].includes(alpha);
}

function withOwnPalette(image, common, settings) {
  const indices = Uint8Array.from(image.samples, (v) =>
    image.bitDepth === 16 ? reduce(v, settings.depth16) : v,
  );
  const bits = settings.bits ?? { 1: 1, 2: 4, 4: 4, 8: 8, 16: 8 }[image.bitDepth];
  return {
    ...common,
    bitsPerPixel: bits,
    palette: wholePalette(expectedPalette(image, settings), bits),
    indices,
  };
}

module.exports = { expectedBmp, expectedRgba, hasKey, holesOf, keepsHoles, lumaOf, reduce, withKey };
