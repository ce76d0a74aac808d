'use strict';

// size, fit, position and kernel: images of another size.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { workplace } = require('./kit/cli');
const { refusal } = require('./kit/convert');
const { readBmp } = require('./kit/bmp-reader');
const { TYPES, createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { differsAt, resized } = require('./kit/resized');
const { scratch } = require('./kit/scratch');
const {
  convertFile, createConverter, decodePNG, encodeBMP, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP,
} = require('..');

const imageOf = (width, height, colorType = 6, bitDepth = 8, fill = 'random') =>
  createImage({ colorType, bitDepth, width, height, seed: 3, fill });

const FITS = ['cover', 'contain', 'fill', 'none'];
const POSITIONS = ['center', 'top', 'right top', 'right', 'right bottom', 'bottom', 'left bottom', 'left', 'left top'];

/** R G B A of a flat list of gray samples. */
const grays = (list) => Uint8Array.from(list.flatMap((v) => [v, v, v, 255]));
const pixelsOf = (rows) => ({ data: grays(rows.flat()), width: rows[0].length, height: rows.length, channels: 4 });
const grayOf = (rows, options) => {
  const bmp = encodeBMP(pixelsOf(rows), { format: 'gray8', topDown: true, container: 'rows', rowAlign: 1, ...options });
  return [...bmp];
};

test('images of every type are resized as in floating point, up and down and along each side', () => {
  for (const { colorType, bitDepth } of TYPES) {
    const png = encodePng(imageOf(41, 29, colorType, bitDepth), { interlaced: bitDepth === 8 });
    const { data: rgba } = decodePNG(png);
    for (const size of ['10x7', '100x90', '20x60', '90x11', '41x29', '40x30', '1x1']) {
      for (const kernel of ['smooth', 'nearest']) {
        const options = { size, fit: 'fill', kernel };
        const { data, width, height } = decodePNG(png, options);
        const wanted = resized({ width: 41, height: 29, rgba }, options);
        assert.deepEqual([width, height], [wanted.width, wanted.height]);
        assert.equal(differsAt(data, wanted.rgba), -1, `type ${colorType}, ${bitDepth} bits, ${size}, ${kernel}`);
      }
    }
  }
});

test('each fit and position puts the image where it says', () => {
  const png = encodePng(imageOf(31, 17));
  const { data: rgba } = decodePNG(png);
  for (const size of ['12x40', '40x12', '50x50', '9x9', '20x', 'x5']) {
    for (const fit of FITS) {
      for (const position of POSITIONS) {
        const options = { size, fit, position };
        const { data, ...found } = decodePNG(png, options);
        const wanted = resized({ width: 31, height: 17, rgba }, options);
        assert.deepEqual([found.width, found.height], [wanted.width, wanted.height], JSON.stringify(options));
        assert.equal(differsAt(data, wanted.rgba), -1, JSON.stringify(options));
      }
    }
  }
});

test('what is averaged is light: lines of black and white become 188', () => {
  const lines = Array.from({ length: 64 }, () => Array.from({ length: 64 }, (_, x) => 255 * (x % 2)));
  const row = grayOf(lines, { size: '16x16' }).slice(8 * 16 + 4, 8 * 16 + 12);
  assert.ok(row.every((v) => Math.abs(v - 188) <= 1), `${row}`);
});

test('one colour stays what it is, whatever the sizes', () => {
  for (let v = 0; v < 256; v += 5) {
    for (const size of ['3x2', '30x11', '7x5'])
      assert.ok(grayOf([[v, v, v, v, v, v], [v, v, v, v, v, v]], { size, fit: 'fill' }).every((found) => found === v), `${v} ${size}`);
  }
});

test('transparent pixels have no colour that shows at edges', () => {
  const data = Uint8Array.from({ length: 4 * 64 }, (_, i) => (i % 64 < 32 ? [255, 0, 0, 255] : [0, 255, 0, 0])[i % 4]);
  const { rgba } = readBmp(encodeBMP({ data, width: 16, height: 4, channels: 4 }, { format: 'bgra32', size: '5x2', fit: 'fill' }));
  const shown = Array.from({ length: 10 }, (_, i) => [...rgba.slice(4 * i, 4 * i + 4)]).filter(([, , , alpha]) => alpha > 2);
  assert.ok(shown.length >= 4);
  for (const [r, g, b] of shown) assert.deepEqual([r, g, b], [255, 0, 0]);
});

test('nearest repeats pixels, and invents no colour', () => {
  assert.deepEqual(grayOf([[1, 2], [3, 4]], { size: '4x4', kernel: 'nearest' }), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  const png = encodePng(imageOf(20, 20, 3, 4));
  const options = { size: '47x31', fit: 'fill', kernel: 'nearest' };
  assert.equal(getBMP(png, { ...options, format: 'indexed', bits: 4 }).readUInt16LE(28), 4);
});

test('around contain is the background, and in formats with alpha nothing', () => {
  const png = encodePng(imageOf(10, 10, 2));
  const options = { size: '30x10', fit: 'contain', background: '#204060' };
  const corner = ({ rgba }) => [...rgba.slice(0, 4)];
  assert.deepEqual(corner(readBmp(getBMP(png, options))), [0x20, 0x40, 0x60, 255]);
  assert.deepEqual(corner(readBmp(getBMP(png, { ...options, alpha: 'drop' }))), [0x20, 0x40, 0x60, 255]);
  assert.deepEqual(corner(readBmp(getBMP(png, { ...options, format: 'bgra32' }))), [0, 0, 0, 0]);
  assert.deepEqual(corner(readBmp(getBMP(png, { ...options, format: 'auto' }))), [0x20, 0x40, 0x60, 255]);
  assert.deepEqual(corner(readBmp(getBMP(png, { ...options, alpha: 'key' }))), [0x20, 0x40, 0x60, 255]);
});

test('a size and the ratio of the image give the other side', () => {
  const png = encodePng(imageOf(30, 20));
  for (const [size, wanted] of [['15x', [15, 10]], ['x30', [45, 30]], [{ width: 1 }, [1, 1]], [{ height: 7 }, [11, 7]]]) {
    const { width, height, bmp } = readInfo(png, { size });
    assert.deepEqual([width, height], wanted);
    assert.equal(bmp.byteLength, getBMP(png, { size }).length);
  }
});

test('where one side is given, nothing is cut off or added, however the other is rounded', () => {
  const inside = (width, height, size, fit) => {
    const image = imageOf(width, height, 2, 8, 'gradients');
    const options = { size, fit, topDown: true, format: 'bgra32' };
    return readBmp(getBMP(encodePng(image), options)).rgba;
  };
  for (const [width, height] of [[192, 108], [100, 14], [100, 16], [7, 90], [31, 30]]) {
    for (const size of ['33x', '10x', 'x7', 'x33']) {
      const whole = inside(width, height, size, 'fill');
      for (const fit of ['cover', 'contain']) assert.deepEqual(inside(width, height, size, fit), whole, `${width}x${height} ${size} ${fit}`);
    }
  }
});

test('rows of a gray PNG that salvage fills have the colour of the background, resized or not', () => {
  const png = encodePng(imageOf(8, 400, 0, 8));
  for (const size of ['8x400', '8x800']) {
    const { rgba } = readBmp(getBMP(png.subarray(0, 1500), { salvage: true, background: '#ff0000', size, fit: 'fill' }));
    assert.deepEqual([...rgba.subarray(-4)], [255, 0, 0, 255], size);
  }
});

test('in a palette of grays, rows that salvage fills have the luma of the background, and the palette stays', () => {
  const png = encodePng(imageOf(8, 400, 0, 8));
  for (const format of ['indexed', 'auto']) {
    const options = { size: '8x800', fit: 'fill', background: '#ff0000', format };
    const { palette, rgba } = readBmp(getBMP(png.subarray(0, 1500), { ...options, salvage: true }));
    assert.deepEqual(palette, readBmp(getBMP(png, options)).palette);
    assert.deepEqual([...rgba.subarray(-4)], [76, 76, 76, 255]);
  }
});

test('every call gives the same bytes, also those that write strips', async (t) => {
  const image = imageOf(301, 200, 6, 8, 'gradients');
  const png = encodePng(image);
  const pixels = { ...decodePNG(png) };
  const place = scratch(t);
  const options = [{}, { format: 'mono1' }, { format: 'rgb565', dither: 'ordered' }, { colors: 9 }, { palette: 'spectra6' }, { format: 'bgra32' }];
  for (const size of ['700x500', '64x']) {
    for (const [i, option] of options.entries()) {
      const given = { ...option, size };
      const wanted = getBMP(png, given);
      const target = new Uint8Array(wanted.length);
      const [saved, converted, from] = ['s', 'c', 'f'].map((name) => path.join(place, `${name}${i}${size}.${name === 'f' ? 'png' : 'bmp'}`));
      getBMPInto(target, png, given);
      assert.ok(wanted.equals(target));
      assert.ok(wanted.equals(await getBMPAsync(png, given)));
      assert.ok(wanted.equals(createConverter(given).getBMP(png)));
      assert.ok(wanted.equals(encodeBMP(pixels, given)));
      saveBMP(saved, png, given);
      assert.ok(wanted.equals(fs.readFileSync(saved)));
      fs.writeFileSync(from, png);
      await convertFile(from, converted, given);
      assert.ok(wanted.equals(fs.readFileSync(converted)));
    }
  }
});

test('the result counts for limits, as does its memory', () => {
  const png = encodePng(imageOf(10, 10));
  assert.equal(refusal(png, { size: '100x100', maxPixels: 9999 }), 'ERR_PIXEL_LIMIT');
  assert.equal(refusal(png, { size: '5x5', maxPixels: 99 }), 'ERR_PIXEL_LIMIT');
  assert.equal(refusal(png, { size: '2147483647x2147483647', maxPixels: Infinity, maxMemory: Infinity }), 'ERR_OUTPUT_LIMIT');
  const { memory } = readInfo(png, { size: '100x100' });
  assert.equal(refusal(png, { size: '100x100', maxMemory: memory - 1 }), 'ERR_MEMORY_LIMIT');
  getBMP(png, { size: '100x100', maxMemory: memory });
  assert.throws(() => getBMP(png, { size: '9999999x1', maxMemory: 1e6 }),
    { code: 'ERR_MEMORY_LIMIT', message: /^10 x 10 pixels, resized to 9999999 x 1, need \d+ bytes .*; maxMemory allows 1000000$/ });
});

test('what is in memory to resize an image does not grow with its height', () => {
  const [low, high] = [2000, 48000].map((height) => {
    const png = encodePng(imageOf(100, height, 0, 1));
    return readInfo(png, { size: '50x' }).memory - readInfo(png).memory;
  });
  assert.equal(low, high);
});

test('rows that salvage fills are resized like the others', () => {
  const png = encodePng(imageOf(33, 500));
  const { data: rgba, width, height } = decodePNG(png.subarray(0, png.length >> 1), { salvage: true });
  const options = { size: '20x250', fit: 'fill' };
  const found = decodePNG(png.subarray(0, png.length >> 1), { ...options, salvage: true });
  assert.equal(differsAt(found.data, resized({ width, height, rgba }, options).rgba), -1);
});

test('what is no size is refused, and what applies to a size alone', () => {
  const png = encodePng(imageOf(3, 3));
  for (const size of ['', 'x', '0x5', '5', '5x5x5', '-1x2', 5, {}, { width: 1.5 }, { width: 0 }, { height: 2 ** 31 }, null])
    assert.throws(() => getBMP(png, { size }), { code: /^ERR_INVALID_ARG/ }, `${JSON.stringify(size)}`);
  for (const options of [{ fit: 'fill' }, { position: 'top' }, { kernel: 'nearest' }]) assert.equal(refusal(png, options), 'ERR_OPTION');
});

test('--size, --fit, --position and --kernel resize', (t) => {
  const png = encodePng(imageOf(33, 9));
  const place = workplace(t, { 'a.png': png });
  const { status, stderr } = place.run(['--size', '20x20', '--fit', 'contain', '--position', 'right top', '--kernel', 'nearest', 'a.png']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.deepEqual(place.read('a.bmp'), getBMP(png, { size: '20x20', fit: 'contain', position: 'right top', kernel: 'nearest' }));
  assert.match(place.run(['-f', '--fit', 'fill', 'a.png']).stderr, /--fit has no effect without --size/);
  assert.match(place.run(['-f', '--size', '20', 'a.png']).stderr, /--size needs a size in pixels such as 800x480, 800x or x480, not '20'/);
});
