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

/* Four colours in every kind of file, from what its program documents. */
const GAMEBOY = [[7, 24, 33], [48, 104, 80], [134, 192, 108], [224, 248, 207]];
const hexOf = (color) => Buffer.from(color).toString('hex');
const fourOf = (color) => Buffer.from([...color, 0]);
const decimal = (end) => GAMEBOY.map((color) => `${color.join(' ')}${end}`).join('');

function riff(colors, ...before) {
  const data = Buffer.concat([Buffer.from([0, 3, colors.length, 0]), ...colors.map(fourOf)]);
  const chunk = (type, body) => Buffer.concat([Buffer.from(type), Buffer.of(body.length, 0, 0, 0), body,
    Buffer.alloc(body.length % 2)]);
  const body = Buffer.concat([Buffer.from('PAL '), ...before.map((other) => chunk('note', other)), chunk('data', data)]);
  return chunk('RIFF', body);
}

/* OS/2's first BMP: a header of 12 bytes, colours of three. */
function os2Bmp(colors) {
  const bytes = Buffer.alloc(26 + 3 * colors.length + 4);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length - 4, 10);
  bytes.writeUInt32LE(12, 14);
  bytes.writeUInt16LE(4, 24);
  colors.forEach((color, i) => bytes.set([...color].reverse(), 26 + 3 * i));
  return bytes;
}

test('--palette takes JASC, RIFF, hex, Paint.NET and GIMP palettes as their programs write them, and a BMP', (t) => {
  const files = {
    'jasc.pal': `JASC-PAL\r\n0100\r\n4\r\n${decimal('\r\n')}`,
    'alpha.pal': `JASC-PAL\r\n0100\r\n4\r\n${decimal(' 255\r\n')}\r\n`,
    'riff.pal': riff(GAMEBOY),
    'odd.pal': riff(GAMEBOY, Buffer.from('odd')),
    'lospec.hex': `${GAMEBOY.map(hexOf).join('\n')}\n`,
    'crlf.hex': GAMEBOY.map((color) => `#${hexOf(color).toUpperCase()}\r\n`).join(''),
    'paint.txt': `; Paint.NET Palette File\r\n;\r\n${GAMEBOY.map((color) => `FF${hexOf(color)} ; one\r\n`).join('')}`,
    'mark.gpl': `\ufeffGIMP Palette\nName: x\n#\n${decimal(' name\n')}`,
    'os2.bmp': os2Bmp(GAMEBOY),
  };
  const place = workplace(t, { 'a.png': PNG, ...files });
  const wanted = getBMP(PNG, { palette: GAMEBOY });
  for (const palette of Object.keys(files)) {
    const { status, stderr } = place.run(['-f', '--palette', palette, 'a.png']);
    assert.equal(stderr, '', palette);
    assert.equal(status, 0, palette);
    assert.deepEqual(place.read('a.bmp'), wanted, palette);
  }
});

test('--palette takes the palette of a BMP whole, unused entries too, so that indices stay the same', (t) => {
  const bits4 = getBMP(PNG, { palette: GAMEBOY, bits: 4 });
  const v5 = getBMP(PNG, { palette: GAMEBOY, bits: 4, header: 'v5' });
  const place = workplace(t, { 'a.png': PNG, 'four.bmp': bits4, 'v5.bmp': v5 });
  const wanted = getBMP(PNG, { palette: [...GAMEBOY, ...Array(12).fill([0, 0, 0])] });
  for (const name of ['four.bmp', 'v5.bmp']) {
    assert.equal(place.run(['-f', '--palette', name, 'a.png']).status, 0, name);
    assert.deepEqual(place.read('a.bmp'), wanted, name);
  }
});

test('--palette takes a table of 768 bytes, the first of several, and hex lines of that length', (t) => {
  const table = Buffer.from(Array.from({ length: 768 }, (_, i) => i * 7 & 255));
  const lines = Array.from({ length: 96 }, (_, i) => [i, 2 * i, 255 - i]);
  const hex = lines.map((color) => `${hexOf(color)}\r\n`).join('');
  assert.equal(hex.length, 768);
  const place = workplace(t, {
    'a.png': PNG, 'one.lmp': table, 'playpal.lmp': Buffer.concat([table, Buffer.alloc(13 * 768, 9)]), 'text.hex': hex,
    'many.lmp': Buffer.alloc(33 * 768), 'odd.lmp': Buffer.alloc(769),
  });
  const ofTable = getBMP(PNG, { palette: Uint8Array.from(table) });
  for (const [palette, wanted] of [['one.lmp', ofTable], ['playpal.lmp', ofTable],
    ['text.hex', getBMP(PNG, { palette: lines })]]) {
    assert.equal(place.run(['-f', '--palette', palette, 'a.png']).status, 0, palette);
    assert.deepEqual(place.read('a.bmp'), wanted, palette);
  }
  for (const palette of ['many.lmp', 'odd.lmp'])
    assert.match(place.run(['-f', '--palette', palette, 'a.png']).stderr, /is no palette of GIMP/, palette);
});

