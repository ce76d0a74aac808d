'use strict';

/* Finds out what a wrong command line was meant to be. */

const fs = require('node:fs');
const { nearest } = require('../lib/nearest');
const { toPath } = require('./names');

/** The command line is not understood: exit status 2. */
class UsageError extends Error {}

const exists = (name) => fs.lstatSync(toPath(name), { throwIfNoEntry: false }) !== undefined;

/* What other programs call it. */
const SYNONYMS = {
  angle: 'rotate', 'auto-orient': 'rotate exif', autorotate: 'rotate exif', bg: 'background', bw: 'format mono1',
  clobber: 'force', dest: 'out-dir', dpi: 'density', dimensions: 'size', flatten: 'alpha blend', geometry: 'size',
  gravity: 'position', height: 'size', hflip: 'flop', mirror: 'flop', orient: 'rotate exif', orientation: 'rotate exif',
  resize: 'size', scale: 'size', turn: 'rotate', vflip: 'flip', width: 'size',
  gray: 'format gray8', grayscale: 'format gray8', grey: 'format gray8', greyscale: 'format gray8', icon: 'ico',
  list: 'files-from', mono: 'format mono1', monochrome: 'format mono1', 'no-alpha': 'alpha drop',
  'no-clobber': 'skip-existing', overwrite: 'force', parallel: 'jobs', replace: 'force', resolution: 'density',
  silent: 'quiet', stdout: 'output=-', threads: 'jobs', usage: 'help', yes: 'force',
};

/* The option that was probably meant: by another name, by its value alone, or with a typing mistake. */
function meant(word, options) {
  if (Object.hasOwn(SYNONYMS, word)) return SYNONYMS[word];
  const row = options.find(({ choices }) => choices && Object.hasOwn(choices, word));
  return row ? `${row.name} ${word}` : nearest(word, options.map(({ name }) => name));
}

/** @param {string} flag as it was given, '--name' or '-n' */
function unknownOptionText(flag, options) {
  const like = flag.startsWith('--') ? meant(flag.slice(2), options) : undefined;
  return `unknown option ${flag}${like ? `; did you mean --${like}?` : ''}`;
}

const longWord = (word) => /^-([a-z][\w-]+)/.exec(word)?.[1];

/** A single dash before the name of a long option: -force is read as -f -o rce. */
function singleDashText(word, options) {
  const name = longWord(word);
  const isLong = options.some((row) => row.name === name);
  return isLong ? `-${name} is read as short options; did you mean --${name}?` : undefined;
}

/* The same if the short options are not understood: anything that is like a long one. */
function misspelledWordText(word, options) {
  const name = longWord(word);
  const like = name && meant(name, options);
  return like ? `unknown option -${name}; did you mean --${like}?` : undefined;
}

/** @param {object} row the option, with its choices */
function wrongChoiceText({ name, choices, synonyms }, given) {
  const like = synonyms && Object.hasOwn(synonyms, given) ? `; did you mean --${name} ${synonyms[given]}?` : '';
  return `--${name} needs one of ${Object.keys(choices).join(', ')}, not '${given}'${like}`;
}

/* An option without a value because the next word begins with '-'. */
function missingValueText(long, words, options) {
  const row = options.find(({ name }) => long === `--${name}`);
  const next = words[words.indexOf(long) + 1];
  if (row?.synonyms && Object.hasOwn(row.synonyms, next)) return wrongChoiceText(row, next);
  return `${long} needs a value; write ${long}=VALUE for one that begins with '-'`;
}

/**
 * An error of node:util's parseArgs, reworded.
 * @param {string[]} words of the command line that may be options
 */
function parseErrorText(error, words, options) {
  const flag = /'(--?[^' ,<]+)/.exec(error.message)?.[1];
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const word = flag.startsWith('--') ? undefined : words.find((each) => longWord(each)?.includes(flag[1]));
    return (word && misspelledWordText(word, options)) ?? unknownOptionText(flag, options);
  }
  const long = /--[\w-]+/.exec(error.message)?.[0] ?? flag;
  if (/does not take an argument/.test(error.message)) return `${long} takes no value`;
  if (/ambiguous/.test(error.message)) return missingValueText(long, words, options);
  return `${long} needs a value`;
}

/** What is suspicious about a word of several short options, or undefined: the shell may expand *.png
 * to a file called -drawing.png, which is read as -d rawing.png. */
function oddWordText(word) {
  if (!/^-[^-]./.test(word)) return undefined;
  if (!/\.png$/i.test(word) && !exists(word)) return undefined;
  return `${word} is read as options: write ./${word} for the file of that name`;
}

/** -dNAME where NAME does not exist: more often a typing mistake than intended. */
function newDirectoryText(word, directory) {
  if (exists(directory)) return undefined;
  return `${word} is read as --out-dir ${directory}, which does not exist: ` +
    `write -d ${directory} to create it`;
}

module.exports = {
  UsageError, newDirectoryText, oddWordText, parseErrorText, singleDashText, wrongChoiceText,
};
