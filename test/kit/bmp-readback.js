'use strict';

// A program of other people's shows every kind of BMP as it is meant, pixel by pixel.

const assert = require('node:assert/strict');
const test = require('node:test');

const { readBmps, verdict } = require('./bmp-programs');
const { VARIANTS } = require('./bmp-variants');
const { assertSamePixels } = require('./convert');
const { expectedBmp } = require('./expected');
const { createImage, typeName } = require('./image');
const { encodePng } = require('./png-encoder');
const { scratch } = require('./scratch');
const { getBMP } = require('../..');

const HEIGHT = 4;

function caseOf(variant, type, width, topDown) {
  const image = createImage({ ...type, width, height: HEIGHT, seed: width });
  const options = { ...variant.options, topDown };
  return {
    bytes: getBMP(encodePng(image), options), width, height: HEIGHT, rgba: expectedBmp(image, options).rgba,
    what: `${typeName(type)}, width ${width}, topDown ${topDown}`,
  };
}

/** Every type at every width from 1 to 17, in the directions that the program reads. */
function casesOf(variant, { bottomUpOnly }) {
  const widths = Array.from({ length: 17 }, (_, i) => i + 1);
  const directions = bottomUpOnly ? [false] : [false, true];
  return variant.types.flatMap((type) => widths.flatMap((width) =>
    directions.map((topDown) => caseOf(variant, type, width, topDown))));
}

/** Programs widen 5 and 6 bits in different ways: what counts is the level that they saw. */
function asSeen(rgba, levels) {
  return levels ? rgba.map((value, i) => Math.round((value * levels[i % 4]) / 255)) : rgba;
}

const withoutAlpha = (rgba) => rgba.map((value, i) => (i % 4 === 3 ? 255 : value));

/** Tests of one program, skipped by name where it is not installed. */
function testReadback(program) {
  const absent = program.found() ? false : `${program.name} is not installed`;
  for (const variant of VARIANTS) {
    const skip = absent || (program.misreads?.[variant.name] ?? false);
    const directions = program.bottomUpOnly ? 'bottom-up' : 'both directions';
    const alpha = verdict(program, variant) === 'no alpha' ? ', but its alpha' : '';
    test(`${program.name} reads "${variant.name}"${alpha}, pixel by pixel, widths 1 to 17, ${directions}`,
      { skip }, (t) => {
        const cases = casesOf(variant, program);
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

module.exports = { testReadback };
