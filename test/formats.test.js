'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { TYPES, createImage, withSamples, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { convert, assertConverts } = require('./kit/convert');
const { readBmp } = require('./kit/bmp-reader');
const { getBMP, readInfo } = require('..');

const FORMATS = ['bgr24', 'bgra32', 'indexed', 'auto'];
const canBeTransparent = ({ colorType }) => colorType < 4;

/** Every combination of the values of each key. */
function combinations(choices) {
  return Object.entries(choices).reduce(
    (list, [key, values]) =>
      list.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

const ALL_OPTIONS = combinations({
  format: FORMATS,
  alpha: ['blend', 'drop'],
  background: ['#ffffff', '#000000', '#1f80e3'],
  topDown: [false, true],
  depth16: ['round', 'truncate'],
});

for (const type of TYPES) {
  test(`${typeName(type)} comes out exact in every format, with every option`, () => {
    for (const transparency of canBeTransparent(type) ? [false, true] : [false]) {
      const image = createImage({ ...type, width: 19, height: 7, seed: 5, transparency });
      for (const options of ALL_OPTIONS)
        assertConverts(image, {
          options,
          what: `${JSON.stringify(options)}, tRNS ${transparency}`,
        });
    }
  });

  test(`${typeName(type)} comes out exact at every width from 1 to 67`, () => {
    for (let width = 1; width <= 67; width++) {
      const transparency = canBeTransparent(type) && width % 2 === 0;
      const image = createImage({ ...type, width, height: 3, seed: width, transparency });
      for (const format of FORMATS)
        assertConverts(image, {
          encoding: { junkBits: true },
          options: { format },
          what: `width ${width}, ${format}`,
        });
    }
  });

  test(`${typeName(type)} comes out exact through every filter`, () => {
    for (const filter of [0, 1, 2, 3, 4, 'random', 'adaptive', [1, 4], [4, 3, 2, 1, 0]]) {
      for (const fill of ['noise', 'gradients']) {
        const image = createImage({ ...type, width: 45, height: 12, seed: 9, fill });
        for (const format of ['bgr24', 'bgra32'])
          assertConverts(image, {
            encoding: { filter },
            options: { format },
            what: `filter ${filter}, ${fill}, ${format}`,
          });
      }
    }
  });
}

const PANEL_OPTIONS = [
  ...combinations({
    format: ['gray8', 'rgb565'],
    alpha: ['blend', 'drop'],
    background: ['#ffffff', '#1f80e3'],
    topDown: [false, true],
  }),
  ...combinations({
    format: ['mono1'],
    dither: ['floyd-steinberg', 'atkinson', 'ordered', 'none'],
    threshold: [128, 0, 255, 70],
    invert: [false, true],
    topDown: [false, true],
  }),
  { format: 'mono1', alpha: 'drop', depth16: 'truncate' },
  { format: 'gray8', depth16: 'truncate' },
  ...combinations({
    format: ['rgb565', 'rgb555'],
    dither: ['floyd-steinberg', 'atkinson', 'ordered', 'none'],
  }),
];

for (const type of TYPES) {
  test(`${typeName(type)} comes out exact in the formats for panels and printers`, () => {
    for (const interlaced of [false, true]) {
      const transparency = canBeTransparent(type);
      const image = createImage({ ...type, width: 21, height: 18, transparency });
      for (const options of PANEL_OPTIONS) {
        const what = `${JSON.stringify(options)}, interlaced ${interlaced}`;
        assertConverts(image, { encoding: { interlaced }, options, what });
      }
    }
  });

  test(`${typeName(type)} comes out exact on panels at every width from 1 to 67`, () => {
    for (let width = 1; width <= 67; width++) {
      const image = createImage({ ...type, width, height: 4, seed: width, fill: 'gradients' });
      for (const format of ['gray8', 'mono1', 'rgb565', 'rgb555'])
        assertConverts(image, { options: { format }, what: `width ${width}, ${format}` });
    }
  });
}

// Rows are converted in pieces of 2048 pixels, and read in pieces where they are longer than 512 KiB.
test('rows of several pieces come out exact in the formats for panels, with every kind of dithering', () => {
  for (const type of [{ colorType: 0, bitDepth: 8 }, { colorType: 6, bitDepth: 16 }]) {
    const image = createImage({ ...type, width: 4099, height: 4, fill: 'gradients' });
    for (const options of [
      { format: 'gray8' },
      ...combinations({
        format: ['mono1', 'rgb565', 'rgb555'],
        dither: ['floyd-steinberg', 'atkinson', 'ordered', 'none'],
      }),
    ]) assertConverts(image, { options, what: `${typeName(type)}, ${JSON.stringify(options)}` });
  }
});

test('luma is within half a level of Rec. 601, and gray stays as it is', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 300, height: 100 });
  const { indices } = readBmp(getBMP(encodePng(image), { format: 'gray8' }));
  indices.forEach((luma, i) => {
    const [r, g, b] = image.samples.subarray(i * 3, i * 3 + 3);
    assert.ok(Math.abs(luma - (0.299 * r + 0.587 * g + 0.114 * b)) < 0.51);
  });
  const grays = withSamples(
    createImage({ colorType: 0, bitDepth: 8, width: 256, height: 1 }),
    Array(256).keys(),
  );
  assert.deepEqual(
    [...readBmp(getBMP(encodePng(grays), { format: 'gray8' })).indices],
    [...Array(256).keys()],
  );
});

