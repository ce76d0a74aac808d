'use strict';

/**
 * Prints a hash of the BMPs of each test image, one per line, as JSON. Run with PNG2BMP_CPU set: all levels
 * must print the same.
 */

const crypto = require('node:crypto');
const { TYPES, createImage, typeName } = require('./image');
const { encodePng } = require('./png-encoder');
const { getBMP } = require('../..');

const OPTIONS = [
  { format: 'bgr24' },
  { format: 'bgr24', alpha: 'drop', topDown: true },
  { format: 'bgr24', background: '#1f80e3', depth16: 'truncate' },
  { format: 'bgra32' },
  { format: 'bgra32', depth16: 'truncate', topDown: true },
  { format: 'indexed' },
  { format: 'gray8' },
  { format: 'rgb565', topDown: true },
];

/** A few pixels more than the widest vector, and odd widths on both sides of it. */
const WIDTHS = Array.from({ length: 67 }, (_, i) => i + 1);

const ENCODINGS = [
  { filter: 'random', junkBits: true },
  { filter: 4 },
  { filter: 3 },
  { filter: [1, 2] },
  { filter: 'random', interlaced: true },
];

function answer(png, options) {
  try {
    return getBMP(png, options);
  } catch (error) {
    return error.code;
  }
}

function hashType(type, transparency) {
  const hash = crypto.createHash('sha256');
  for (const width of WIDTHS) {
    const image = createImage({ ...type, width, height: 6, seed: width, transparency });
    const encoding = ENCODINGS[width % ENCODINGS.length];
    const every = width <= 34 ? ENCODINGS : [encoding];
    for (const one of every) {
      const png = encodePng(image, { ...one, deflate: { level: 1 } });
      for (const options of OPTIONS) hash.update(answer(png, options));
    }
  }
  return hash.digest('hex');
}

const hashes = {};
for (const type of TYPES) {
  for (const transparency of type.colorType < 4 ? [false, true] : [false])
    hashes[`${typeName(type)}, tRNS ${transparency}`] = hashType(type, transparency);
}
process.stdout.write(JSON.stringify(hashes));
