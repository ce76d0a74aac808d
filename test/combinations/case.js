'use strict';

// One case: a PNG, options, and every door.

const { isDeepStrictEqual } = require('node:util');

const { decode } = require('./decode');
const { commandLine } = require('./command-line');
const { DERIVED } = require('./derived');
const { DOORS, memory } = require('./doors');
const { randomOptions } = require('./options');
const { randomPng } = require('./pngs');
const { chance, pick, randomOf } = require('./random');
const { differenceOf, judge } = require('./reference');
const { resizedBy, resizedWithHolesBy } = require('./resized');

/** What a door gave that it should not have. */
class Mismatch extends Error {}

// How often a door is tried: of how many cases one.
const RARELY = { pipe: 8, descriptor: 4, pixels: 3, icon: 6, commandLine: 60, inlineStreamed: 3 };
const ALL = { ...DOORS, commandLine, ...DERIVED };

/** The case of a seed and a number: always the same. */
function makeCase(seed, number) {
  const random = randomOf(seed, number);
  const { png, what } = randomPng(random);
  return { png, what, options: randomOptions(random, png), seed, number };
}

// ---- The reference ------------------------------------------------------------------------

const show = (outcome) => (outcome.code ? `${outcome.code}: ${outcome.message}` : `a BMP of ${outcome.bytes.length} bytes`);
const sayWarnings = ({ warnings }) => warnings.map(({ message }) => message).join('; ') || 'none';

/** How one outcome differs from another, as a text; undefined: they are equal. */
function contrast(found, wanted) {
  if (found.code !== wanted.code || found.message !== wanted.message) return `${show(found)}; not ${show(wanted)}`;
  if (!isDeepStrictEqual(found.warnings, wanted.warnings)) return `warnings: ${sayWarnings(found)}; not ${sayWarnings(wanted)}`;
  return wanted.bytes && differenceOf(found.bytes, wanted.bytes);
}

/** The plan without limits: undefined where it is refused all the same. */
function planOf(lib, { png, options }) {
  try {
    return lib.readInfo(png, { ...options, strict: false, maxPixels: Infinity, maxMemory: Infinity });
  } catch {
    return undefined;
  }
}

async function checkReference(lib, one, plan) {
  const wanted = await memory(lib, one);
  const { strict, ...others } = one.options;
  const lenient = strict ? await memory(lib, { ...one, options: others }) : wanted;
  const between = resizedBy(lib, one.png, one.options);
  const withHoles = (isThere) => resizedWithHolesBy(lib, one.png, one.options, isThere);
  const withBackground = (background) => resizedBy(lib, one.png, { ...one.options, background });
  const wrong = judge(one.png, one.options, wanted, { lenient, memory: plan?.memory ?? 0, between, withHoles, withBackground });
  if (wrong) throw new Mismatch(`memory, against the reference: ${wrong}`);
  return wanted;
}

// ---- Doors ------------------------------------------------------------------------------------

async function tryDoor(name, lib, one) {
  const outcome = await ALL[name](lib, one);
  const difference = outcome && contrast(outcome, one.wanted);
  if (difference) throw new Mismatch(difference);
}

/** A limit to the byte is another one in WebAssembly, whose pointers are smaller. */
const fits = (library, { options }) => !library.startsWith('wasm') || (options.maxMemory ?? Infinity) === Infinity;

/** [door, library] of all that are tried: memory in WebAssembly and at one more CPU level, other doors with one
 * library each. */
function visitsOf({ random, ...one }, names) {
  const visits = ['wasm, auto', pick(random, names)].filter((name) => names.includes(name)).map((name) => ['memory', name]);
  for (const door of Object.keys(ALL).filter((name) => chance(random, 1, RARELY[name] ?? 1))) {
    // Half of them with the addon as it is used, half with any library.
    visits.push([door, chance(random, 1, 2) ? names[0] : pick(random, names)]);
  }
  return visits.filter(([, name]) => fits(name, one));
}

/** Tries the doors; `note` is told which. */
async function checkDoors(libraries, one, note) {
  for (const [door, library] of visitsOf(one, Object.keys(libraries))) {
    note(`${door} (${library})`);
    try {
      await tryDoor(door, libraries[library], one);
    } catch (error) {
      error.message = `${door} (${library}): ${error.message}`;
      throw error;
    }
  }
}

/**
 * Runs a case; throws where a door does not give what it should.
 *
 * tools: { libraries, directory, runInC, note }: runInC(case) is the door in C (in-c.js), or undefined;
 * note(text) is told which door is tried.
 */
async function runCase({ png, options, seed, number }, { libraries, directory, runInC, note }) {
  const random = randomOf(seed + 1, number);
  const first = libraries.native;
  const one = { png, options, directory, random, seed, number };
  note('memory');
  const plan = planOf(first, one);
  one.facts = decode(png);
  one.length = plan?.bmp.byteLength ?? 0;
  one.other = randomPng(random).png;
  one.wanted = await checkReference(first, one, plan);
  await checkDoors(libraries, one, note);
  if (runInC) {
    note('in C');
    await runInC({ ...one, memory: plan?.memory });
  }
  return one.wanted;
}

module.exports = { Mismatch, contrast, makeCase, runCase };
