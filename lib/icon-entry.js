'use strict';

// One image of an icon: a DIB with a mask, or a PNG. Facts: "The evolution of the ICO file format", R. Chen,
// 2010, parts 1 to 4.
//
// Functions with a * are done in steps, each a function of the calls of lib/ that it needs: lib/ico.js has
// them done here or on other threads.

const { argumentValueError } = require('./errors');
const { nameOf } = require('./icon-arguments');
const { checkStillThere } = require('./input');

const INFO_HEADER_BYTES = 40;
const BYTES_PER_COLOR = 4;
// Larger ones would take 64 kB and more; programs that show them read PNG.
const LARGEST_DIB = 128;
// Of the option alphaThreshold.
const DEFAULT_THRESHOLD = 128;

// ---- DIBs ---------------------------------------------------------------------------------------

/** A BITMAPINFOHEADER of twice the height, for pixels and mask. The rest is 0, as in all icons: no
 * compression, no density, as many colours as the bits can count. */
function headerOf(width, height, bits, imageBytes) {
  const header = new DataView(new ArrayBuffer(INFO_HEADER_BYTES));
  header.setUint32(0, INFO_HEADER_BYTES, true);
  header.setInt32(4, width, true);
  header.setInt32(8, 2 * height, true);
  header.setUint16(12, 1, true); // planes
  header.setUint16(14, bits, true);
  header.setUint32(20, imageBytes, true);
  return new Uint8Array(header.buffer);
}

const strideOf = (width, bits) => Math.ceil(width * bits / 32) * 4;

/** Calls visit(x, y, alpha), y from the bottom row up. */
function eachAlpha({ data, width, height }, visit) {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      visit(x, y, data[4 * ((height - 1 - y) * width + x) + 3]);
    }
  }
}

/** One bit per pixel, bottom row first: set where alpha is below the threshold. */
function maskOf(pixels, threshold) {
  const stride = strideOf(pixels.width, 1);
  const mask = new Uint8Array(stride * pixels.height);
  eachAlpha(pixels, (x, y, alpha) => {
    if (alpha < threshold) {
      mask[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
    }
  });
  return mask;
}

/** B G R A, bottom row first. What the mask cuts out is black: programs that know masks only invert the
 * screen there. */
function toBgra({ data, width, height }) {
  const bgra = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    let from = 4 * (height - 1 - y) * width;
    for (let at = 4 * y * width; at < 4 * (y + 1) * width; at += 4, from += 4) {
      if (data[from + 3] > 0) {
        bgra[at] = data[from + 2];
        bgra[at + 1] = data[from + 1];
        bgra[at + 2] = data[from];
        bgra[at + 3] = data[from + 3];
      }
    }
  }
  return bgra;
}

function* toTrueColorDib({ png, width, height }, options) {
  const pixels = yield (calls) => calls.decodePNG(png, options);
  const rows = toBgra(pixels);
  const mask = maskOf(pixels, 1);
  return { bits: 32, pieces: [headerOf(width, height, 32, rows.length + mask.length), rows, mask] };
}

/** { bits, colors, rows } of a DIB that getBMP made. The colours are as many as its bits can count, since
 * programs expect that of icons; those in addition are black. */
function readDib(dib) {
  const header = new DataView(dib.buffer, dib.byteOffset, INFO_HEADER_BYTES);
  const bits = header.getUint16(14, true);
  const most = 1 << bits;
  const start = INFO_HEADER_BYTES + BYTES_PER_COLOR * (header.getUint32(32, true) || most);
  const colors = new Uint8Array(BYTES_PER_COLOR * most);
  colors.set(dib.subarray(INFO_HEADER_BYTES, start));
  return { bits, colors, rows: dib.subarray(start) };
}

/** The index of black, or -1. */
function blackOf(colors) {
  for (let at = 0; at < colors.length; at += BYTES_PER_COLOR) {
    if (colors[at] === 0 && colors[at + 1] === 0 && colors[at + 2] === 0) {
      return at / BYTES_PER_COLOR;
    }
  }
  return -1;
}

/** Sets the pixels that alpha makes transparent to one index. */
function blacken({ rows, bits }, pixels, threshold, index) {
  const stride = strideOf(pixels.width, bits);
  eachAlpha(pixels, (x, y, alpha) => {
    if (alpha < threshold) {
      const at = y * stride + (x * bits >> 3);
      const shift = 8 - bits - x * bits % 8;
      rows[at] = rows[at] & ~(((1 << bits) - 1) << shift) | index << shift;
    }
  });
}

