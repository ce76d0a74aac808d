'use strict';

const zlib = require('node:zlib');
const { crc32 } = require('./checksums');
const { createRandom } = require('./random');
const { storedStream } = require('./deflate-writer');

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

// PNG specification, section 8.1: first column, first row, steps of each pass.
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

function positions(first, step, size) {
  const out = [];
  for (let at = first; at < size; at += step) out.push(at);
  return out;
}

/** The reduced images in file order, as lists of columns and rows, without empty ones. */
function passes({ width, height }, interlaced) {
  const grids = interlaced ? ADAM7 : [[0, 0, 1, 1]];
  return grids
    .map(([x, y, dx, dy]) => ({
      columns: positions(x, dx, width),
      rows: positions(y, dy, height),
    }))
    .filter(({ columns, rows }) => columns.length > 0 && rows.length > 0);
}

/** One scanline, not yet filtered, with samples packed from the high bit down. */
function packScanline(image, columns, y, junkBits) {
  const { samples, channels, bitDepth, width } = image;
  const bytes = new Uint8Array(Math.ceil((columns.length * channels * bitDepth) / 8));
  let bit = 0;
  for (const x of columns) {
    for (let c = 0; c < channels; c++, bit += bitDepth) {
      const sample = samples[(y * width + x) * channels + c];
      if (bitDepth === 16) {
        bytes[bit / 8] = sample >> 8;
        bytes[bit / 8 + 1] = sample & 0xff;
      } else {
        bytes[bit >> 3] |= sample << (8 - bitDepth - (bit & 7));
      }
    }
  }
  if (junkBits && bit & 7) bytes[bytes.length - 1] |= 0xff >> (bit & 7);
  return bytes;
}

