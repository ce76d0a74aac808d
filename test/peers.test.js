'use strict';

// Raw pixels to and from other libraries.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { PNG } = require('pngjs');
const sharp = require('sharp');

const { decodePNG, encodeBMP, encodeBMPAsync } = require('..');
const { readBmp } = require('./kit/bmp-reader');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');

const SUITE = process.env.PNGSUITE || path.join(__dirname, '../../shared/pngsuite');

// Without gray with alpha: sharp's raw output has no such form.
for (const channels of [1, 3, 4]) {
  test(`encodeBMP writes what sharp gives with ${channels} channels, pixel by pixel`, async () => {
    const space = channels === 1 ? 'b-w' : 'srgb';
    const sample = sharp(path.join(__dirname, '../samples/sample.png')).resize(211, 97);
    const shaped = (channels % 2 ? sample.removeAlpha() : sample.ensureAlpha()).toColourspace(space);
    const { data, info } = await shaped.raw().toBuffer({ resolveWithObject: true });
    assert.strictEqual(info.channels, channels);

    const bmp = encodeBMP({ data, ...info }, { format: 'bgra32' });
    assert(bmp.equals(await encodeBMPAsync({ data, ...info }, { format: 'bgra32' })));
    const { rgba } = readBmp(bmp);
    for (let i = 0, from = 0; i < rgba.length; i += 4, from += channels) {
      const color = [0, 1, 2].map((c) => data[from + (channels === 1 ? 0 : c)]);
      const alpha = channels === 4 ? data[from + 3] : 255;
      assert.deepStrictEqual([...rgba.subarray(i, i + 4)], [...color, alpha], `sample ${i}`);
    }
  });
}

/** pngjs reduces 16-bit samples to 8 in its own way: those are compared with libpng's in other tests. */
const is8Bit = (png) => png[24] <= 8;

/** pngjs blackens the transparent colour of tRNS; where alpha is 0, no colour is visible. */
function withoutInvisibleColors(rgba) {
  const seen = Buffer.from(rgba);
  for (let i = 0; i < seen.length; i += 4) {
    if (seen[i + 3] === 0) seen.fill(0, i, i + 3);
  }
  return seen;
}

function sameAsPngjs(png) {
  const { data, width, height } = PNG.sync.read(png);
  const ours = decodePNG(png, { channels: 4 });
  assert.deepStrictEqual([ours.width, ours.height], [width, height]);
  assert(withoutInvisibleColors(ours.data).equals(withoutInvisibleColors(data)));
}

test('decodePNG gives the pixels of pngjs: every type up to 8 bits, plain and interlaced', () => {
  for (const type of TYPES.filter(({ bitDepth }) => bitDepth <= 8)) {
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 45, height: 31, seed: 5 }), { interlaced });
      assert.doesNotThrow(() => sameAsPngjs(png), `${typeName(type)}, interlaced: ${interlaced}`);
    }
  }
});

test('decodePNG gives the pixels of pngjs: PngSuite', { skip: !fs.existsSync(SUITE) }, (t) => {
  const files = fs.readdirSync(SUITE).filter((name) => /^[^x].*\.png$/.test(name))
    .map((name) => fs.readFileSync(path.join(SUITE, name))).filter(is8Bit);
  files.forEach(sameAsPngjs);
  t.diagnostic(`${files.length} files`);
});
