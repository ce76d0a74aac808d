'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const sharp = require('sharp');

const { decodePNG, encodeBMP, encodeBMPAsync, getBMP } = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');

const WIDTH = 5;
const HEIGHT = 3;

// Every 16-bit level that rounding could get wrong is near an 8-bit one times 257.
const wide = Uint16Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => i * 1489 % 65536);
const rounded = Buffer.from(wide.map((v) => Math.round(v * 255 / 65535)));
const cut = Buffer.from(wide.map((v) => v >> 8));
const size = { width: WIDTH, height: HEIGHT, channels: 3 };
const expected = encodeBMP({ data: rounded, ...size });

test('a Uint16Array is taken as samples of 16 bits, rounded to 8 bits', async () => {
  assert.deepEqual(encodeBMP({ data: wide, ...size }), expected);
  assert.deepEqual(encodeBMP({ data: wide, ...size, depth: 16 }), expected); // as of fast-png
  assert.deepEqual(await encodeBMPAsync({ data: wide, ...size }), expected);
});

test('depth16 says how samples of 16 bits are reduced', () => {
  assert.deepEqual(encodeBMP({ data: wide, ...size }, { depth16: 'truncate' }),
    encodeBMP({ data: cut, ...size }));
});

test('all 65536 levels are rounded as those of a PNG are', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const image = createImage({ width: 256, height: 256, colorType: 0, bitDepth: 16 });
  all.forEach((v, i) => { image.samples[i] = v; });
  const ofPng = decodePNG(encodePng(image), { channels: 3 }).data.filter((_, i) => i % 3 === 0);
  const bmp = encodeBMP({ data: all, width: 256, height: 256, channels: 1 },
    { format: 'gray8', topDown: true });
  assert.deepEqual(bmp.subarray(54 + 1024), Buffer.from(ofPng));
});

test('a depth that is neither a word nor a number is an error with a code', () => {
  for (const depth of [null, Object.create(null), [16], Symbol('16'), '__proto__']) {
    assert.throws(() => encodeBMP({ data: wide, ...size, depth }), { code: 'ERR_INVALID_ARG_VALUE' });
  }
});

test('bytes that hold samples of 16 bits are told by depth, at odd places, too', () => {
  const bytes = Buffer.from(wide.buffer);
  const odd = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
  for (const data of [bytes, odd, new DataView(odd.buffer, odd.byteOffset, odd.length)]) {
    for (const depth of [16, 'ushort']) {
      assert.deepEqual(encodeBMP({ data, ...size, depth }), expected);
    }
  }
});

test("sharp's raw pixels of 16 bits come out as its pixels of 8 bits", async () => {
  const png = encodePng(createImage({ width: 7, height: 4, colorType: 2, bitDepth: 16 }));
  const { data, info } = await sharp(png).toColourspace('rgb16').raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.depth, 'ushort');
  assert.deepEqual(encodeBMP({ data, ...info }), getBMP(png));
});

test('rows of 16-bit samples may have bytes between them', () => {
  const stride = WIDTH * 6 + 4;
  const data = Buffer.alloc(stride * HEIGHT, 0xee);
  const bytes = Buffer.from(wide.buffer);
  for (let y = 0; y < HEIGHT; y++) bytes.copy(data, y * stride, y * WIDTH * 6, (y + 1) * WIDTH * 6);
  assert.deepEqual(encodeBMP({ data, ...size, depth: 16, stride }), expected);
  assert.throws(() => encodeBMP({ data, ...size, depth: 16, stride: stride - 1 }),
    { code: 'ERR_INVALID_ARG_VALUE', message: /"pixels\.stride".*even/ });
});

test('too few samples of 16 bits are refused, with the bytes that are needed', () => {
  assert.throws(() => encodeBMP({ data: wide.subarray(1), ...size }),
    { name: 'RangeError', message: /at least 90 bytes.*Received 88/ });
});

test('samples other than 8 and 16 bits are refused with the reason', () => {
  const kinds = [Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Uint32Array,
    BigUint64Array];
  for (const Kind of kinds) {
    assert.throws(() => encodeBMP({ data: new Kind(WIDTH * HEIGHT * 3), ...size }),
      { name: 'TypeError', message: /"pixels\.data".*bytes or a Uint16Array.*to 8 bits first/ });
  }
  for (const depth of ['float', 'short', 'char', 32, 4, 1, null, {}]) {
    assert.throws(() => encodeBMP({ data: rounded, ...size, depth }),
      { name: 'TypeError', message: /"pixels\.depth".*8 or 'uchar', 16 or 'ushort'/ });
  }
  assert.throws(() => encodeBMP({ data: wide, ...size, depth: 8 }), { message: /"pixels\.depth"/ });
});

test('an ImageData needs no channels; other bytes do', () => {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(200);
  const image = { data, width: WIDTH, height: HEIGHT };
  assert.deepEqual(encodeBMP(image), encodeBMP({ ...image, channels: 4 }));
  for (const other of [new Uint8Array(data), data.subarray(0, WIDTH * HEIGHT * 3)]) {
    assert.throws(() => encodeBMP({ ...image, data: other }),
      { name: 'TypeError', message: /"pixels\.channels" property must be a number/ });
  }
});
