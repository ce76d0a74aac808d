'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { createImage, withSamples, typeName, TYPES } = require('./kit/image');
const {
  SIGNATURE,
  assemble,
  chunkBytes,
  encodePng,
  header,
  physicalChunk,
  pngChunks,
  scanlines,
} = require('./kit/png-encoder');
const {
  adlerBytes,
  dynamicBlock,
  fixedBlock,
  storedBlock,
  storedStream,
  zlibStream,
} = require('./kit/deflate-writer');
const { expectedBmp } = require('./kit/expected');
const { readBmp } = require('./kit/bmp-reader');
const { assertBmp, assertConverts, convert, refusal } = require('./kit/convert');
const { getBMP, readInfo } = require('..');

// Each row of the table "Input" of docs/decisions.md has at least one test here.

const RGB = { colorType: 2, bitDepth: 8 };
const GRAY = { colorType: 0, bitDepth: 8 };
const PALETTE = { colorType: 3, bitDepth: 8 };

const small = (type = RGB, more = {}) =>
  createImage({ ...type, width: 12, height: 10, seed: 3, ...more });
const isType = (type) => (chunk) => chunk.type === type;
const textChunk = (text) => ({ type: 'tEXt', data: Buffer.from(`Comment\0${text}`, 'latin1') });

/** The chunks, with those of one type changed. */
function changed(chunks, type, change) {
  return chunks.map((chunk) => (chunk.type === type ? { ...chunk, ...change(chunk) } : chunk));
}

function without(chunks, type) {
  return chunks.filter((chunk) => chunk.type !== type);
}

/** The chunks, with others inserted before (or, with `after`, after) the first of a type. */
function inserted(chunks, type, extra, after = false) {
  const at = chunks.findIndex(isType(type)) + (after ? 1 : 0);
  return [...chunks.slice(0, at), ...extra, ...chunks.slice(at)];
}

/** The file still gives the image, with exactly these warnings. */
function assertShows(png, image, options = {}, warnings = []) {
  const result = convert(png, options);
  assert.deepEqual(result.warnings, warnings);
  return assertBmp(result.bmp, expectedBmp(image, options), 'image');
}

/** A warning by default, and with `strict` the error of the same name. */
function assertTolerated(png, image, name, options = {}) {
  assertShows(png, image, options, [`WARN_PNG_${name}`]);
  assert.equal(refusal(png, { ...options, strict: true }), `ERR_PNG_${name}`);
}

function assertRefused(png, code, options) {
  assert.equal(refusal(png, options), code);
}

// ---- Samples ---------------------------------------------------------------

const ALL_GRAY_16 = withSamples(
  createImage({ colorType: 0, bitDepth: 16, width: 256, height: 256 }),
  Array.from({ length: 65536 }, (_, value) => value),
);

test('16 bits to 8 are rounded: all 65536 values', () => {
  const { rgba } = readBmp(getBMP(encodePng(ALL_GRAY_16)));
  for (let value = 0; value < 65536; value++)
    assert.equal(rgba[value * 4], Math.round((value * 255) / 65535), `value ${value}`);
});

test('16 bits to 8 with depth16 "truncate" are the high bytes: all 65536 values', () => {
  const { rgba } = readBmp(getBMP(encodePng(ALL_GRAY_16), { depth16: 'truncate' }));
  for (let value = 0; value < 65536; value++) assert.equal(rgba[value * 4], value >> 8);
});

test('gray of 1, 2 and 4 bits is spread as v * 255 / (2^n - 1)', () => {
  const grays = {
    1: [0, 255],
    2: [0, 85, 170, 255],
    4: Array.from({ length: 16 }, (_, i) => i * 17),
  };
  for (const [bitDepth, levels] of Object.entries(grays)) {
    const base = createImage({
      colorType: 0,
      bitDepth: Number(bitDepth),
      width: levels.length,
      height: 1,
    });
    const image = withSamples(base, levels.keys());
    for (const format of ['bgr24', 'bgra32', 'indexed']) {
      const { rgba } = readBmp(getBMP(encodePng(image), { format }));
      assert.deepEqual(
        levels.map((_, i) => rgba[i * 4]),
        levels,
        `${bitDepth} bits, ${format}`,
      );
    }
  }
});

test('samples stay as stored whatever bKGD, gAMA, cHRM, sRGB, iCCP, cICP, sBIT and eXIf say', () => {
  const byte = (...bytes) => Buffer.from(bytes);
  const middle = [
    { type: 'gAMA', data: byte(0, 0, 0x27, 0x10) },
    { type: 'cHRM', data: Buffer.alloc(32, 1) },
    { type: 'sRGB', data: byte(0) },
    { type: 'iCCP', data: Buffer.concat([Buffer.from('profile\0\0'), Buffer.alloc(90, 7)]) },
    { type: 'cICP', data: byte(9, 16, 0, 1) },
    { type: 'sBIT', data: byte(1, 1, 1, 1) },
    { type: 'bKGD', data: byte(0, 255, 0, 0, 0, 0) },
    {
      type: 'eXIf',
      data: Buffer.from('4d4d002a000000080001011200030000000100060000' + '00000000', 'hex'),
    },
  ];
  for (const colorType of [2, 6])
    assertConverts(small({ colorType, bitDepth: 8 }), {
      encoding: { middle },
      warnings: ['WARN_PNG_ORIENTATION', 'WARN_PNG_COLOR_SPACE'], // eXIf says 6, cICP PQ
      what: `type ${colorType}`,
    });
});

// ---- Transparency ----------------------------------------------------------

