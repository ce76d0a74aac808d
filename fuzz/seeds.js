'use strict';

// Writes the first inputs of each fuzz target: files of the test encoder, of every colour type
// and depth, and of the PngSuite where it is there; and what campaigns found (corpus.js).
//
//     node fuzz/seeds.js FOLDER

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { applePng } = require('../test/kit/apple-png');
const { grayProfile, iccProfile, matrixProfile, parametricCurve, profileChunk, tableCurve } = require('../test/kit/icc');
const { TYPES, createImage } = require('../test/kit/image');
const { createRandom } = require('../test/kit/random');
const { readCorpus } = require('./corpus');
const png = require('../test/kit/png-encoder');
const { dynamicBlock, zlibStream } = require('../test/kit/deflate-writer');

const PNG_SUITE = path.join(__dirname, '../../shared/pngsuite');

/** The settings at the head of an input: see fuzz.h. */
function pngOptions(random, number) {
  const options = Buffer.from(Array.from({ length: 8 }, () => random.below(256)));
  options[0] = number & 0x7f | random.below(2) << 7; // each format in turn: the target takes the rest of a division by their number
  options[1] &= 0xe7; // neither strict nor without checksums
  options[7] &= 0x0f; // not cancelled
  return options;
}

const VARIANTS = [
  { width: 5, height: 3, encoding: { deflate: 'fixed' } },
  { width: 33, height: 17, encoding: { deflate: 'dynamic', idat: 40 } },
  { width: 9, height: 9, encoding: { interlaced: true } },
  { width: 70, height: 40, fill: 'gradients', encoding: { filter: 'adaptive' } },
  { width: 16, height: 50, transparency: true, encoding: { filter: [4], deflate: 'rle' } },
  { width: 1, height: 1, encoding: { deflate: 'stored' } },
];

const chunk = (type, ...bytes) => ({ type, data: Buffer.from(bytes) });

