'use strict';

// container: what is around the rows; rowAlign: how bare rows are padded.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { workplace } = require('./kit/cli');
const { refusal } = require('./kit/convert');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const { createConverter, encodeBMP, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP } = require('..');

const BITS = { mono1: 1, indexed: 8, gray8: 8, rgb565: 16, rgb555: 16, bgr24: 24, bgra32: 32 };
const ALIGNS = [1, 2, 4];

const imageOf = (width, height, colorType = 6) => createImage({ colorType, bitDepth: 8, width, height, seed: 6, fill: 'gradients' });
const optionsOf = (format) => (format === 'indexed' ? { palette: 'spectra6', bits: 8 } : { format });

/** The rows of a whole BMP, padded differently. */
function rowsOf(bmp, width, height, bits, align) {
  const at = bmp.readUInt32LE(10);
  const [stride, own] = [32, 8 * align].map((unit) => Math.ceil(width * bits / unit) * unit / 8);
  const out = Buffer.alloc(own * height);
  for (let y = 0; y < height; y++) bmp.copy(out, y * own, at + y * stride, at + y * stride + Math.ceil(width * bits / 8));
  return out;
}

test('bare rows are those of the BMP, padded as asked for, in every format, order and width', () => {
  for (const [format, bits] of Object.entries(BITS)) {
    for (const width of [1, 2, 3, 7, 8, 9, 33, 70]) {
      for (const interlaced of [false, true]) {
        const png = encodePng(imageOf(width, 5), { interlaced });
        for (const topDown of [false, true]) {
          const options = { ...optionsOf(format), topDown };
          const bmp = getBMP(png, options);
          for (const rowAlign of ALIGNS) {
            const bare = { ...options, container: 'rows', rowAlign };
            const wanted = rowsOf(bmp, width, 5, bits, rowAlign);
            assert.deepEqual(getBMP(png, bare), wanted, `${format} ${width} ${topDown} ${rowAlign}`);
            assert.equal(readInfo(png, bare).bmp.byteLength, wanted.length);
          }
        }
      }
    }
  }
});

test('400 x 300 pixels in mono1 are 15000 bytes, and without rowAlign rows are padded as in a BMP', () => {
  const png = encodePng(imageOf(400, 300, 0));
  const rows = (options) => getBMP(png, { format: 'mono1', topDown: true, container: 'rows', ...options }).length;
  assert.equal(rows({ rowAlign: 1 }), 15000);
  assert.equal(rows({}), 15600);
});

test('a DIB is what fileHeader false gives', () => {
  const png = encodePng(imageOf(5, 4));
  for (const options of [{}, { header: 'v5' }, { colors: 4 }])
    assert.deepEqual(getBMP(png, { ...options, container: 'dib' }), getBMP(png, { ...options, fileHeader: false }));
  assert.deepEqual(getBMP(png, { container: 'dib', fileHeader: false }), getBMP(png, { fileHeader: false }));
  assert.deepEqual(getBMP(png, { container: 'bmp' }), getBMP(png));
});

test('every call gives the same rows', async (t) => {
  const png = encodePng(imageOf(701, 600));
  const data = { data: imageOf(701, 600).samples, width: 701, height: 600, channels: 4 };
  for (const options of [{ format: 'mono1' }, { format: 'rgb565' }, { colors: 30 }, { palette: 'bwr', bits: 4 }, {}]) {
    for (const rowAlign of ALIGNS) {
      const bare = { ...options, container: 'rows', rowAlign };
      const wanted = getBMP(png, bare);
      const target = new Uint8Array(wanted.length);
      const file = path.join(scratch(t), `${rowAlign}.bin`);
      assert.equal(getBMPInto(target, png, bare), wanted.length);
      assert.ok(wanted.equals(target));
      assert.ok(wanted.equals(createConverter(bare).getBMP(png)));
      assert.ok(wanted.equals(await getBMPAsync(png, bare)));
      assert.ok(wanted.equals(encodeBMP({ ...data, data: Uint8Array.from(data.data) }, bare)));
      saveBMP(file, png, bare);
      assert.ok(wanted.equals(fs.readFileSync(file)));
    }
  }
});

test('rows that salvage fills are padded like the others', () => {
  const png = encodePng(imageOf(33, 500));
  const options = { format: 'mono1', salvage: true };
  const cut = png.subarray(0, png.length >> 1);
  assert.deepEqual(getBMP(cut, { ...options, container: 'rows', rowAlign: 1 }), rowsOf(getBMP(cut, options), 33, 500, 1, 1));
});

test('what bare rows do not have is an error, as is a padding of other containers', () => {
  const png = encodePng(imageOf(3, 3));
  for (const options of [{ header: 'v4' }, { profile: 'embed' }, { fileHeader: false }, { rowAlign: 3 }])
    assert.equal(refusal(png, { container: 'rows', ...options }), 'ERR_OPTION', JSON.stringify(options));
  for (const container of ['bmp', 'dib']) assert.equal(refusal(png, { container, rowAlign: 1 }), 'ERR_OPTION');
});

test('--container rows and --row-align write bare rows', (t) => {
  const png = encodePng(imageOf(33, 9));
  const place = workplace(t, { 'a.png': png });
  const { status, stderr } = place.run(['--container', 'rows', '--row-align', '2', '--format', 'mono1', '-o', 'a.bin', 'a.png']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.deepEqual(place.read('a.bin'), getBMP(png, { container: 'rows', rowAlign: 2, format: 'mono1' }));
  assert.match(place.run(['--row-align', '2', 'a.png']).stderr, /--row-align has no effect without --container/);
});