test('a tRNS colour key gives alpha 0 and keeps the colour', () => {
  for (const colorType of [0, 2]) {
    const image = small({ colorType, bitDepth: 8 }, { transparency: true });
    const { rgba } = assertConverts(image, { options: { format: 'bgra32' } });
    const at = rgba.findIndex((value, i) => i % 4 === 3 && value === 0) - 3;
    const [r, , b] = rgba.subarray(at);
    assert.deepEqual([r, b], [image.key[0], image.key.at(-1)]);
  }
});

test("a tRNS colour key is compared at the file's own depth, before any reduction", () => {
  for (const colorType of [0, 2]) {
    const base = createImage({ colorType, bitDepth: 16, width: 4, height: 1 });
    const colors = [0x1234, 0x1235, 0x1334, 0x1234].map((v) => new Array(base.channels).fill(v));
    const image = { ...withSamples(base, colors.flat()), key: colors[0] };
    for (const depth16 of ['round', 'truncate']) {
      const { rgba } = assertConverts(image, { options: { format: 'bgra32', depth16 } });
      assert.deepEqual(
        [3, 7, 11, 15].map((i) => rgba[i]),
        [0, 255, 255, 0],
      );
    }
  }
});

test('the unused high bits of a tRNS colour key are masked', () => {
  for (const bitDepth of [1, 2, 4, 8]) {
    const image = createImage({
      colorType: 0,
      bitDepth,
      width: 16,
      height: 4,
      transparency: true,
    });
    const chunks = changed(pngChunks(image), 'tRNS', ({ data }) => {
      const value = 0xffff & ((0xaa55 << bitDepth) | data.readUInt16BE(0));
      return { data: Buffer.from([value >> 8, value & 255]) };
    });
    assertShows(assemble(chunks), image, { format: 'bgra32' });
  }
});

test('the unused high bits of an RGB tRNS colour key are masked', () => {
  const image = small(RGB, { transparency: true });
  const chunks = changed(pngChunks(image), 'tRNS', ({ data }) => ({
    data: Buffer.from(data.map((byte, i) => (i % 2 ? byte : 0xe1))),
  }));
  assertShows(assemble(chunks), image, { format: 'bgra32' });
});

test('a tRNS shorter than PLTE leaves the rest opaque', () => {
  const image = small(PALETTE, { transparency: 3 });
  for (const format of ['bgr24', 'bgra32', 'indexed'])
    assertConverts(image, { options: { format } });
});

test('a tRNS longer than PLTE is ignored with a warning', () => {
  const image = small({ colorType: 3, bitDepth: 4 }, { entries: 10 });
  const png = encodePng(image, { middle: [{ type: 'tRNS', data: Buffer.alloc(11) }] });
  for (const format of ['bgr24', 'bgra32', 'indexed', 'auto'])
    assertTolerated(png, image, 'TRANSPARENCY', { format });
});

test('an empty tRNS is ignored with a warning', () => {
  for (const type of [GRAY, RGB, PALETTE]) {
    const image = small(type);
    const png = encodePng(image, { middle: [{ type: 'tRNS' }] });
    assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
  }
});

test('a tRNS of a wrong length in a gray or RGB image is ignored with a warning', () => {
  for (const [type, lengths] of [
    [GRAY, [1, 3, 6]],
    [RGB, [2, 5, 7]],
  ]) {
    for (const length of lengths) {
      const image = small(type);
      const png = encodePng(image, {
        middle: [{ type: 'tRNS', data: Buffer.alloc(length) }],
      });
      assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
    }
  }
});

test('a tRNS before PLTE is ignored with a warning', () => {
  const image = small(PALETTE);
  const png = encodePng(image, { first: [{ type: 'tRNS', data: Buffer.alloc(2) }] });
  assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
});

test('a tRNS before the PLTE that an RGB image may have is ignored with a warning', () => {
  const image = small();
  const png = encodePng(image, {
    first: [{ type: 'tRNS', data: Buffer.alloc(6) }, { type: 'PLTE', data: Buffer.alloc(30, 99) }],
  });
  assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
});

test('a second tRNS is ignored with a warning', () => {
  for (const [type, length] of [[PALETTE, 2], [GRAY, 2], [RGB, 6]]) {
    const image = small(type, { transparency: true });
    const chunks = pngChunks(image);
    chunks.splice(chunks.findIndex(isType('IDAT')), 0, { type: 'tRNS', data: Buffer.alloc(length) });
    assertTolerated(assemble(chunks), image, 'TRANSPARENCY', { format: 'bgra32' });
  }
});

test('a tRNS after the pixels is ignored with a warning', () => {
  const image = small();
  const png = encodePng(image, { last: [{ type: 'tRNS', data: Buffer.alloc(6) }] });
  assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
});

test('a tRNS in an image with an alpha channel is ignored with a warning', () => {
  for (const [colorType, length] of [
    [4, 2],
    [6, 6],
  ]) {
    const image = small({ colorType, bitDepth: 8 });
    const png = encodePng(image, { middle: [{ type: 'tRNS', data: Buffer.alloc(length) }] });
    assertTolerated(png, image, 'TRANSPARENCY', { format: 'bgra32' });
  }
});

// ---- Palettes --------------------------------------------------------------

test('a PLTE or tRNS with a bad CRC is an error, for they change pixels', () => {
  const chunks = pngChunks(small(PALETTE, { transparency: true }));
  for (const type of ['PLTE', 'tRNS'])
    assertRefused(assemble(changed(chunks, type, () => ({ crcXor: 0x100 }))), 'ERR_PNG_CRC');
});

