'use strict';

// BMPs in colours that are not the image's own: a given palette, chosen colours, another depth for the
// indices.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');
const { assertConverts, refusal } = require('./kit/convert');
const { expectedBmp } = require('./kit/expected');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { largePng } = require('./kit/large-png');
const { scratch } = require('./kit/scratch');
const { constants, decodePNG, encodeBMP, getBMP, getBMPAsync, readInfo, saveBMP } = require('..');

const SPECTRA = [[0, 0, 0], [255, 255, 255], [255, 255, 0], [255, 0, 0], [0, 0, 0], [0, 0, 255], [0, 255, 0]];
const DITHERS = ['floyd-steinberg', 'atkinson', 'ordered', 'none'];

/** A palette of `count` random colours. */
function scattered(count) {
  return Array.from({ length: count }, (_, i) => [(i * 97) % 256, (i * 57 + 31) % 256, (i * 13) % 256]);
}

for (const type of TYPES) {
  test(`${typeName(type)} comes out in the colours of a palette, with every rule, interlaced or not`, () => {
    const image = createImage({ ...type, width: 23, height: 9, seed: 3, fill: 'gradients' });
    for (const interlaced of [false, true]) {
      for (const dither of DITHERS) {
        for (const palette of [SPECTRA, scattered(2), scattered(40)]) {
          for (const options of [{ format: 'indexed' }, { format: 'bgr24' }, { format: 'indexed', bits: 8 }])
            assertConverts(image, {
              encoding: { interlaced },
              options: { ...options, dither, palette },
              what: `${dither}, ${palette.length} colours, ${JSON.stringify(options)}, interlaced ${interlaced}`,
            });
        }
      }
    }
  });
}

test('a palette is written at every width from 1 to 67', () => {
  for (let width = 1; width <= 67; width++) {
    const image = createImage({ colorType: 6, bitDepth: 8, width, height: 5, seed: width });
    for (const palette of [SPECTRA, scattered(2), scattered(256)])
      assertConverts(image, { options: { format: 'indexed', palette }, what: `width ${width}` });
  }
});

test('the colours of a palette are found exactly, however close they are', () => {
  const close = Array.from({ length: 256 }, (_, i) => [100 + (i & 7), 100 + (i >> 3 & 7), 100 + (i >> 6)]);
  const data = Uint8Array.from(close.flat());
  const bmp = readBmp(encodeBMP({ data, width: 256, height: 1, channels: 3 }, { palette: close }));
  assert.deepEqual([...bmp.indices], close.map((_, i) => i));
});

test('names, lists, bytes and objects say the same palette', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 30, height: 20 }));
  const wanted = getBMP(png, { palette: 'spectra6' });
  assert.deepEqual(readBmp(wanted).palette.slice(0, 7), SPECTRA);
  for (const palette of [
    SPECTRA, Uint8Array.from(SPECTRA.flat()), Buffer.from(SPECTRA.flat()),
    ['#000', '#ffffff', '#ff0', { r: 255, g: 0, b: 0 }, '#000', [0, 0, 255], '#00FF00'],
  ]) assert.deepEqual(getBMP(png, { palette }), wanted);
  for (const name of constants.palettes) assert.ok(getBMP(png, { palette: name }).length > 0, name);
});

test('the indices of e-paper palettes are the numbers of the panels', () => {
  const colors = { black: [0, 0, 0], white: [255, 255, 255], green: [0, 255, 0], blue: [0, 0, 255], red: [255, 0, 0],
    yellow: [255, 255, 0], orange: [255, 128, 0] };
  for (const [palette, numbers] of Object.entries({ // Waveshare's drivers: 5in65f, 7in3e, 7in3g
    acep7: { black: 0, white: 1, green: 2, blue: 3, red: 4, yellow: 5, orange: 6 },
    spectra6: { black: 0, white: 1, yellow: 2, red: 3, blue: 5, green: 6 },
    bwry: { black: 0, white: 1, yellow: 2, red: 3 },
  })) {
    const data = Uint8Array.from(Object.keys(numbers).flatMap((name) => colors[name]));
    const { indices } = readBmp(encodeBMP({ data, width: data.length / 3, height: 1, channels: 3 }, { palette }));
    assert.deepEqual([...indices], Object.values(numbers), palette);
  }
});

