'use strict';

const zlib = require('node:zlib');
const { assemble, header } = require('./png-encoder');

const CHANNELS = { 0: 1, 2: 3, 6: 4 };

/**
 * A PNG of 8-bit samples, fast to make at any size: noise in the first `noisy` bytes of each
 * row, which makes the file as large as a photo's, and one value in the rest. Filter 1.
 */
function largePng({ width, height, colorType = 2, noisy = 64 }) {
  const rowBytes = 1 + width * CHANNELS[colorType];
  const rows = Buffer.alloc(rowBytes * height);
  let state = 1;
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes);
    row[0] = 1;
    for (let i = 1; i <= noisy && i < rowBytes; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      row[i] = state >>> 16;
    }
  }
  return assemble([
    header({ width, height, bitDepth: 8, colorType }),
    { type: 'IDAT', data: zlib.deflateSync(rows, { level: 1 }) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
}

/** The same bytes in an ArrayBuffer of their own, whose length is not a multiple of 65536. */
function unpooled(png) {
  const extra = png.length % 65536 === 0 ? 1 : 0;
  const bytes = new Uint8Array(png.length + extra);
  bytes.set(png);
  return Buffer.from(bytes.buffer);
}

module.exports = { largePng, unpooled };
