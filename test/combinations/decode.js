'use strict';

// A plain PNG decoder: what is in the file, as far as it can be read. It shares no code with src/.

const zlib = require('node:zlib');

const { inflate } = require('./inflate');

const { crc32 } = zlib.crc32 ? zlib : require('../kit/checksums');

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
// PNG specification, section 8.1: first column, first row, steps of each pass.
const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/** { type, data, intact } of each chunk; `data` is shorter than announced where the file ends. */
function chunksOf(png) {
  const chunks = [];
  for (let at = 8; at + 8 <= png.length;) {
    const length = png.readUInt32BE(at);
    const end = at + 8 + length;
    const data = png.subarray(at + 8, Math.min(end, png.length));
    const intact = end + 4 <= png.length && crc32(png.subarray(at + 4, end)) === png.readUInt32BE(end);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data, intact });
    at = end + 4;
  }
  return chunks;
}

// ---- Scanlines ------------------------------------------------------------------------

/** { bytes, isBroken } of a zlib stream that may end early or have an error. */
function inflateSome(stream) {
  try {
    return { bytes: zlib.inflateSync(stream, { finishFlush: zlib.constants.Z_SYNC_FLUSH }), isBroken: false };
  } catch {
    return inflate(stream);
  }
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

const PREDICTORS = [() => 0, (a) => a, (a, b) => b, (a, b) => (a + b) >> 1, paeth];

function unfilter(type, line, above, pixelBytes) {
  const predict = PREDICTORS[type];
  for (let i = 0; i < line.length; i++) {
    const a = i < pixelBytes ? 0 : line[i - pixelBytes];
    const c = i < pixelBytes ? 0 : above[i - pixelBytes];
    line[i] += predict(a, above[i], c);
  }
}

/** Sample number i of a scanline. */
function sampleOf(line, i, bitDepth) {
  if (bitDepth === 16) return line[2 * i] << 8 | line[2 * i + 1];
  const bit = i * bitDepth;
  return line[bit >> 3] >> (8 - bitDepth - (bit & 7)) & ((1 << bitDepth) - 1);
}

/** Puts the samples of a scanline to their places: row y of the image, columns x, x + dx, ... */
function placeSamples(image, line, y, x, dx) {
  const { samples, width, channels, bitDepth } = image;
  for (let i = 0; x < width; x += dx) {
    for (let c = 0; c < channels; c++, i++) samples[(y * width + x) * channels + c] = sampleOf(line, i, bitDepth);
  }
}

/** The scanlines in the order of the file: { x, dx, y, isFirst } each, of every pass that has pixels. */
function scanlineOrder({ width, height, interlaced }) {
  const order = [];
  for (const [x, y0, dx, dy] of interlaced ? ADAM7 : [[0, 0, 1, 1]]) {
    for (let y = y0; x < width && y < height; y += dy) order.push({ x, dx, y, isFirst: y === y0 });
  }
  return order;
}

/** Fills image.samples and gives the number of scanlines that are there, at most `most`. */
function readScanlines(image, bytes, most = Infinity) {
  const bits = image.channels * image.bitDepth;
  let at = 0;
  let count = 0;
  let above;
  for (const { x, dx, y, isFirst } of scanlineOrder(image)) {
    const length = Math.ceil((Math.ceil((image.width - x) / dx) * bits) / 8);
    if (count === most || at + 1 + length > bytes.length || bytes[at] > 4) break;
    const line = Uint8Array.from(bytes.subarray(at + 1, at + 1 + length));
    unfilter(bytes[at], line, isFirst ? new Uint8Array(length) : above, Math.ceil(bits / 8));
    placeSamples(image, line, y, x, dx);
    above = line;
    at += 1 + length;
    count++;
  }
  return count;
}

// ---- The image ------------------------------------------------------------------------

function headerOf({ data }) {
  return {
    width: data.readUInt32BE(0), height: data.readUInt32BE(4), bitDepth: data[8], colorType: data[9],
    channels: CHANNELS[data[9]], interlaced: data[12] === 1, palette: null, paletteAlpha: null, key: null,
  };
}

function readTransparency(image, { data }) {
  const mask = 2 ** image.bitDepth - 1;
  if (image.colorType === 3) image.paletteAlpha = Uint8Array.from(data);
  else image.key = Array.from({ length: data.length / 2 }, (_, i) => data.readUInt16BE(2 * i) & mask);
}

/** Pixels per metre, { x, y }, of pHYs: 0 where there are none that a BMP can say. */
function densityOf(chunk) {
  if (!chunk || chunk.data[8] !== 1) return { x: 0, y: 0 };
  const [x, y] = [0, 4].map((at) => chunk.data.readUInt32BE(at)).map((v) => (v > 0x7fffffff ? 0 : v));
  return { x, y };
}

/** Of the last eXIf before the pixels that is intact, in the form that pngs.js gives it: 1 to 8, or 1. */
function orientationOf(all) {
  const before = all.slice(0, all.findIndex(({ type }) => type === 'IDAT'));
  const exif = before.filter(({ type, intact }) => type === 'eXIf' && intact).at(-1)?.data;
  if (exif?.toString('hex', 0, 18) !== '4d4d002a0000000800010112000300000001') return 1;
  const orientation = exif.readUInt16BE(18);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** Those that say what the colours are; others than iCCP have one length. */
function colorChunksOf(first) {
  const lengths = { cICP: 4, iCCP: undefined, sRGB: 1, gAMA: 4, cHRM: 32 };
  return Object.keys(lengths).map(first).filter((chunk) => chunk && chunk.data.length === (lengths[chunk.type] ?? chunk.data.length));
}

/** { bytes, intent } of iCCP; undefined: none that a BMP can have (docs/decisions.md). */
function profileOf(chunk) {
  if (!chunk) return undefined;
  const { data } = chunk;
  const name = data.indexOf(0);
  const { bytes } = inflateSome(data.subarray(name + 2));
  const length = bytes.length >= 132 ? bytes.readUInt32BE(0) : 0;
  const isForRgb = bytes.toString('latin1', 16, 20) === 'RGB ' && bytes.toString('latin1', 36, 40) === 'acsp';
  if (name < 1 || !isForRgb || length < 132 || length > bytes.length) return undefined;
  return { bytes: bytes.subarray(0, length), intent: bytes.readUInt32BE(64) };
}

/**
 * The image as the model (test/kit/expected.js) takes it, and in addition `interlaced`, `orientation`, `density`, `profile`, `colorChunks`,
 * `isDamaged`, and `scanlines`: how many there should be, how many can be read, and how many lie before any chunk
 * that is damaged.
 */
function decode(png) {
  const all = chunksOf(png);
  const first = (type) => all.find((chunk) => chunk.type === type && chunk.intact);
  const image = headerOf(all[0]);
  const [palette, transparency] = [first('PLTE'), first('tRNS')];
  if (palette && image.colorType === 3) image.palette = Uint8Array.from(palette.data.subarray(0, 3 * 2 ** image.bitDepth));
  if (transparency && image.colorType < 4) readTransparency(image, transparency);

  const idats = all.filter(({ type }) => type === 'IDAT');
  const damaged = idats.findIndex(({ intact }) => !intact);
  const inflated = (chunks) => inflateSome(Buffer.concat(chunks.map(({ data }) => data)));
  const { bytes, isBroken } = inflated(idats);
  const blank = () => ({ ...image, samples: new Uint16Array(image.width * image.height * image.channels) });
  const scanlines = { all: scanlineOrder(image).length };
  const whole = blank();
  scanlines.readable = readScanlines(whole, bytes);
  scanlines.safe = damaged < 0 ? scanlines.readable : readScanlines(blank(), inflated(idats.slice(0, damaged)).bytes);
  return {
    ...whole, isDamaged: damaged >= 0 || scanlines.readable < scanlines.all || isBroken,
    colorChunks: colorChunksOf(first),
    orientation: orientationOf(all), density: densityOf(first('pHYs')), profile: profileOf(first('iCCP')), scanlines,
    /** The same of the first scanlines alone, the rest zeros. */
    firstScanlines(count) {
      const part = blank();
      readScanlines(part, bytes, count);
      return part;
    },
  };
}

module.exports = { decode, scanlineOrder };
