'use strict';

// What a conversion must give, by the model (test/kit/expected.js) and the plain decoder: slow, and without any
// code of src/. Two things are taken from the outcome itself, and checked as far as they can be: the colours that
// `colors` chose, and how many rows `salvage` found.

const { readBmp } = require('../kit/bmp-reader');
const { conversionOf, convertPixels } = require('../kit/color-space');
const { expectedBmp, expectedRgba, hasKey, holesOf, keepsHoles, lumaOf, withKey } = require('../kit/expected');
const { hasAlpha, rgba16 } = require('../kit/image');
const { differsAt, placesOf, resized } = require('../kit/resized');
const { stepsOf, turned } = require('../kit/turn');
const { measured, palettes } = require('../../lib/palettes');
const { bmpBytes } = require('./bmp');
const { decode, scanlineOrder } = require('./decode');

/** The options that the model knows; with any other, doors are only compared with each other. */
const KNOWN = ['format', 'alpha', 'background', 'topDown', 'depth16', 'dither', 'light', 'seen', 'tone', 'threshold', 'invert', 'strict',
  'ignoreChecksums', 'maxPixels', 'maxMemory', 'flag', 'sync', 'alphaThreshold', 'header', 'profile', 'fileHeader',
  'salvage', 'colorSpace', 'bits', 'colors', 'density', 'palette', 'input', 'maxInputBytes', 'forceExtension', 'exact',
  'container', 'rowAlign', 'keyIndex', 'rotate', 'flip', 'flop', 'size', 'fit', 'position', 'kernel'];

const isKnown = (name) => KNOWN.includes(name);
const knows = (options) => Object.keys(options).every(isKnown);

// ---- Options as the model takes them ---------------------------------------------------

const ofNumber = (color) => [color >> 16, color >> 8 & 255, color & 255];

