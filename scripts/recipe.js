'use strict';

// Reads build.mk, for scripts that compile: sources, flags, whether anything has changed.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
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

/** Whether the file exists and is newer than the recipe and all that is in the folders of the repository. */
function isUpToDate(file, folders) {
  const time = (name) => fs.statSync(name).mtimeMs;
  const within = (folder) => fs.readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(root, folder, name));
  const sources = [path.join(root, 'build.mk'), path.join(root, 'Makefile'), ...folders.flatMap(within)];
  return fs.existsSync(file) && sources.every((name) => time(name) < time(file));
}

module.exports = { isUpToDate, optimization, recipe };
