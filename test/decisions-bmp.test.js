'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng, physicalChunk } = require('./kit/png-encoder');
const { readBmp } = require('./kit/bmp-reader');
const { assertConverts } = require('./kit/convert');
const { getBMP } = require('..');

// Each row of the tables under "Output" of docs/decisions.md has at least one test here. The headers are
// compared as numbers at offsets, in addition to the reader's checks.

const RGBA = { colorType: 6, bitDepth: 8 };
const image = (type, more) => createImage({ ...type, width: 5, height: 3, ...more });
const bmpOf = (type, options) => getBMP(encodePng(image(type)), options);

const FILE_SIZE = 2;
const PIXEL_OFFSET = 10;
const HEADER_SIZE = 14;
const HEIGHT = 22;
const PLANES = 26;
const BITS = 28;
const COMPRESSION = 30;
const IMAGE_SIZE = 34;
const COLORS_USED = 46;

test('the default is a 40-byte header with 24 bits, bottom-up, for every type', () => {
  for (const type of TYPES) {
    const bmp = bmpOf(type);
    assert.equal(bmp.readUInt32LE(HEADER_SIZE), 40, typeName(type));
    assert.equal(bmp.readUInt16LE(BITS), 24);
    assert.equal(bmp.readUInt32LE(COMPRESSION), 0);
    assert.equal(bmp.readInt32LE(HEIGHT), 3);
    assert.equal(bmp.readUInt32LE(PIXEL_OFFSET), 54);
    assert.equal(bmp.length, 54 + 16 * 3);
  }
});

test('topDown gives a negative height and the rows in the other order, in every format', () => {
  for (const format of ['bgr24', 'bgra32', 'indexed']) {
    const type = format === 'indexed' ? { colorType: 3, bitDepth: 1 } : RGBA;
    const up = bmpOf(type, { format });
    const down = bmpOf(type, { format, topDown: true });
    assert.equal(up.readInt32LE(HEIGHT), 3);
    assert.equal(down.readInt32LE(HEIGHT), -3);
    const offset = up.readUInt32LE(PIXEL_OFFSET);
    const stride = (up.length - offset) / 3;
    const row = (bmp, line) => bmp.subarray(offset + line * stride, offset + (line + 1) * stride);
    for (let y = 0; y < 3; y++) assert.deepEqual(row(down, y), row(up, 2 - y));
  }
});

test('bgra32 has a V4 header, bit fields, the masks of B G R A and sRGB', () => {
  const bmp = bmpOf(RGBA, { format: 'bgra32' });
  assert.equal(bmp.readUInt32LE(HEADER_SIZE), 108);
  assert.equal(bmp.readUInt16LE(BITS), 32);
  assert.equal(bmp.readUInt32LE(COMPRESSION), 3);
  assert.equal(bmp.readUInt32LE(54), 0x00ff0000);
  assert.equal(bmp.readUInt32LE(58), 0x0000ff00);
  assert.equal(bmp.readUInt32LE(62), 0x000000ff);
  assert.equal(bmp.readUInt32LE(66), 0xff000000);
  assert.equal(bmp.toString('latin1', 70, 74), 'BGRs'); // LCS_sRGB, 'sRGB' backwards
  assert.deepEqual(bmp.subarray(74, 122), Buffer.alloc(48));
  assert.equal(bmp.readUInt32LE(PIXEL_OFFSET), 122);
});

test('the alpha of bgra32 is straight: colours are not multiplied', () => {
  const picture = {
    ...image(RGBA),
    samples: Uint16Array.from(new Array(15).fill([200, 100, 50, 1]).flat()),
  };
  const { rgba } = readBmp(getBMP(encodePng(picture), { format: 'bgra32' }));
  assert.deepEqual([...rgba.subarray(0, 4)], [200, 100, 50, 1]);
});

test('2 bits are never written, RLE never, and 32 bits without masks only if asked for', () => {
  for (const type of TYPES) {
    for (const format of ['bgr24', 'bgra32', 'auto']) {
      for (const topDown of [false, true]) {
        const bmp = bmpOf(type, { format, topDown });
        const bits = bmp.readUInt16LE(BITS);
        assert.ok([1, 4, 8, 24, 32].includes(bits), `${typeName(type)}: ${bits} bits`);
        assert.equal(bmp.readUInt32LE(COMPRESSION), bits === 32 ? 3 : 0);
        assert.equal(bmp.readUInt32LE(HEADER_SIZE), bits === 32 ? 108 : 40);
      }
    }
  }
});

