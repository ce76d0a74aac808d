'use strict';

// Random options, drawn from the table that the addon exposes: a new option of that table takes part without
// being named here.

const png2bmp = require('../..');
const library = require('../../lib/options');
const { chance, pick } = require('./random');

const { table } = library;

const byte = (random) => random.below(256);
const hex = (value, digits) => `#${value.toString(16).padStart(digits, '0')}`;

// ---- Values by kind: in the order of host_option_kind -------------------------------------

function number(random, { least, most, initial }) {
  const powers = [1, 2, 4, 8, 16, 32, 64, 128, 256].filter((n) => n >= least && n <= most);
  const own = initial >= least && initial <= most ? [initial] : [];
  return pick(random, [least, most, ...own, ...powers, least + random.below(most - least + 1)]);
}

/** Around `needed`, what the conversion needs. */
function limit(random, row, { needed }) {
  return pick(random, [Infinity, needed, needed, 2 ** 40, BigInt(needed), Math.max(0, needed - 1), 0]);
}

function color(random) {
  return pick(random, [
    () => hex(random.below(0x1000000), 6), () => hex(random.below(0x1000), 3),
    () => [byte(random), byte(random), byte(random)], () => ({ r: byte(random), g: 0, b: byte(random) }),
  ])();
}

const BY_KIND = [
  (random, { choices }) => pick(random, choices.filter((name) => !/^$|^raw-/.test(name))),
  (random) => chance(random, 1, 2),
  number,
  limit,
  color,
];

// ---- Options that are not in the table ------------------------------------------------------

function palette(random) {
  const count = pick(random, [2, 3, 4, 7, 16, 17, 40, 256, 2 + random.below(255)]);
  return pick(random, [
    () => pick(random, png2bmp.constants.palettes),
    () => Array.from({ length: count }, () => color(random)),
    () => Uint8Array.from({ length: 3 * count }, () => byte(random)),
    () => Array.from({ length: count }, () => pick(random, [{ color: color(random), seen: color(random) }, color(random)])),
  ])();
}

/** One side or both, of up to 300 pixels. */
function size(random) {
  const [width, height] = [1 + random.below(300), pick(random, [1, 2, 1 + random.below(300)])];
  return pick(random, [`${width}x${height}`, `${width}x`, `x${height}`, { width, height }, { width: height }]);
}

const SPECIAL = {
  keyIndex: (random) => pick(random, [0, 'last', 'last', 'none', 1, 7, 15, 16, 255, byte(random)]),
  palette,
  size,
  seen: () => 'measured',
  density: (random) => pick(random, [72, 96.5, { x: 3000, y: 1 }, { x: 0.6, y: 0x7fffffff }]),
  input: (random) => pick(random, png2bmp.constants.inputs),
  maxInputBytes: () => Infinity,
  flag: (random) => pick(random, ['w', 'wx']),
};
const LEFT_OUT = ['onWarning', 'signal']; // a door's own

/** Values to try for an option that neither the table nor SPECIAL knows. */
const GUESSES = [true, false, 0, 1, 2, 100, '#123456', 'none', 'auto'];

function isAccepted(name, value) {
  try {
    library.readOptions({ [name]: value });
    return true;
  } catch {
    return false;
  }
}

/** A function that makes a value for the option; undefined: nobody knows one. */
function generatorOf(name, row) {
  if (SPECIAL[name] ?? row) return SPECIAL[name] ?? BY_KIND[row.kind];
  const accepted = GUESSES.filter((value) => isAccepted(name, value));
  return accepted.length > 0 ? (random) => pick(random, accepted) : undefined;
}

const ALL = library.optionNames.filter((name) => !LEFT_OUT.includes(name)).map((name) => {
  const row = table.find((each) => each.name === name);
  const make = generatorOf(name, row);
  return { name, isLimit: make === limit, make: make && ((random, facts) => make(random, row, facts)) };
});
const GENERATORS = ALL.filter(({ make }) => make);
/** Options that do not take part: SPECIAL needs an entry for them. */
const leftOut = ALL.filter(({ make }) => !make).map(({ name }) => name);

// More often than others: they decide the way that a conversion takes.
const OFTEN = ['format', 'palette', 'dither', 'light', 'salvage', 'topDown'];

function draw(random, generators, share, needed) {
  const options = {};
  for (const { name, make } of generators) {
    if (chance(random, 1, OFTEN.includes(name) ? 3 : share)) options[name] = make(random, { needed: needed?.(name) });
  }
  return options;
}

/** What the plan says; undefined: it refuses. */
function planOf(png, options) {
  try {
    return png2bmp.readInfo(png, options);
  } catch {
    return undefined;
  }
}

/**
 * Random options for a PNG. Most combinations are refused, since one of them has no effect on the format: three
 * times of four, options are then taken away until the rest is accepted.
 */
function randomOptions(random, png) {
  const [limits, others] = [true, false].map((wanted) => GENERATORS.filter(({ isLimit }) => isLimit === wanted));
  const share = pick(random, [4, 10, 30]);
  const options = draw(random, others, share);
  const refusedIsWelcome = chance(random, 1, 4);
  while (!refusedIsWelcome && !planOf(png, options) && Object.keys(options).length > 0) {
    delete options[pick(random, Object.keys(options))];
  }
  const { width, height, memory } = planOf(png, options) ?? { width: 1, height: 1, memory: 1 };
  return { ...options, ...draw(random, limits, 20, (name) => (name === 'maxPixels' ? width * height : memory)) };
}

module.exports = { leftOut, randomOptions, optionNames: GENERATORS.map(({ name }) => name) };
