'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { expectedBmp } = require('./kit/expected');
const { assertBmp } = require('./kit/convert');
const { getBMP, saveBMP, saveBMPAsync } = require('..');

// A file is written in strips, from its end if rows are bottom-up: it must have the bytes that a Buffer would
// have.

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-save-'));
const target = path.join(folder, 'out.bmp');
test.after(() => fs.rmSync(folder, { recursive: true }));

async function assertSaves(png, options, what) {
  const wanted = getBMP(png, options);
  saveBMP(target, png, options);
  assert.equal(Buffer.compare(fs.readFileSync(target), wanted), 0, `${what}, sync`);
  await saveBMPAsync(target, png, options);
  assert.equal(Buffer.compare(fs.readFileSync(target), wanted), 0, `${what}, async`);
}

test('every type and format is saved as the Buffer has it', async () => {
  for (const type of TYPES) {
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 23, height: 9 }), { interlaced });
      for (const format of ['bgr24', 'bgra32', 'auto'])
        await assertSaves(png, { format }, `${typeName(type)}, ${format}, ${interlaced}`);
    }
  }
});

test('BMPs of many strips, and rows longer than a strip, are saved as the Buffer has them', async () => {
  const cases = [
    { colorType: 2, bitDepth: 8, width: 601, height: 1200 },
    { colorType: 6, bitDepth: 8, width: 601, height: 1200 },
    { colorType: 3, bitDepth: 8, width: 1500, height: 1500 },
    { colorType: 0, bitDepth: 1, width: 5001, height: 4000 },
    { colorType: 2, bitDepth: 8, width: 400000, height: 3 },
    { colorType: 0, bitDepth: 8, width: 1, height: 700000 },
  ];
  for (const size of cases) {
    const image = createImage({ ...size, fill: 'noise' });
    const png = encodePng(image, { filter: [4, 1, 2, 3, 0], deflate: { level: 1 } });
    for (const format of ['bgr24', 'auto']) {
      for (const topDown of [false, true])
        await assertSaves(png, { format, topDown }, JSON.stringify({ ...size, format, topDown }));
    }
  }
});

test('a saved BMP of many strips shows the pixels of the image', () => {
  for (const topDown of [false, true]) {
    const image = createImage({ colorType: 6, bitDepth: 8, width: 500, height: 901 });
    saveBMP(target, encodePng(image, { filter: 4 }), { topDown });
    assertBmp(fs.readFileSync(target), expectedBmp(image, { topDown }), `topDown ${topDown}`);
  }
});
