'use strict';

/*
 * Wildcards, which the shells of Windows leave to the programs: '*' is any characters, '?' is one, in each part
 * of a path. As in other shells, neither begins a name that starts with a dot.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fromBytes, toPath } = require('./names');

const hasWildcard = (name) => /[*?]/.test(name);

function toRegExp(part) {
  const source = part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 'isu');
}

/* The names in a directory, sorted; none if there is no such directory. */
function namesIn(directory) {
  try {
    return fs.readdirSync(toPath(directory || '.'), { encoding: 'buffer' }).map(fromBytes).sort();
  } catch {
    return [];
  }
}

function matchesIn(directory, part, separator) {
  const expression = toRegExp(part);
  return namesIn(directory).filter((name) => expression.test(name))
    .map((name) => directory + name + separator);
}

/**
 * @param {string} pattern a path
 * @param {object} system node:path, or its win32 or posix
 * @returns {string[]} the paths that match it and exist, in order
 */
function expandWildcards(pattern, system = path) {
  const { root } = system.parse(pattern);
  const words = pattern.slice(root.length).split(system.sep === '\\' ? /([\\/])/ : /(\/)/);
  let found = [root];
  for (let i = 0; i < words.length; i += 2) {
    const [part, separator = ''] = words.slice(i, i + 2);
    found = hasWildcard(part) ? found.flatMap((directory) => matchesIn(directory, part, separator))
      : found.map((directory) => directory + part + separator);
  }
  return found.filter((name) => fs.existsSync(toPath(name)));
}

module.exports = { expandWildcards, hasWildcard };
