'use strict';

// In which numbers dithering makes and carries errors, and what a panel shows for what it is sent.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');
const { findMagick } = require('./kit/bmp-programs');
const { assertBmp, assertConverts, convert } = require('./kit/convert');
const { expectedBmp } = require('./kit/expected');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const { constants, encodeBMP, encodeICO, getBMP, readInfo } = require('..');
const { measured, palettes } = require('../lib/palettes');

const DITHERS = ['floyd-steinberg', 'atkinson', 'ordered'];
const INKS = ['#191e21', '#e8e8e8', '#efde44', '#b21318', '#191e21', '#2157ba', '#125f20'];

const ofNumber = (color) => [color >> 16, color >> 8 & 255, color & 255];
const toLight = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** One gray, 128 x 128, and the mean light of the middle of what becomes of it. */
const plain = (gray) => ({ data: new Uint8Array(128 * 128 * 3).fill(gray), width: 128, height: 128, channels: 3 });

function lightOf(bmp) {
  const { rgba } = readBmp(bmp);
  let sum = 0;
  for (let y = 16; y < 112; y++) for (let x = 16; x < 112; x++) sum += toLight(rgba[4 * (128 * y + x)] / 255);
  return sum / 96 / 96;
}

test('the table of light is that of IEC 61966-2-1', () => {
  const text = fs.readFileSync(path.join(__dirname, '../src/base/srgb.c'), 'utf8');
  const table = /\{([^}]*)\}/.exec(text)[1].match(/\d+/g).map(Number);
  assert.deepEqual(table, Array.from({ length: 256 }, (_, i) => Math.round(65535 * toLight(i / 255))));
});

test('in linear light dots have the light of the gray they stand for, whatever they are dithered to', () => {
  for (const options of [
    { format: 'mono1' }, { palette: 'bw' }, { palette: 'gray4' }, { palette: 'gray16' }, { palette: 'acep7' },
    { format: 'rgb555', dither: 'floyd-steinberg' }, { format: 'rgb565', dither: 'floyd-steinberg' },
    { format: 'mono1', dither: 'ordered' }, { palette: 'bw', dither: 'ordered' }, { palette: 'gray4', dither: 'ordered' },
    { palette: 'gray16', dither: 'ordered' }, { format: 'rgb555', dither: 'ordered' }, { palette: 'web216' },
    { palette: 'web216', dither: 'ordered' },
  ]) {
    for (const gray of [64, 128, 192]) {
      const light = lightOf(encodeBMP(plain(gray), { ...options, light: 'linear' }));
      // More than 16 colours are compared by their samples: the middle between two is not the middle of their light.
      const most = options.palette === 'web216' && options.dither ? 0.015 : 0.01;
      assert.ok(Math.abs(light - toLight(gray / 255)) < most, `${JSON.stringify(options)}: gray ${gray} gives ${light}`);
    }
  }
});

test('half the dots white look like 188 to ImageMagick, which averages their light', { skip: !findMagick() }, (t) => {
  const file = path.join(scratch(t), 'dots.bmp');
  fs.writeFileSync(file, encodeBMP(plain(188), { format: 'mono1', light: 'linear' }));
  const args = [file, '-colorspace', 'RGB', '-scale', '1x1!', '-colorspace', 'sRGB', '-depth', '8', 'gray:-'];
  const [gray] = execFileSync(findMagick(), args);
  assert.ok(Math.abs(gray - 188) <= 1, `${gray}`);
});