test('error diffusion keeps the mean: a gray of v / 255 is white in that share of the pixels', () => {
  for (const level of [0, 13, 64, 128, 200, 255]) {
    const base = createImage({ colorType: 0, bitDepth: 8, width: 200, height: 200 });
    const flat = withSamples(base, new Array(40000).fill(level));
    for (const dither of ['floyd-steinberg', 'ordered']) {
      const { indices } = readBmp(getBMP(encodePng(flat), { format: 'mono1', dither }));
      const share = indices.reduce((sum, bit) => sum + bit, 0) / 40000;
      assert.ok(Math.abs(share - level / 255) < 0.02, `${dither}, level ${level}: ${share}`);
    }
  }
});

test('every pair of an 8-bit colour and an alpha is blended exactly', () => {
  const gray = createImage({ colorType: 4, bitDepth: 8, width: 256, height: 256 });
  const pairs = withSamples(
    gray,
    Array.from({ length: 65536 }, (_, i) => [i >> 8, i & 255]).flat(),
  );
  const rgba = createImage({ colorType: 6, bitDepth: 8, width: 256, height: 256 });
  const quads = withSamples(
    rgba,
    Array.from({ length: 65536 }, (_, i) => [
      i >> 8,
      255 - (i >> 8),
      (i >> 8) ^ (i & 255),
      i & 255,
    ]).flat(),
  );
  for (const background of ['#ffffff', '#000000', '#01807f', '#fe5501']) {
    assertConverts(pairs, { options: { background }, what: `gray+alpha onto ${background}` });
    assertConverts(quads, { options: { background }, what: `RGBA onto ${background}` });
  }
});

test('16-bit colours are blended at 16 bits before they are reduced', () => {
  const edges = [
    0, 1, 127, 128, 129, 255, 256, 257, 32639, 32767, 32768, 32896, 65279, 65407, 65408, 65534,
    65535,
  ];
  const pairs = edges.flatMap((color) => edges.map((alpha) => [color, alpha]));
  const options = combinations({
    background: ['#ffffff', '#000000', '#7f8001'],
    depth16: ['round', 'truncate'],
  });
  for (const colorType of [4, 6]) {
    const image = createImage({ colorType, bitDepth: 16, width: 17, height: 17 });
    const samples = pairs.flatMap(([c, a]) =>
      colorType === 4 ? [c, a] : [c, 65535 - c, c ^ a, a],
    );
    for (const option of options)
      assertConverts(withSamples(image, samples), {
        options: option,
        what: JSON.stringify(option),
      });
  }
});

test('noise of 16 bits is blended exactly', () => {
  for (const colorType of [4, 6]) {
    const image = createImage({ colorType, bitDepth: 16, width: 301, height: 97 });
    for (const depth16 of ['round', 'truncate'])
      assertConverts(image, {
        options: { depth16, background: '#3c07d2' },
        what: `type ${colorType}, ${depth16}`,
      });
  }
});

