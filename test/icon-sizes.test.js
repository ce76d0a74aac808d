'use strict';

// sizes: all images of an icon from one PNG.

const assert = require('node:assert/strict');
const test = require('node:test');
const { workplace } = require('./kit/cli');
const { readIco } = require('./kit/ico-reader');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { decodePNG, encodeICO, encodeICOAsync } = require('..');

const SIZES = [16, 24, 32, 48, 64, 256];
const pngOf = (width, height) => encodePng(createImage({ colorType: 6, bitDepth: 8, width, height, seed: 8, fill: 'gradients' }));

/** The icon of PNGs that were resized before. */
function wantedOf(png, sizes, options) {
  const images = sizes.map((side) => {
    const { data, width, height } = decodePNG(png, { fit: 'contain', ...options, size: `${side}x${side}` });
    const samples = Uint16Array.from(data);
    return encodePng({ width, height, colorType: 6, bitDepth: 8, channels: 4, palette: null, paletteAlpha: null, key: null, samples });
  });
  return encodeICO(images, { png: 'none' });
}

test('an icon of one PNG has the images that decodePNG resizes, and nothing around a wide one', async () => {
  for (const png of [pngOf(300, 300), pngOf(301, 100), pngOf(5, 9)]) {
    for (const options of [{}, { kernel: 'nearest' }, { fit: 'cover', position: 'right' }]) {
      const icon = encodeICO(png, { sizes: SIZES, png: 'none', ...options });
      assert.ok(icon.equals(wantedOf(png, SIZES, options)));
      assert.ok(icon.equals(encodeICO([png], { sizes: SIZES, png: 'none', ...options })));
      assert.ok(icon.equals(await encodeICOAsync(png, { sizes: SIZES, png: 'none', ...options })));
    }
  }
});

test('large ones are PNGs, and indexed ones have a palette', () => {
  const png = pngOf(300, 300);
  const images = (options) => readIco(encodeICO(png, { sizes: SIZES, ...options })).images;
  assert.equal(images({}).length, SIZES.length);
  assert.deepEqual(images({}).map(({ width }) => width), SIZES);
  assert.ok(images({ colors: 16 }).every(({ bits }) => bits === 4));
});

test('of a list one PNG is taken; sides are whole numbers from 1 to 256; fit needs sizes', () => {
  const png = pngOf(9, 9);
  const code = { code: 'ERR_INVALID_ARG_VALUE' };
  assert.throws(() => encodeICO([png, png], { sizes: [16] }), code);
  for (const sizes of [[], [0], [257], [1.5], ['16'], 16, Array(65).fill(16)]) assert.throws(() => encodeICO(png, { sizes }), code);
  assert.throws(() => encodeICO([png], { fit: 'fill' }), { code: 'ERR_OPTION' });
  assert.throws(() => encodeICO(png), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a warning comes once, not for each size', () => {
  const png = pngOf(40, 40);
  const warnings = [];
  encodeICO(png.subarray(0, png.length - 12), { sizes: SIZES, onWarning: (warning) => warnings.push(warning) });
  assert.deepEqual(warnings.map(({ code, image }) => [code, image]), [['WARN_PNG_END', 0]]);
});

test('--ico --sizes makes an icon of one PNG', (t) => {
  const png = pngOf(300, 200);
  const place = workplace(t, { 'logo.png': png, 'b.png': png });
  const { status, stdout, stderr } = place.run(['--ico', '--sizes', SIZES.join(), '-o', 'app.ico', 'logo.png']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.match(stdout, /app\.ico: 6 images/);
  assert.deepEqual(place.read('app.ico'), encodeICO(png, { sizes: SIZES }));
  const refused = (...args) => place.run(['-f', '-o', 'x.ico', ...args]).stderr;
  assert.match(refused('--ico', '--sizes', '16', 'logo.png', 'b.png'), /--sizes makes all images of one input, not of 2/);
  assert.match(refused('--ico', '--sizes', '16,300', 'logo.png'), /--sizes needs up to 64 sides from 1 to 256/);
  assert.match(place.run(['--sizes', '16', 'logo.png']).stderr, /--sizes has no effect without --ico or --cur/);
});
