'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng, physicalChunk } = require('./kit/png-encoder');
const { getBMP } = require('..');

// Small files of every type, with chunks on all sides of the pixels: whatever is cut off or flipped, the
// result is an error, the same pixels, or a warning.

const FILES = TYPES.flatMap((type) =>
  [false, true].map((interlaced) => {
    const image = createImage({ ...type, width: 7, height: 6, transparency: type.colorType < 4 });
    const middle = [physicalChunk(100, 200), { type: 'tEXt', data: Buffer.from('a\0b') }];
    const last = [{ type: 'tIME', data: Buffer.alloc(7) }];
    const png = encodePng(image, { interlaced, idat: [20], middle, last });
    return { png, what: `${typeName(type)}, interlaced ${interlaced}` };
  }),
);

/** { code } of the error, or { bmp, warnings }. */
function answer(png, options) {
  const warnings = [];
  const onWarning = ({ code }) => warnings.push(code);
  try {
    return { bmp: getBMP(png, { ...options, onWarning }), warnings };
  } catch (error) {
    assert.match(error.code, /^ERR_(PNG_\w+|OUTPUT_LIMIT|PIXEL_LIMIT)$/, error.stack);
    return { code: error.code };
  }
}

for (const format of ['bgr24', 'auto']) {
  test(`every prefix is refused or gives the same BMP with a warning: ${format}`, () => {
    for (const { png, what } of FILES) {
      const whole = getBMP(png, { format });
      for (let length = 1; length < png.length; length++) {
        const { code, bmp, warnings } = answer(png.subarray(0, length), { format });
        if (code) continue;
        assert.deepEqual(warnings, ['WARN_PNG_END'], `${what}, ${length} bytes`);
        assert.equal(Buffer.compare(bmp, whole), 0, `${what}, ${length} bytes`);
      }
    }
  });

  test(`no flipped bit changes the BMP silently: ${format}`, () => {
    for (const { png, what } of FILES) {
      for (let bit = 0; bit < png.length * 8; bit++) {
        const flipped = Buffer.from(png);
        flipped[bit >> 3] ^= 1 << (bit & 7);
        const { code, warnings } = answer(flipped, { format });
        // No byte of these files may change unnoticed: a CRC, the signature or IEND covers it.
        assert.ok(code || warnings.length > 0, `${what}, bit ${bit & 7} of byte ${bit >> 3}`);
      }
    }
  });
}

test('with strict, no prefix and no flipped bit passes', () => {
  for (const { png, what } of FILES) {
    for (let length = 1; length < png.length; length++)
      assert.ok(answer(png.subarray(0, length), { strict: true }).code, `${what}, ${length} bytes`);
    for (let bit = 0; bit < png.length * 8; bit++) {
      const flipped = Buffer.from(png);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      assert.ok(answer(flipped, { strict: true }).code, `${what}, bit ${bit}`);
    }
  }
});