for (const type of TYPES) {
  test(`${typeName(type)} is dithered in light, and towards what is seen, interlaced or not`, () => {
    const image = createImage({ ...type, width: 29, height: 9, seed: 5, fill: 'gradients' });
    const seen = INKS.map((color) => ofNumber(parseInt(color.slice(1), 16)));
    const palette = palettes.spectra6.map(ofNumber);
    for (const interlaced of [false, true]) {
      for (const dither of DITHERS) {
        for (const options of [
          { format: 'mono1', dither, light: 'linear' }, { format: 'rgb565', dither, light: 'linear' },
          { format: 'rgb555', dither, light: 'linear' }, { format: 'indexed', dither, palette, light: 'linear' },
        ])
          assertConverts(image, { encoding: { interlaced }, options, what: JSON.stringify(options) });
        for (const options of [{}, { tone: 'none' }, { light: 'srgb' }, { light: 'srgb', tone: 'none' }, { format: 'bgr24' }])
          assertSeen(image, { interlaced, palette, seen, options: { format: 'indexed', dither, ...options } });
      }
      assertSeen(image, { interlaced, palette, seen, options: { format: 'indexed', dither: 'none' } });
    }
  });
}

/** As assertConverts; the model has `seen` as a list of its own. */
function assertSeen(image, { interlaced = false, palette, seen, options }) {
  const pairs = palette.map((color, i) => ({ color, seen: seen[i] }));
  const { bmp } = convert(encodePng(image, { interlaced }), { ...options, palette: pairs });
  assertBmp(bmp, expectedBmp(image, { ...options, palette, seen }), JSON.stringify(options));
}

test('ordered dots of grays have on average the gray they stand for, as it is seen, whatever is written', () => {
  for (const [written, shown] of [
    [['#000', '#fff'], [40, 200]], [['#000', '#555', '#aaa', '#fff'], [40, 120, 140, 200]], [['#fff', '#000'], [40, 200]],
  ]) {
    const palette = written.map((color, i) => ({ color, seen: `#${shown[i].toString(16).repeat(3)}` }));
    for (const gray of [48, 80, 130, 160, 190]) {
      const { indices } = readBmp(encodeBMP(plain(gray), { palette, dither: 'ordered', light: 'srgb', tone: 'none' }));
      const mean = indices.reduce((sum, index) => sum + shown[index], 0) / indices.length;
      assert.ok(Math.abs(mean - gray) <= 1.5, `${written}: gray ${gray} is seen as ${mean}`);
    }
  }
});

test('palettes of every size are matched by what is seen, at every width', () => {
  const random = (seed) => (i) => [(i * 97 + seed) % 256, (i * 57 + 31 * seed) % 256, (i * 13 + 7 * seed) % 256];
  for (let width = 1; width <= 40; width++) {
    const image = createImage({ colorType: 2, bitDepth: 8, width, height: 9, seed: width });
    for (const count of [2, 6, 8, 9, 16, 17, 256]) {
      const [palette, seen] = [0, 3].map((seed) => Array.from({ length: count }, (_, i) => random(seed)(i)));
      const options = { format: 'indexed', light: width % 2 ? 'linear' : 'srgb', tone: width % 3 ? 'fit' : 'none' };
      assertSeen(image, { palette, seen, options });
      if (width % 5 > 0) continue;
      const grays = palette.map(([gray]) => [gray, gray, gray]);
      for (const written of [palette, grays]) assertSeen(image, { palette: written, seen, options: { ...options, dither: 'ordered' } });
    }
  }
});

test('the BMP has the colours that are written; of two that look the same the first is used', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 40, height: 20, fill: 'gradients' });
  const bmp = readBmp(getBMP(encodePng(image), { palette: 'spectra6', seen: 'measured' }));
  assert.deepEqual(bmp.palette.slice(0, 7), palettes.spectra6.map(ofNumber));
  assert.ok(!bmp.indices.includes(4));
});

test("seen: 'measured' is what the pairs say, and an entry without `seen` looks as it is written", () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 40, height: 20, fill: 'gradients' }));
  const colors = palettes.spectra6.map(ofNumber);
  const pairs = colors.map((color, i) => ({ color, seen: INKS[i] }));
  assert.deepEqual(getBMP(png, { palette: pairs }), getBMP(png, { palette: 'spectra6', seen: 'measured' }));
  const some = [{ color: '#000' }, { color: '#fff', seen: '#e0e0e0' }, '#f00'];
  const all = [{ color: '#000', seen: '#000' }, { color: '#fff', seen: '#e0e0e0' }, { color: '#f00', seen: '#f00' }];
  assert.deepEqual(getBMP(png, { palette: some }), getBMP(png, { palette: all }));
  for (const [name, shown] of Object.entries(measured)) {
    assert.equal(shown.length, palettes[name].length, name);
    assert.notDeepEqual(getBMP(png, { palette: name, seen: 'measured' }), getBMP(png, { palette: name }), name);
  }
});

