'use strict';

// Random PNGs that know their structure: every part of the file is drawn on its own.

const { TYPES, createImage, withSamples } = require('../kit/image');
const { grayProfile, iccProfile, matrixProfile, parametricCurve, profileChunk, tableCurve } = require('../kit/icc');
const { assemble, physicalChunk, pngChunks } = require('../kit/png-encoder');
const { chance, pick } = require('./random');
const { damage } = require('./damage');
const { randomDeflate } = require('./deflate');

// ---- The image ----------------------------------------------------------------------------

const upTo = (random, most) => 1 + random.below(most);

const WIDEST = 700_000;
const MOST_PIXELS = 400_000; // the reference takes microseconds for each
const KIB = 1024;

/** So wide that a scanline, or a row of the BMP, does not fit where rows are usually kept. */
function wideSize(random, { colorType, bitDepth }) {
  const bytesOfPixel = ({ 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colorType] * bitDepth) / 8;
  const rowBytes = pick(random, [240 * KIB, 512 * KIB, 512 * KIB, 1024 * KIB, 1 + random.below(2048 * KIB)]);
  const width = Math.min(WIDEST, Math.ceil(rowBytes / bytesOfPixel) + random.below(400));
  return { width, height: Math.min(upTo(random, 9), Math.ceil(MOST_PIXELS / width)) };
}

function randomSize(random, type) {
  if (chance(random, 1, 15)) return wideSize(random, type);
  return pick(random, [
    () => ({ width: upTo(random, 20), height: upTo(random, 20) }),
    () => ({ width: upTo(random, 70), height: upTo(random, 40) }),
    () => ({ width: upTo(random, 3), height: upTo(random, 300) }),
    () => ({ width: upTo(random, 1500), height: upTo(random, 12) }),
  ])();
}

/** The same image in a few of its colours, in runs. */
function withFewColors(random, image) {
  const { channels } = image;
  const samples = Uint16Array.from(image.samples);
  const colors = Math.min(upTo(random, pick(random, [1, 2, 5, 16, 40, 300])), samples.length / channels);
  const longest = pick(random, [1, 3, 40]);
  for (let at = 0, run = 0, color = 0; at < samples.length; at += channels, run--) {
    if (run <= 0) [color, run] = [random.below(colors) * channels, upTo(random, longest)];
    samples.set(image.samples.subarray(color, color + channels), at);
  }
  return withSamples(image, samples);
}

function randomImage(random) {
  const type = pick(random, TYPES);
  const isPalette = type.colorType === 3;
  const image = createImage({
    ...type, ...randomSize(random, type), seed: random.next(), fill: pick(random, ['noise', 'gradients']),
    entries: isPalette && chance(random, 1, 3) ? upTo(random, 2 ** type.bitDepth) : undefined,
    strayIndices: chance(random, 1, 10), transparency: type.colorType < 4 && chance(random, 1, 3),
  });
  return chance(random, 1, 2) ? withFewColors(random, image) : image;
}

// ---- Chunks --------------------------------------------------------------------------------

const bytes = (random, most) => Buffer.from(Array.from({ length: random.below(most + 1) }, () => random.below(256)));

/** cHRM of Adobe RGB. */
const ADOBE_RGB = Buffer.from('00007a26000080840000fa00000080e8000052080001155800003a9800001770', 'hex');

function profile(random) {
  if (chance(random, 1, 2)) return profileChunk(pick(random, [matrixProfile(), matrixProfile({ curve: parametricCurve(0, 1.8) }), grayProfile(tableCurve([0x0200]))]));
  const icc = iccProfile({ length: 132 + random.below(3000), intent: random.below(5), seed: random.next(),
    space: pick(random, ['RGB ', 'RGB ', 'RGB ', 'GRAY']) });
  const chunk = profileChunk(icc);
  return chance(random, 1, 5) ? { ...chunk, data: chunk.data.subarray(0, random.below(chunk.data.length)) } : chunk;
}