test('what is no palette is refused in words', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 3, height: 2 }));
  for (const [palette, code] of [
    ['none', 'ERR_INVALID_ARG_VALUE'], [[], 'ERR_INVALID_ARG_VALUE'], [['#000'], 'ERR_INVALID_ARG_VALUE'],
    [new Array(257).fill('#000'), 'ERR_INVALID_ARG_VALUE'], [Buffer.alloc(7), 'ERR_INVALID_ARG_VALUE'],
    [['#000', 'red'], 'ERR_INVALID_ARG_VALUE'], [5, 'ERR_INVALID_ARG_TYPE'], [null, 'ERR_INVALID_ARG_TYPE'],
  ]) assert.throws(() => getBMP(png, { palette }), { code }, String(palette));
  assert.throws(() => getBMP(png, { palette: 'bw', colors: 4 }), { code: 'ERR_OPTION', message: /one of them/ });
  assert.throws(() => getBMP(png, { palette: 'gray16', bits: 1 }), { code: 'ERR_OPTION', message: /too small/ });
});

/** Bars of red, green and blue, each 96 pixels wide and high. */
function bars() {
  const data = new Uint8Array(96 * 288 * 3);
  for (let i = 0; i < 96 * 288; i++) data[3 * i + Math.floor((i % 288) / 96)] = 255;
  return { data, width: 288, height: 96, channels: 3 };
}

/** The mean of the inner part of each bar. */
function meansOfBars(bmp) {
  const { rgba } = readBmp(bmp);
  return [0, 96, 192].map((left) => {
    let sum = 0;
    for (let y = 16; y < 80; y++) for (let x = left + 16; x < left + 80; x++) sum += rgba[4 * (288 * y + x)];
    return sum / 64 / 64;
  });
}

test('a palette of grays gives a colour its luma: Rec. 601 has red at 76, green at 150, blue at 29', () => {
  for (const palette of ['bw', 'gray4', 'gray16', ['#fff', '#808080', '#000']]) {
    for (const dither of ['floyd-steinberg', 'atkinson', 'ordered']) {
      if (dither === 'atkinson' && palette !== 'gray16') continue; // it drops a quarter of the error
      for (const format of ['indexed', 'bgr24']) {
        const means = meansOfBars(encodeBMP(bars(), { palette, dither, format }));
        [76, 150, 29].forEach((luma, i) => assert.ok(Math.abs(means[i] - luma) < 4, `${palette}, ${dither}: ${means}`));
      }
    }
  }
  assert.deepEqual(meansOfBars(encodeBMP(bars(), { palette: 'gray16', dither: 'none' })), [68, 153, 34]);
  assert.deepEqual(meansOfBars(encodeBMP(bars(), { palette: 'bw', dither: 'none' })), [0, 255, 0]);
});

const evenGrays = (n) => Array.from({ length: n }, (_, i) => new Array(3).fill(Math.round((255 * i) / (n - 1))));

test('a palette of grays takes luma of every type of image, interlaced or not, saved or not', () => {
  for (const [colorType, bitDepth] of [[0, 16], [2, 8], [2, 16], [3, 4], [3, 8], [4, 8], [6, 8], [6, 16]]) {
    for (const interlaced of [false, true]) {
      for (const options of [
        { format: 'indexed', palette: evenGrays(4), dither: 'ordered' }, { format: 'bgr24', palette: evenGrays(2), dither: 'none' },
        { format: 'indexed', palette: evenGrays(16), alpha: 'drop' }, { format: 'indexed', palette: evenGrays(200) },
      ])
        assertConverts(createImage({ colorType, bitDepth, width: 29, height: 11 }), { encoding: { interlaced }, options });
    }
  }
});

