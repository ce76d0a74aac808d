'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { TYPES, createImage, rgba16, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { expectedBmp, expectedRgba } = require('./kit/expected');
const { assertBmp } = require('./kit/convert');
const { decodePNG, decodePNGAsync, encodeBMP, encodeBMPAsync } = require('..');

// From raw pixels, and to raw pixels, compared with the same model as the BMPs.

const CHANNEL_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 };
const FORMATS = ['bgr24', 'bgra32', 'auto', 'gray8', 'mono1', 'rgb565'];
const GAP = 0xa5;

function withoutAlpha(rgba) {
  return rgba.filter((_, i) => i % 4 !== 3);
}

/** The image's samples, and their layout in memory: `gap` bytes after each row but the last. */
function rawPixels({ width, height, channels, samples }, gap = 0) {
  const row = width * channels;
  const stride = row + gap;
  const data = new Uint8Array(stride * (height - 1) + row).fill(GAP);
  for (let y = 0; y < height; y++) data.set(samples.subarray(y * row, (y + 1) * row), y * stride);
  return gap === 0 ? { data, width, height, channels } : { data, width, height, channels, stride };
}

for (const type of TYPES) {
  test(`decodePNG gives the pixels of ${typeName(type)}, RGBA and RGB`, async () => {
    for (let width = 1; width <= 34; width++) {
      const transparency = type.colorType < 4 && width % 2 === 0;
      const image = createImage({ ...type, width, height: 5, seed: width, transparency });
      const png = encodePng(image, { interlaced: width % 3 === 0, junkBits: true });
      for (const depth16 of ['round', 'truncate']) {
        const what = `width ${width}, ${depth16}`;
        const pixels = rgba16(image);
        const rgba = expectedRgba(pixels, type.bitDepth, { format: 'bgra32', depth16 });
        const four = decodePNG(png, { depth16 });
        assert.deepEqual([four.width, four.height, four.channels], [width, 5, 4], what);
        assert.deepEqual(new Uint8Array(four.data), rgba, what);
        for (const alpha of ['blend', 'drop']) {
          const options = { depth16, alpha, background: '#1f80e3' };
          const wanted = withoutAlpha(expectedRgba(pixels, type.bitDepth, options));
          const three = decodePNG(png, { ...options, channels: 3 });
          assert.deepEqual(new Uint8Array(three.data), wanted, `${what}, ${alpha}`);
        }
      }
      assert.deepEqual(await decodePNGAsync(png), decodePNG(png));
    }
  });
}

for (const channels of [1, 2, 3, 4]) {
  test(`encodeBMP writes raw pixels of ${channels} channels in every format, at any stride`, async () => {
    const colorType = CHANNEL_TYPES[channels];
    for (let width = 1; width <= 34; width++) {
      const image = createImage({ colorType, bitDepth: 8, width, height: 7, seed: width });
      for (const format of FORMATS) {
        const options = { format, topDown: width % 2 === 0, background: '#1f80e3' };
        const expected = expectedBmp(image, options);
        for (const gap of [0, 1, 100]) {
          const bmp = encodeBMP(rawPixels(image, gap), options);
          assertBmp(bmp, expected, `width ${width}, ${format}, ${gap} bytes between rows`);
        }
        assert.deepEqual(
          await encodeBMPAsync(rawPixels(image), options),
          encodeBMP(rawPixels(image), options),
        );
      }
    }
  });
}

test('encodeBMP of any pixels can be indexed, if they have at most 256 colours', () => {
  const gray = createImage({ colorType: 0, bitDepth: 8, width: 13, height: 4 });
  assertBmp(
    encodeBMP(rawPixels(gray), { format: 'indexed' }),
    expectedBmp(gray, { format: 'indexed' }),
    'gray',
  );
  for (const channels of [2, 3, 4]) {
    const image = createImage({
      colorType: CHANNEL_TYPES[channels],
      bitDepth: 8,
      width: 13,
      height: 4,
    });
    assertBmp(encodeBMP(rawPixels(image), { format: 'indexed' }), expectedBmp(image, { format: 'indexed' }),
      `${channels} channels`);
    const many = createImage({ colorType: CHANNEL_TYPES[3], bitDepth: 8, width: 40, height: 20 });
    assert.throws(() => encodeBMP(rawPixels(many), { format: 'indexed' }), { code: 'ERR_FORMAT' });
  }
});
