'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');

// The reader must refuse what the converter may not write: each defect is put into a good file, made by hand
// here.

function handMade({ bitsPerPixel, width, height, palette = [], rows }) {
  const headerSize = bitsPerPixel === 32 ? 108 : 40;
  const offset = 14 + headerSize + palette.length * 4 + (bitsPerPixel === 16 ? 12 : 0);
  const pixels = Buffer.concat(rows.map((row) => Buffer.from(row)));
  const bmp = Buffer.alloc(offset);
  bmp.write('BM');
  bmp.writeUInt32LE(offset + pixels.length, 2);
  bmp.writeUInt32LE(offset, 10);
  bmp.writeUInt32LE(headerSize, 14);
  bmp.writeInt32LE(width, 18);
  bmp.writeInt32LE(height, 22);
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(bitsPerPixel, 28);
  bmp.writeUInt32LE(bitsPerPixel === 32 ? 3 : 0, 30);
  bmp.writeUInt32LE(pixels.length, 34);
  bmp.writeUInt32LE(palette.length, 46);
  if (bitsPerPixel === 32) {
    [0xff0000, 0xff00, 0xff, 0xff000000, 0x73524742].forEach((v, i) =>
      bmp.writeUInt32LE(v, 54 + i * 4),
    );
  }
  if (bitsPerPixel === 16) {
    bmp.writeUInt32LE(3, 30);
    [0xf800, 0x7e0, 0x1f].forEach((v, i) => bmp.writeUInt32LE(v, 54 + i * 4));
  }
  palette.forEach(([r, g, b], i) => bmp.set([b, g, r, 0], offset - (palette.length - i) * 4));
  return Buffer.concat([bmp, pixels]);
}

const GOOD = {
  24: handMade({
    bitsPerPixel: 24,
    width: 1,
    height: 2,
    rows: [
      [3, 2, 1, 0],
      [6, 5, 4, 0],
    ],
  }),
  32: handMade({
    bitsPerPixel: 32,
    width: 1,
    height: -2,
    rows: [
      [3, 2, 1, 9],
      [6, 5, 4, 8],
    ],
  }),
  16: handMade({
    bitsPerPixel: 16,
    width: 1,
    height: 2,
    rows: [
      [0x1f, 0xf8, 0, 0],
      [0xe0, 0x07, 0, 0],
    ],
  }),
  8: handMade({
    bitsPerPixel: 8,
    width: 3,
    height: 1,
    palette: Array.from({ length: 256 }, (_, i) => (i === 0 ? [1, 2, 3] : [4, 5, 6])),
    rows: [[1, 0, 1, 0]],
  }),
  1: handMade({
    bitsPerPixel: 1,
    width: 3,
    height: 1,
    palette: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    rows: [[0b10100000, 0, 0, 0]],
  }),
};

test('the BMP reader gives the pixels of hand-made files, top row first', () => {
  const shown = (bits) => [...readBmp(GOOD[bits]).rgba];
  assert.deepEqual(shown(24), [4, 5, 6, 255, 1, 2, 3, 255]);
  assert.deepEqual(shown(32), [1, 2, 3, 9, 4, 5, 6, 8]);
  assert.deepEqual(shown(16), [0, 255, 0, 255, 255, 0, 255, 255]);
  assert.deepEqual(shown(8), [4, 5, 6, 255, 1, 2, 3, 255, 4, 5, 6, 255]);
  assert.deepEqual(shown(1), [4, 5, 6, 255, 1, 2, 3, 255, 4, 5, 6, 255]);
});

test('the BMP reader refuses every damage to every header byte that has one right value', () => {
  for (const [bits, good] of Object.entries(GOOD)) {
    const pixelOffset = good.readUInt32LE(10);
    for (let at = 0; at < pixelOffset; at++) {
      const resolution = at >= 38 && at < 46;
      const color = bits <= 8 && at >= 54 && (at - 54) % 4 !== 3;
      if (resolution || color) continue;
      for (const bit of [1, 0x80]) {
        const bad = Buffer.from(good);
        bad[at] ^= bit;
        assert.throws(() => readBmp(bad), assert.AssertionError, `${bits} bits, byte ${at}`);
      }
    }
  }
});

test('the BMP reader refuses padding that is not zero, stray bytes and missing ones', () => {
  for (const [bits, at] of [
    [24, 57],
    [16, 68],
    [8, 54 + 1024 + 3],
    [1, 62],
    [1, 65],
  ]) {
    const bad = Buffer.from(GOOD[bits]);
    bad[at] |= 1;
    assert.throws(() => readBmp(bad), assert.AssertionError, `${bits} bits, byte ${at}`);
  }
  for (const good of Object.values(GOOD)) {
    assert.throws(() => readBmp(Buffer.concat([good, Buffer.alloc(1)])), assert.AssertionError);
    assert.throws(() => readBmp(good.subarray(0, -1)), assert.AssertionError);
  }
});
