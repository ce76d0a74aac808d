'use strict';

// Reads build.mk, for scripts that compile: sources, flags.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

/** The words of a variable in build.mk. */
function recipe(name) {
  const text = execFileSync('make', ['--silent', '--file', 'build.mk', `print-${name}`],
    { cwd: root, encoding: 'utf8' });
  return text.trim().split(/\s+/).filter((word) => word !== '');
}

/** The optimisation level of a source in everything that is shipped. */
function optimization(source) {
  return recipe('UNROLLED_SOURCES').includes(source) ? recipe('OPTIMIZE_UNROLLED') : recipe('OPTIMIZE');
}

module.exports = { optimization, recipe };