test('indexed images of 2 and 4 bits have 4 bits, and every palette is whole', () => {
  const layout = { 1: [1, 2], 2: [4, 16], 4: [4, 16], 8: [8, 256], 16: [8, 256] };
  for (const type of TYPES.filter(({ colorType }) => colorType === 0 || colorType === 3)) {
    const bmp = bmpOf(type, { format: 'indexed' });
    const [bits, entries] = layout[type.bitDepth];
    assert.equal(bmp.readUInt16LE(BITS), bits, typeName(type));
    assert.equal(bmp.readUInt32LE(COLORS_USED), entries);
    assert.equal(bmp.readUInt32LE(PIXEL_OFFSET), 54 + entries * 4);
  }
});

test('indexed gray levels are i * 255 / (2^n - 1)', () => {
  for (const bitDepth of [1, 2, 4, 8]) {
    const { palette } = readBmp(bmpOf({ colorType: 0, bitDepth }, { format: 'indexed' }));
    palette.forEach((color, i) =>
      assert.deepEqual(color, new Array(3).fill(i < 2 ** bitDepth ? (i * 255) / (2 ** bitDepth - 1) : 0)),
    );
  }
});

test('any image of at most 256 colours can be indexed without loss; of more, the error names "colors"', () => {
  for (const type of TYPES.filter(({ colorType }) => colorType !== 0 && colorType !== 3)) {
    for (const options of [{}, { alpha: 'drop' }, { bits: 4 }])
      assertConverts(image(type), { options: { format: 'indexed', ...options }, what: typeName(type) });
  }
  assert.throws(() => getBMP(encodePng(image(RGBA, { width: 40, height: 20 })), { format: 'indexed' }),
    { code: 'ERR_FORMAT', message: /colors/ });
});

test('gray 16 with a colour key is indexed by its colours, and by its levels with alpha "drop"', () => {
  const keyed = image({ colorType: 0, bitDepth: 16 }, { transparency: true });
  assertConverts(keyed, { options: { format: 'indexed' } });
  assertConverts(keyed, { options: { format: 'indexed', alpha: 'drop' } });
  assert.equal(assertConverts(keyed, { options: { format: 'auto' } }).bitsPerPixel, 32);
});

test('biPlanes is 1, bfSize and biSizeImage are exact, and no byte is missing or superfluous', () => {
  for (const type of TYPES) {
    for (const format of ['bgr24', 'bgra32', 'auto']) {
      for (let width = 1; width <= 9; width++) {
        const bmp = getBMP(encodePng(image(type, { width })), { format });
        const bits = bmp.readUInt16LE(BITS);
        const imageSize = Math.ceil((width * bits) / 32) * 4 * 3;
        assert.equal(bmp.readUInt16LE(PLANES), 1);
        assert.equal(bmp.readUInt32LE(IMAGE_SIZE), imageSize);
        assert.equal(bmp.readUInt32LE(FILE_SIZE), bmp.length);
        assert.equal(bmp.length, bmp.readUInt32LE(PIXEL_OFFSET) + imageSize);
      }
    }
  }
});

test('biClrUsed is 0 where there is no palette', () => {
  for (const format of ['bgr24', 'bgra32'])
    assert.equal(bmpOf(RGBA, { format }).readUInt32LE(COLORS_USED), 0);
});

test('row padding is zero, also in a Buffer that had other bytes before', () => {
  const { getBMPInto } = require('..');
  for (const type of TYPES) {
    for (const interlaced of [false, true]) {
      for (const format of ['bgr24', 'bgra32', 'auto']) {
        for (let width = 1; width <= 9; width++) {
          const png = encodePng(image(type, { width }), { interlaced, junkBits: true });
          const clean = getBMP(png, { format });
          const dirty = Buffer.alloc(clean.length, 0xff);
          assert.equal(getBMPInto(dirty, png, { format }), clean.length);
          assert.deepEqual(dirty, clean, `${typeName(type)}, width ${width}, ${format}`);
          readBmp(dirty);
        }
      }
    }
  }
});

test('the resolution is in both kinds of header, and with a palette', () => {
  const encoding = { middle: [physicalChunk(3780, 2835)] };
  for (const format of ['bgr24', 'bgra32', 'indexed']) {
    const bmp = assertConverts(image({ colorType: 3, bitDepth: 4 }), {
      encoding,
      options: { format },
    });
    assert.deepEqual([bmp.xPixelsPerMeter, bmp.yPixelsPerMeter], [3780, 2835]);
  }
});
