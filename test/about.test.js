'use strict';

// The metadata of a PNG: readInfo reports it, and a picture that is far from sRGB gives a warning.

const assert = require('node:assert/strict');
const test = require('node:test');
const { decodePNG, encodeBMP, encodeBMPAsync, getBMP, readInfo } = require('..');
const { workplace } = require('./kit/cli');
const { createImage } = require('./kit/image');
const { encodePng, physicalChunk } = require('./kit/png-encoder');

const image = createImage({ colorType: 2, bitDepth: 8, width: 4, height: 3 });
const withChunks = (...middle) => encodePng(image, { middle });
const chunk = (type, ...bytes) => ({ type, data: Buffer.from(bytes) });

function gamma(value) {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(Math.round(value * 100000));
  return { type: 'gAMA', data };
}

const profile = (name) => ({ type: 'iCCP', data: Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from([0, 0, 1, 2])]) });
const SRGB = chunk('sRGB', 0);
const cicp = (...numbers) => chunk('cICP', ...numbers);

/** Exif with one entry, the orientation, in either order of bytes. */
function exif(orientation, little) {
  const data = Buffer.alloc(26);
  data.write(little ? 'II' : 'MM', 'latin1');
  const put16 = (value, at) => (little ? data.writeUInt16LE(value, at) : data.writeUInt16BE(value, at));
  const put32 = (value, at) => (little ? data.writeUInt32LE(value, at) : data.writeUInt32BE(value, at));
  put16(42, 2);
  put32(8, 4);
  put16(1, 8);
  put16(0x0112, 10);
  put16(3, 12);
  put32(1, 14);
  put16(orientation, 18);
  return { type: 'eXIf', data };
}

const warningsOf = (png, options) => {
  const codes = [];
  getBMP(png, { ...options, onWarning: ({ code }) => codes.push(code) });
  return codes;
};

test('readInfo has no more to say of a PNG that says nothing', () => {
  const { density, colorSpace, orientation, frames } = readInfo(encodePng(image));
  assert.deepEqual({ density, colorSpace, orientation, frames },
    { density: undefined, colorSpace: { sRGB: false, hdr: false }, orientation: undefined, frames: 1 });
});

test('readInfo returns density, colour space, orientation and frames as the file states them', () => {
  const info = readInfo(withChunks(SRGB, gamma(0.45455), profile('Größe'), cicp(12, 16, 0, 1),
    physicalChunk(3780, 2835), chunk('acTL', 0, 0, 0, 7, 0, 0, 0, 0)));
  assert.deepEqual(info.colorSpace, {
    sRGB: true, hdr: true, cICP: { primaries: 12, transfer: 16, matrix: 0, fullRange: true },
    profile: 'Größe', gamma: 0.45455,
  });
  assert.deepEqual(info.density, { x: 3780, y: 2835 });
  assert.equal(info.frames, 7);
});

test('the Exif orientation is read in both orders of bytes, and damage is no orientation', () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    for (const little of [false, true])
      assert.equal(readInfo(withChunks(exif(orientation, little))).orientation, orientation);
  }
  assert.equal(readInfo(withChunks(exif(9, true))).orientation, undefined);
  const { data } = exif(3, false);
  for (let kept = 0; kept < 22; kept++)
    assert.equal(readInfo(withChunks({ type: 'eXIf', data: data.subarray(0, kept) })).orientation, undefined);
  const far = Buffer.from(data);
  far.writeUInt32BE(0xfffffff0, 4);
  assert.equal(readInfo(withChunks({ type: 'eXIf', data: far })).orientation, undefined);
});

test('Exif that claims to continue past its end has no orientation', () => {
  for (let offset = 7; offset < 14; offset++) {
    const data = Buffer.alloc(8);
    data.write('MM\0*', 'latin1');
    data.writeUInt32BE(offset, 4);
    // What comes after it in the file looks like entries, wherever they are thought to begin.
    const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
    const after = Array.from({ length: 12 }, (_, shift) =>
      ({ type: 'prIv', data: Buffer.from([...Array(shift).fill(0), ...Array(20).fill(entry).flat()]) }));
    assert.equal(readInfo(withChunks({ type: 'eXIf', data }, ...after)).orientation, undefined, `offset ${offset}`);
  }
});

test('the Exif orientation is looked for in the first 64 KiB of a longer chunk', () => {
  const { data } = exif(3, false);
  const entries = data.subarray(8);
  for (const [at, orientation] of [[65536 - 14, 3], [65536 - 13, undefined], [69000, undefined]]) {
    const long = Buffer.alloc(70000);
    data.copy(long, 0, 0, 8);
    long.writeUInt32BE(at, 4);
    entries.copy(long, at);
    assert.equal(readInfo(withChunks({ type: 'eXIf', data: long })).orientation, orientation, `at ${at}`);
  }
});

test('a profile without an end of its name has no name', () => {
  assert.equal(readInfo(withChunks({ type: 'iCCP', data: Buffer.alloc(100, 65) })).colorSpace.profile, undefined);
});

