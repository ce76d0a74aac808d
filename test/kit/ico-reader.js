'use strict';

// A reader of icons and cursors for tests, which is strict about everything that the file says twice.

const assert = require('node:assert/strict');

const INFO_HEADER = 40;
const strideOf = (width, bits) => Math.ceil(width * bits / 32) * 4;

/** R G B A, and the mask as one byte per pixel, top row first: { rgba, mask, bits }. */
function readDib(bytes, width, height) {
  const bits = bytes.readUInt16LE(14);
  const colors = bits <= 8 ? 1 << bits : 0;
  const [stride, maskStride] = [strideOf(width, bits), strideOf(width, 1)];
  const rows = INFO_HEADER + 4 * colors;
  const maskRows = rows + stride * height;
  assert.deepEqual([bytes.readUInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readUInt16LE(12)],
    [INFO_HEADER, width, 2 * height, 1]);
  assert.equal(bytes.length, maskRows + maskStride * height);
  assert.equal(bytes.readUInt32LE(20), bytes.length - rows, 'biSizeImage: pixels and mask');
  assert.ok(bytes.subarray(16, 20).every((byte) => byte === 0), 'not compressed');
  assert.ok(bytes.subarray(24, INFO_HEADER).every((byte) => byte === 0), 'no density, all colours');
  const rgba = Buffer.alloc(4 * width * height);
  const mask = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = height - 1 - y;
      const at = bits === 32 ? rows + from * stride + 4 * x
        : INFO_HEADER + 4 * (bytes[rows + from * stride + (x * bits >> 3)] >> (8 - bits - x * bits % 8) & ((1 << bits) - 1));
      const isCut = bytes[maskRows + from * maskStride + (x >> 3)] >> (7 - x % 8) & 1;
      mask[y * width + x] = isCut;
      const alpha = bits === 32 ? bytes[at + 3] : isCut ? 0 : 255;
      rgba.set([bytes[at + 2], bytes[at + 1], bytes[at], alpha], 4 * (y * width + x));
    }
  }
  return { rgba, mask, bits };
}

/** { type, images: [{ width, height, x, y, bytes, isPng, ... }] }, with readDib's properties for a DIB; or an
 * AssertionError. */
function readIco(file) {
  assert.equal(file.readUInt16LE(0), 0);
  const type = file.readUInt16LE(2);
  const count = file.readUInt16LE(4);
  let end = 6 + 16 * count;
  const images = Array.from({ length: count }, (_, i) => {
    const at = 6 + 16 * i;
    const size = file.readUInt32LE(at + 8);
    assert.equal(file.readUInt32LE(at + 12), end, 'one image after the other');
    end += size;
    const bytes = file.subarray(end - size, end);
    const [width, height] = [file[at] || 256, file[at + 1] || 256];
    const isPng = bytes.toString('latin1', 1, 4) === 'PNG';
    const image = {
      width, height, x: file.readUInt16LE(at + 4), y: file.readUInt16LE(at + 6), bytes, isPng,
      ...(isPng ? { bits: 32 } : readDib(bytes, width, height)),
    };
    assert.equal(file.readUInt16LE(at + 2), image.bits < 8 ? 1 << image.bits : 0, 'colours, and a reserved byte');
    if (type === 1) assert.deepEqual([image.x, image.y], [1, image.bits], 'planes, bits');
    return image;
  });
  assert.equal(end, file.length);
  return { type, images };
}

module.exports = { readIco };