test('indices of every depth are written with every depth that holds them', () => {
  for (const colorType of [0, 3]) {
    for (const bitDepth of [1, 2, 4, 8]) {
      for (const bits of [1, 4, 8].filter((b) => b >= bitDepth)) {
        for (const interlaced of [false, true]) {
          for (let width = 1; width <= 19; width++)
            assertConverts(createImage({ colorType, bitDepth, width, height: 9, seed: width }), {
              encoding: { interlaced, junkBits: true },
              options: { format: 'indexed', bits },
              what: `type ${colorType}, ${bitDepth} to ${bits} bits, width ${width}`,
            });
        }
      }
    }
  }
  const few = createImage({ colorType: 3, bitDepth: 8, width: 21, height: 5, entries: 16 });
  assertConverts(few, { options: { format: 'indexed', bits: 4 } });
  assert.equal(refusal(encodePng(few), { format: 'indexed', bits: 1 }), 'ERR_FORMAT');
});

test("without bits, an image's own colours have the PNG's bit depth, whatever colours it uses", () => {
  const expected = { 1: 1, 2: 4, 4: 4, 8: 8 };
  for (const colorType of [0, 3]) {
    for (const [bitDepth, bits] of Object.entries(expected)) {
      const image = createImage({ colorType, bitDepth: Number(bitDepth), width: 5, height: 3, entries: 2 });
      assert.equal(readInfo(encodePng(image), { format: 'indexed' }).bmp.bitsPerPixel, bits, `${colorType}, ${bitDepth}`);
    }
  }
  for (const colorType of [0, 2])
    assert.equal(readInfo(encodePng(createImage({ colorType, bitDepth: 16, width: 2, height: 2 })), { format: 'indexed' }).bmp.bitsPerPixel, 8);
});

test('an index that the fewer bits cannot hold is an error, not another colour', () => {
  const image = createImage({ colorType: 3, bitDepth: 8, width: 4, height: 1, entries: 16 });
  image.samples.set([1, 2, 200, 3]);
  assert.equal(refusal(encodePng(image), { format: 'indexed', bits: 4 }), 'ERR_PNG_PALETTE_INDEX');
});

test('"colors" gives at most that many colours, the same ones every time, in every call', async () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 90, height: 70, fill: 'gradients' });
  const png = encodePng(image);
  for (const colors of [2, 3, 16, 17, 100, 256]) {
    const bmp = getBMP(png, { colors });
    const { indices, bitsPerPixel } = readBmp(bmp);
    assert.ok(new Set(indices).size <= colors);
    assert.equal(bitsPerPixel, [1, 4, 8].find((bits) => colors <= 2 ** bits));
    assert.deepEqual(await getBMPAsync(png, { colors }), bmp);
    assert.deepEqual(getBMP(encodePng(image, { interlaced: true }), { colors }), bmp);
    const pixels = decodePNG(png, { channels: 3 });
    assert.deepEqual(encodeBMP(pixels, { colors }), bmp);
  }
});

test('with "colors", seven eighths of each error are carried on', () => {
  for (const [width, height] of [[61, 45], [1, 9], [5, 3], [12, 4]]) {
    const image = createImage({ colorType: 2, bitDepth: 8, width, height, fill: 'noise' });
    for (const [colors, dither] of [[7, 'floyd-steinberg'], [8, 'atkinson'], [40, 'floyd-steinberg'], [40, 'atkinson']]) {
      const bmp = readBmp(getBMP(encodePng(image), { colors, bits: 8, dither }));
      const used = Math.min(colors, width * height);
      const palette = bmp.palette.slice(0, used).map((color) => [...color]);
      const expected = expectedBmp(image, { format: 'indexed', bits: 8, palette, dither, chosen: true });
      assert.deepEqual([...bmp.indices], [...expected.indices], `${width} x ${height}, ${colors} colours, ${dither}`);
    }
  }
});