test('a palette index without an entry is opaque black, with a warning', () => {
  for (const bitDepth of [1, 2, 4, 8]) {
    const entries = Math.max(1, 2 ** bitDepth - 2);
    for (const transparency of [false, true]) {
      const image = createImage({
        colorType: 3,
        bitDepth,
        width: 61,
        height: 20,
        entries,
        strayIndices: true,
        transparency,
      });
      for (const format of ['bgr24', 'bgra32', 'indexed'])
        assertTolerated(encodePng(image), image, 'PALETTE_INDEX', {
          format,
          background: '#fa1234',
        });
    }
  }
});

test('a palette index without an entry is found in interlaced images and in the last pixel', () => {
  const image = createImage({ colorType: 3, bitDepth: 4, width: 13, height: 5, entries: 9 });
  image.samples[image.samples.length - 1] = 9;
  for (const interlaced of [false, true])
    assertTolerated(encodePng(image, { interlaced }), image, 'PALETTE_INDEX');
});

test('unused bits of a scanline are not a palette index', () => {
  for (const bitDepth of [1, 2, 4]) {
    const image = createImage({ colorType: 3, bitDepth, width: 5, height: 5, entries: 1 });
    assertConverts(image, { encoding: { junkBits: true }, options: { format: 'indexed' } });
    assertConverts(image, { encoding: { junkBits: true } });
  }
});

test('a PLTE in a gray image is ignored', () => {
  for (const colorType of [0, 4]) {
    const middle = [{ type: 'PLTE', data: Buffer.alloc(30, 99) }];
    for (const format of ['bgr24', 'auto'])
      assertConverts(small({ colorType, bitDepth: 8 }), {
        encoding: { middle },
        options: { format },
      });
  }
});

test('a PLTE in an RGB image is a suggestion and changes nothing', () => {
  for (const colorType of [2, 6])
    assertConverts(small({ colorType, bitDepth: 8 }), {
      encoding: { middle: [{ type: 'PLTE', data: Buffer.alloc(30, 99) }] },
    });
});

test('more PLTE entries than 2^depth stay unused', () => {
  for (const bitDepth of [1, 2, 4]) {
    const image = small({ colorType: 3, bitDepth });
    const chunks = changed(pngChunks(image), 'PLTE', ({ data }) => ({
      data: Buffer.concat([data, Buffer.alloc(30, 5)]),
    }));
    for (const format of ['bgr24', 'indexed', 'auto'])
      assertShows(assemble(chunks), image, { format });
  }
});

test('a palette image without PLTE is an error', () => {
  assertRefused(assemble(without(pngChunks(small(PALETTE)), 'PLTE')), 'ERR_PNG_PALETTE');
});

test('a PLTE that is empty, too long or no multiple of three is an error', () => {
  const chunks = pngChunks(small({ colorType: 3, bitDepth: 2 }));
  for (const length of [0, 1, 5, 767, 769, 771])
    assertRefused(
      assemble(changed(chunks, 'PLTE', () => ({ data: Buffer.alloc(length) }))),
      'ERR_PNG_PALETTE',
    );
});

// ---- Ancillary chunks ------------------------------------------------------

test('sBIT, text and unknown ancillary chunks of any length are skipped', () => {
  const odd = [
    'sBIT',
    'tEXt',
    'zTXt',
    'iTXt',
    'hIST',
    'tIME',
    'sPLT',
    'gAMA',
    'bKGD',
    'abCd',
    'zzZz',
  ];
  for (const length of [0, 1, 17, 100000]) {
    const chunks = odd.map((type) => ({ type, data: Buffer.alloc(length, 0x41) }));
    assertConverts(small(), {
      encoding: { first: chunks, last: chunks },
      what: `${length} bytes`,
    });
  }
});

test('5000 text chunks are skipped', () => {
  const texts = new Array(5000).fill(textChunk('one of many'));
  assertConverts(small(), { encoding: { middle: texts, last: texts } });
});

test('a compressed text that would expand to a gigabyte is not inflated', () => {
  const data = Buffer.concat([Buffer.from('bomb\0\0'), Buffer.alloc(1 << 20, 0)]);
  const middle = [
    { type: 'zTXt', data },
    { type: 'iCCP', data },
  ];
  assertConverts(small(), { encoding: { middle } });
});

test('an ancillary chunk with the reserved bit set is ignored', () => {
  assertConverts(small(), {
    encoding: { middle: [{ type: 'abcd' }, { type: 'teXt', data: [1, 2] }] },
  });
});

test('an ancillary chunk with a bad CRC is dropped with a warning', () => {
  const image = small();
  const broken = { ...physicalChunk(1000, 1000), crcXor: 1 };
  const bmp = assertShows(encodePng(image, { middle: [broken] }), image, {}, [
    'WARN_PNG_ANCILLARY_CRC',
  ]);
  assert.equal(bmp.xPixelsPerMeter, 0);
  for (const where of ['first', 'middle', 'last']) {
    const png = encodePng(image, { [where]: [{ ...textChunk('hm'), crcXor: 0x80000000 }] });
    assertTolerated(png, image, 'ANCILLARY_CRC');
  }
});

test('pHYs in pixels per metre becomes biXPelsPerMeter and biYPelsPerMeter', () => {
  for (const [x, y] of [
    [2835, 3780],
    [1, 0x7fffffff],
  ]) {
    for (const format of ['bgr24', 'bgra32']) {
      const bmp = assertConverts(small(), {
        encoding: { middle: [physicalChunk(x, y)] },
        options: { format },
      });
      assert.deepEqual([bmp.xPixelsPerMeter, bmp.yPixelsPerMeter], [x, y]);
    }
  }
});

