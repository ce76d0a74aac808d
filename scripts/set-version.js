'use strict';

// Copies the version of package.json to the other files that state it. `npm version NUMBER` runs this.

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

// file -> [text before the version, text after it]
const PLACES = {
  'include/png2bmp.h': ['#define PNG2BMP_VERSION "', '"'],
  'CITATION.cff': ['\nversion: ', '\n'],
  'man/png2bmp.1': ['"png2bmp ', '"'],
};

/** The version that a file states. */
function read(name) {
  const [before, after] = PLACES[name];
  const text = fs.readFileSync(path.join(root, name), 'utf8');
  const begin = text.indexOf(before) + before.length;
  return text.slice(begin, text.indexOf(after, begin));
}

function write(name, version) {
  const [before, after] = PLACES[name];
  const file = path.join(root, name);
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace(before + read(name) + after, before + version + after));
}

if (require.main === module) {
  const { version } = require('../package.json');
  Object.keys(PLACES).forEach((name) => write(name, version));
}

module.exports = { PLACES, read };
