'use strict';

// The bytes before the pixels, and the options that change alpha.

const assert = require('node:assert/strict');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');
const { assertConverts } = require('./kit/convert');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng, physicalChunk } = require('./kit/png-encoder');
const { decodePNG, encodeBMP, getBMP, readInfo } = require('..');

const FORMATS = ['bgr24', 'bgra32', 'indexed', 'gray8', 'mono1', 'rgb565', 'rgb555'];
const SIZES = { info: 40, v4: 108, v5: 124 };
const small = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 7, height: 5 }));

test('every format is written with every header, the pixels being the same', () => {
  for (const format of FORMATS) {
    const usual = readBmp(getBMP(small, { format }));
    for (const [header, size] of Object.entries(SIZES)) {
      const bmp = readBmp(getBMP(small, { format, header }));
      assert.equal(bmp.headerSize, size, `${format}, ${header}`);
      assert.deepEqual(bmp.rgba, usual.rgba, `${format}, ${header}`);
    }
  }
});

test('bgra32 with a header of 40 bytes is BI_RGB with alpha in the fourth byte', () => {
  const bmp = getBMP(small, { format: 'bgra32', header: 'info' });
  assert.equal(bmp.readUInt32LE(30), 0);
  assert.equal(bmp.readUInt32LE(10), 54);
  assert.deepEqual(bmp.subarray(54), getBMP(small, { format: 'bgra32' }).subarray(122));
});

test('without its file header a BMP is the DIB that clipboards take', () => {
  for (const format of FORMATS) {
    const whole = getBMP(small, { format });
    assert.deepEqual(getBMP(small, { format, fileHeader: false }), whole.subarray(14));
    assert.equal(readInfo(small, { format, fileHeader: false }).bmp.byteLength, whole.length - 14);
  }
});

test('density is pixels per inch, or per metre, and takes the place of the PNG\'s own', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 3, height: 2 }),
    { middle: [physicalChunk(1000, 2000)] });
  const densityOf = (bmp) => [bmp.readInt32LE(38), bmp.readInt32LE(42)];
  assert.deepEqual(densityOf(getBMP(png)), [1000, 2000]);
  assert.deepEqual(densityOf(getBMP(png, { density: 96 })), [3780, 3780]);
  assert.deepEqual(densityOf(getBMP(png, { density: { x: 11811, y: 5906 } })), [11811, 5906]);
  assert.deepEqual(densityOf(encodeBMP(decodePNG(png), { density: 300 })), [11811, 11811]);
  for (const density of [0, -1, NaN, Infinity, { x: 1, y: 0 }])
    assert.throws(() => getBMP(png, { density }), { code: 'ERR_OUT_OF_RANGE' });
  for (const density of ['96', { x: 1 }, true, null])
    assert.throws(() => getBMP(png, { density }), { code: 'ERR_INVALID_ARG_TYPE' });
});

for (const type of TYPES) {
  test(`${typeName(type)}: alpha "key" leaves no soft edge, "premultiply" multiplies`, () => {
    for (const interlaced of [false, true]) {
      const image = createImage({ ...type, width: 21, height: 9, transparency: type.colorType < 4 });
      for (const alphaThreshold of [1, 128, 255]) {
        for (const format of ['bgr24', 'gray8', 'rgb565'])
          assertConverts(image, {
            encoding: { interlaced },
            options: { format, alpha: 'key', alphaThreshold, background: '#ff00ff' },
            what: `${format}, threshold ${alphaThreshold}`,
          });
      }
      assertConverts(image, {
        encoding: { interlaced }, options: { format: 'bgra32', alpha: 'premultiply' },
      });
    }
  });
}

test('an option that can do nothing for the format is an error that says what it is for', () => {
  for (const [options, words] of [
    [{ invert: true }, /'invert' applies only to 'mono1'/],
    [{ format: 'gray8', threshold: 100 }, /'threshold' applies only to 'mono1'/],
    [{ format: 'bgra32', alpha: 'drop' }, /formats without alpha/],
    [{ format: 'bgra32', alpha: 'key' }, /formats without alpha/],
    [{ alpha: 'premultiply' }, /applies only to 'bgra32'/],
    [{ alphaThreshold: 5 }, /applies only to alpha 'key'/],
    [{ bits: 4 }, /'bits' applies only to 'indexed'/],
    [{ format: 'gray8', colors: 4 }, /'colors' applies only to 'indexed'/],
    [{ format: 'rgb565', palette: 'bw' }, /'palette' applies only to 'indexed' and 'bgr24'/],
    [{ dither: 'none' }, /'dither' applies only to/],
    [{ format: 'indexed', dither: 'none' }, /'dither' applies only to/],
  ]) assert.throws(() => getBMP(small, options), { code: 'ERR_OPTION', message: words }, JSON.stringify(options));
});