test('pHYs without a unit, of zero or beyond 2^31-1 becomes 0', () => {
  const cases = [
    [physicalChunk(2835, 2835, 0), [0, 0]],
    [physicalChunk(2835, 2835, 2), [0, 0]],
    [physicalChunk(0, 0), [0, 0]],
    [physicalChunk(0x80000000, 0xffffffff), [0, 0]],
    [{ type: 'pHYs', data: Buffer.alloc(8, 1) }, [0, 0]],
  ];
  for (const [chunk, wanted] of cases) {
    const bmp = assertConverts(small(), { encoding: { middle: [chunk] } });
    assert.deepEqual([bmp.xPixelsPerMeter, bmp.yPixelsPerMeter], wanted);
  }
});

test('a second pHYs is ignored', () => {
  const bmp = assertConverts(small(), { encoding: { middle: [physicalChunk(2835, 3780), physicalChunk(1, 2)] } });
  assert.deepEqual([bmp.xPixelsPerMeter, bmp.yPixelsPerMeter], [2835, 3780]);
});

test('without pHYs the resolution is 0', () => {
  const bmp = assertConverts(small());
  assert.deepEqual([bmp.xPixelsPerMeter, bmp.yPixelsPerMeter], [0, 0]);
});

// ---- Adam7, APNG -----------------------------------------------------------

test('Adam7 passes of zero width or height are absent from the stream', () => {
  for (const [width, height] of [
    [1, 1],
    [4, 1],
    [1, 4],
    [2, 2],
    [5, 3],
    [1, 9],
  ]) {
    const image = createImage({ ...RGB, width, height });
    assertConverts(image, { encoding: { interlaced: true }, what: `${width}x${height}` });
  }
});

test('an APNG shows its still image: acTL, fcTL and fdAT are ignored', () => {
  const image = small({ colorType: 6, bitDepth: 8 });
  const actl = { type: 'acTL', data: [0, 0, 0, 2, 0, 0, 0, 0] };
  const fctl = { type: 'fcTL', data: Buffer.alloc(26) };
  const frame = { type: 'fdAT', data: Buffer.alloc(50, 3) };
  assertConverts(image, { encoding: { middle: [actl, fctl], last: [fctl, frame, frame] } });
  assertConverts(image, { encoding: { middle: [actl, fctl, frame], last: [frame] } });
});

// ---- Checksums -------------------------------------------------------------

test('a bad CRC of IHDR, PLTE or IDAT is an error, and passes with ignoreChecksums', () => {
  const image = small(PALETTE);
  for (const type of ['IHDR', 'PLTE', 'IDAT']) {
    const png = assemble(changed(pngChunks(image), type, () => ({ crcXor: 0xffffffff })));
    assertRefused(png, 'ERR_PNG_CRC');
    assertShows(png, image, { ignoreChecksums: true });
  }
});

test('the CRC of every IDAT is looked at: first, middle, last and empty ones', () => {
  const image = small();
  const chunks = pngChunks(image, { idat: [20, 0, 30, 1] });
  const idats = chunks.flatMap((chunk, i) => (chunk.type === 'IDAT' ? [i] : []));
  for (const at of idats) {
    const png = assemble(chunks.map((chunk, i) => (i === at ? { ...chunk, crcXor: 2 } : chunk)));
    assertRefused(png, 'ERR_PNG_CRC');
    assertShows(png, image, { ignoreChecksums: true });
  }
});

test('a bad Adler-32 is an error, and passes with ignoreChecksums', () => {
  const image = small();
  for (const at of [1, 2, 3, 4]) {
    const chunks = changed(pngChunks(image), 'IDAT', ({ data }) => {
      const copy = Buffer.from(data);
      copy[copy.length - at] ^= 0x10;
      return { data: copy };
    });
    assertRefused(assemble(chunks), 'ERR_PNG_ADLER32');
    assertShows(assemble(chunks), image, { ignoreChecksums: true });
  }
});

// ---- The end of the file ---------------------------------------------------

test('a missing IEND is a warning when the pixels are complete', () => {
  const image = small();
  assertTolerated(assemble(without(pngChunks(image), 'IEND')), image, 'END');
});

test('an IEND cut anywhere is a warning when the pixels are complete', () => {
  const image = small();
  const png = encodePng(image);
  for (let cut = 1; cut <= 12; cut++)
    assertTolerated(png.subarray(0, png.length - cut), image, 'END');
});

test('a chunk after the pixels that is cut is a warning', () => {
  const image = small();
  const png = assemble(
    without(pngChunks(image, { last: [textChunk('a long text, cut')] }), 'IEND'),
  );
  for (const cut of [1, 4, 5, 20]) assertTolerated(png.subarray(0, png.length - cut), image, 'END');
});

test('an IEND that is not empty is a warning', () => {
  const image = small();
  assertTolerated(
    assemble(changed(pngChunks(image), 'IEND', () => ({ data: [1, 2, 3] }))),
    image,
    'END',
  );
});

test('an IEND with a bad CRC is a warning', () => {
  const image = small();
  assertTolerated(assemble(changed(pngChunks(image), 'IEND', () => ({ crcXor: 1 }))), image, 'END');
});

test('bytes after IEND are accepted without a warning', () => {
  const image = small();
  for (const tail of [[0], Buffer.alloc(5000, 0xff), encodePng(image).subarray(0, 7)])
    assertShows(encodePng(image, { tail }), image, { strict: true });
});

test('a second PNG after IEND is a warning, and an error with strict', () => {
  const image = small();
  assertTolerated(encodePng(image, { tail: encodePng(image) }), image, 'SECOND_IMAGE');
});

