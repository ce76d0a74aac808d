'use strict';

// exact: every pixel is a colour of the palette, or an error names the first that is not.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');
const { workplace } = require('./kit/cli');
const { refusal } = require('./kit/convert');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const { createConverter, encodeBMP, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP } = require('..');

const PALETTE = [[0, 0, 0], [255, 255, 255], [200, 30, 40]];

/** R G B pixels in colours of PALETTE, except for those of `others`: [x, y, color]. */
function picture(width, height, ...others) {
  const samples = new Uint16Array(width * height * 3);
  for (let i = 0; i < width * height; i++) samples.set(PALETTE[(i * 7 + (i >> 4)) % 3], 3 * i);
  for (const [x, y, color] of others) samples.set(color, 3 * (y * width + x));
  return { width, height, colorType: 2, bitDepth: 8, channels: 3, palette: null, paletteAlpha: null, key: null, samples };
}

const png = (...args) => encodePng(picture(...args));
const interlaced = (...args) => encodePng(picture(...args), { interlaced: true });

function messageOf(convert) {
  try {
    convert();
  } catch (error) {
    assert.equal(error.code, 'ERR_NOT_EXACT', error.stack);
    return error.message;
  }
  return assert.fail('accepted');
}

const FORMATS = [{}, { bits: 8 }, { format: 'bgr24' }, { topDown: true }];

/** Indices of 8 bits into a palette of four, the last of which is none of PALETTE. */
function indexed(width, height, ...others) {
  const samples = Uint16Array.from({ length: width * height }, (_, i) => i % 3);
  for (const [x, y, index] of others) samples[y * width + x] = index;
  return encodePng({ width, height, colorType: 3, bitDepth: 8, channels: 1, palette: [...PALETTE.flat(), 1, 2, 3],
    paletteAlpha: null, key: null, samples });
}

test('a pixel that is not exact and an index without an entry: the first of the two is the error', () => {
  for (const format of FORMATS) {
    const options = { ...format, palette: PALETTE, exact: true, strict: true };
    for (let y = 1; y < 12; y++) {
      assert.equal(messageOf(() => getBMP(indexed(3, 16, [1, y, 3], [2, y + 1, 9]), options)),
        `pixel (1, ${y}) is #010203, which is not in the palette`);
      assert.throws(() => getBMP(indexed(3, 16, [1, y + 1, 3], [2, y, 9]), options),
        { code: 'ERR_PNG_PALETTE_INDEX', message: /^palette index 9 is out of range/ });
    }
  }
});

test('a picture in the colours of the palette is written as without exact, and nothing is dithered', () => {
  for (const source of [png(13, 11), interlaced(13, 11)]) {
    for (const format of FORMATS) {
      assert.deepEqual(getBMP(source, { ...format, palette: PALETTE, exact: true }),
        getBMP(source, { ...format, palette: PALETTE, dither: 'none' }));
    }
    assert.deepEqual(getBMP(source, { colors: 3, exact: true }), getBMP(source, { colors: 3 }));
  }
});

test('the first pixel of another colour, in the order of the image, is named with its colour', () => {
  const others = [[12, 10, [9, 9, 9]], [5, 4, [1, 2, 3]], [0, 5, [7, 7, 7]], [6, 4, [8, 8, 8]]];
  for (const source of [png(13, 11, ...others), interlaced(13, 11, ...others)]) {
    for (const format of FORMATS) {
      for (const palette of [PALETTE, [...PALETTE, ...Array.from({ length: 40 }, (_, i) => [i + 60, 0, 0])]]) {
        if (format.bits === undefined || palette.length < 256) {
          assert.equal(messageOf(() => getBMP(source, { ...format, palette, exact: true })),
            'pixel (5, 4) is #010203, which is not in the palette');
        }
      }
    }
  }
});

test('any single pixel is found, wherever it is', () => {
  for (let y = 0; y < 10; y++) {
    for (const x of [0, 3, 6]) {
      assert.equal(messageOf(() => getBMP(png(7, 10, [x, y, [200, 30, 41]]), { palette: PALETTE, exact: true })),
        `pixel (${x}, ${y}) is #c81e29, which is not in the palette`);
    }
  }
});

test('with colors, the image has at most that many, or the first pixel of one more is named', () => {
  const source = png(13, 11, [5, 4, [1, 2, 3]], [4, 7, [6, 6, 6]]);
  assert.equal(readBmp(getBMP(source, { colors: 5, exact: true })).palette.length, 16);
  assert.equal(messageOf(() => getBMP(source, { colors: 4, exact: true })), 'pixel (4, 7) is #060606, the first beyond 4 colours');
  assert.equal(messageOf(() => getBMP(interlaced(13, 11, [5, 4, [1, 2, 3]]), { colors: 3, exact: true })),
    'pixel (5, 4) is #010203, the first beyond 3 colours');
});