/** With one entry, the orientation. */
function exif(orientation) {
  const data = Buffer.from('4d4d002a0000000800010112000300000001000000000000', 'hex');
  data.writeUInt16BE(orientation, 18);
  return data;
}

/** One of each at most, before the pixels. */
const BEFORE = [
  (random) => physicalChunk(pick(random, [1, 2835, 0x7fffffff, 0x80000000, 0]), upTo(random, 9000), pick(random, [1, 1, 0])),
  profile,
  (random) => ({ type: 'cICP', data: Buffer.from([pick(random, [1, 4, 5, 6, 7, 9, 11, 12, 2]), pick(random, [1, 4, 5, 6, 8, 13, 14, 15, 16, 18]), 0, 1]) }),
  (random) => ({ type: 'gAMA', data: Buffer.from(pick(random, [[0, 0, 177, 143], [0, 1, 134, 160], [0, 0, 217, 3]])) }),
  (random) => ({ type: 'sRGB', data: Buffer.from([random.below(4)]) }),
  (random) => ({ type: 'cHRM', data: pick(random, [ADOBE_RGB, bytes(random, 31)]) }),
  (random) => ({ type: 'eXIf', data: chance(random, 1, 4) ? bytes(random, 60) : exif(random.below(10)) }),
  (random) => ({ type: 'acTL', data: bytes(random, 8) }),
  (random) => ({ type: 'tIME', data: bytes(random, 7) }),
];

const anywhere = (random) => ({
  type: pick(random, ['tEXt', 'zTXt', 'iTXt', 'teSt', 'prVt', 'fdAT']), data: bytes(random, pick(random, [10, 10, 3000])),
  crcXor: chance(random, 1, 12) ? 1 : 0,
});

/** { first, middle, last }: where pngChunks() puts them. */
function extraChunks(random) {
  const places = { first: [], middle: [], last: [] };
  if (chance(random, 1, 3)) return places;
  for (const make of BEFORE) {
    if (chance(random, 1, 5)) places[make === profile ? 'first' : pick(random, ['first', 'middle'])].push(make(random));
  }
  for (const list of Object.values(places)) {
    for (let n = random.below(3); n > 0; n--) list.splice(random.below(list.length + 1), 0, anywhere(random));
  }
  return places;
}

// ---- The file --------------------------------------------------------------------------------

/** How the stream is cut: in one, in pieces of a size, in pieces of any size, some of them empty. */
function cuts(random, pixels) {
  const piece = Math.ceil(pixels / 300);
  return pick(random, [
    () => undefined,
    () => piece + random.below(100 * piece),
    () => Array.from({ length: random.below(30) }, () => (chance(random, 1, 4) ? 0 : random.below(60 * piece))),
  ])();
}

function randomFilter(random, pixels) {
  const all = ['random', random.below(5), Array.from({ length: upTo(random, 6) }, () => random.below(5))];
  return pick(random, pixels < 3000 ? [...all, 'adaptive'] : all);
}

/** A PNG, and a sentence about it. */
function randomPng(random) {
  const image = randomImage(random);
  const pixels = image.width * image.height;
  const encoding = {
    interlaced: chance(random, 1, 4), filter: randomFilter(random, pixels), junkBits: chance(random, 1, 4),
    deflate: randomDeflate(random), idat: cuts(random, pixels), ...extraChunks(random),
    extraBytes: chance(random, 1, 40) ? bytes(random, 30) : [], streamTail: chance(random, 1, 40) ? bytes(random, 30) : [],
    tail: chance(random, 1, 40) ? bytes(random, 30) : [],
  };
  const chunks = pngChunks(image, encoding);
  const whole = assemble(chunks, encoding);
  const what = `${image.width} x ${image.height}, colour type ${image.colorType}, ${image.bitDepth} bit` +
    `${encoding.interlaced ? ', interlaced' : ''}`;
  if (!chance(random, 1, 8)) return { png: whole, what };
  const { png, kind } = damage(random, chunks, whole);
  return { png, what: `${what}, ${kind}` };
}

module.exports = { randomPng };
