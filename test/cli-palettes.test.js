'use strict';

/* The colours, headers and depths of the command line. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { getBMP } = require('..');
const { readBmp } = require('./kit/bmp-reader');
const { workplace } = require('./kit/cli');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');

const PNG = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 30, height: 20, fill: 'gradients' }));
const COLORS = [[0, 0, 0], [255, 255, 255], [255, 0, 0]];

const GIMP = `GIMP Palette
Name: panel
Columns: 3
# a comment
  0   0   0\tBlack
255 255 255\tWhite
255   0   0
`;

function adobe(colors, withCount) {
  const bytes = Buffer.alloc(withCount ? 772 : 768);
  bytes.set(colors.flat());
  if (withCount) bytes.writeUInt16BE(colors.length, 768);
  return bytes;
}

test('--palette takes a name, colours, a GIMP palette, a color table and a PNG', (t) => {
  const image = createImage({ colorType: 3, bitDepth: 2, width: 4, height: 4, entries: 3 });
  image.palette = Uint8Array.from(COLORS.flat());
  const place = workplace(t, {
    'a.png': PNG, 'p.gpl': GIMP, 'p.act': adobe(COLORS, true), 'all.act': adobe(COLORS, false),
    'p.png': encodePng(image),
  });
  const wanted = getBMP(PNG, { palette: COLORS });
  for (const palette of ['bwr', '000000,ffffff,ff0000', '#000000,#FFFFFF,#ff0000', 'p.gpl', 'p.act', 'p.png']) {
    const { status, stderr } = place.run(['-f', '--palette', palette, 'a.png']);
    assert.equal(stderr, '', palette);
    assert.equal(status, 0, palette);
    assert.deepEqual(place.read('a.bmp'), wanted, palette);
  }
  assert.equal(place.run(['-f', '--palette', 'all.act', 'a.png']).status, 0);
  assert.equal(readBmp(place.read('a.bmp')).bitsPerPixel, 8);
});

test('a color table that counts no colours has all of its 256', (t) => {
  const table = adobe(COLORS, true);
  table.writeUInt16BE(0, 768);
  const place = workplace(t, { 'a.png': PNG, 'none.act': table, 'all.act': adobe(COLORS, false) });
  const [none, all] = ['none.act', 'all.act'].map((palette) => {
    assert.equal(place.run(['-f', '--palette', palette, 'a.png']).status, 0, palette);
    return place.read('a.bmp');
  });
  assert.equal(readBmp(none).palette.length, 256);
  assert.deepEqual(none, all);
});

test('a file that is no palette, or has too few colours, is a usage error that says so', (t) => {
  const damaged = encodePng(createImage({ colorType: 3, bitDepth: 2, width: 4, height: 4 }));
  damaged[damaged.indexOf('PLTE') + 5] ^= 1; // its CRC is wrong
  const place = workplace(t, {
    'a.png': PNG, text: 'hello', 'one.gpl': 'GIMP Palette\n1 2 3\n', 'damaged.png': damaged,
  });
  for (const [palette, words] of [
    ['text', /is no GIMP palette/], ['one.gpl', /has 1 colours/], ['a.png', /has 0 colours/],
    ['none.gpl', /there is no 'none.gpl'/], ['', /there is no ''/], ['damaged.png', /PLTE chunk is intact/],
  ]) {
    const { status, stderr } = place.run(['--palette', palette, 'a.png']);
    assert.equal(status, 2, palette);
    assert.match(stderr, words);
  }
});

test('--colors, --bits, --dither, --header, --density and --no-file-header are the options of the library', (t) => {
  const place = workplace(t, { 'a.png': PNG });
  for (const [args, options] of [
    [['--colors', '16'], { colors: 16 }],
    [['--colors', '16', '--bits', '8', '--dither', 'atkinson'], { colors: 16, bits: 8, dither: 'atkinson' }],
    [['--palette', 'gray4', '--format', 'bgr24'], { palette: 'gray4', format: 'bgr24' }],
    [['--format', 'rgb555', '--dither', 'ordered'], { format: 'rgb555', dither: 'ordered' }],
    [['--header', 'v5', '--density', '72.5'], { header: 'v5', density: 72.5 }],
    [['--no-file-header'], { fileHeader: false }],
    [['--alpha', 'key', '--alpha-threshold', '9'], { alpha: 'key', alphaThreshold: 9 }],
  ]) {
    const { status, stderr } = place.run(['-f', ...args, 'a.png']);
    assert.equal(stderr, '', args.join(' '));
    assert.equal(status, 0, args.join(' '));
    assert.deepEqual(place.read('a.bmp'), getBMP(PNG, options), args.join(' '));
  }
});
