'use strict';

// readInfo(png, { countColors: true }) and --count-colors.

const assert = require('node:assert/strict');
const test = require('node:test');
const { workplace } = require('./kit/cli');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { decodePNG, getBMP, readInfo } = require('..');

const count = (png, options) => readInfo(png, { countColors: true, ...options }).colors;

/** The different pixels as decodePNG gives them. */
function expected(png, options) {
  const { data } = decodePNG(png, options);
  const pixels = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const { size } = new Set(pixels);
  return size > 256 ? Infinity : size;
}

/** An RGBA image of this many colours, each in a run of pixels. */
function withColors(colors, { width = 64, run = 3, alpha = false } = {}) {
  const height = Math.ceil((colors * run) / width);
  const samples = Array.from({ length: width * height }, (_, i) => {
    const color = Math.min(Math.floor(i / run), colors - 1);
    return alpha ? [7, 7, color >> 8, color & 255] : [color & 255, 7, color >> 8, 255];
  }).flat();
  const image = createImage({ colorType: 6, bitDepth: 8, width, height });
  return { ...image, samples: Uint16Array.from(samples) };
}

for (const type of TYPES) {
  test(`${typeName(type)}: as many colours as decodePNG gives`, () => {
    for (const interlaced of [false, true]) {
      for (const fill of [undefined, 'gradients']) {
        const image = createImage({ ...type, width: 37, height: 21, fill, transparency: type.colorType < 4 });
        const png = encodePng(image, { interlaced });
        for (const depth16 of ['round', 'truncate'])
          assert.equal(count(png, { depth16 }), expected(png, { depth16 }));
      }
    }
  });
}

test('the number is exact up to 256, and then Infinity', () => {
  for (const alpha of [false, true]) {
    for (const interlaced of [false, true]) {
      for (const colors of [1, 2, 16, 17, 255, 256])
        assert.equal(count(encodePng(withColors(colors, { alpha }), { interlaced })), colors);
      for (const colors of [257, 300])
        assert.equal(count(encodePng(withColors(colors, { alpha }), { interlaced })), Infinity);
    }
  }
});

test('colours are remembered from strip to strip', () => {
  // More than 256 KiB of pixels: several strips.
  for (const [colors, wanted] of [[200, 200], [257, Infinity]])
    assert.equal(count(encodePng(withColors(colors, { width: 100, run: 900 }))), wanted);
});

test('the memory that a refusal asks for is enough', () => {
  for (const image of [withColors(5), withColors(200, { width: 100, run: 900 })]) {
    for (const interlaced of [false, true]) {
      const png = encodePng(image, { interlaced });
      let needed;
      assert.throws(() => count(png, { maxMemory: readInfo(png).memory }), ({ code, message }) => {
        needed = Number(/need (\d+) bytes/.exec(message)[1]);
        return code === 'ERR_MEMORY_LIMIT';
      });
      assert.ok(count(png, { maxMemory: needed }) > 0);
    }
  }
});

test('the rest of the facts is that of the other options', () => {
  const png = encodePng(withColors(5));
  for (const options of [{}, { format: 'mono1' }, { colors: 4 }, { format: 'bgra32', alpha: 'premultiply' },
    { palette: 'bwr', dither: 'atkinson' }, { profile: 'embed' }, { format: 'gray8', alpha: 'key', alphaThreshold: 3 }]) {
    assert.deepEqual(readInfo(png, { ...options, countColors: true }), { ...readInfo(png, options), colors: 5 });
  }
  assert.ok(!('colors' in readInfo(png, { countColors: false })));
  assert.ok(!('colors' in readInfo(png, { countColors: undefined })));
});

test('countColors is a boolean, and an option of readInfo alone', () => {
  const png = encodePng(withColors(5));
  assert.throws(() => readInfo(png, { countColors: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => getBMP(png, { countColors: true }), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('damage is an error where it is reached, and not after the 257th colour', () => {
  const few = encodePng(withColors(200));
  assert.throws(() => count(few.subarray(0, -30)), { code: 'ERR_PNG_TRUNCATED' });
  const many = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 400, height: 400 }), { deflate: 'stored', idat: 1000 });
  assert.equal(count(many.subarray(0, many.length >> 1)), Infinity);
});

test('warnings are told once, and maxMemory is a limit for the counting, too', () => {
  const png = encodePng(withColors(5), { last: [{ type: 'tEXt', data: Buffer.from('a\0b'), crcXor: 1 }] });
  const codes = [];
  count(png, { onWarning: ({ code }) => codes.push(code) });
  assert.deepEqual(codes, ['WARN_PNG_ANCILLARY_CRC']);
  const interlaced = encodePng(createImage({ colorType: 0, bitDepth: 1, width: 3000, height: 3000 }), { interlaced: true });
  const maxMemory = 30e6;
  assert.ok(readInfo(interlaced, { maxMemory }).memory < maxMemory);
  assert.throws(() => count(interlaced, { maxMemory }), { code: 'ERR_MEMORY_LIMIT' });
});

test('--info --count-colors says how many, in JSON as well', (t) => {
  const place = workplace(t, {
    'few.png': encodePng(withColors(20)), 'one.png': encodePng(withColors(1)), 'many.png': encodePng(withColors(257)),
  });
  const names = ['few.png', 'one.png', 'many.png'];
  const lines = place.run(['--info', '--count-colors', ...names]).stdout.split('\n');
  const lineOf = (name) => lines.find((line) => line.startsWith(name));
  assert.match(lineOf('few.png'), /, 20 colours; BMP/);
  assert.match(lineOf('one.png'), /, 1 colour; BMP/);
  assert.match(lineOf('many.png'), /, more than 256 colours; BMP/);
  const records = place.run(['--info', '--count-colors', '--json', ...names]).stdout.trim().split('\n').map(JSON.parse);
  assert.deepEqual(names.map((name) => records.find(({ input }) => input === name).colors), [20, 1, 'many']);
  assert.ok(!('colors' in JSON.parse(place.run(['--info', '--json', 'few.png']).stdout)));
});

test('--count-colors without --info is a mistake', (t) => {
  const place = workplace(t, { 'a.png': encodePng(withColors(2)) });
  const { status, stderr } = place.run(['--count-colors', 'a.png']);
  assert.equal(status, 2);
  assert.match(stderr, /--count-colors has no effect without --info/);
});