test('auto picks the smallest format that loses nothing', () => {
  const cases = [
    [{ colorType: 0, bitDepth: 1 }, 'indexed', 1],
    [{ colorType: 0, bitDepth: 2 }, 'indexed', 4],
    [{ colorType: 0, bitDepth: 16 }, 'indexed', 8],
    [{ colorType: 3, bitDepth: 1 }, 'indexed', 1],
    [{ colorType: 3, bitDepth: 8 }, 'indexed', 8],
    [{ colorType: 2, bitDepth: 8 }, 'bgr24', 24],
    [{ colorType: 2, bitDepth: 16 }, 'bgr24', 24],
    [{ colorType: 4, bitDepth: 8 }, 'bgra32', 32],
    [{ colorType: 6, bitDepth: 16 }, 'bgra32', 32],
    [{ colorType: 0, bitDepth: 4, transparency: true }, 'bgra32', 32],
    [{ colorType: 0, bitDepth: 16, transparency: true }, 'bgra32', 32],
    [{ colorType: 2, bitDepth: 8, transparency: true }, 'bgra32', 32],
    [{ colorType: 3, bitDepth: 4, transparency: true }, 'bgra32', 32],
  ];
  for (const [type, , bitsPerPixel] of cases) {
    const png = encodePng(createImage({ ...type, width: 6, height: 4 }));
    assert.equal(
      readInfo(png, { format: 'auto' }).bmp.bitsPerPixel,
      bitsPerPixel,
      JSON.stringify(type),
    );
    assert.equal(
      convert(png, { format: 'auto' }).bmp.readUInt16LE(28),
      bitsPerPixel,
      JSON.stringify(type),
    );
  }
});

test('auto keeps no alpha that is to be dropped or keyed, and picks the smallest format for the rest', () => {
  const cases = [
    [{ colorType: 4, bitDepth: 8 }, 'bgr24', 'bgr24'],
    [{ colorType: 6, bitDepth: 8 }, 'bgr24', 'bgr24'],
    [{ colorType: 2, bitDepth: 8, transparency: true }, 'bgr24', 'bgr24'],
    [{ colorType: 3, bitDepth: 4, transparency: 5 }, 'indexed', 'indexed'],
    [{ colorType: 0, bitDepth: 8, transparency: true }, 'indexed', 'indexed'],
    /* 256 grays and the background are one colour too many */
    [{ colorType: 0, bitDepth: 16, transparency: true }, 'indexed', 'bgr24'],
  ];
  for (const [type, dropped, keyed] of cases) {
    const image = createImage({ ...type, width: 9, height: 5 });
    const png = encodePng(image);
    for (const [alpha, format] of [['drop', dropped], ['key', keyed], ['blend', 'bgra32'], ['premultiply', 'bgra32']]) {
      const what = `${JSON.stringify(type)}, ${alpha}`;
      assert.equal(readInfo(png, { format: 'auto', alpha }).bmp.format, format, what);
      assert.deepEqual(getBMP(png, { format: 'auto', alpha }), getBMP(png, { format, alpha }), what);
    }
  }
});

test('auto refuses an option that not all of its formats use, whatever the image is', () => {
  const image = createImage({ colorType: 3, bitDepth: 8, width: 4, height: 4 });
  const png = encodePng(image);
  for (const options of [{ bits: 8 }, { colors: 16 }, { palette: 'bw' }, { dither: 'ordered' }, { invert: true },
    { threshold: 9 }, { alphaThreshold: 9 }])
    assert.throws(() => getBMP(png, { format: 'auto', ...options }),
      { code: 'ERR_OPTION', message: /no effect on 'auto'/ }, JSON.stringify(options));
});

test('auto takes a palette whose tRNS is opaque throughout for an image without alpha', () => {
  const image = createImage({ colorType: 3, bitDepth: 4, width: 9, height: 9, transparency: 5 });
  image.paletteAlpha.fill(255);
  assert.equal(assertConverts(image, { options: { format: 'auto' } }).bitsPerPixel, 4);
});