test('zero-length and one-byte IDATs are accepted without a warning', () => {
  for (const idat of [1, [0], [0, 0, 0, 1, 0, 1, 0], [1, 1, 1, 1, 1, 0, 0]])
    assertConverts(small(), { encoding: { idat }, options: { strict: true }, what: `${idat}` });
  const chunks = pngChunks(small());
  const empty = { type: 'IDAT', data: [] };
  assertShows(assemble(inserted(chunks, 'IEND', [empty, empty])), small(), { strict: true });
});

// ---- Too much and too little pixel data ------------------------------------

test('data after the zlib stream is a warning', () => {
  const image = small();
  for (const length of [1, 3, 4, 1000]) {
    for (const idat of [undefined, 50]) {
      const png = encodePng(image, { streamTail: Buffer.alloc(length, 0x5a), idat });
      assertTolerated(png, image, 'EXTRA_DATA');
    }
  }
});

test('more scanline bytes than the image needs are a warning', () => {
  const image = small();
  for (const length of [1, 36, 37, 70000]) {
    for (const deflate of ['dynamic', 'stored', 'fixed'])
      assertTolerated(
        encodePng(image, { extraBytes: Buffer.alloc(length, 1), deflate }),
        image,
        'EXTRA_DATA',
      );
  }
});

test('too little pixel data in a whole stream is an error', () => {
  const image = small();
  for (const missing of [1, 36, 37, 38, 369]) {
    for (const interlaced of [false, true]) {
      const short = (bytes) =>
        zlibStream(bytes.subarray(0, -missing), (w) => storedBlock(w, bytes.subarray(0, -missing)));
      assertRefused(encodePng(image, { deflate: short, interlaced }), 'ERR_PNG_TRUNCATED');
    }
  }
});

test('a zlib stream with nothing in it is an error', () => {
  const nothing = () => zlibStream([], (w) => storedBlock(w, []));
  assertRefused(encodePng(small(), { deflate: nothing }), 'ERR_PNG_TRUNCATED');
});

test('a stream cut between whole IDATs is an error, unless all rows are there', () => {
  const chunks = pngChunks(small());
  const [{ data }] = chunks.filter(isType('IDAT'));
  const verdicts = new Set();
  for (let kept = 0; kept < data.length; kept++) {
    const png = assemble(changed(chunks, 'IDAT', () => ({ data: data.subarray(0, kept) })));
    const isWhole = kept >= data.length - 4; // what is missing is the Adler-32
    assertRefused(png, isWhole ? 'ERR_PNG_STREAM_END' : 'ERR_PNG_TRUNCATED', { strict: isWhole });
    if (isWhole) verdicts.add(String(convert(png).warnings));
  }
  assert.deepEqual([...verdicts], ['WARN_PNG_STREAM_END']);
});

test('a file that ends inside an IDAT is an error, even inside its CRC', () => {
  const chunks = without(pngChunks(small(), { idat: 100 }), 'IEND');
  const png = assemble(chunks);
  const firstIdat = assemble(chunks.filter(({ type }) => type !== 'IDAT')).length;
  for (let kept = firstIdat; kept < png.length; kept++)
    assertRefused(png.subarray(0, kept), 'ERR_PNG_TRUNCATED');
});

test('the facts of a file that ends inside its first IDAT are there, its pixels are not', () => {
  const image = small(PALETTE);
  const png = encodePng(image);
  const start = assemble(
    pngChunks(image).filter(({ type }) => type === 'IHDR' || type === 'PLTE'),
  ).length;
  for (const length of [start + 8, start + 9, start + 11, start + 12, start + 50]) {
    const { width, height } = readInfo(png.subarray(0, length));
    assert.deepEqual([width, height], [12, 10]);
    assertRefused(png.subarray(0, length), 'ERR_PNG_TRUNCATED');
  }
  for (const length of [start, start + 7])
    assert.throws(() => readInfo(png.subarray(0, length)), { code: 'ERR_PNG_TRUNCATED' });
});

test('every prefix of a file that lacks pixels is refused', () => {
  const image = small(PALETTE);
  const chunks = pngChunks(image);
  const png = assemble(chunks);
  const complete = assemble(without(chunks, 'IEND')).length;
  for (let kept = 1; kept < complete; kept++) {
    const code = refusal(png.subarray(0, kept));
    assert.equal(code, 'ERR_PNG_TRUNCATED', `${kept} bytes`);
  }
});

test('a file without any IDAT is an error', () => {
  assertRefused(assemble(without(pngChunks(small()), 'IDAT')), 'ERR_PNG_TRUNCATED');
});

// ---- Chunks ----------------------------------------------------------------

test('an unknown critical chunk before the pixels is an error, after complete pixels a warning', () => {
  const image = small();
  const unknown = [{ type: 'ABCD', data: [1] }];
  for (const where of ['first', 'middle'])
    assertRefused(encodePng(image, { [where]: unknown }), 'ERR_PNG_UNKNOWN_CHUNK');
  assertTolerated(encodePng(image, { last: unknown }), image, 'LATE_CHUNK');
});

test('a chunk type with a byte that is not a letter is an error, after complete pixels a warning', () => {
  for (const type of [
    'te1t',
    '\0\0\0\0',
    'aB-d',
    'ab d',
    'IDA@',
    'tEX[',
    'tEX`',
    'tEX{',
    'tEX\u00e9',
  ]) {
    const image = small();
    assertRefused(encodePng(image, { middle: [{ type }] }), 'ERR_PNG_CHUNK');
    assertTolerated(encodePng(image, { last: [{ type }] }), image, 'END');
  }
});

