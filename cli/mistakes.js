'use strict';

/* Finds out what a wrong command line was meant to be. */

const fs = require('node:fs');
const { toPath } = require('./names');

/** The command line is not understood: exit status 2. */
class UsageError extends Error {}

const exists = (name) => fs.lstatSync(toPath(name), { throwIfNoEntry: false }) !== undefined;

/* Insertions, deletions and changes from one word to the other (Levenshtein, 1966). */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The name that was probably meant, or undefined. */
function nearest(word, names) {
  const longer = names.filter((name) => word.length > 1 && name.startsWith(word));
  if (longer.length > 0) return longer[0];
  const close = names.map((name) => ({ name, steps: distance(word, name) }))
    .sort((a, b) => a.steps - b.steps)[0];
  return close.steps <= Math.max(1, word.length / 3) ? close.name : undefined;
}

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
