'use strict';

// One damaged length or type of a chunk: with `salvage` the rest of the file is found again.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { getBMP, getBMPAsync, readInfo, saveBMP } = require('..');
const { tellsOfLeaks } = require('./kit/resident-memory');
const { convert, refusal } = require('./kit/convert');
const { createImage } = require('./kit/image');
const { assemble, encodePng, physicalChunk, pngChunks } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const text = (keyword) => ({ type: 'tEXt', data: Buffer.from(`${keyword}\0${'x'.repeat(20)}`) });

/** A file with chunks of every kind: before PLTE, before and after the pixels. */
function fileOf(type, encoding) {
  const image = createImage({ ...type, width: 23, height: 17, seed: 5 });
  return encodePng(image, { first: [text('Software')], middle: [physicalChunk(2835, 2835, 1), text('Author')], last: [text('Comment')], ...encoding });
}

/** { type, at } of each chunk, where `at` is the place of its length. */
function chunksOf(png) {
  const list = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) list.push({ type: png.toString('latin1', at + 4, at + 8), at });
  return list;
}

function flipped(png, at, bit) {
  const copy = Buffer.from(png);
  copy[at + (bit >> 3)] ^= 1 << (bit & 7);
  return copy;
}

const FILES = {
  RGB: fileOf({ colorType: 2, bitDepth: 8 }),
  'RGBA, interlaced, in small IDATs': fileOf({ colorType: 6, bitDepth: 8 }, { interlaced: true, idat: 100 }),
  'palette with tRNS': fileOf({ colorType: 3, bitDepth: 8, transparency: true }, { idat: 150 }),
  'gray with tRNS': fileOf({ colorType: 0, bitDepth: 16, transparency: true }),
};

test('a damaged chunk before an IDAT with damaged data does not take the pixels away', () => {
  const image = createImage({ width: 23, height: 17, colorType: 2, bitDepth: 8, seed: 5 });
  const damaged = (encoding) => {
    const png = encodePng(image, { deflate: { level: 0 }, ...encoding });
    return flipped(png, png.indexOf('IDAT') + 800, 0);
  };
  const salvage = (png) => convert(png, { salvage: true });
  const alone = salvage(damaged());
  assert.deepEqual(alone.warnings, ['WARN_PNG_SALVAGED']);
  const { bmp, warnings } = salvage(damaged({ middle: [{ ...text('Author'), crcXor: 1 }] }));
  assert.deepEqual(bmp, alone.bmp);
  assert.deepEqual(warnings, ['WARN_PNG_ANCILLARY_CRC', 'WARN_PNG_SALVAGED']);
});

for (const [name, png] of Object.entries(FILES)) {
  test(`${name}: with salvage, a wrong bit in the length or type of any chunk changes no pixel`, () => {
    const wanted = getBMP(png, { format: 'bgra32' });
    for (const { type, at } of chunksOf(png)) {
      for (let bit = 0; bit < 64; bit++) {
        const damaged = flipped(png, at, bit);
        const { bmp, warnings } = convert(damaged, { format: 'bgra32', salvage: true });
        const where = `${type} at ${at}, bit ${bit}: ${warnings}`;
        assert.ok(warnings.length > 0, where);
        if (type === 'pHYs') bmp.fill(bmp.subarray(0, 54), 0, 54); // its density may be lost
        assert.deepEqual(bmp.subarray(54), wanted.subarray(54), where);
        if (type === 'IDAT') assert.deepEqual(warnings, ['WARN_PNG_DAMAGED_CHUNK'], where);
        assert.match(refusal(damaged, { salvage: true, strict: true }), /^ERR_PNG_/, where);
      }
    }
  });
}

test('the warning says what was found, and where', () => {
  const png = FILES.RGB;
  const say = (type, bit) => {
    const messages = [];
    const { at } = chunksOf(png).find((chunk) => chunk.type === type);
    getBMP(flipped(png, at, bit), { salvage: true, onWarning: ({ message }) => messages.push(message) });
    return messages;
  };
  assert.match(say('IDAT', 28)[0], /^the length or type of the chunk at byte \d+ is damaged: by its CRC it is IDAT of \d+ bytes$/);
  assert.match(say('tEXt', 28)[0], /^the length or type of the chunk at byte 33 is damaged: it is skipped, up to byte \d+$/);
});

