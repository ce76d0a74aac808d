'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { PROGRAMS, readBmps, verdict } = require('./kit/bmp-programs');
const { VARIANTS } = require('./kit/bmp-variants');
const { createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { expectedBmp } = require('./kit/expected');
const { assertSamePixels } = require('./kit/convert');
const { scratch } = require('./kit/scratch');
const { getBMP } = require('..');

// The BMPs as programs of other people see them, pixel by pixel.

const HEIGHT = 4;

function caseOf(variant, type, width, topDown) {
  const image = createImage({ ...type, width, height: HEIGHT, seed: width });
  const options = { ...variant.options, topDown };
  return {
    bytes: getBMP(encodePng(image), options), width, height: HEIGHT, rgba: expectedBmp(image, options).rgba,
    what: `${typeName(type)}, width ${width}, topDown ${topDown}`,
  };
}

/** Every type at every width from 1 to 17, in both directions. */
function casesOf(variant) {
  const widths = Array.from({ length: 17 }, (_, i) => i + 1);
  return variant.types.flatMap((type) => widths.flatMap((width) =>
    [false, true].map((topDown) => caseOf(variant, type, width, topDown))));
}

/** Programs widen 5 and 6 bits in different ways: what counts is the level that they saw. */
function asSeen(rgba, levels) {
  return levels ? rgba.map((value, i) => Math.round((value * levels[i % 4]) / 255)) : rgba;
}

const withoutAlpha = (rgba) => rgba.map((value, i) => (i % 4 === 3 ? 255 : value));

for (const program of PROGRAMS) {
  const absent = program.found() ? false : `${program.name} is not installed`;
  for (const variant of VARIANTS) {
    const skip = absent || (program.misreads?.[variant.name] ?? false);
    const alpha = verdict(program, variant) === 'no alpha' ? ', but its alpha' : '';
    test(`${program.name} reads "${variant.name}"${alpha}, pixel by pixel, widths 1 to 17, both directions`,
      { skip }, (t) => {
        const cases = casesOf(variant);
        const read = readBmps(program, cases, scratch(t));
        assert.equal(read.length, cases.length);
        cases.forEach(({ rgba, width, what }, i) => {
          const wanted = alpha ? withoutAlpha(rgba) : rgba;
          const [seen, hoped] = [new Uint8Array(read[i]), wanted].map((each) => asSeen(each, variant.levels));
          assertSamePixels(seen, hoped, width, what);
        });
      });
  }
}

test('docs/decisions.md says which program reads which BMP', () => {
  const page = fs.readFileSync(path.join(__dirname, '../docs/decisions.md'), 'utf8');
  const rows = VARIANTS.map((variant) =>
    `| ${[variant.name, ...PROGRAMS.map((program) => verdict(program, variant))].join(' | ')} |`);
  const head = `| BMP | ${PROGRAMS.map(({ name }) => name).join(' | ')} |`;
  assert.ok(page.includes(`${head}\n|${' --- |'.repeat(PROGRAMS.length + 1)}\n${rows.join('\n')}\n`),
    `the table should be:\n${head}\n${rows.join('\n')}`);
});
