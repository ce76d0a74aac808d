'use strict';

/**
 * A seeded generator of 32-bit numbers (xorshift32), so that every test image
 * is the same on every run.
 */
function createRandom(seed) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  function next() {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  }
  return {
    next,
    /** An integer, 0 <= n < limit. */
    below: (limit) => Math.floor((next() / 0x100000000) * limit),
  };
}

module.exports = { createRandom };
