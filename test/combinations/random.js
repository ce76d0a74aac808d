'use strict';

const { createRandom } = require('../kit/random');

const pick = (random, list) => list[random.below(list.length)];
/** True in `one` of `of` cases. */
const chance = (random, one, of) => random.below(of) < one;

/** The random numbers of one case: the same whichever cases were run before it. */
function randomOf(seed, number) {
  const random = createRandom((seed * 1_000_003 + number) >>> 0);
  for (let i = 0; i < 8; i++) random.next(); // similar seeds begin alike
  return random;
}

module.exports = { pick, chance, randomOf };
