'use strict';

// Damaged PNGs: which rows are kept, and when; and Apple's variant, which needs other repairs.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { getBMP, getBMPAsync, saveBMP } = require('..');
const { CGBI, applePng } = require('./kit/apple-png');
const { readBmp } = require('./kit/bmp-reader');
const { convert, refusal } = require('./kit/convert');
const { TYPES, createImage, typeName } = require('./kit/image');
const { assemble, encodePng, header, pngChunks, scanlines } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const FORMATS = ['bgr24', 'bgra32', 'indexed', 'gray8', 'mono1', 'rgb565', 'rgb555'];
const RED = '#ff0000';

/** Bytes of a row of a BMP, counted from the top. */
function rowsOf(bmp) {
  const { height, pixelOffset, topDown } = readBmp(bmp);
  const stride = (bmp.length - pixelOffset) / height;
  return Array.from({ length: height }, (_, y) => {
    const at = pixelOffset + (topDown ? y : height - 1 - y) * stride;
    return bmp.subarray(at, at + stride);
  });
}

const picture = (type, more) => createImage({ ...type, width: 40, height: 100, seed: 7, ...more });

/** Stored blocks, so that cutting the file cuts the rows. */
const cutPng = (image, share, encoding) => {
  const png = encodePng(image, { deflate: { level: 0 }, ...encoding });
  return png.subarray(0, Math.floor(png.length * share));
};

function rowsInWarning(warnings) {
  assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_SALVAGED']);
  return /(\d+) of (\d+)/.exec(warnings[0].message).slice(1).map(Number);
}

function salvage(png, options) {
  const warnings = [];
  const bmp = getBMP(png, { salvage: true, onWarning: (warning) => warnings.push(warning), ...options });
  return { bmp, warnings };
}

for (const type of TYPES) {
  test(`${typeName(type)}: the rows of a cut file are kept, the rest has the background's colour`, () => {
    const image = picture(type);
    const whole = encodePng(image);
    for (const format of FORMATS.filter((name) => name !== 'indexed' || type.colorType % 4 !== 2)) {
      const wanted = rowsOf(getBMP(whole, { format }));
      const { bmp, warnings } = salvage(cutPng(image, 0.6), { format, background: '#ffffff' });
      const [kept, all] = rowsInWarning(warnings);
      assert.ok(kept >= 40 && kept <= 70, `${kept} rows`);
      assert.equal(all, 100);
      rowsOf(bmp).slice(0, kept).forEach((row, y) => assert.deepEqual(row, wanted[y], `${format}, row ${y}`));
      if (format === 'indexed' && type.colorType === 3) continue; // the nearest of its colours
      readBmp(bmp).rgba.subarray(kept * 40 * 4).forEach((v) => assert.equal(v, 255, format));
    }
  });
}

test('the background of what is missing is the one that was asked for', () => {
  const { bmp, warnings } = salvage(cutPng(picture({ colorType: 2, bitDepth: 8 }), 0.5), { background: RED });
  const [kept] = rowsInWarning(warnings);
  assert.deepEqual([...readBmp(bmp).rgba.subarray(kept * 160, kept * 160 + 4)], [255, 0, 0, 255]);
});

test('an interlaced file that is cut shows what its passes have', () => {
  const image = picture({ colorType: 2, bitDepth: 8 }, { fill: 'gradients' });
  const whole = readBmp(getBMP(encodePng(image))).rgba;
  for (const format of FORMATS) {
    const { bmp, warnings } = salvage(cutPng(image, 0.4, { interlaced: true }),
      { format, background: RED, ...(format === 'indexed' && { colors: 16 }) });
    assert.match(warnings[0].message, /scanlines of the passes/);
    if (format !== 'bgr24') continue;
    const { rgba } = readBmp(bmp);
    const same = rgba.filter((v, i) => v === whole[i]).length / rgba.length;
    assert.ok(same > 0.4 && same < 1, `${same} of the samples`);
  }
});