// PNG specification, section 9.4
function paeth(a, b, c) {
  const p = a + b - c;
  const pa = Math.abs(p - a);
  const pb = Math.abs(p - b);
  const pc = Math.abs(p - c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

const PREDICTORS = [() => 0, (a) => a, (a, b) => b, (a, b) => (a + b) >> 1, paeth];

function applyFilter(type, row, prior, bytesPerPixel) {
  const predict = PREDICTORS[Math.min(type, 4)];
  const out = new Uint8Array(row.length + 1);
  out[0] = type;
  for (let i = 0; i < row.length; i++) {
    const a = i >= bytesPerPixel ? row[i - bytesPerPixel] : 0;
    const b = prior ? prior[i] : 0;
    const c = prior && i >= bytesPerPixel ? prior[i - bytesPerPixel] : 0;
    out[i + 1] = row[i] - predict(a, b, c);
  }
  return out;
}

function absoluteSum(filtered) {
  let sum = 0;
  for (let i = 1; i < filtered.length; i++) sum += Math.min(filtered[i], 256 - filtered[i]);
  return sum;
}

/** The heuristic of the specification, section 12.7: the least sum of absolute differences. */
function adaptiveFilter(row, prior, bytesPerPixel) {
  const candidates = [0, 1, 2, 3, 4].map((type) => applyFilter(type, row, prior, bytesPerPixel));
  return candidates.reduce((best, one) => (absoluteSum(one) < absoluteSum(best) ? one : best));
}

/** A function (row, prior, bytesPerPixel, index) -> filtered scanline. */
function filterChooser(filter) {
  if (filter === 'adaptive') return adaptiveFilter;
  if (filter === 'random') {
    const random = createRandom(77);
    return (row, prior, bpp) => applyFilter(random.below(5), row, prior, bpp);
  }
  const list = Array.isArray(filter) ? filter : [filter];
  return (row, prior, bpp, index) => applyFilter(list[index % list.length], row, prior, bpp);
}

/**
 * The filtered scanlines, before compression.
 *
 * filter: a type, a list of types used in turn, 'random' or 'adaptive'.
 */
function scanlines(image, { interlaced = false, filter = 'random', junkBits = false } = {}) {
  const bytesPerPixel = Math.max(1, (image.channels * image.bitDepth) / 8);
  const choose = filterChooser(filter);
  const out = [];
  for (const { columns, rows } of passes(image, interlaced)) {
    let prior = null;
    for (const y of rows) {
      const row = packScanline(image, columns, y, junkBits);
      out.push(choose(row, prior, bytesPerPixel, out.length));
      prior = row;
    }
  }
  return Buffer.concat(out);
}

const ZLIB_KINDS = {
  dynamic: {},
  fixed: { strategy: zlib.constants.Z_FIXED },
  huffman: { strategy: zlib.constants.Z_HUFFMAN_ONLY },
  rle: { strategy: zlib.constants.Z_RLE },
};

/**
 * deflate: 'dynamic', 'fixed', 'huffman', 'rle', 'stored', { blockBytes } for
 * stored blocks of that size, options of node:zlib ({ level, windowBits,
 * memLevel, strategy }), or a function from bytes to a zlib stream.
 */
function compress(bytes, deflate = 'dynamic') {
  if (typeof deflate === 'function') return deflate(bytes);
  if (deflate === 'stored') return storedStream(bytes);
  if (deflate.blockBytes) return storedStream(bytes, deflate.blockBytes);
  return zlib.deflateSync(bytes, ZLIB_KINDS[deflate] ?? deflate);
}

/** idat: bytes per chunk, or a list of lengths (0 too), the last of which takes the rest. */
function splitStream(stream, idat) {
  if (idat === undefined) return [stream];
  const pieces = [];
  let at = 0;
  for (let i = 0; at < stream.length || (Array.isArray(idat) && i < idat.length); i++) {
    const list = Array.isArray(idat);
    const length = list ? (idat[i] ?? stream.length - at) : idat;
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function header({ width, height, bitDepth, colorType }, interlaced = false) {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([bitDepth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  return { type: 'IHDR', data };
}

function transparencyData({ colorType, key, paletteAlpha }) {
  if (colorType === 3) return Buffer.from(paletteAlpha);
  const data = Buffer.alloc(key.length * 2);
  key.forEach((value, i) => data.writeUInt16BE(value, i * 2));
  return data;
}

/**
 * The chunks of a whole, good file: { type, data } each, in order, ready to be changed. In addition to the
 * options of scanlines() and compress():
 *
 * idat:       see splitStream().
 * extraBytes: put after the scanlines, inside the stream.
 * streamTail: put after the zlib stream.
 * first, middle, last: chunks after IHDR, before the first IDAT, after the last IDAT.
 */
function pngChunks(image, options = {}) {
  const { first = [], middle = [], last = [], extraBytes = [], streamTail = [] } = options;
  const bytes = Buffer.concat([scanlines(image, options), Buffer.from(extraBytes)]);
  const stream = Buffer.concat([compress(bytes, options.deflate), Buffer.from(streamTail)]);
  const chunks = [header(image, options.interlaced), ...first];
  if (image.palette) chunks.push({ type: 'PLTE', data: Buffer.from(image.palette) });
  if (image.key || image.paletteAlpha) chunks.push({ type: 'tRNS', data: transparencyData(image) });
  chunks.push(...middle);
  for (const data of splitStream(stream, options.idat)) chunks.push({ type: 'IDAT', data });
  chunks.push(...last, { type: 'IEND', data: Buffer.alloc(0) });
  return chunks;
}

/**
 * One chunk as bytes. `crcXor` damages the CRC, `length` announces another length than that of the data,
 * `type` may be any four bytes.
 */
function chunkBytes({ type, data = Buffer.alloc(0), crcXor = 0, length = data.length }) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data)]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(length >>> 0, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc32(body) ^ crcXor) >>> 0, body.length + 4);
  return out;
}

/** The file: signature, chunks, and `tail` after them. */
function assemble(chunks, { signature = SIGNATURE, tail = [] } = {}) {
  return Buffer.concat([signature, ...chunks.map(chunkBytes), Buffer.from(tail)]);
}

function encodePng(image, options = {}) {
  return assemble(pngChunks(image, options), options);
}

function physicalChunk(x, y, unit = 1) {
  const data = Buffer.alloc(9);
  data.writeUInt32BE(x, 0);
  data.writeUInt32BE(y, 4);
  data[8] = unit;
  return { type: 'pHYs', data };
}

module.exports = {
  SIGNATURE,
  scanlines,
  pngChunks,
  chunkBytes,
  assemble,
  encodePng,
  header,
  physicalChunk,
};
