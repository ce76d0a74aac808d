'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { PROGRAMS, readBmps } = require('./kit/bmp-programs');
const { createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { expectedBmp } = require('./kit/expected');
const { assertSamePixels } = require('./kit/convert');
const { getBMP } = require('..');

// The BMPs as programs of other people see them, pixel by pixel.

const KINDS = [
  {
    format: 'bgr24',
    types: [
      { colorType: 2, bitDepth: 8 },
      { colorType: 6, bitDepth: 16 },
    ],
  },
  {
    format: 'bgra32',
    types: [
      { colorType: 6, bitDepth: 8 },
      { colorType: 4, bitDepth: 8 },
    ],
  },
  {
    format: 'indexed',
    types: [
      { colorType: 3, bitDepth: 1 },
      { colorType: 0, bitDepth: 1 },
      { colorType: 3, bitDepth: 2 },
      { colorType: 0, bitDepth: 4 },
      { colorType: 3, bitDepth: 8 },
      { colorType: 0, bitDepth: 16 },
    ],
  },
];

for (const format of ['gray8', 'mono1', 'rgb565'])
  KINDS.push({ format, types: [{ colorType: 2, bitDepth: 8 }] });

/** Every type of the format at odd widths and both directions. */
function casesOf({ format, types }) {
  const cases = [];
  for (const type of types) {
    for (let width = 1; width <= 9; width++) {
      for (const topDown of [false, true]) {
        const image = createImage({ ...type, width, height: 4, seed: width });
        const options = { format, topDown };
        const { rgba } = expectedBmp(image, options);
        const what = `${typeName(type)}, width ${width}, topDown ${topDown}`;
        cases.push({
          bytes: getBMP(encodePng(image), options),
          width,
          height: 4,
          rgba,
          what,
        });
      }
    }
  }
  return cases;
}

/** Programs widen 5 and 6 bits in different ways: what counts is the level that they saw. */
function levels565(rgba) {
  return rgba.map((value, i) => Math.round((value * [31, 63, 31, 255][i % 4]) / 255));
}

function withoutAlpha(rgba) {
  return rgba.map((value, i) => (i % 4 === 3 ? 255 : value));
}

for (const program of PROGRAMS) {
  const absent = program.found() ? false : `${program.name} is not installed`;
  for (const kind of KINDS) {
    const skip = absent || (program.misreads?.[kind.format] ?? false);
    test(
      `${program.name} reads ${kind.format} pixel by pixel, widths 1 to 9, both directions`,
      { skip },
      () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-readback-'));
        try {
          const cases = casesOf(kind);
          const read = readBmps(program, cases, folder);
          assert.equal(read.length, cases.length);
          const seen = kind.format === 'rgb565' ? levels565 : (pixels) => pixels;
          cases.forEach(({ rgba, width, what }, i) => {
            const wanted = program.alpha ? rgba : withoutAlpha(rgba);
            assertSamePixels(seen(new Uint8Array(read[i])), seen(wanted), width, what);
          });
        } finally {
          fs.rmSync(folder, { recursive: true });
        }
      },
    );
  }
}
