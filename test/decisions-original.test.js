'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const zlib = require('node:zlib');
const { createImage, withSamples } = require('./kit/image');
const { assemble, encodePng, header } = require('./kit/png-encoder');
const { readBmp } = require('./kit/bmp-reader');
const { assertConverts, refusal } = require('./kit/convert');
const { getBMP, getBMPAsync, readInfo } = require('..');

// The errors of the original program, with at least one test each.

const GRAY1 = { colorType: 0, bitDepth: 1 };

test('sides above 65535 are not cut to 16 bits', () => {
  for (const [width, height] of [
    [65537, 1],
    [1, 65537],
    [70000, 2],
    [2, 70000],
  ]) {
    const image = createImage({ ...GRAY1, width, height });
    const bmp = assertConverts(image, {
      options: { format: 'indexed' },
      what: `${width}x${height}`,
    });
    assert.deepEqual([bmp.width, bmp.height], [width, height]);
    assertConverts(image, { what: `${width}x${height}` });
  }
});

test('width times height beyond 2^31 does not overflow: rows lie where they must', () => {
  const width = 50001;
  const height = 43000;
  const rowBytes = Math.ceil(width / 8);
  const stride = Math.ceil(width / 32) * 4;
  const marks = new Map([
    [0, 0x81],
    [21499, 0x42],
    [42948, 0x24],
    [42999, 0x18],
  ]);
  const lines = Buffer.alloc(height * (1 + rowBytes));
  for (const [y, mark] of marks) lines[y * (1 + rowBytes) + 1] = mark;
  const png = assemble([
    header({ ...GRAY1, width, height }),
    { type: 'IDAT', data: zlib.deflateSync(lines, { level: 1 }) },
    { type: 'IEND' },
  ]);
  const bmp = getBMP(png, { format: 'indexed', topDown: true, maxPixels: 2 ** 32 });
  const pixels = bmp.readUInt32LE(10);
  assert.equal(bmp.length, pixels + stride * height);
  for (const [y, mark] of marks) {
    assert.equal(bmp[pixels + y * stride], mark, `row ${y}`);
    bmp[pixels + y * stride] = 0;
  }
  // Everything else is black: a Buffer compared with itself, shifted by one byte.
  assert.equal(bmp[pixels], 0);
  assert.equal(bmp.compare(bmp, pixels, bmp.length - 1, pixels + 1), 0);
});

test('a length beyond the Buffer is refused, not read', () => {
  const png = encodePng(createImage({ ...GRAY1, width: 9, height: 9 }));
  for (const length of [png.length + 1, 2 ** 31, 2 ** 32 + png.length, Infinity, NaN, -1, 1.5])
    assert.throws(() => getBMP(png, length), RangeError, `length ${length}`);
});

test('a length inside the Buffer is where the reading ends', () => {
  const png = encodePng(createImage({ ...GRAY1, width: 9, height: 9 }));
  const roomy = Buffer.concat([png, Buffer.alloc(100, 0xee)]);
  assert.deepEqual(getBMP(roomy, png.length), getBMP(png, png.length));
  assert.throws(() => getBMP(png, png.length - 20), { code: 'ERR_PNG_TRUNCATED' });
});

test('a failed decode throws, and rejects; it never answers with an empty Buffer', async () => {
  const png = encodePng(createImage({ ...GRAY1, width: 9, height: 9 }));
  const cut = png.subarray(0, 50);
  assert.equal(refusal(cut), 'ERR_PNG_TRUNCATED');
  await assert.rejects(getBMPAsync(cut), { code: 'ERR_PNG_TRUNCATED' });
  const answers = await new Promise((resolve) =>
    getBMPAsync(cut, cut.length, (...args) => resolve(args)),
  );
  assert.equal(answers[0].code, 'ERR_PNG_TRUNCATED');
  assert.equal(answers[1], undefined);
});

test('the async path gives the same bytes as the sync path, from input read in place or copied', async () => {
  const png = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 40, height: 30 }));
  for (const input of ['borrow', 'copy'])
    assert.deepEqual(await getBMPAsync(png, { input }), getBMP(png));
});

test('alpha is not dropped silently: the default lays the image on the background', () => {
  const base = createImage({ colorType: 6, bitDepth: 8, width: 2, height: 1 });
  const image = withSamples(base, [255, 0, 0, 0, 0, 0, 255, 128]);
  const shown = (options) => [...readBmp(getBMP(encodePng(image), options)).rgba];
  assert.deepEqual(shown(), [255, 255, 255, 255, 127, 127, 255, 255]);
  assert.deepEqual(shown({ background: '#00ff00' }), [0, 255, 0, 255, 0, 127, 128, 255]);
  assert.deepEqual(shown({ alpha: 'drop' }), [255, 0, 0, 255, 0, 0, 255, 255]);
});

test('the output is one Buffer of exactly the length that the plan announced', () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 333, height: 77 }));
  const bmp = getBMP(png);
  assert.equal(bmp.length, readInfo(png).bmp.byteLength);
  assert.equal(bmp.length, 54 + 1000 * 77);
});
