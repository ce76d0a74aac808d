'use strict';

/* Refuses options that contradict each other or have no effect: once, before the first file, in the words of
 * the command line. The rules are the library's. */

const { OPTIONS, UsageError } = require('./options');

/* One pixel with alpha. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64');

const ABOUT_OPTIONS = new Set(['ERR_OPTION', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_OUT_OF_RANGE']);

const rowOf = (libraryName) => OPTIONS.find((row) => row.library === libraryName);
const isChoice = (word) => OPTIONS.some(({ choices }) => choices && Object.hasOwn(choices, word));

function flagAndValue(whole, name, value) {
  const row = rowOf(name);
  return row?.choices && Object.hasOwn(row.choices, value) ? `--${row.name} ${value}` : whole;
}

function flagOrWord(whole, word) {
  const row = rowOf(word);
  return row ? `--${row.name}` : isChoice(word) ? word : whole;
}

/** A message of the library with the names of the command line: "'alphaThreshold' applies only to alpha 'key'" becomes
 * "--alpha-threshold applies only to --alpha key". */
function inFlags(message) {
  return message
    .replace(/^The "(\w+)" option/, (whole, name) => flagOrWord(whole, name))
    .replace(/\b(\w+) '([\w-]+)'/g, flagAndValue)
    .replace(/\b(\w+) (\d+)\b/g, flagAndValue)
    .replace(/'([\w-]+)'/g, flagOrWord)
    .replace(/\b[a-z]\w*[A-Z]\w*\b/g, (word) => flagOrWord(word, word));
}

/* The library accepts any background, since a program may set one for all its formats. */
function refuseBackground({ alpha, background, format, salvage }) {
  if (background === undefined || salvage) return;
  if (alpha === 'drop') throw new UsageError('--background has no effect with --alpha drop');
  if (format === 'bgra32' || (format === 'auto' && alpha !== 'key')) {
    throw new UsageError(`--background has no effect on ${format}, which keeps alpha`);
  }
}

/**
 * @param {object} library what lib/index.js exports
 * @param {object} conversion options for the library
 * @throws {UsageError}
 */
function refuseWithoutEffect({ readInfo }, conversion) {
  refuseBackground(conversion);
  try {
    readInfo(PIXEL, conversion);
  } catch (error) {
    if (ABOUT_OPTIONS.has(error.code)) throw new UsageError(inFlags(error.message));
  }
}

module.exports = { inFlags, refuseWithoutEffect };