test('a chunk that announces more than 2^31-1 bytes is an error, after complete pixels a warning', () => {
  for (const length of [0x80000000, 0xffffffff]) {
    const image = small();
    const extra = [{ ...textChunk('x'), length }];
    for (const where of ['first', 'middle'])
      assertRefused(encodePng(image, { [where]: extra }), 'ERR_PNG_CHUNK');
    assertTolerated(encodePng(image, { last: extra }), image, 'END');
  }
});

test('zeros or noise in place of IEND, as of a download that was allocated before, are a warning', () => {
  const image = small();
  const withoutEnd = assemble(without(pngChunks(image), 'IEND'));
  for (const rest of [Buffer.alloc(4), Buffer.alloc(64), Buffer.alloc(1000, 0xa5)])
    assertTolerated(Buffer.concat([withoutEnd, rest]), image, 'END');
});

test('zeros after pixels that are not complete are an error', () => {
  const png = assemble(without(pngChunks(small(), { idat: 100 }), 'IEND').slice(0, 3));
  assertRefused(Buffer.concat([png, Buffer.alloc(64)]), 'ERR_PNG_CHUNK');
});

test('PLTE twice is an error', () => {
  const chunks = pngChunks(small(PALETTE));
  assertRefused(assemble(inserted(chunks, 'PLTE', [chunks.find(isType('PLTE'))])), 'ERR_PNG_CHUNK');
});

test('PLTE after the pixels is an error', () => {
  for (const type of [PALETTE, RGB]) {
    const last = [{ type: 'PLTE', data: Buffer.alloc(30) }];
    assertRefused(encodePng(small(type), { last }), 'ERR_PNG_CHUNK');
  }
});

test('IHDR twice is an error, before and after the pixels', () => {
  const image = small();
  for (const where of ['first', 'middle', 'last'])
    assertRefused(encodePng(image, { [where]: [header(image)] }), 'ERR_PNG_CHUNK');
});

test('a chunk before IHDR is an error', () => {
  const chunks = pngChunks(small(PALETTE));
  for (const extra of [
    textChunk('early'),
    { type: 'IDAT', data: [] },
    { type: 'IEND' },
    { type: 'PLTE', data: [1, 2, 3] },
  ])
    assertRefused(assemble(inserted(chunks, 'IHDR', [extra])), 'ERR_PNG_CHUNK');
});

test('IDATs that are not consecutive are an error', () => {
  const chunks = pngChunks(small(), { idat: [40] });
  for (const extra of [textChunk('between'), { type: 'fdAT', data: [0, 0, 0, 1] }])
    assertRefused(assemble(inserted(chunks, 'IDAT', [extra], true)), 'ERR_PNG_CHUNK');
});

test('an IDAT after another chunk is a warning if the pixels were complete before', () => {
  const image = small();
  for (const data of [[], [1, 2, 3]]) {
    const last = [textChunk('end'), { type: 'IDAT', data }];
    assertTolerated(encodePng(image, { last }), image, 'LATE_CHUNK');
  }
});

// ---- The header ------------------------------------------------------------

function withHeader(change, image = small()) {
  return assemble(
    changed(pngChunks(image), 'IHDR', ({ data }) => {
      const copy = Buffer.from(data);
      change(copy);
      return { data: copy };
    }),
  );
}

test('a side of zero or beyond 2^31-1 is an error', () => {
  for (const at of [0, 4])
    for (const side of [0, 0x80000000, 0xffffffff])
      assertRefused(
        withHeader((data) => data.writeUInt32BE(side, at)),
        'ERR_PNG_HEADER',
      );
});

test('colour types and depths that do not go together are errors', () => {
  const good = new Set(TYPES.map(typeName));
  for (let colorType = 0; colorType <= 8; colorType++) {
    for (const bitDepth of [0, 1, 2, 3, 4, 5, 8, 12, 16, 17, 32, 255]) {
      if (good.has(typeName({ colorType, bitDepth }))) continue;
      assertRefused(
        withHeader((data) => data.set([bitDepth, colorType], 8)),
        'ERR_PNG_HEADER',
      );
    }
  }
});

test('unknown compression, filter and interlace methods are errors', () => {
  for (const [at, value] of [
    [10, 1],
    [10, 255],
    [11, 1],
    [11, 64],
    [12, 2],
    [12, 255],
  ])
    assertRefused(
      withHeader((data) => (data[at] = value)),
      'ERR_PNG_HEADER',
    );
});

test('what is invalid in a header is told with its numbers', () => {
  for (const [change, message] of [
    [(data) => data.writeUInt32BE(0, 4), /the image is \d+ x 0: each side must be/],
    [(data) => data.set([3, 6], 8), /no colour type 6 with bit depth 3$/],
    [(data) => data.set([1, 2, 3], 10), /compression 1, filter 2, interlace 3: must be/],
  ]) assert.throws(() => getBMP(withHeader(change)), { code: 'ERR_PNG_HEADER', message });
});

test('an IHDR of a wrong length is an error', () => {
  const chunks = pngChunks(small());
  for (const length of [0, 12, 14])
    assertRefused(
      assemble(
        changed(chunks, 'IHDR', ({ data }) => ({
          data: Buffer.concat([data, data]).subarray(0, length),
        })),
      ),
      'ERR_PNG_HEADER',
    );
});

test('a file without a PNG signature is an error', () => {
  const png = encodePng(small());
  for (let at = 0; at < SIGNATURE.length; at++) {
    const copy = Buffer.from(png);
    copy[at] ^= 0x20;
    assertRefused(copy, 'ERR_PNG_SIGNATURE');
  }
  assertRefused(Buffer.from('GIF89a, and then some more bytes'), 'ERR_PNG_SIGNATURE');
});

// ---- The stream ------------------------------------------------------------