function noBlackError({ colors, palette }) {
  return colors === undefined
    ? argumentValueError('option', 'palette', 'one with black, or with room for it: it is under transparent pixels', palette)
    : argumentValueError('option', 'colors', 'at least 3: one is black, which is under transparent pixels', colors);
}

/** The DIB, with black among its colours if anything is transparent. */
function* readDibWithBlack(png, palette, options, needsBlack) {
  const given = { ...options, ...palette, alpha: 'key', keyIndex: 'none', background: '#000', header: 'info', fileHeader: false };
  const dib = readDib(yield (calls) => calls.getBMP(png, given));
  if (!needsBlack || blackOf(dib.colors) >= 0) {
    return dib;
  }
  const { colors } = palette;
  if (colors === undefined || colors === 2) {
    throw noBlackError(palette);
  }
  // Leaves room for it. All warnings have been given.
  return readDib(yield (calls) => calls.getBMP(png, { ...given, colors: colors - 1, onWarning: undefined }));
}

function* toIndexedDib({ png, width, height }, { format, alphaThreshold = DEFAULT_THRESHOLD, ...palette }, options) {
  const quiet = { ...options, strict: false, onWarning: undefined, channels: 4 };
  const pixels = yield (calls) => calls.decodePNG(png, quiet);
  const mask = maskOf(pixels, alphaThreshold);
  const isCut = mask.some((byte) => byte !== 0);
  const dib = yield* readDibWithBlack(png, { format, alphaThreshold, ...palette }, options, isCut);
  const { bits, colors, rows } = dib;
  if (isCut) {
    blacken(dib, pixels, alphaThreshold, blackOf(colors));
  }
  return { bits, pieces: [headerOf(width, height, bits, rows.length + mask.length), colors, rows, mask] };
}

// ---- PNGs ---------------------------------------------------------------------------------------

const SIGNATURE_BYTES = 8;
const CHUNK_FRAME = 12; // length, type, CRC
const IEND = 0x49454e44;
const RGBA = 6;

/** The PNG without what follows its IEND. */
function withoutTail(png) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE_BYTES;
  while (at + CHUNK_FRAME < view.byteLength && view.getUint32(at + 4) !== IEND) {
    at += CHUNK_FRAME + view.getUint32(at);
  }
  return png.subarray(0, at + CHUNK_FRAME);
}

const isTurned = ({ rotate = 0, flip = false, flop = false }) => rotate !== 0 || flip || flop;

/** The PNG as it is, if it is of the only type that Windows shows in icons (R. Chen, part 4), of its size, and intact;
 * otherwise undefined. */
function* intactPng({ png, bitDepth, colorType, index }, options) {
  if (bitDepth !== 8 || colorType !== RGBA || options.size !== undefined || isTurned(options)) {
    return undefined;
  }
  const warnings = [];
  const strictly = {
    ...options, strict: true, salvage: false, ignoreChecksums: false, onWarning: (warning) => warnings.push(warning),
  };
  try {
    yield (calls) => calls.decodePNG(png, strictly);
  } catch (error) {
    if (error.name === 'PngError') {
      return undefined;
    }
    throw error;
  }
  const intact = withoutTail(png);
  const { length } = intact; // before the caller's code runs
  warnings.forEach((warning) => options.onWarning?.(warning));
  checkStillThere(nameOf(index), intact, length);
  return intact;
}

function* toPng(image, options) {
  const intact = yield* intactPng(image, options);
  if (intact !== undefined) {
    return { bits: 32, pieces: [intact] };
  }
  const pixels = yield (calls) => calls.decodePNG(image.png, options);
  const output = yield (calls) => calls.encodePNG(pixels, options);
  return { bits: 32, pieces: [withoutTail(output)] };
}

// ---- Either -------------------------------------------------------------------------------------

const isLarge = ({ width, height }) => Math.max(width, height) > LARGEST_DIB;

/** { bits, pieces }: bits per pixel, and the bytes of the image in the file. image: { png, width, height,
 * bitDepth, colorType, index, kind: { format, bits, colors, ... } }; pngRule: 'none', 'large' or 'all'; options:
 * of decodePNG. */
function* toEntry(image, pngRule, options) {
  if (image.kind.format === 'indexed') {
    return yield* toIndexedDib(image, image.kind, options);
  }
  const isPng = pngRule === 'all' || (pngRule === 'large' && isLarge(image));
  return yield* (isPng ? toPng : toTrueColorDib)(image, options);
}

module.exports = { toEntry };