test('without these options no byte changes; those that say the default give the same', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 40, height: 20, fill: 'gradients' }));
  for (const options of [{ format: 'mono1' }, { palette: 'bwr' }, { palette: 'web216', dither: 'ordered' }]) {
    assert.deepEqual(getBMP(png, { ...options, light: 'srgb' }), getBMP(png, options));
    assert.notDeepEqual(getBMP(png, { ...options, light: 'linear' }), getBMP(png, options));
  }
  const options = { palette: 'bwry', seen: 'measured' };
  assert.deepEqual(getBMP(png, { ...options, light: 'linear', tone: 'fit' }), getBMP(png, options));
});

test('tone fit keeps steps that the panel cannot show as they are', () => {
  const data = Uint8Array.from({ length: 300 * 40 * 3 }, (_, i) => 200 + Math.floor((Math.floor(i / 3) % 300) * 55 / 299));
  const whites = (tone) => {
    const palette = [{ color: '#000', seen: '#202020' }, { color: '#fff', seen: '#c8c8c8' }];
    const { indices } = readBmp(encodeBMP({ data, width: 300, height: 40, channels: 3 }, { palette, tone }));
    return [0, 100, 200].map((left) => indices.reduce((sum, v, i) => sum + (i % 300 >= left && i % 300 < left + 100 ? v : 0), 0));
  };
  assert.deepEqual(whites('none'), [4000, 4000, 4000]);
  const [dark, middle, bright] = whites('fit');
  assert.ok(dark < middle && middle < bright && bright < 4000, `${dark} ${middle} ${bright}`);
});

test('what has no effect, or is no colour, is refused in words', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 3, height: 2 }));
  for (const [options, code, message] of [
    [{ light: 'linear' }, 'ERR_OPTION', /'light' applies only to a 'dither' other than 'none'/],
    [{ format: 'mono1', dither: 'none', light: 'srgb' }, 'ERR_OPTION', /'light'/],
    [{ palette: 'bw', exact: true, light: 'linear' }, 'ERR_OPTION', /'light'/],
    [{ palette: 'bwry', exact: true, seen: 'measured' }, 'ERR_OPTION', /leave 'seen' out/],
    [{ format: 'rgb565', light: 'linear' }, 'ERR_OPTION', /'light'/],
    [{ palette: 'bw', tone: 'none' }, 'ERR_OPTION', /'tone' applies only to a 'palette' with 'seen'/],
    [{ palette: 'vga16', seen: 'measured' }, 'ERR_INVALID_ARG_VALUE', /measured: bwry, acep7, spectra6/],
    [{ seen: 'measured' }, 'ERR_INVALID_ARG_VALUE', /measured/],
    [{ palette: 'bw', seen: 'guessed' }, 'ERR_INVALID_ARG_VALUE', /'measured'/],
    [{ palette: ['#000', { color: '#fff', seen: 'white' }] }, 'ERR_INVALID_ARG_VALUE', /palette/],
    [{ palette: 'bw', light: 'gamma' }, 'ERR_INVALID_ARG_VALUE', /linear/],
  ]) assert.throws(() => getBMP(png, options), { code, message }, JSON.stringify(options));
});

test('icons, plans and constants know what is seen', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 16, height: 16, fill: 'gradients' }));
  const options = { palette: 'spectra6', seen: 'measured' };
  assert.notDeepEqual(encodeICO([png], options), encodeICO([png], { palette: 'spectra6' }));
  assert.equal(readInfo(png, options).bmp.format, 'indexed');
  assert.deepEqual([constants.lights, constants.tones], [['linear', 'srgb'], ['fit', 'none']]);
});
