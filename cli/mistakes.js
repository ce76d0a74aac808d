'use strict';

/* Finds out what a wrong command line was meant to be. */

const fs = require('node:fs');
const { nearest } = require('../lib/nearest');
const { toPath } = require('./names');

/** The command line is not understood: exit status 2. */
class UsageError extends Error {}

const exists = (name) => fs.lstatSync(toPath(name), { throwIfNoEntry: false }) !== undefined;

/** @param {string} flag as it was given, '--name' or '-n' */
function unknownOptionText(flag, names) {
  const like = flag.startsWith('--') ? nearest(flag.slice(2), names) : undefined;
  return `unknown option ${flag}${like ? `; did you mean --${like}?` : ''}`;
}

/** An error of node:util's parseArgs, reworded. */
function parseErrorText(error, names) {
  const flag = /'(--?[^' ,<]+)/.exec(error.message)?.[1];
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownOptionText(flag, names);
  const long = /--[\w-]+/.exec(error.message)?.[0] ?? flag;
  if (/does not take an argument/.test(error.message)) return `${long} takes no value`;
  if (/ambiguous/.test(error.message)) {
    return `${long} needs a value; write ${long}=VALUE for one that begins with '-'`;
  }
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

module.exports = { UsageError, newDirectoryText, oddWordText, parseErrorText };
