'use strict';

// Icons and cursors: the file, and how other programs read it.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { decodePNG, encodeICO, getBMP } = require('..');
const { workplace } = require('./kit/cli');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const icon = (side, type = { colorType: 6, bitDepth: 8 }) =>
  encodePng(createImage({ ...type, width: side, height: side, seed: side }));
const SIDES = [256, 16, 48, 128, 17];

/** { type, images: [{ width, height, x, y, bytes }] }, or an AssertionError. */
function readIco(file) {
  assert.equal(file.readUInt16LE(0), 0);
  const count = file.readUInt16LE(4);
  let end = 6 + 16 * count;
  const images = Array.from({ length: count }, (_, i) => {
    const at = 6 + 16 * i;
    const size = file.readUInt32LE(at + 8);
    assert.equal(file.readUInt16LE(at + 2), 0, 'colours and the reserved byte');
    assert.equal(file.readUInt32LE(at + 12), end, 'one image after the other');
    end += size;
    return {
      width: file[at] || 256, height: file[at + 1] || 256, x: file.readUInt16LE(at + 4),
      y: file.readUInt16LE(at + 6), bytes: file.subarray(end - size, end),
    };
  });
  assert.equal(end, file.length);
  return { type: file.readUInt16LE(2), images };
}

test('an icon has its images in order of size, up to 128 pixels as BMPs with a mask', () => {
  const { type, images } = readIco(encodeICO(SIDES.map((side) => icon(side))));
  assert.equal(type, 1);
  assert.deepEqual(images.map(({ width }) => width), [16, 17, 48, 128, 256]);
  for (const { width, height, x, y, bytes } of images) {
    assert.deepEqual([x, y], [1, 32]);
    if (width === 256) {
      assert.ok(bytes.equals(icon(256)));
      continue;
    }
    const pixels = getBMP(icon(width), { format: 'bgra32', header: 'info', fileHeader: false });
    const maskStride = Math.ceil(width / 32) * 4;
    assert.equal(bytes.length, pixels.length + maskStride * height);
    assert.equal(bytes.readInt32LE(8), 2 * height);
    assert.deepEqual(bytes.subarray(40, pixels.length), pixels.subarray(40));
    const { data } = decodePNG(icon(width));
    for (let at = 0; at < width * height; at++) {
      const row = bytes.subarray(pixels.length + (height - 1 - Math.floor(at / width)) * maskStride);
      const bit = row[(at % width) >> 3] >> (7 - at % width % 8) & 1;
      assert.equal(bit, data[at * 4 + 3] === 0 ? 1 : 0);
    }
  }
});

test('a cursor has its hotspots', () => {
  const file = encodeICO([{ png: icon(32), hotspot: { x: 5, y: 7 } }, icon(48)], { type: 'cursor' });
  const { type, images } = readIco(file);
  assert.equal(type, 2);
  assert.deepEqual(images.map(({ x, y }) => [x, y]), [[5, 7], [0, 0]]);
});

test('what is no list of small PNGs is refused in words', () => {
  const cases = [
    [[undefined], 'ERR_INVALID_ARG_TYPE'], [[[]], 'ERR_INVALID_ARG_VALUE'], [[['a']], 'ERR_INVALID_ARG_TYPE'],
    [[[icon(16).subarray(0, 20)]], 'ERR_PNG_TRUNCATED'],
    [[[encodePng(createImage({ colorType: 0, bitDepth: 8, width: 257, height: 1 }))]], 'ERR_INVALID_ARG_VALUE'],
    [[[{ png: icon(16), hotspot: { x: 16, y: 0 } }]], 'ERR_OUT_OF_RANGE'],
    [[[icon(16)], { type: 'bitmap' }], 'ERR_INVALID_ARG_VALUE'], [[[icon(16)], { format: 'bgr24' }], 'ERR_INVALID_ARG_VALUE'],
  ];
  for (const [args, code] of cases) assert.throws(() => encodeICO(...args), { code });
});

test('ImageMagick shows every image of the icon as the PNG shows it', {
  skip: spawnSync('convert', ['-version']).error && 'needs ImageMagick',
}, (t) => {
  const directory = scratch(t);
  fs.writeFileSync(path.join(directory, 'a.ico'), encodeICO([icon(16), icon(33)]));
  [16, 33].forEach((side, i) => {
    const rgba = execFileSync('convert', [`a.ico[${i}]`, '-depth', '8', 'RGBA:-'], { cwd: directory });
    const { data } = decodePNG(icon(side));
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 0) assert.deepEqual([...rgba.subarray(at, at + 4)], [...data.subarray(at, at + 4)]);
  });
});

test('--ico and --cur write all inputs into one file', (t) => {
  const place = workplace(t, { '16.png': icon(16), '32.png': icon(32), 'bad.png': 'no' });
  const run = (...args) => place.run(args);
  assert.equal(run('--ico', '-o', 'app.ico', '32.png', '16.png').status, 0);
  assert.deepEqual(place.read('app.ico'), encodeICO([icon(16), icon(32)]));
  assert.match(run('--ico', '-o', 'app.ico', '16.png').stderr, /app.ico: EEXIST/);
  assert.equal(run('--cur', '-f', '-o', 'app.ico', '16.png').status, 0);
  assert.equal(place.read('app.ico').readUInt16LE(2), 2);
  assert.deepEqual(place.list(), ['16.png', '32.png', 'app.ico', 'bad.png']);
  for (const [args, status] of [
    [['--ico', '16.png'], 2], [['--ico', '-o', 'b.ico'], 2], [['--ico', '--cur', '-o', 'b.ico', '16.png'], 2],
    [['--ico', '--format', 'bgr24', '-o', 'b.ico', '16.png'], 2],
    [['--ico', '-o', 'b.ico', 'bad.png'], 65], [['--ico', '-o', 'b.ico', 'none.png'], 66],
  ]) assert.equal(run(...args).status, status, args.join(' '));
});

test('--update converts what is new or newer than its output', (t) => {
  const place = workplace(t, { 'a.png': icon(16), 'b.png': icon(16), 'b.bmp': 'old', 'c.png': icon(16), 'c.bmp': 'new' });
  const age = (name, seconds) => fs.utimesSync(path.join(place.directory, name), seconds, seconds);
  age('b.png', 2000);
  age('b.bmp', 1000);
  age('c.png', 2000);
  age('c.bmp', 2000);
  assert.equal(place.run(['-u', 'a.png', 'b.png', 'c.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), getBMP(icon(16)));
  assert.deepEqual(place.read('b.bmp'), getBMP(icon(16)));
  assert.equal(String(place.read('c.bmp')), 'new');
  assert.equal(place.run(['-u', '-f', 'a.png']).status, 2);
});