test('a file that ends in the CRC of an IDAT: the bytes of the CRC are not pixels', () => {
  const image = createImage({ width: 1, height: 9, colorType: 0, bitDepth: 8, seed: 3 });
  // The zlib header, that of a stored block, four rows, and the filter type of the fifth.
  const data = 2 + 5 + 4 * 2 + 1;
  const png = encodePng(image, { deflate: { level: 0 }, idat: [data] });
  const start = encodePng(image, { deflate: { level: 0 } }).indexOf('IDAT') + 4;
  for (let crc = 0; crc < 4; crc++) {
    const { warnings } = salvage(png.subarray(0, start + data + crc));
    assert.deepEqual(rowsInWarning(warnings), [4, 9], `${crc} bytes of the CRC`);
  }
});

test('without salvage the error says how much was there', () => {
  const png = cutPng(picture({ colorType: 2, bitDepth: 8 }), 0.6);
  assert.throws(() => getBMP(png), { code: 'ERR_PNG_TRUNCATED', message: /; (5|6)\d of 100 rows were decoded$/ });
  assert.equal(refusal(png, { salvage: true, strict: true }), 'ERR_PNG_SALVAGED');
});

test('damage of every kind is salvaged if there is a row, and nothing else', () => {
  const image = picture({ colorType: 2, bitDepth: 8 });
  const chunks = pngChunks(image, { deflate: { level: 0 }, idat: 3000 });
  const damaged = (change) => {
    const copy = chunks.map((chunk) => ({ ...chunk, data: Buffer.from(chunk.data) }));
    change(copy.filter(({ type }) => type === 'IDAT'));
    return assemble(copy);
  };
  const cases = {
    ERR_PNG_CRC: damaged((list) => { list[2].crcXor = 1; }),
    ERR_PNG_ADLER32: damaged((list) => { list.at(-1).data[list.at(-1).data.length - 1] ^= 1; }),
    ERR_PNG_FILTER: encodePng(image, { filter: Array.from({ length: 100 }, (_, y) => (y === 50 ? 5 : 0)) }),
    ERR_PNG_TRUNCATED: assemble(chunks.slice(0, 4)),
  };
  for (const [code, png] of Object.entries(cases)) {
    assert.equal(refusal(png), code);
    const { bmp, warnings } = salvage(png);
    assert.equal(bmp.length, getBMP(encodePng(image)).length, code);
    assert.equal(warnings.at(-1).code, 'WARN_PNG_SALVAGED', code);
  }
  assert.equal(rowsInWarning(salvage(cases.ERR_PNG_FILTER).warnings)[0], 50);
  // A blank picture would look like a conversion.
  const zlibHeader = damaged((list) => { list[0].data[0] = 0; });
  assert.equal(refusal(zlibHeader, { salvage: true }), 'ERR_PNG_ZLIB');
  assert.throws(() => getBMP(zlibHeader, { salvage: true }), /0 of 100 rows were decoded$/);
  assert.equal(refusal(encodePng(image, { interlaced: true, deflate: { level: 0 } }).subarray(0, 60),
    { salvage: true }), 'ERR_PNG_TRUNCATED');
  const header = chunks.map((chunk) => (chunk.type === 'IHDR' ? { ...chunk, crcXor: 1 } : chunk));
  assert.equal(refusal(assemble(header), { salvage: true }), 'ERR_PNG_CRC');
});

test('saves and asynchronous calls salvage the same bytes', async (t) => {
  const png = cutPng(createImage({ colorType: 6, bitDepth: 8, width: 800, height: 900 }), 0.5);
  const options = { salvage: true };
  const wanted = getBMP(png, options);
  const file = path.join(scratch(t), 'a.bmp');
  assert.deepEqual(await getBMPAsync(png, options), wanted);
  saveBMP(file, png, options);
  assert.ok(fs.readFileSync(file).equals(wanted));
});

// ---- The end of the stream -------------------------------------------------------