test('a palette shorter than the depth allows is filled up with black entries', () => {
  for (const bitDepth of [1, 2, 4, 8]) {
    const entries = bitDepth === 1 ? 1 : 2 ** bitDepth - 1;
    const image = createImage({ colorType: 3, bitDepth, width: 21, height: 5, entries });
    const bmp = assertConverts(image, {
      options: { format: 'indexed' },
      what: `depth ${bitDepth}`,
    });
    assert.equal(bmp.palette.length, bitDepth === 2 ? 16 : 2 ** bitDepth);
    assert.deepEqual(bmp.palette.at(-1), [0, 0, 0]);
  }
});

test('readInfo announces the exact length of every BMP', () => {
  for (const type of TYPES) {
    for (const format of ['bgr24', 'bgra32', 'auto']) {
      const png = encodePng(createImage({ ...type, width: 33, height: 3 }), {
        interlaced: true,
      });
      const info = readInfo(png, { format });
      const { width, height, bitDepth, colorType, interlaced } = info;
      assert.deepEqual(
        { width, height, bitDepth, colorType, interlaced },
        { ...type, width: 33, height: 3, interlaced: true },
      );
      assert.equal(
        info.bmp.byteLength,
        convert(png, { format }).bmp.length,
        `${typeName(type)}, ${format}`,
      );
    }
  }
});

test('images of many batches come out exact: large, very wide, very tall', () => {
  const sizes = [
    [700, 500],
    [30000, 3],
    [2, 20000],
  ];
  for (const [width, height] of sizes) {
    for (const [colorType, bitDepth] of [
      [2, 8],
      [6, 8],
      [0, 1],
    ]) {
      const image = createImage({ colorType, bitDepth, width, height, fill: 'gradients' });
      for (const interlaced of [false, true])
        assertConverts(image, {
          encoding: { interlaced, filter: [4, 3, 1, 2, 0] },
          what: `${width}x${height}, type ${colorType}, ${interlaced}`,
        });
    }
  }
});

for (const type of TYPES) {
  test(`Adam7: ${typeName(type)} of every size from 1x1 to 9x9`, () => {
    for (let height = 1; height <= 9; height++) {
      for (let width = 1; width <= 9; width++) {
        const seed = height * 16 + width;
        const image = createImage({
          ...type,
          width,
          height,
          seed,
          transparency: canBeTransparent(type) && seed % 3 === 0,
        });
        const encoding = { interlaced: true, junkBits: true };
        for (const format of FORMATS)
          assertConverts(image, {
            encoding,
            options: { format, topDown: seed % 2 === 0 },
            what: `${width}x${height}, ${format}`,
          });
      }
    }
  });
}

test('every deflate kind and every split into IDATs gives the same pixels', () => {
  const kinds = [
    'dynamic',
    'fixed',
    'huffman',
    'rle',
    'stored',
    { blockBytes: 1 },
    { blockBytes: 100 },
    { windowBits: 9 },
    { level: 1 },
    { level: 9 },
    { memLevel: 1 },
  ];
  const splits = [undefined, 1, 2, 3, 7, 100, [0], [0, 0, 1, 0, 2], [1, 0, 0, 3, 0]];
  for (const fill of ['noise', 'gradients']) {
    const image = createImage({ width: 61, height: 23, colorType: 2, bitDepth: 8, fill });
    for (const deflate of kinds)
      for (const idat of splits)
        assertConverts(image, {
          encoding: { deflate, idat, filter: 'adaptive' },
          what: `${JSON.stringify(deflate)}, IDATs of ${idat}`,
        });
  }
});

test('premultiply changes nothing where auto chooses a format without alpha', () => {
  for (const type of TYPES) {
    const png = encodePng(createImage({ ...type, width: 61, height: 9, opaque: true }));
    if (readInfo(png).hasAlpha) continue;
    const plain = getBMP(png, { format: 'auto' });
    assert.deepEqual(getBMP(png, { format: 'auto', alpha: 'premultiply' }), plain, typeName(type));
  }
});
