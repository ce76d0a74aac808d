'use strict';

// Doors whose result is another than getBMP's: they are judged on their own.

const assert = require('node:assert/strict');

const { outcomeOf } = require('./doors');
const { differenceOf, judgeIcon, judgePixels, pixelsOf } = require('./reference');
const { resizedPixelsBy } = require('./resized');

/** decodePNG, and its pixels through encodeBMP, synchronously and on a thread. */
async function pixels(lib, { png, options, facts, random }) {
  if (facts.isDamaged) return;
  const channels = 3 + random.below(2);
  const { background, depth16, rotate, flip, flop } = options;
  const decoding = { background, depth16, rotate, flip, flop };
  const image = lib.decodePNG(png, { ...decoding, channels });
  const difference = differenceOf(image.data, pixelsOf(png, channels, decoding));
  assert.ok(!difference, `decodePNG: ${difference}`);
  assert.deepEqual(await lib.decodePNGAsync(png, { ...decoding, channels }), image);

  // The limits are those of the PNG. Pixels with alpha may have the key's colour where a PNG without it has no key.
  const others = { ...options, strict: false, maxMemory: Infinity, maxPixels: Infinity };
  delete image.density;
  const outcome = await outcomeOf((onWarning) => lib.encodeBMP(image, { ...others, onWarning }));
  const between = resizedPixelsBy(lib, image, others);
  const wrong = judgePixels(image, others, outcome, between);
  assert.ok(!wrong, `encodeBMP: ${wrong}`);
  const again = await outcomeOf((onWarning) => lib.encodeBMPAsync(image, { ...others, onWarning }));
  assert.deepEqual(again, outcome, 'encodeBMPAsync');
}

async function icon(lib, { png, facts, options: { rotate, flip, flop } }) {
  if (facts.isDamaged || facts.width > 256 || facts.height > 256) return;
  const difference = judgeIcon(png, lib.encodeICO([png], { rotate, flip, flop }), { rotate, flip, flop });
  assert.ok(!difference, `encodeICO: ${difference}`);
}

module.exports = { DERIVED: { pixels, icon } };
