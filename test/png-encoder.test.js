'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { TYPES, createImage, rgba16, typeName } = require('./kit/image');
const { encodePng, pngChunks, assemble } = require('./kit/png-encoder');
const { buildOracle, libpngPixels } = require('./oracle/libpng');

// The tests rely on this encoder, so it is first compared with libpng.

const skip = buildOracle();

function throughLibpng(pngs) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-encoder-'));
  try {
    const files = pngs.map((png, i) => {
      const file = path.join(folder, `${i}.png`);
      fs.writeFileSync(file, png);
      return file;
    });
    return libpngPixels(files);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Cases: { image, encoding, what }. */
function assertLibpngAgrees(cases) {
  const read = throughLibpng(cases.map(({ image, encoding }) => encodePng(image, encoding)));
  cases.forEach(({ image, what }, i) => {
    assert.ok(read[i], `${what}: refused by libpng`);
    assert.equal(read[i].width, image.width, what);
    assert.equal(read[i].height, image.height, what);
    assert.deepEqual(read[i].pixels, rgba16(image), what);
  });
}

test(
  'the test encoder writes what libpng reads back, for every type, filter and interlace',
  { skip },
  () => {
    const cases = [];
    for (const type of TYPES) {
      for (const interlaced of [false, true]) {
        for (const filter of [0, 1, 2, 3, 4, 'random', 'adaptive', [4, 0, 3]]) {
          const image = createImage({
            ...type,
            width: 13,
            height: 11,
            seed: cases.length,
          });
          const what = `${typeName(type)}, interlaced ${interlaced}, filter ${filter}`;
          cases.push({ image, encoding: { interlaced, filter }, what });
        }
      }
    }
    assertLibpngAgrees(cases);
  },
);

test('the test encoder writes transparency that libpng reads back', { skip }, () => {
  const cases = [];
  for (const type of TYPES.filter(({ colorType }) => colorType < 4)) {
    const image = createImage({ ...type, width: 17, height: 9, transparency: true });
    cases.push({ image, encoding: { junkBits: true }, what: typeName(type) });
  }
  assertLibpngAgrees(cases);
});

test(
  'the test encoder writes every deflate kind and IDAT split so that libpng reads it',
  { skip },
  () => {
    const kinds = ['dynamic', 'fixed', 'huffman', 'rle', 'stored', { blockBytes: 100 }];
    for (let level = 0; level <= 9; level++) kinds.push({ level });
    for (let windowBits = 9; windowBits <= 15; windowBits++) kinds.push({ windowBits });
    const splits = [undefined, 1, 7, [0, 1, 0, 0, 5], [2, 4, 0]];
    const cases = [];
    for (const fill of ['noise', 'gradients']) {
      const image = createImage({ width: 40, height: 30, colorType: 2, bitDepth: 8, fill });
      for (const deflate of kinds)
        cases.push({
          image,
          encoding: { deflate, filter: 'adaptive' },
          what: JSON.stringify(deflate),
        });
      for (const idat of splits)
        cases.push({ image, encoding: { idat }, what: `IDATs of ${idat}` });
    }
    assertLibpngAgrees(cases);
  },
);

test('damage put into a test PNG is damage to libpng too', { skip }, () => {
  const image = createImage({ width: 5, height: 5, colorType: 2, bitDepth: 8 });
  const damaged = ['IHDR', 'IDAT'].map((type) =>
    assemble(
      pngChunks(image).map((chunk) => (chunk.type === type ? { ...chunk, crcXor: 1 } : chunk)),
    ),
  );
  damaged.push(encodePng(image).subarray(0, 60));
  assert.deepEqual(throughLibpng(damaged), [null, null, null]);
});