test('a palette file that is damaged or endless is a usage error that says what is wrong with it', (t) => {
  const short = riff(GAMEBOY);
  short.writeUInt16LE(0xffff, 22);
  const looping = riff(GAMEBOY, Buffer.alloc(2));
  looping.writeUInt32LE(0xffffffff, 16);
  const cut = getBMP(PNG, { palette: GAMEBOY, bits: 4 }).subarray(0, 54);
  const files = {
    'count.pal': ['JASC-PAL\r\n0100\r\nmany\r\n', /does not say in line 3 how many colours/],
    'short.pal': ['JASC-PAL\r\n0100\r\n3\r\n1 2 3\r\n4 5 6\r\n', /has no colour in line 6/],
    'big.pal': ['JASC-PAL\n0100\n999\n', /has no colour in line 4/],
    'range.pal': ['JASC-PAL\n0100\n2\n1 2 3\n4 5 256\n', /not from 0 to 255: 4 5 256/],
    'riff.pal': [short, /ends before its colours do/], 'loop.pal': [looping, /ends before its colours do/],
    'line.hex': ['000000\n\nfffff\n', /has no colour in line 3/],
    'long.hex': ['000000\n'.repeat(257), /has 257 colours/],
    'spaces.hex': [`000000\n1${' '.repeat(1e6)}2\n`, /has no colour in line 2/],
    'spaces.gpl': [`GIMP Palette\n${' '.repeat(1e6)}1\n`, /has 0 colours/],
    'lines.bin': ['\n'.repeat(2e6), /is no palette/], empty: ['', /is no palette/],
    'rgb.bmp': [getBMP(PNG), /is a BMP without a palette/], 'cut.bmp': [cut, /ends before its palette does/],
  };
  const place = workplace(t, {
    'a.png': PNG, ...Object.fromEntries(Object.entries(files).map(([name, [contents]]) => [name, contents])),
  });
  for (const [palette, words] of [...Object.entries(files).map(([name, [, text]]) => [name, text]),
    ...process.platform === 'linux' ? [['/dev/zero', /is no palette/], ['.', /cannot read '.'/]] : []]) {
    const { status, stderr } = place.run(['--palette', palette, 'a.png']);
    assert.match(stderr, words, palette);
    assert.equal(status, 2, palette);
  }
});

test('a file that is no palette, or has too few colours, is a usage error that says so', (t) => {
  const damaged = encodePng(createImage({ colorType: 3, bitDepth: 2, width: 4, height: 4 }));
  damaged[damaged.indexOf('PLTE') + 5] ^= 1; // its CRC is wrong
  const place = workplace(t, {
    'a.png': PNG, text: 'hello', 'one.gpl': 'GIMP Palette\n1 2 3\n', 'damaged.png': damaged,
  });
  for (const [palette, words] of [
    ['text', /is no palette of GIMP/], ['one.gpl', /has 1 colours/], ['a.png', /without a palette/],
    ['none.gpl', /there is no 'none.gpl'/], ['', /there is no ''/], ['damaged.png', /palette \(PLTE\) is damaged/],
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

test('--palette takes what is seen beside what is written, in a list or in two columns of a file', (t) => {
  const lines = '000000 191e21\r\n#ffffff\t#e8e8e8 ; white\r\nff0000\r\n';
  const place = workplace(t, { 'a.png': PNG, 'p.hex': lines });
  const pairs = [{ color: '#000', seen: '#191e21' }, { color: '#fff', seen: '#e8e8e8' }, '#f00'];
  for (const palette of ['p.hex', '000000=191e21,#ffffff=#E8E8E8,ff0000']) {
    for (const options of [{}, { tone: 'none', light: 'srgb' }]) {
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      const { status, stderr } = place.run(['-f', '--palette', palette, ...flags, 'a.png']);
      assert.deepEqual([status, stderr], [0, ''], palette);
      assert.deepEqual(place.read('a.bmp'), getBMP(PNG, { palette: pairs, ...options }), palette);
    }
  }
});

test('--seen, --light and --tone are those of the library; without effect they are mistakes', (t) => {
  const place = workplace(t, { 'a.png': PNG });
  assert.equal(place.run(['-f', '--palette', 'spectra6', '--seen', 'measured', '--tone', 'none', 'a.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), getBMP(PNG, { palette: 'spectra6', seen: 'measured', tone: 'none' }));
  assert.equal(place.run(['-f', '--format', 'mono1', '--light', 'linear', 'a.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), getBMP(PNG, { format: 'mono1', light: 'linear' }));
  for (const [flags, words] of [
    [['--light', 'linear'], /--light applies only to a --dither other than none/],
    [['--seen', 'measured'], /--palette/], [['--palette', 'bw', '--seen', 'measured'], /measured: bwry, acep7, spectra6/],
    [['--palette', 'bw', '--tone', 'none'], /--tone applies only to a --palette with --seen/],
  ]) {
    const { status, stderr } = place.run(['-f', ...flags, 'a.png']);
    assert.equal(status, 2, flags.join(' '));
    assert.match(stderr, words);
  }
});