test('HDR, wide gamut and other gammas are told once, and are no error with strict', () => {
  for (const chunks of [
    [cicp(9, 16, 0, 1)], [cicp(9, 18, 0, 1)], [cicp(12, 13, 0, 1)], [cicp(1, 8, 0, 1)], [gamma(1)], [gamma(0.55)], [SRGB, cicp(9, 16, 0, 1)],
  ]) {
    const png = withChunks(...chunks);
    assert.deepEqual(warningsOf(png), ['WARN_PNG_COLOR_SPACE']);
    assert.deepEqual(warningsOf(png, { strict: true }), ['WARN_PNG_COLOR_SPACE']);
    assert.deepEqual(getBMP(png), getBMP(encodePng(image)));
  }
  for (const odd of [cicp(1, 13, 0, 0), cicp(1, 13, 1, 1)]) { // narrow range; not R G B
    assert.deepEqual(warningsOf(withChunks(odd)), ['WARN_PNG_COLOR_SPACE']);
    assert.deepEqual(warningsOf(withChunks(odd), { strict: true }), ['WARN_PNG_COLOR_SPACE']);
  }
  const likeSrgb = [1, 6, 13, 14, 15].map((transfer) => [cicp(1, transfer, 0, 1)]);
  for (const chunks of [[SRGB], ...likeSrgb, [gamma(0.45455)], [SRGB, gamma(1)], [profile('P3'), gamma(1)]])
    assert.deepEqual(warningsOf(withChunks(...chunks)), []);
});

test('decodePNG returns the density, and encodeBMP accepts it', async () => {
  const pixels = decodePNG(withChunks(physicalChunk(3780, 2835)));
  assert.deepEqual(pixels.density, { x: 3780, y: 2835 });
  const densityOf = (bmp) => [bmp.readInt32LE(38), bmp.readInt32LE(42)];
  assert.deepEqual(densityOf(encodeBMP(pixels)), [3780, 2835]);
  assert.deepEqual(densityOf(encodeBMP(pixels, { density: 300 })), [11811, 11811]);
  assert.deepEqual(densityOf(encodeBMP({ ...pixels, density: 300 })), [11811, 11811]);
  assert.deepEqual(await encodeBMPAsync(pixels), encodeBMP(pixels));
  assert.throws(() => encodeBMP({ ...pixels, density: 'high' }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.ok(!('density' in decodePNG(encodePng(image))));
});

test('--info names the colours of cICP, and says what a conversion warns of', (t) => {
  const place = workplace(t, {
    'p3.png': withChunks(cicp(12, 13, 0, 1)), 'narrow.png': withChunks(cicp(1, 13, 0, 0)), 'x.png': withChunks(cicp(5, 4, 0, 1)),
    'plain.png': encodePng(image),
  });
  assert.match(place.run(['--info', 'p3.png']).stdout, /, cICP Display P3;/);
  assert.match(place.run(['--info', 'narrow.png']).stdout, /, cICP sRGB, narrow range;/);
  assert.match(place.run(['--info', 'x.png']).stdout, /, cICP primaries 5, transfer function 4;/);
  for (const [name, code] of [['p3.png', 'WARN_PNG_COLOR_SPACE'], ['narrow.png', 'WARN_PNG_COLOR_SPACE']]) {
    const { warnings } = JSON.parse(place.run(['--info', '--json', name]).stdout);
    assert.deepEqual(warnings.map((warning) => warning.code), [code]);
    assert.match(place.run(['--info', '-v', name]).stderr, new RegExp(code));
    assert.match(place.run(['-v', '-f', '-o', 'out.bmp', name]).stderr, new RegExp(code));
  }
  assert.deepEqual(JSON.parse(place.run(['--info', '--json', 'plain.png']).stdout).warnings, []);
});

test('--strict is as its help says: colours that a BMP cannot tell of stay a warning', (t) => {
  const place = workplace(t, { 'narrow.png': withChunks(cicp(1, 13, 0, 0)) });
  const { status, stderr } = place.run(['--strict', 'narrow.png']);
  assert.equal(status, 0);
  assert.match(stderr, /: warning: cICP .*\(WARN_PNG_COLOR_SPACE\)\n$/);
  assert.match(place.run(['--help', 'all']).stdout, /--strict [^-]*except[^-]*\(WARN_PNG_COLOR_SPACE\)/);
});

test('--info and --info --json say it, too', (t) => {
  const place = workplace(t, { 'a.png': withChunks(cicp(9, 16, 0, 1), physicalChunk(11811, 11811), exif(6, true)) });
  const { stdout } = place.run(['--info', 'a.png']);
  assert.match(stdout, /300 dpi/);
  assert.match(stdout, /HDR/);
  assert.match(stdout, /orientation 6/);
  const record = JSON.parse(place.run(['--info', '--json', 'a.png']).stdout);
  assert.equal(record.colorSpace.hdr, true);
  assert.deepEqual(record.density, { x: 11811, y: 11811 });
  assert.equal(record.orientation, 6);
  assert.equal(record.frames, 1);
});