/** What readInfo and warnings tell of: see src/png/about.c. */
const METADATA = [
  [chunk('sRGB', 0), chunk('gAMA', 0, 0, 0xb1, 0x8f), chunk('cICP', 9, 16, 0, 1)],
  [chunk('iCCP', ...Buffer.from('Display P3\0'), 0, 1, 2), chunk('acTL', 0, 0, 0, 7, 0, 0, 0, 0)],
  [chunk('cHRM', ...Array(32).fill(1)), chunk('eXIf', ...Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0', 'latin1'))],
  [chunk('eXIf', ...Buffer.from('II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x05\0\0\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0', 'latin1'))],
];

/** What colorSpace 'srgb' converts from. */
const COLORS = [
  [chunk('cICP', 12, 13, 0, 1)], [chunk('cICP', 9, 14, 0, 1)], [chunk('gAMA', 0, 1, 0x86, 0xa0)],
  [chunk('gAMA', 0, 0, 0xb1, 0x9e), { type: 'cHRM', data: Buffer.from('00007a26000080840000fa00000080e8000052080001155800003a9800001770', 'hex') }],
  [profileChunk(matrixProfile())], [profileChunk(grayProfile(tableCurve([0x0200])))],
  [profileChunk(matrixProfile({ curves: [parametricCurve(4, 2.1, 0.9, 0.1, 0.2, 0.05, 0, 0), tableCurve([0, 9000, 65535]), tableCurve([])] }))],
];

/** Profiles that can be embedded, and one that is not for RGB. */
const PROFILES = [iccProfile({ length: 200, intent: 1 }), iccProfile({ length: 3000 }), iccProfile({ space: 'GRAY' })];

function encoderFiles() {
  const files = [];
  for (const type of TYPES) {
    for (const { encoding, transparency, ...shape } of VARIANTS) {
      const withAlpha = transparency && type.colorType < 4;
      const image = createImage({ ...type, ...shape, transparency: withAlpha, seed: files.length + 1 });
      files.push(png.encodePng(image, { first: [png.physicalChunk(3780, 3780)], ...encoding }));
    }
  }
  const small = createImage({ width: 7, height: 7, colorType: 3, bitDepth: 4, entries: 9, strayIndices: true });
  files.push(png.encodePng(small));
  files.push(png.encodePng(small, { extraBytes: [1, 2, 3], streamTail: [4] }));
  files.push(png.encodePng(small, { last: [{ type: 'tEXt', data: Buffer.from('a\0b') }], tail: [1] }));
  for (const middle of METADATA) files.push(png.encodePng(small, { middle }));
  for (const profile of PROFILES) files.push(png.encodePng(small, { first: [profileChunk(profile)] }));
  COLORS.forEach((first, i) => {
    for (const type of [{ colorType: 2, bitDepth: 8 }, { colorType: i % 2 * 4, bitDepth: 16 }, { colorType: 6, bitDepth: 16 }])
      files.push(png.encodePng(createImage({ ...type, width: 6, height: 4, seed: i }), { first }));
  });
  for (const colorType of [2, 6]) files.push(applePng(createImage({ width: 6, height: 5, colorType, bitDepth: 8 })));
  // More scanline bytes than the inflater's buffer holds.
  const large = createImage({ width: 400, height: 600, colorType: 0, bitDepth: 8, fill: 'gradients' });
  files.push(png.encodePng(large, { deflate: { level: 9 } }));
  // A large IDAT, damaged at its start.
  const damaged = png.encodePng(large, { deflate: 'stored' });
  damaged[damaged.indexOf('IDAT') + 6] ^= 6;
  files.push(damaged);
  return files;
}

function suiteFiles() {
  if (!fs.existsSync(PNG_SUITE)) return [];
  return fs.readdirSync(PNG_SUITE).filter((name) => name.endsWith('.png'))
    .map((name) => fs.readFileSync(path.join(PNG_SUITE, name)));
}

function pngSeeds(random) {
  return [...encoderFiles(), ...suiteFiles()]
    .map((file, number) => Buffer.concat([pngOptions(random, number), file]));
}

/** How a conversion is fed: see fuzz_convert.c. */
const withFlow = (random, seed) => Buffer.concat([seed.subarray(0, 8), randomBytes(random, 8), seed.subarray(8)]);

/** A stream with every kind of block, long and short matches. */
function plainBytes(random, size) {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) {
    const back = 1 + random.below(Math.min(i + 1, 33000));
    bytes[i] = i > 0 && random.below(6) > 0 ? bytes[i - Math.min(back, i)] : random.below(256);
  }
  for (let i = 0; i < size / 40; i++) {
    const from = random.below(size);
    const to = random.below(size);
    bytes.copyWithin(to, from, Math.min(from + 3 + random.below(300), size));
  }
  return bytes;
}

/** The bytes that literals and matches encode. */
function expand(symbols) {
  const bytes = [];
  for (const symbol of symbols) {
    if (typeof symbol === 'number') bytes.push(symbol);
    else for (let i = 0; i < symbol.length; i++) bytes.push(bytes[bytes.length - symbol.distance]);
  }
  return Buffer.from(bytes);
}

/** Codes of every length from 1 to 15 bits; the matches have the longest, with all extra bits. */
function longestCodes() {
  const lengths = new Array(285).fill(0);
  const distances = new Array(30).fill(0);
  for (let i = 0; i < 14; i++) lengths[i] = distances[i] = i + 1;
  lengths[256] = lengths[284] = distances[28] = distances[29] = 15;
  const near = { length: 240, distance: 1 };
  const far = { length: 241, distance: 24600 };
  const symbols = [...Array.from({ length: 14 }, (_, i) => i), ...new Array(110).fill(near),
    ...new Array(20).fill(far), 3, far, 13, 13, far, 0, far, near, far];
  return zlibStream(expand(symbols), (writer) => dynamicBlock(writer, symbols, lengths, distances));
}

function inflateHead(random) {
  return Buffer.from([random.below(256), random.below(2), random.below(256), random.below(8),
    8 | random.below(8)]);
}

function inflateSeeds(random) {
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = zlib.constants;
  const kinds = [{ level: 0 }, { level: 1 }, { level: 9 }, { strategy: Z_FIXED },
    { strategy: Z_HUFFMAN_ONLY }, { strategy: Z_RLE }, { level: 9, windowBits: 9 }];
  const streams = [0, 1, 40, 700, 5000, 40000]
    .flatMap((size) => kinds.map((kind) => zlib.deflateSync(plainBytes(random, size), kind)));
  for (let i = 0; i < 8; i++) streams.push(longestCodes());
  return streams.map((stream) => Buffer.concat([inflateHead(random), stream]));
}

function randomBytes(random, size) {
  return Buffer.from(Array.from({ length: size }, () => random.below(256)));
}

function kernelSeeds(random) {
  return Array.from({ length: 92 }, (_, i) => {
    const seed = randomBytes(random, 15 + 64 + random.below(200));
    seed[0] = i; // each function twice: the target takes the rest of a division by their number
    return seed;
  });
}

function pixelSeeds(random) {
  return Array.from({ length: 72 }, (_, i) => {
    const seed = Buffer.concat([pngOptions(random, i), randomBytes(random, 6 + random.below(300))]);
    seed[12] = (seed[12] & 0x7c) | (i >> 3) % 4 | (i % 5 === 0 ? 0x80 : 0);
    return seed;
  });
}

function write(folder, seeds) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  seeds.forEach((seed, i) => fs.writeFileSync(path.join(folder, String(i).padStart(4, '0')), seed));
  readCorpus(path.basename(folder)).forEach((input, i) =>
    fs.writeFileSync(path.join(folder, `found-${String(i).padStart(4, '0')}`), input));
}

function writeSeeds(folder) {
  const pngs = pngSeeds(createRandom(1));
  const random = createRandom(5);
  write(path.join(folder, 'convert'), pngs.map((seed) => withFlow(random, seed)));
  write(path.join(folder, 'libpng'), pngs);
  write(path.join(folder, 'inflate'), inflateSeeds(createRandom(2)));
  write(path.join(folder, 'kernels'), kernelSeeds(createRandom(3)));
  write(path.join(folder, 'pixels'), pixelSeeds(createRandom(4)));
}

if (require.main === module) writeSeeds(process.argv[2]);

module.exports = { writeSeeds };