test('a picture of more different colours than answers are kept for has the nearest ones, too', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 401, height: 203 });
  for (const dither of ['none', 'floyd-steinberg'])
    assertConverts(image, { options: { format: 'indexed', palette: scattered(40), dither }, what: dither });
});

test('an image of few enough colours keeps them all with "colors"', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 3 });
  const { rgba } = readBmp(getBMP(encodePng(image), { colors: 32 }));
  image.samples.forEach((v, i) => assert.equal(rgba[Math.floor(i / 3) * 4 + i % 3], v));
});

test('readInfo announces depth, length and the memory that an image of chosen colours takes', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 500, height: 400 }));
  const info = readInfo(png, { colors: 16 });
  assert.equal(info.bmp.format, 'indexed');
  assert.equal(info.bmp.bitsPerPixel, 4);
  assert.equal(info.bmp.byteLength, getBMP(png, { colors: 16 }).length);
  assert.ok(info.memory > 500 * 400 * 3);
  assert.ok(readInfo(png, { palette: 'gray16' }).memory < 900_000);
  assert.throws(() => getBMP(png, { colors: 16, maxMemory: 600_000 }), { code: 'ERR_MEMORY_LIMIT' });
});

test('a BMP that is saved in strips has the pixels of one in memory, though rows are dithered in groups', async (t) => {
  const file = path.join(scratch(t), 'a.bmp');
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 1001, height: 1203, fill: 'gradients' }));
  for (const dither of ['floyd-steinberg', 'atkinson', 'none']) {
    for (const topDown of [false, true]) {
      const options = { palette: scattered(40), dither, topDown };
      await saveBMP(file, png, options);
      assert.deepEqual(fs.readFileSync(file), getBMP(png, options), `${dither}, top down ${topDown}`);
    }
  }
});

test('rows of more than 512 KiB that wait to be dithered are written before their strip leaves', async (t) => {
  const file = path.join(scratch(t), 'wide.bmp');
  for (const height of [1, 3]) {
    const png = largePng({ width: 524_289, height, colorType: 0, noisy: 524_289 });
    const pixels = decodePNG(png, { channels: 3 });
    for (const options of [{ palette: 'bw' }, { palette: 'bw', format: 'bgr24' }, { palette: 'bw', bits: 8 }]) {
      const what = `${height} rows, ${JSON.stringify(options)}`;
      const expected = encodeBMP(pixels, options); // of rows that are not read in pieces
      assert.ok(getBMP(png, options).equals(expected), `getBMP, ${what}`);
      saveBMP(file, png, options);
      assert.ok(fs.readFileSync(file).equals(expected), `saveBMP, ${what}`);
    }
  }
});

test('colours are chosen as well as eight rounds choose them', () => {
  const side = 96;
  const data = new Uint8Array(3 * side * side);
  // Three blots of red, green and blue that flow into each other.
  data.forEach((_, i) => {
    const [x, y, channel] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
    data[i] = Math.round(255 * Math.exp(-((x - 20 - 25 * channel) ** 2 + (y - 30 - 15 * channel) ** 2) / 300));
  });
  // Squared errors per pixel, measured after eight rounds; after four they are 881.6, 382.6 and 18.39.
  for (const [colors, most] of [[8, 821.6], [16, 380.3], [256, 18.27]]) {
    const { rgba } = readBmp(encodeBMP({ data, width: side, height: side, channels: 3 }, { colors, dither: 'none' }));
    const errors = data.reduce((sum, v, i) => sum + (v - rgba[4 * Math.floor(i / 3) + i % 3]) ** 2, 0) / side ** 2;
    assert.ok(errors < most * 1.003, `${colors} colours: ${errors}, at most ${most}`);
  }
});
