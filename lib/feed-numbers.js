'use strict';

// What each step of a PNG that comes in pieces gives: src/host/host_feed.h.

/** Room for the name of the profile, in numbers. */
const NAME = 10;

const NAMES = ['STATE', 'USED', 'IS_PLANNED', 'IS_WHOLE', 'NEEDED', 'NEXT'];

/** Where each number is, after so many facts; COUNT: of all. */
function indicesIn(facts) {
  return Object.fromEntries([...NAMES, 'COUNT'].map((name, i) => [name, facts + NAME + i]));
}

// In the order of pump_state in src/run/pump.h.
const WANTS_INPUT = 0;
const WANTS_MEMORY = 1;
const IS_DONE = 2;

module.exports = { indicesIn, WANTS_INPUT, WANTS_MEMORY, IS_DONE };
