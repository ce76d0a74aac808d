'use strict';

// PNGs as Apple's tools write them for telephones.

const zlib = require('node:zlib');

const { assemble, pngChunks, scanlines } = require('./png-encoder');

const CGBI = { type: 'CgBI', data: Buffer.from([0x50, 0, 0x20, 6]) };

/** As Xcode writes it: raw deflate, B G R A, multiplied by alpha. */
function applePng(image) {
  const samples = Uint16Array.from(image.samples);
  const channels = image.colorType === 6 ? 4 : 3;
  for (let i = 0; i < samples.length; i += channels) {
    const [r, g, b, a = 255] = image.samples.subarray(i, i + channels);
    samples.set([b, g, r].map((v) => Math.round((v * a) / 255)), i);
  }
  const [ihdr, ...rest] = pngChunks(image);
  const data = zlib.deflateRawSync(scanlines({ ...image, samples }, { filter: 'random' }));
  return assemble([CGBI, ihdr, ...rest.map((chunk) => (chunk.type === 'IDAT' ? { ...chunk, data } : chunk))]);
}

module.exports = { CGBI, applePng };