test('a chunk whose data is damaged is not skipped over: what comes after it is read', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 23, height: 17 });
  const wanted = getBMP(encodePng(image));
  const { bmp, warnings } = convert(encodePng(image, { middle: [{ ...text('a'), crcXor: 1 }] }), { salvage: true });
  assert.deepEqual(warnings, ['WARN_PNG_ANCILLARY_CRC']);
  assert.deepEqual(bmp, wanted);
});

test('a PNG inside of a chunk is not taken for the rest of the file', () => {
  const inner = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 23, height: 17, seed: 99 }));
  const image = createImage({ colorType: 2, bitDepth: 8, width: 23, height: 17, seed: 1 });
  const png = encodePng(image, { middle: [text('a'), { type: 'prVt', data: inner }] });
  const { at } = chunksOf(png).find(({ type }) => type === 'tEXt');
  const { bmp } = convert(flipped(png, at, 28), { salvage: true });
  assert.deepEqual(bmp, getBMP(png));
});

test('an unknown critical chunk that is intact stays an error', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 3, height: 3 });
  const png = encodePng(image, { middle: [{ type: 'ABCD', data: [1] }] });
  assert.equal(refusal(png, { salvage: true }), 'ERR_PNG_UNKNOWN_CHUNK');
});

test('without salvage the errors are as ever', () => {
  const png = FILES.RGB;
  const { at } = chunksOf(png).find(({ type }) => type === 'tEXt');
  assert.equal(refusal(flipped(png, at, 7)), 'ERR_PNG_CHUNK');
  assert.equal(refusal(flipped(png, at, 31 - 7)), 'ERR_PNG_CHUNK');
});

test('readInfo, saves and asynchronous calls find the same', async (t) => {
  const png = FILES['palette with tRNS'];
  const damaged = flipped(png, chunksOf(png).find(({ type }) => type === 'PLTE').at, 29);
  const options = { salvage: true };
  const wanted = getBMP(damaged, options);
  const file = path.join(scratch(t), 'a.bmp');
  saveBMP(file, damaged, options);
  assert.deepEqual(fs.readFileSync(file), wanted);
  assert.deepEqual(await getBMPAsync(damaged, options), wanted);
  assert.deepEqual(readInfo(damaged, options), { ...readInfo(png, options) });
});

/** Heads of chunks that each seem to hold a megabyte, so that each asks for the CRC of a megabyte. */
function manyHeads(bytes) {
  const head = Buffer.from('\0\x10\0\0teXt', 'latin1');
  return Buffer.alloc(bytes, head);
}

test('a search takes time in proportion to the file', { skip: !tellsOfLeaks && 'a checker' }, (t) => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 3, height: 3 });
  const chunks = pngChunks(image);
  const bad = { type: 'tEXt', data: manyHeads(4e6), length: 0x7fffffff };
  const file = path.join(scratch(t), 'a.png');
  // After IHDR, and after an IDAT that lacks the end of its data.
  for (const list of [[chunks[0], bad], [chunks[0], { type: 'IDAT', data: [0x78, 1] }, bad]]) {
    fs.writeFileSync(file, assemble([...list, ...chunks.slice(1)]));
    const script = `const { getBMP } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
      try { getBMP(require('fs').readFileSync(${JSON.stringify(file)}), { salvage: true }); } catch (error) { console.log(error.code); }`;
    // 500000 heads of a megabyte would take minutes.
    const { error } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 120_000 });
    assert.equal(error, undefined);
  }
});

test('a search ends when the conversion is cancelled', async () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 3, height: 3 });
  const chunks = pngChunks(image);
  const bad = { type: 'tEXt', data: Buffer.alloc(1e6, 'abcd'), length: 0x7fffffff };
  const png = assemble([chunks[0], { type: 'IDAT', data: [0x78, 1] }, bad]);
  const abort = new AbortController();
  const running = getBMPAsync(png, { salvage: true, signal: abort.signal });
  abort.abort();
  await assert.rejects(running, { code: 'ABORT_ERR' });
});
