'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { expectedRgba } = require('./kit/expected');
const { readBmp } = require('./kit/bmp-reader');
const { convert, refusal, assertSamePixels } = require('./kit/convert');
const { readInfo } = require('..');
const { buildOracle, libpngPixels } = require('./oracle/libpng');

// Willem van Schaik's PngSuite, against libpng's pixels.

const FOLDER = process.env.PNGSUITE ?? path.join(__dirname, '..', '..', 'shared', 'pngsuite');
const present = fs.existsSync(FOLDER);
const noSuite = present ? false : `no PngSuite at ${FOLDER} (set PNGSUITE)`;
const noOracle = noSuite || buildOracle();

const names = present ? fs.readdirSync(FOLDER).filter((name) => name.endsWith('.png')) : [];
const good = names.filter((name) => !name.startsWith('x'));
const readSuite = (name) => fs.readFileSync(path.join(FOLDER, name));

// The meaning of the names: PngSuite's own list of corrupted files.
const REFUSALS = {
  'xc1n0g08.png': 'ERR_PNG_HEADER', // colour type 1
  'xc9n2c08.png': 'ERR_PNG_HEADER', // colour type 9
  'xcrn0g04.png': 'ERR_PNG_SIGNATURE', // CR bytes added
  'xcsn0g01.png': 'ERR_PNG_CRC', // wrong IDAT checksum
  'xd0n2c08.png': 'ERR_PNG_HEADER', // bit depth 0
  'xd3n2c08.png': 'ERR_PNG_HEADER', // bit depth 3
  'xd9n2c08.png': 'ERR_PNG_HEADER', // bit depth 99
  'xdtn0g01.png': 'ERR_PNG_TRUNCATED', // no IDAT
  'xhdn0g08.png': 'ERR_PNG_CRC', // wrong IHDR checksum
  'xlfn0g04.png': 'ERR_PNG_SIGNATURE', // LF bytes added
  'xs1n0g01.png': 'ERR_PNG_SIGNATURE', // byte 1 of the signature
  'xs2n0g01.png': 'ERR_PNG_SIGNATURE',
  'xs4n0g01.png': 'ERR_PNG_SIGNATURE',
  'xs7n0g01.png': 'ERR_PNG_SIGNATURE',
};

let oracle;
function libpngOf(name) {
  oracle ??= libpngPixels(good.map((one) => path.join(FOLDER, one)));
  return oracle[good.indexOf(name)];
}

/** Compares each good file in one format with libpng's pixels; returns how many there were. */
function assertSuite(options, accepts = () => true) {
  const files = good.filter(accepts);
  for (const name of files) {
    const { width, height, bitDepth, pixels } = libpngOf(name);
    const { bmp, warnings } = convert(readSuite(name), options);
    const shown = readBmp(bmp);
    // Half of the files are about gamma.
    assert.deepEqual(warnings.filter((code) => code !== 'WARN_PNG_COLOR_SPACE'), [], name);
    assert.deepEqual([shown.width, shown.height], [width, height], name);
    assertSamePixels(shown.rgba, expectedRgba(pixels, bitDepth, options), width, name);
  }
  return files.length;
}

test('PngSuite is complete: 161 good files and 14 corrupted ones', { skip: noSuite }, () => {
  assert.equal(good.length, 161);
  assert.deepEqual(
    names.filter((name) => name.startsWith('x')),
    Object.keys(REFUSALS),
  );
});

const CASES = [
  { format: 'bgr24' },
  { format: 'bgr24', alpha: 'drop' },
  { format: 'bgr24', background: '#207f03', topDown: true },
  { format: 'bgr24', depth16: 'truncate' },
  { format: 'bgra32' },
  { format: 'bgra32', depth16: 'truncate', topDown: true },
];

for (const options of CASES) {
  test(
    `PngSuite: every good file equals libpng's pixels with ${JSON.stringify(options)}`,
    { skip: noOracle },
    (t) => {
      t.diagnostic(`${assertSuite(options)} files`);
    },
  );
}

test(
  "PngSuite: the good files that can be indexed equal libpng's pixels",
  { skip: noOracle },
  (t) => {
    const canBeIndexed = (name) => {
      const { colorType } = readInfo(readSuite(name));
      return colorType === 3 || (colorType === 0 && name !== 'tbwn0g16.png');
    };
    t.diagnostic(`${assertSuite({ format: 'indexed' }, canBeIndexed)} files`);
  },
);

test(
  "PngSuite: every good file equals libpng's pixels in the format that auto picks",
  { skip: noOracle },
  (t) => {
    for (const name of good) {
      const { width, bitDepth, pixels } = libpngOf(name);
      // Nothing may be lost, so there must be an alpha channel where it is needed.
      const shown = readBmp(convert(readSuite(name), { format: 'auto' }).bmp);
      assertSamePixels(
        shown.rgba,
        expectedRgba(pixels, bitDepth, { format: 'bgra32' }),
        width,
        name,
      );
    }
    t.diagnostic(`${good.length} files`);
  },
);

test(
  'PngSuite: every corrupted file is refused with the code of its defect',
  { skip: noSuite },
  (t) => {
    const codes = {};
    for (const name of Object.keys(REFUSALS)) codes[name] = refusal(readSuite(name));
    assert.deepEqual(codes, REFUSALS);
    t.diagnostic(`${Object.keys(codes).length} files`);
  },
);