test('a filter type above 4 is an error, in any scanline and any pass', () => {
  for (const filter of [5, 6, 128, 255]) {
    assertRefused(encodePng(small(), { filter }), 'ERR_PNG_FILTER');
    assertRefused(
      encodePng(small(), { filter: [0, 1, 2, 3, 4, 0, 1, 2, 3, filter] }),
      'ERR_PNG_FILTER',
    );
    assertRefused(
      encodePng(small(), { filter: [0, 1, 2, filter], interlaced: true }),
      'ERR_PNG_FILTER',
    );
  }
});

/** The image in stored blocks after another zlib header. */
function withZlibHeader(image, fields) {
  return encodePng(image, {
    deflate: (bytes) => zlibStream(bytes, (w) => storedBlock(w, bytes), fields),
  });
}

test('a zlib header with another method, window or check, or a dictionary, is an error', () => {
  for (let method = 0; method < 16; method++)
    if (method !== 8) assertRefused(withZlibHeader(small(), { method }), 'ERR_PNG_ZLIB');
  for (let windowInfo = 8; windowInfo < 16; windowInfo++)
    assertRefused(withZlibHeader(small(), { windowInfo }), 'ERR_PNG_ZLIB');
  assertRefused(withZlibHeader(small(), { wrongCheck: true }), 'ERR_PNG_ZLIB');
  assertRefused(withZlibHeader(small(), { dictionary: 1 }), 'ERR_PNG_ZLIB');
});

test('a zlib header with any window up to 32 KiB is accepted', () => {
  for (let windowInfo = 0; windowInfo <= 7; windowInfo++)
    assertShows(withZlibHeader(small(), { windowInfo }), small(), { strict: true });
});

test('distances beyond the declared window are accepted', () => {
  // Two halves that are the same, 30000 bytes apart; the header declares 256.
  const random = createImage({ ...GRAY, width: 299, height: 100 });
  const image = {
    ...random,
    height: 200,
    samples: Uint16Array.from([...random.samples, ...random.samples]),
  };
  const deflate = (bytes) => {
    const half = bytes.length / 2;
    const matches = [];
    for (let done = 0; done < half; done += 258)
      matches.push({ length: Math.min(258, half - done), distance: half });
    return zlibStream(bytes, (w) => fixedBlock(w, [...bytes.subarray(0, half), ...matches]), {
      windowInfo: 0,
    });
  };
  assertConverts(image, { encoding: { deflate, filter: 0 }, options: { strict: true } });
});

/** Code lengths that make 256 literals and the end-of-block code a complete code. */
const LITERALS_ONLY = Array.from({ length: 257 }, (_, symbol) => (symbol < 255 ? 8 : 9));

test('a deflate block without a distance code is accepted', () => {
  const deflate = (bytes) =>
    zlibStream(bytes, (w) => dynamicBlock(w, [...bytes], LITERALS_ONLY, [0]));
  assertConverts(small(), { encoding: { deflate }, options: { strict: true } });
});

test('a deflate block with a distance code of one symbol is accepted', () => {
  const image = withSamples(small(GRAY), new Array(120).fill(200));
  // Four codes of two bits: the literals 0 and 200, end of block, length symbol 280 (115 to 130).
  const lengths = Array.from({ length: 286 }, (_, symbol) =>
    [0, 200, 256, 280].includes(symbol) ? 2 : 0,
  );
  const onlyDistance = [0, 0, 0, 0, 0, 0, 0, 1]; // symbol 7: 13 to 16
  const firstRow = [0, ...new Array(12).fill(200)];
  const symbols = [...firstRow, { length: 9 * 13, distance: 13 }];
  const deflate = (bytes) =>
    zlibStream(bytes, (w) => dynamicBlock(w, symbols, lengths, onlyDistance));
  assertConverts(image, { encoding: { deflate, filter: 0 }, options: { strict: true } });
});

test('empty and many small deflate blocks are accepted', () => {
  const deflate = (bytes) =>
    zlibStream(bytes, (w) => {
      for (const byte of bytes) {
        storedBlock(w, [], { final: false });
        fixedBlock(w, [], { final: false });
        fixedBlock(w, [byte], { final: false });
      }
      dynamicBlock(w, [], LITERALS_ONLY, [0]);
    });
  assertConverts(small(), { encoding: { deflate }, options: { strict: true } });
});

const BAD_DEFLATE = {
  'a block of type 3': (w) => w.bits(1, 1).bits(3, 2),
  'a stored block whose length and complement differ': (w, bytes) =>
    storedBlock(w, bytes, { complement: bytes.length }),
  'a distance that reaches before the first byte': (w, bytes) =>
    fixedBlock(w, [bytes[0], { length: 3, distance: 2 }]),
  'a match as the very first symbol': (w) => fixedBlock(w, [{ length: 3, distance: 1 }]),
  'a code with too many short codes': (w, bytes) =>
    dynamicBlock(w, [...bytes], new Array(257).fill(8), [0]),
  'a code that leaves codes unused': (w, bytes) =>
    dynamicBlock(w, [...bytes], [...new Array(256).fill(9), 8], [0]),
  'a code without an end of block': (w, bytes) =>
    dynamicBlock(w, [...bytes], [...new Array(256).fill(8), 0], [0]),
  'a distance code with too many short codes': (w, bytes) =>
    dynamicBlock(w, [...bytes], LITERALS_ONLY, [1, 1, 1]),
  'a distance code that leaves codes unused': (w, bytes) =>
    dynamicBlock(w, [...bytes], LITERALS_ONLY, [2, 2]),
};