test('all rows without the last block or the Adler-32 are a picture and a warning, an error if strict', () => {
  const image = picture({ colorType: 2, bitDepth: 8 });
  const rows = scanlines(image);
  const whole = zlib.deflateSync(rows);
  const flushed = zlib.deflateSync(rows, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  const wanted = getBMP(encodePng(image));
  for (const stream of [whole.subarray(0, -4), whole.subarray(0, -1), flushed]) {
    const chunks = pngChunks(image).filter(({ type }) => type !== 'IDAT');
    chunks.splice(1, 0, { type: 'IDAT', data: stream });
    const png = assemble(chunks);
    const { bmp, warnings } = convert(png);
    assert.deepEqual(warnings, ['WARN_PNG_STREAM_END']);
    assert.deepEqual(bmp, wanted);
    assert.equal(refusal(png, { strict: true }), 'ERR_PNG_STREAM_END');
  }
});

test('a stream that goes on in an IDAT after another chunk is an error, though all rows are there', () => {
  const image = picture({ colorType: 2, bitDepth: 8 });
  const stream = zlib.deflateSync(scanlines(image));
  const chunks = pngChunks(image).filter(({ type }) => type !== 'IDAT');
  chunks.splice(1, 0, { type: 'IDAT', data: stream.subarray(0, -4) }, { type: 'tEXt', data: Buffer.from('a\0b') },
    { type: 'IDAT', data: stream.subarray(-4) });
  assert.equal(refusal(assemble(chunks)), 'ERR_PNG_CHUNK');
});

// ---- Apple -------------------------------------------------------------------------

test('a CgBI file is decoded with a warning: B G R, premultiplied alpha undone', () => {
  for (const colorType of [2, 6]) {
    const image = picture({ colorType, bitDepth: 8 });
    const { bmp, warnings } = convert(applePng(image), { format: 'bgra32' });
    assert.deepEqual(warnings, ['WARN_PNG_CGBI']);
    const { rgba } = readBmp(bmp);
    const wanted = readBmp(getBMP(encodePng(image), { format: 'bgra32' })).rgba;
    for (let i = 0; i < rgba.length; i += 4) {
      const alpha = wanted[i + 3];
      assert.equal(rgba[i + 3], alpha);
      // Colours that were multiplied by alpha are known only to half a level of the product.
      for (let c = 0; c < 3 && alpha > 0; c++)
        assert.ok(Math.abs(rgba[i + c] - wanted[i + c]) <= 128 / alpha + 1, `pixel ${i / 4}`);
    }
    assert.equal(refusal(applePng(image), { strict: true }), 'ERR_PNG_CGBI');
  }
});

test('colours that were multiplied by alpha are divided to the nearest level, for every level and alpha', () => {
  const image = { width: 256, height: 256, colorType: 6, bitDepth: 8, channels: 4, samples: new Uint16Array(4 << 16) };
  image.samples.forEach((_, i) => { image.samples[i] = i % 4 === 3 ? i >> 10 : i >> 2 & 255; });
  const [ihdr, ...rest] = pngChunks(image);
  const data = zlib.deflateRawSync(scanlines(image, { filter: 0 }));
  const png = assemble([CGBI, ihdr, ...rest.map((chunk) => (chunk.type === 'IDAT' ? { ...chunk, data } : chunk))]);
  const { rgba } = readBmp(getBMP(png, { format: 'bgra32' }));
  for (let i = 0; i < rgba.length; i += 4) {
    const [level, alpha] = [i >> 2 & 255, i >> 10];
    const wanted = alpha === 0 ? 0 : Math.min(255, Math.round(level * 255 / alpha));
    assert.deepEqual([...rgba.subarray(i, i + 4)], [wanted, wanted, wanted, alpha], `${level} of alpha ${alpha}`);
  }
});

test('a CgBI chunk anywhere else is an unknown critical chunk', () => {
  const chunks = pngChunks(picture({ colorType: 2, bitDepth: 8 }));
  assert.equal(refusal(assemble([chunks[0], CGBI, ...chunks.slice(1)])), 'ERR_PNG_UNKNOWN_CHUNK');
  assert.equal(refusal(assemble([CGBI, CGBI, ...chunks])), 'ERR_PNG_CHUNK');
  // An IDAT that is truncated comes before IHDR.
  const cut = assemble([CGBI, { type: 'IDAT', data: Buffer.alloc(9), length: 5000 }]);
  assert.equal(refusal(cut), 'ERR_PNG_TRUNCATED');
  assert.equal(refusal(cut, { salvage: true }), 'ERR_PNG_TRUNCATED');
});

test('salvage does not make a large picture of a file that cannot have held it', () => {
  const png = assemble([
    header({ width: 16383, height: 16383, bitDepth: 8, colorType: 2 }),
    { type: 'IDAT', data: zlib.deflateSync(Buffer.alloc(1 + 3 * 16383)) }, // one row
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
  assert.equal(refusal(png, { salvage: true }), 'ERR_PNG_BOMB');
});