function toRgb(color) {
  if (Array.isArray(color)) return color;
  if (typeof color === 'object') return [color.r, color.g, color.b];
  const digits = color.length === 4 ? color.replace(/[^#]/g, '$&$&') : color;
  return ofNumber(parseInt(digits.slice(1), 16));
}

function toPalette(palette) {
  if (typeof palette === 'string') return palettes[palette].map(ofNumber);
  if (Array.isArray(palette)) return palette.map((entry) => toRgb(entry.color ?? entry));
  return Array.from({ length: palette.length / 3 }, (_, i) => [...palette.subarray(3 * i, 3 * i + 3)]);
}

/** What is seen of the colours of a palette; undefined: themselves. 'none': `seen` is asked for and not known. */
function toSeen({ palette, seen }) {
  if (seen) return measured[palette]?.map(ofNumber) ?? 'none';
  if (!Array.isArray(palette) || !palette.some((entry) => entry.seen)) return undefined;
  return palette.map((entry) => toRgb(entry.seen ?? entry.color ?? entry));
}

function toDensity(density) {
  const { x, y } = typeof density === 'number' ? { x: density / 0.0254, y: density / 0.0254 } : density;
  return { x: Math.round(x), y: Math.round(y) };
}

function normal(options) {
  const out = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (out.background) out.background = toRgb(out.background);
  out.seen = toSeen(out);
  if (out.palette) out.palette = toPalette(out.palette);
  if (out.density) out.density = toDensity(out.density);
  if (!out.format) out.format = out.palette || out.colors ? 'indexed' : 'bgr24';
  return out;
}

// ---- Refusals ---------------------------------------------------------------------------

/** Whether some option has no effect on the format, or on one of those of 'auto': docs/decisions.md. */
function isWithoutEffect({ format, ...o }) {
  const [isMono, isIndexed] = [format === 'mono1', format === 'indexed'];
  const isMatched = o.palette || o.colors;
  return (o.invert && !isMono) || ((o.threshold ?? 128) !== 128 && !isMono) ||
    (o.alpha === 'premultiply' && !['bgra32', 'auto'].includes(format)) || (['drop', 'key'].includes(o.alpha) && format === 'bgra32') ||
    ((o.alphaThreshold ?? 128) !== 128 && o.alpha !== 'key') || ((o.bits || o.colors) && !isIndexed) ||
    (o.palette && !isIndexed && format !== 'bgr24') ||
    (o.dither && !['mono1', 'rgb565', 'rgb555'].includes(format) && !isMatched) ||
    (o.light && !isDithered({ format, ...o })) || (o.tone === 'none' && !o.seen) || (o.exact && !isMatched) ||
    (o.container === 'rows' ? o.header !== undefined || o.profile === 'embed' || o.fileHeader === false : (o.rowAlign ?? 4) !== 4) ||
    (o.keyIndex !== undefined && (o.alpha !== 'key' || (o.keyIndex !== 'none' && !(isIndexed && isMatched)))) ||
    (!o.size && ((o.fit ?? 'cover') !== 'cover' || (o.position ?? 'center') !== 'center' || (o.kernel ?? 'smooth') !== 'smooth'));
}

function isDithered({ format, dither, palette, colors, exact }) {
  if (exact) return false;
  return dither ? dither !== 'none' : format === 'mono1' || palette || colors;
}

function isContradiction(o) {
  const most = o.bits ? 2 ** o.bits : 256;
  return ![undefined, 1, 4, 8].includes(o.bits) || (o.colors && o.palette) || o.colors > most ||
    o.palette?.length > most || (o.profile === 'embed' && o.header && o.header !== 'v5') ||
    (o.exact && (o.seen || ![undefined, 'none'].includes(o.dither))) || o.rowAlign === 3;
}

/** Of chosen colours, which are not known yet, it does not matter which they are. */
function hasNoRoomForKey(image, options) {
  const { palette, colors } = options;
  if (!palette && !colors) return false;
  const some = palette ? {} : { palette: Array.from({ length: colors - 1 }, () => [0, 0, 0]), chosen: true };
  const bits = options.bits ?? (palette ? undefined : bitsFor(colors, options.keyIndex));
  return withKey(image, { background: [255, 255, 255], ...options, ...some, bits }).error !== undefined;
}

const bitsFor = (colors, keyIndex) => [1, 4, 8].find((n) => Math.max(colors, keyIndex > 0 ? keyIndex + 1 : 0) <= 2 ** n);

/** The codes of all that forbids the conversion, whatever the pixels are. */
function refusals(image, options, memory) {
  const codes = options.seen === 'none' ? ['ERR_INVALID_ARG_VALUE'] : [];
  if (isContradiction(options) || isWithoutEffect(options) || hasNoRoomForKey(image, options)) codes.push('ERR_OPTION');
  const canvas = options.size ? placesOf(turned(image, options, image.orientation), options).canvas : image;
  if (Math.max(image.width * image.height, canvas.width * canvas.height) > (options.maxPixels ?? 268402689)) codes.push('ERR_PIXEL_LIMIT');
  if (memory > (options.maxMemory ?? 268435456)) codes.push('ERR_MEMORY_LIMIT');
  return codes;
}

// ---- Salvage -----------------------------------------------------------------------------

const DAMAGE = ['ERR_PNG_TRUNCATED', 'ERR_PNG_CHUNK', 'ERR_PNG_CRC', 'ERR_PNG_ADLER32', 'ERR_PNG_ZLIB',
  'ERR_PNG_DEFLATE', 'ERR_PNG_FILTER'];

/** Which pixels the first `count` scanlines give. */
function covered(image, count) {
  const there = new Uint8Array(image.width * image.height);
  for (const { x, dx, y } of scanlineOrder(image).slice(0, count)) {
    for (let at = x; at < image.width; at += dx) there[y * image.width + at] = 1;
  }
  return there;
}

/** An image of 8-bit R G B in one colour. */
function plain({ width, height }, color) {
  const samples = new Uint16Array(width * height * 3);
  for (let i = 0; i < samples.length; i++) samples[i] = color[i % 3];
  return { width, height, colorType: 2, bitDepth: 8, channels: 3, palette: null, paletteAlpha: null, key: null, samples };
}

const onlyColors = ({ palette, seen, tone, bits, dither, light, colors, chosen, threshold, invert, topDown, format, exact }) =>
  ({ palette, seen, tone, bits, dither, light, colors, chosen, threshold, invert, topDown, format, exact });

/** What says which entry holes get. */
const onlyKey = ({ alpha, keyIndex, background }) => ({ alpha, keyIndex, background });

/** An image of R G B A that is transparent where `holes` is 1, and has these colours elsewhere. */
function withHoles({ samples, ...image }, holes) {
  const rgba = new Uint16Array(holes.length * 4);
  holes.forEach((isHole, i) => { if (!isHole) rgba.set([...samples.subarray(3 * i, 3 * i + 3), 255], 4 * i); });
  return { ...image, colorType: 6, channels: 4, samples: rgba };
}

/** `under` where nothing covers it, else `over`. */
function merge(over, under, there) {
  const out = { ...over, rgba: Uint8Array.from(over.rgba), indices: over.indices && Uint8Array.from(over.indices) };
  there.forEach((isThere, i) => {
    if (isThere) return;
    out.rgba.set(under.rgba.subarray(4 * i, 4 * i + 4), 4 * i);
    if (out.indices) out.indices[i] = under.indices[i];
  });
  return out;
}

/** Pixels that are missing: of the background's colour, or, if there is a key, holes. */
const missing = (size, background, { alpha }) => (alpha === 'key'
  ? withHoles(plain(size, background), new Uint8Array(size.width * size.height).fill(1)) : plain(size, background));

/** Rows that are missing, as an image of their own below the others. */
function below(background, { width, height }, rows, options) {
  const rest = expectedBmp(missing({ width, height: height - rows }, background, options), options);
  const shift = (list, size) => {
    const whole = new Uint8Array(width * height * size);
    whole.set(list, rows * width * size);
    return whole;
  };
  return { rgba: shift(rest.rgba, 4), indices: rest.indices && shift(rest.indices, 1) };
}

/** The first scanlines of a damaged image as 8-bit R G B, on the background. */
function salvagedColors(image, options, count) {
  const rgba = expectedRgba(rgba16(image.firstScanlines(count)), image.bitDepth, { ...options, format: 'bgr24' });
  const whole = plain(image, options.background ?? [255, 255, 255]);
  covered(image, count).forEach((isThere, i) => {
    if (isThere) whole.samples.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  });
  if (!keepsHoles(image, options)) return whole;
  const holes = holesOf(image.firstScanlines(count), options);
  return withHoles(whole, covered(image, count).map((isThere, i) => (isThere ? holes[i] : 1)));
}

const keyOptions = (image, options) => (keepsHoles(image, options) ? onlyKey(options) : {});

/** The same BMP, turned. */
function turnedBmp(bmp, turn) {
  const { width, height, samples: rgba } = turn({ ...bmp, channels: 4, samples: bmp.rgba });
  return { ...bmp, width, height, rgba, indices: bmp.indices && turn({ ...bmp, channels: 1, samples: bmp.indices }).samples };
}

/** The first scanlines of a damaged image, the rest in the colour of the background. */
function salvaged(image, options, count) {
  const isOrdered = options.palette || options.format === 'mono1' || options.dither;
  const steps = stepsOf(options, image.orientation);
  const turn = (one) => turned(one, options, image.orientation);
  const comesInOrder = !image.interlaced && steps.every((name) => name === 'flop');
  const first = isOrdered && comesInOrder ? turn(image.firstScanlines(count)) : image.firstScanlines(count);
  const background = options.background ?? [255, 255, 255];
  const there = covered(image, count);
  const own = expectedBmp(first, { ...options, there });
  const hasOwnPalette = image.colorType === 3 || (image.colorType === 0 &&
    !(image.bitDepth === 16 && image.key && options.alpha !== 'drop'));
  const isWhole = options.format === 'indexed' && (options.chosen || (!options.palette && !hasOwnPalette));
  if (isWhole || (isOrdered && !comesInOrder))
    return expectedBmp(turn(salvagedColors(image, options, count)), { ...onlyColors(options), ...keyOptions(image, options) });
  const palette = options.palette ?? (options.format === 'indexed' ? own.palette : undefined);
  const settings = { ...onlyColors({ ...options, format: own.format, palette }), ...keyOptions(image, options) };
  const bmp = merge(own, image.interlaced ? expectedBmp(missing(image, background, settings), settings)
    : below(background, image, count, settings), there);
  return isOrdered ? bmp : turnedBmp(bmp, turn);
}

// ---- The whole ---------------------------------------------------------------------------

/** The palette in the bytes of a BMP. */
function paletteIn(bmp, { fileHeader = true, container }) {
  const start = fileHeader && container !== 'dib' ? 14 : 0;
  const at = start + bmp.readUInt32LE(start);
  return Array.from({ length: bmp.readUInt32LE(start + 32) }, (_, i) =>
    [bmp[at + 4 * i + 2], bmp[at + 4 * i + 1], bmp[at + 4 * i]]);
}

/** The different colours of an image on its background, in order of appearance, as far as one more than `most`. */
function firstColors(image, options, most) {
  const rgba = expectedRgba(rgba16(image), image.bitDepth, { ...options, format: 'bgr24' });
  const holes = hasKey(image, options) ? holesOf(image, options) : [];
  const seen = new Set();
  for (let i = 0; i < rgba.length && seen.size <= most; i += 4)
    if (!holes[i / 4]) seen.add(rgba[i] << 16 | rgba[i + 1] << 8 | rgba[i + 2]);
  return [...seen].map(ofNumber);
}

/** With `colors`: the image's own colours if they are few enough, else those that were chosen; with `exact`, the
 * first of its own. */
function withColors(image, options, outcome) {
  if (!options.colors || !(outcome.bytes || options.exact)) return options;
  const { colors, ...others } = options;
  const isKeyed = hasKey(image, options);
  const most = colors - (isKeyed ? 1 : 0);
  const own = firstColors(image, options, most);
  const bits = options.bits ?? bitsFor(colors, isKeyed ? options.keyIndex : undefined);
  const key = !isKeyed ? -1 : options.keyIndex === 'last' ? 2 ** bits - 1 : options.keyIndex ?? 0;
  const palette = own.length <= most || options.exact ? own.slice(0, most)
    : options.container === 'rows' ? undefined : paletteIn(outcome.bytes, options).filter((_, i) => i !== key).slice(0, most);
  return { ...others, bits, palette: palette ?? [[0, 0, 0]], chosen: true, isUnknown: palette === undefined };
}

/**
 * What is wrong with the outcome of a conversion, as a text; undefined: nothing.
 *
 * outcome: { bytes, warnings } or { code, message, warnings }; warnings are { code, message }.
 * lenient: the outcome without `strict`, which is compared with it; memory: as readInfo says without a limit;
 * between: with a size, what decodePNG gives; withHoles: the same if those pixels are transparent that are 0 in its
 * argument; withBackground: the same on another background.
 */
function judge(png, options, outcome, { lenient, memory, ...ofSize }) {
  if (!knows(options)) return undefined;
  const { image, settings, space } = withoutConversion(decode(png), normal(options));
  const codes = refusals(image, settings, memory);
  if (codes.length > 0) {
    // With strict, a defect that is seen before a limit is asked for may be told first.
    const isRight = codes.includes(outcome.code) || (options.strict && /^ERR_PNG_/.test(outcome.code ?? ''));
    return isRight ? undefined : `must be refused with ${codes.join(' or ')}`;
  }
  const counting = lenient.warnings.filter(({ code }) => code !== 'WARN_PNG_COLOR_SPACE'); // what strict makes errors of
  if (options.strict && counting.length > 0) {
    const wanted = counting.map(({ code }) => code.replace('WARN', 'ERR'));
    return wanted.includes(outcome.code) ? undefined : `strict: must be ${wanted.join(' or ')}`;
  }
  if (image.orientation > 1 && settings.rotate === undefined && !outcome.code &&
    !outcome.warnings.some(({ code }) => code === 'WARN_PNG_ORIENTATION')) return 'no warning of the orientation';
  if (settings.size) return judgeResized(image, settings, outcome, { ...ofSize, isUnsure: space || image.isDamaged });
  if (space) return judgeConverted(image, settings, outcome, space);
  return image.isDamaged ? judgeDamaged(image, settings, outcome) : judgeWhole(image, settings, outcome);
}

function compare(expected, image, settings, outcome) {
  if (expected.error) {
    const isRight = outcome.code === expected.error && outcome.message.includes(expected.message ?? '');
    return isRight ? undefined : `must be ${expected.error} ${expected.message ?? ''}`;
  }
  if (!outcome.bytes) return `must be a BMP, not ${outcome.code}: ${outcome.message}`;
  const density = settings.density ?? image.density;
  const profile = settings.profile === 'embed' ? image.profile : undefined;
  const bytes = bmpBytes({ ...expected, density, profile }, settings);
  if (outcome.warnings.some(({ code }) => code === 'WARN_KEY_COLLISION') !== (expected.collides ?? false))
    return `an opaque pixel of the key's colour is ${expected.collides ? 'not told' : 'told'}`;
  // Which colours were chosen is not in bare rows.
  if (settings.isUnknown) return outcome.bytes.length === bytes.length ? undefined : 'wrong length';
  return differenceOf(outcome.bytes, bytes);
}

function differenceOf(found, wanted) {
  if (found.equals(wanted)) return undefined;
  if (found.length !== wanted.length) return `${found.length} bytes, not ${wanted.length}`;
  const at = wanted.findIndex((byte, i) => byte !== found[i]);
  const count = wanted.reduce((sum, byte, i) => sum + (byte !== found[i]), 0);
  return `byte ${at} is ${found[at]}, not ${wanted[at]}; ${count} of ${wanted.length} bytes are wrong`;
}

/** The image and its settings when nothing is left to convert, or `space`: what it is to be converted from. */
function withoutConversion(image, settings) {
  const { colorSpace, ...others } = settings;
  if (colorSpace !== 'srgb') return { image, settings: others };
  const found = conversionOf(image.colorChunks, image.colorType === 0 || image.colorType === 4);
  // Only what could not be converted keeps its profile.
  return { image: found ? { ...image, profile: undefined } : image, settings: others, space: found?.space };
}

/** In floating point: no channel may be off by more than 1, so only formats of whole pixels are compared; those
 * that choose among colours are compared between the doors alone. */
function judgeConverted(image, settings, outcome, space) {
  if (!outcome.bytes || image.isDamaged || settings.palette || settings.colors || settings.fileHeader === false ||
    settings.container ||
    !['bgr24', 'bgra32'].includes(settings.format)) return undefined;
  const upright = turned(image, settings, image.orientation);
  const wanted = expectedRgba(convertPixels(rgba16(upright), space, upright), image.bitDepth, settings);
  const { rgba } = readBmp(outcome.bytes);
  const at = wanted.findIndex((value, i) => Math.abs(value - rgba[i]) > 1);
  return at < 0 ? undefined : `converted to sRGB, sample ${at} is ${rgba[at]}, not ${wanted[at]}`;
}

/** How many scanlines were salvaged; undefined: all are there. */
function salvagedCount({ warnings }) {
  const note = warnings.find(({ code }) => code === 'WARN_PNG_SALVAGED');
  return note && Number(/(\d+) of \d+/.exec(note.message)[1]);
}

/** The image that the rest of the conversion is about: gray, R G B, or R G B A. hasHoles: missing pixels are such;
 * isFilled: some have the colour of the background. */
function imageBetween(image, { data, width, height, channels }, { size, ...settings }) {
  const { hasBars } = placesOf(image, { size, ...settings });
  const keepsAlpha = settings.format === 'bgra32';
  const isAlphaKept = keepsAlpha || (settings.alpha === 'key' && settings.keyIndex !== 'none');
  const isSeeThrough = (hasAlpha(image) && (keepsAlpha || settings.alpha !== 'drop')) || ((hasBars || image.hasHoles) && isAlphaKept);
  const [r, g, b] = settings.background ?? [255, 255, 255];
  const isGray = !isSeeThrough && image.colorType === 0 && (!(hasBars || image.isFilled) || (r === g && g === b));
  const kept = isSeeThrough ? 4 : isGray ? 1 : 3;
  const samples = [];
  for (let at = 0; at < data.length; at += channels) {
    const [red, green, blue, alpha = 255] = data.subarray(at, at + channels);
    // decodePNG has nothing around the image
    samples.push(...(alpha === 0 && !isSeeThrough ? [r, g, b] : [red, green, blue, alpha]).slice(0, kept));
  }
  const base = plain({ width, height }, [0, 0, 0]);
  return {
    ...base, samples: Uint16Array.from(samples), colorType: { 1: 0, 3: 2, 4: 6 }[kept], channels: kept, density: image.density,
    profile: image.profile,
  };
}

/** Those pixels in floating point; without alpha they are on the background. */
function differsFromResized(image, { data, channels }, settings) {
  const { depth16, background = [255, 255, 255], alpha } = settings;
  const isOpaque = channels === 3;
  const rgba = expectedRgba(rgba16(image), image.bitDepth, { depth16, background, ...(isOpaque ? { alpha, format: 'bgr24' } : { format: 'bgra32' }) });
  const wanted = resized({ width: image.width, height: image.height, rgba }, settings).rgba;
  const found = isOpaque ? Array.from(wanted, (_, i) => (i % 4 === 3 ? 255 : data[Math.floor(i / 4) * 3 + i % 4])) : data;
  if (isOpaque) wanted.forEach((value, i) => { if (i % 4 === 3 && value === 0) wanted.set([...background, 255], i - 3); });
  return differsAt(found, wanted);
}

/** Whether the palette has the grays of the image, and no other colours. */
const isOfGrays = (image, { format, palette, colors }) =>
  image.colorType === 0 && ['indexed', 'auto'].includes(format) && !palette && !colors;

/** The image between; isThere: 0 for each pixel that is missing, or undefined. */
function imageWithMissing(image, settings, isThere, { between, withHoles, withBackground }) {
  const next = imageBetween(image, between, settings);
  if (isThere === undefined) return next;
  if (keepsHoles(next, settings)) return imageBetween({ ...image, hasHoles: true }, withHoles(isThere), settings);
  if (!isOfGrays(next, settings)) return imageBetween({ ...image, isFilled: true }, between, settings);
  const gray = lumaOf(...settings.background ?? [255, 255, 255]);
  return imageBetween(image, withBackground([gray, gray, gray]), settings);
}

/** The pixels after they were resized are compared with those in floating point; what becomes of them is exact.
 * isUnsure: the former is not known so well. */
function judgeResized(stored, { rotate, flip, flop, size, fit, position, kernel, ...settings }, outcome, { isUnsure, ...given }) {
  const turn = (one) => turned(one, { rotate, flip, flop }, stored.orientation);
  const image = turn(stored);
  const { between } = given;
  if (!between) return outcome.code ? undefined : 'must be refused, as decodePNG does';
  if (isUnsure && outcome.code) return undefined;
  const at = isUnsure ? -1 : differsFromResized(image, between, { ...settings, size, fit, position, kernel });
  if (at >= 0) return `resized, sample ${at} is ${between.data[at]}`;
  const count = salvagedCount(outcome);
  const isThere = count === undefined ? undefined : turn({ ...stored, channels: 1, samples: covered(stored, count) }).samples;
  const next = imageWithMissing(image, { ...settings, size, fit, position }, isThere, given);
  return judgeWhole(next, settings, outcome);
}

function judgeWhole(stored, settings, outcome) {
  const image = turned(stored, settings, stored.orientation);
  const own = withColors(image, settings, outcome);
  return compare(expectedBmp(image, own), image, own, outcome);
}

/** How many scanlines were there when the pixel was seen is not told. */
function judgeInexact(image, settings, outcome) {
  const { readable, safe } = image.scanlines;
  const salvagedUpTo = (count) => turned(salvagedColors(image, settings, count), settings, image.orientation);
  const known = salvagedUpTo(readable);
  const isRight = Array.from({ length: readable - safe + 1 }, (_, i) => safe + i).some((count) => {
    const seen = settings.salvage ? salvagedUpTo(count) : known;
    return compare(expectedBmp(seen, { ...onlyColors(withColors(seen, settings, outcome)), ...keyOptions(image, settings) }), image, settings, outcome) === undefined;
  });
  return isRight ? undefined : `is not right: ${outcome.message}`;
}

function judgeDamaged(image, settings, outcome) {
  const { all, readable, safe } = image.scanlines;
  const note = outcome.warnings.find(({ code }) => code === 'WARN_PNG_SALVAGED');
  if (outcome.code === 'ERR_NOT_EXACT') return judgeInexact(image, settings, outcome);
  if (!outcome.bytes) {
    const isHopeless = safe === 0 && /; 0 of /.test(outcome.message);
    return DAMAGE.includes(outcome.code) && (!settings.salvage || isHopeless) ? undefined : `must not be ${outcome.code}: ${outcome.message}`;
  }
  // A stream that goes on after its last scanline is not read to its end, where its checksum is.
  const isLong = outcome.warnings.some(({ code }) => code === 'WARN_PNG_EXTRA_DATA');
  if (!note) return (settings.ignoreChecksums || isLong) && readable === all ? judgeWhole(image, settings, outcome) : 'damage was not noticed';
  const [count, total] = /(\d+) of (\d+)/.exec(note.message).slice(1).map(Number);
  if (total !== all || count < safe || count > readable)
    return `${count} of ${total} scanlines were salvaged, not ${safe} to ${readable} of ${all}`;
  const turn = (one) => turned(one, settings, image.orientation);
  const own = settings.colors ? withColors(turn(salvagedColors(image, settings, count)), settings, outcome) : settings;
  return compare(salvaged(image, own, count), turn(image), own, outcome);
}

// ---- Pixels and icons -------------------------------------------------------------------------

/** The pixels that decodePNG must give, of a PNG that is not damaged. */
function pixelsOf(png, channels, options) {
  const stored = decode(png);
  const image = turned(stored, options, stored.orientation);
  const format = channels === 4 ? 'bgra32' : 'bgr24';
  const rgba = expectedRgba(rgba16(image), image.bitDepth, { ...normal(options), format });
  return Buffer.from(rgba.filter((_, i) => channels === 4 || i % 4 < 3));
}

/** As judge(), of the BMP that encodeBMP makes of such pixels. */
function judgePixels({ data, width, height, channels }, options, outcome, between) {
  if (!knows(options)) return undefined;
  const samples = Uint16Array.from(data);
  const colorType = channels === 4 ? 6 : 2;
  const image = { ...plain({ width, height }, [0, 0, 0]), samples, colorType, channels, density: { x: 0, y: 0 } };
  const settings = normal({ ...options, colorSpace: undefined }); // pixels are taken for sRGB
  if (refusals(image, settings, 0).length > 0 || options.profile === 'embed' || options.rotate === 'exif')
    return outcome.code ? undefined : 'pixels: must be refused';
  return settings.size ? judgeResized(image, settings, outcome, { between }) : judgeWhole(image, settings, outcome);
}

/** A DIB of twice the height: the pixels, black where they are transparent, then one bit each, set there. */
function iconDib(image) {
  const { width, height } = image;
  const expected = expectedBmp(image, { format: 'bgra32' });
  const stride = Math.ceil(width / 32) * 4;
  const mask = Buffer.alloc(stride * height);
  for (let i = 0; i < width * height; i++) {
    if (expected.rgba[4 * i + 3] > 0) continue;
    const line = height - 1 - Math.floor(i / width);
    mask[line * stride + (i % width >> 3)] |= 128 >> (i % width & 7);
    expected.rgba.fill(0, 4 * i, 4 * i + 3);
  }
  const dib = bmpBytes({ ...expected, density: { x: 0, y: 0 } }, { header: 'info', fileHeader: false });
  dib.writeInt32LE(2 * height, 8);
  dib.writeUInt32LE(dib.length - 40 + mask.length, 20);
  return Buffer.concat([dib, mask]);
}

/** What is wrong with the .ico of one PNG of at most 256 x 256 that is not damaged; undefined: nothing. A large
 * image is a PNG in it, which need not be the same. */
function judgeIcon(png, icon, options) {
  const stored = decode(png);
  const image = turned(stored, options, stored.orientation);
  const { width, height } = image;
  const directory = Buffer.from([0, 0, 1, 0, 1, 0, width % 256, height % 256, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 22, 0, 0, 0]);
  directory.writeUInt32LE(icon.length - 22, 14);
  const content = icon.subarray(22);
  const isBmp = Math.max(width, height) <= 128;
  return differenceOf(icon.subarray(0, 22), directory) ?? (isBmp ? differenceOf(content, iconDib(image))
    : differenceOf(pixelsOf(content, 4, {}), pixelsOf(png, 4, options)));
}

module.exports = { differenceOf, isKnown, judge, judgeIcon, judgePixels, normal, pixelsOf };