for (const [what, write] of Object.entries(BAD_DEFLATE)) {
  test(`${what} is an error of the compressed data`, () => {
    // Room after the damage, so that it is not noticed only because the bytes run out.
    const deflate = (bytes) =>
      Buffer.concat([
        zlibStream(bytes, (w) => (write(w, bytes), w.align().raw(bytes))),
        Buffer.alloc(64),
      ]);
    for (const idat of [undefined, 1])
      assertRefused(encodePng(small(), { deflate, idat }), 'ERR_PNG_DEFLATE');
  });
}

// ---- Limits ----------------------------------------------------------------

/** A file with this IHDR and one IDAT of this many zero bytes. */
function announced({ width, height, colorType = 2, bitDepth = 8, idatBytes = 100 }) {
  return assemble([
    header({ width, height, colorType, bitDepth }),
    { type: 'IDAT', data: Buffer.alloc(idatBytes) },
    { type: 'IEND' },
  ]);
}

const NO_LIMIT = { maxPixels: Number.MAX_SAFE_INTEGER };

test('more scanline bytes than 1032 times the file is refused before anything is allocated', () => {
  const bombs = [
    { width: 16000, height: 16000 },
    { width: 50000, height: 20000 },
    { width: 2147483647, height: 1, colorType: 0 },
    { width: 100, height: 10000000, colorType: 6, bitDepth: 16 },
  ];
  for (const size of bombs) {
    const png = announced(size);
    const options = { ...NO_LIMIT, format: 'auto' };
    assertRefused(png, 'ERR_PNG_BOMB', options);
    assert.throws(() => readInfo(png, options), { code: 'ERR_PNG_BOMB' });
  }
});

test('an image that compresses nearly as well as deflate can is accepted', () => {
  const image = withSamples(
    createImage({ ...GRAY, width: 2000, height: 1000 }),
    new Uint16Array(2000000),
  );
  const png = encodePng(image, { filter: 0, deflate: { level: 9 } });
  assert.ok(scanlines(image, { filter: 0 }).length > 900 * png.length);
  const { rgba } = readBmp(getBMP(png));
  assert.ok(rgba.every((value, i) => value === (i % 4 === 3 ? 255 : 0)));
});

test('more pixels than maxPixels are refused', () => {
  assertRefused(announced({ width: 16384, height: 16383 }), 'ERR_PIXEL_LIMIT');
  assertRefused(announced({ width: 2147483647, height: 2147483647 }), 'ERR_PIXEL_LIMIT');
  const image = small();
  assertRefused(encodePng(image), 'ERR_PIXEL_LIMIT', { maxPixels: 119 });
  assertConverts(image, { options: { maxPixels: 120 } });
});

test('a BMP beyond 4294967295 bytes is refused', () => {
  // One bit per pixel in the file, 24 in the BMP: long enough not to be a bomb.
  const png = announced({
    width: 40000,
    height: 40000,
    colorType: 0,
    bitDepth: 1,
    idatBytes: 200000,
  });
  for (const format of ['bgr24', 'bgra32'])
    assertRefused(png, 'ERR_OUTPUT_LIMIT', { ...NO_LIMIT, format });
  const { bmp } = readInfo(png, { ...NO_LIMIT, format: 'indexed' });
  assert.deepEqual({ ...bmp }, { ...bmp, bitsPerPixel: 1, byteLength: 54 + 8 + 40000 * 5000 });
});

test('the limit of 4294967295 bytes is exact', () => {
  // 24 bits: rows of 4 * 16384 bytes, 65535 of them, stay under it; 65536 do not.
  const size = { width: 21845, colorType: 0, bitDepth: 1, idatBytes: 180000 };
  const { bmp } = readInfo(announced({ ...size, height: 65535 }), NO_LIMIT);
  assert.equal(bmp.byteLength, 54 + 65536 * 65535);
  assert.throws(() => readInfo(announced({ ...size, height: 65536 }), NO_LIMIT), {
    code: 'ERR_OUTPUT_LIMIT',
  });
});

// ---- Strict ----------------------------------------------------------------

test('several kinds of defects give one warning each, the first place of each kind', () => {
  const image = createImage({
    colorType: 3,
    bitDepth: 2,
    width: 9,
    height: 9,
    entries: 2,
    strayIndices: true,
  });
  const broken = { ...textChunk('x'), crcXor: 1 };
  const chunks = pngChunks(image, {
    first: [broken, broken],
    middle: [{ type: 'tRNS' }],
    last: [broken],
    streamTail: [1],
  });
  const { bmp, warnings } = convert(assemble(without(chunks, 'IEND')));
  assertBmp(bmp, expectedBmp(image), 'image');
  assert.deepEqual(warnings.sort(), [
    'WARN_PNG_ANCILLARY_CRC',
    'WARN_PNG_END',
    'WARN_PNG_EXTRA_DATA',
    'WARN_PNG_PALETTE_INDEX',
    'WARN_PNG_TRANSPARENCY',
  ]);
});

test('a good file passes with strict', () => {
  for (const type of TYPES)
    assertConverts(small(type), { options: { strict: true }, what: typeName(type) });
});

test('an unfinished chunk header after the signature is an error', () => {
  const png = Buffer.concat([SIGNATURE, chunkBytes(header(small())).subarray(0, 7)]);
  assertRefused(png, 'ERR_PNG_TRUNCATED');
});

test('the Adler-32 of an image in many batches is compared', () => {
  const image = createImage({ ...GRAY, width: 1000, height: 900, fill: 'gradients' });
  const wrong = (bytes) =>
    Buffer.concat([storedStream(bytes).subarray(0, -4), adlerBytes(bytes, 1)]);
  assertRefused(encodePng(image, { deflate: wrong, filter: 0 }), 'ERR_PNG_ADLER32');
});