test('with colors, choosing them needs no memory', () => {
  const memory = (options) => readInfo(png(13, 11), options).memory;
  assert.ok(memory({ colors: 4, exact: true }) < memory({ colors: 4 }) - 5e6);
});

test('with a palette of grays, a colour is no gray of its luma', () => {
  const grays = [[0, 0, 0], [60, 60, 60], [255, 255, 255]];
  assert.match(messageOf(() => getBMP(png(3, 1), { palette: grays, exact: true })), /^pixel \(\d, 0\) is #c81e28/);
});

test('what is compared is the colour on the background, with 8 bits a sample', () => {
  const data = Uint8Array.of(0, 0, 0, 255, 200, 30, 40, 0, 0, 0, 0, 128);
  const pixels = { data, width: 3, height: 1, channels: 4 };
  assert.equal(messageOf(() => encodeBMP(pixels, { palette: PALETTE, exact: true })),
    'pixel (2, 0) is #7f7f7f, which is not in the palette');
  assert.deepEqual([...readBmp(encodeBMP(pixels, { palette: PALETTE, exact: true, alpha: 'key' })).indices], [0, 1, 0]);
  const deep = { ...picture(4, 4), bitDepth: 16 };
  deep.samples = deep.samples.map((sample) => sample * 257);
  assert.deepEqual(getBMP(encodePng(deep), { palette: PALETTE, exact: true }),
    getBMP(png(4, 4), { palette: PALETTE, exact: true }));
});

test('every call finds the same pixel', async (t) => {
  const source = png(700, 600, [699, 599, [1, 2, 3]]);
  const options = { palette: PALETTE, exact: true, format: 'bgr24' };
  const wanted = { code: 'ERR_NOT_EXACT', message: 'pixel (699, 599) is #010203, which is not in the palette' };
  const target = path.join(scratch(t), 'a.bmp');
  assert.throws(() => getBMP(source, options), wanted);
  assert.throws(() => getBMPInto(new Uint8Array(readInfo(source, options).bmp.byteLength), source, options), wanted);
  assert.throws(() => createConverter(options).getBMP(source), wanted);
  assert.throws(() => saveBMP(target, source, options), wanted);
  assert.ok(!fs.existsSync(target));
  await assert.rejects(getBMPAsync(source, options), wanted);
  const { samples: data } = picture(700, 600, [699, 599, [1, 2, 3]]);
  assert.throws(() => encodeBMP({ data: Uint8Array.from(data), width: 700, height: 600, channels: 3 }, options), wanted);
});

test('rows that salvage fills must be of the palette, too', () => {
  const whole = png(40, 4000, [3, 1, [1, 2, 3]]);
  const cut = png(40, 4000).subarray(0, 2000);
  const options = { palette: PALETTE, exact: true, salvage: true };
  assert.equal(messageOf(() => getBMP(whole.subarray(0, 2000), options)), 'pixel (3, 1) is #010203, which is not in the palette');
  assert.equal(readBmp(getBMP(cut, options)).height, 4000);
  const [, y] = /^pixel \(0, (\d+)\) is #0a0b0c/.exec(messageOf(() => getBMP(cut, { ...options, background: '#0a0b0c' })));
  const filled = readBmp(getBMP(cut, { ...options, background: '#c81e28' }));
  const first = filled.indices.subarray(40 * y).every((index) => index === 2);
  assert.ok(first && y > 0, `row ${y} is the first that is filled`);
});

test('without a palette, or with a rule that dithers, exact is an error', () => {
  const source = png(3, 3);
  for (const options of [{}, { format: 'indexed' }, { format: 'mono1' }, { palette: PALETTE, dither: 'ordered' },
    { colors: 4, dither: 'floyd-steinberg' }])
    assert.equal(refusal(source, { ...options, exact: true }), 'ERR_OPTION');
});

test('--exact ends with 65 and names the pixel', (t) => {
  const place = workplace(t, { 'a.png': png(9, 9, [5, 4, [1, 2, 3]]) });
  const { status, stderr } = place.run(['--palette', '000000,ffffff,c81e28', '--exact', 'a.png']);
  assert.equal(status, 65);
  assert.match(stderr, /pixel \(5, 4\) is #010203/);
  assert.ok(!place.exists('a.bmp'));
  assert.match(place.run(['--exact', 'a.png']).stderr, /--exact has no effect without --palette or --colors/);
});
