'use strict';

// Copies the version of package.json to the other files that state it. `npm version NUMBER` runs this.

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

const number = (i) => (version) => version.split(/[.-]/)[i];
const ofHeader = (name, part) => [`#define PNG2BMP_VERSION_${name} `, '\n', part];

// file -> [text before it, text after it, the part of the version; none: all of it]...
const PLACES = {
  'include/png2bmp.h': [['#define PNG2BMP_VERSION "', '"'],
    ofHeader('MAJOR', number(0)), ofHeader('MINOR', number(1)), ofHeader('PATCH', number(2))],
  'CITATION.cff': [['\nversion: ', '\n']],
  'man/png2bmp.1': [['"png2bmp ', '"']],
};

/** The text of the file with the version in all its places. */
function withVersion(name, version) {
  return PLACES[name].reduce((text, [before, after, part = (whole) => whole]) => {
    const begin = text.indexOf(before) + before.length;
    return text.slice(0, begin) + part(version) + text.slice(text.indexOf(after, begin));
  }, read(name));
}

const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');

if (require.main === module) {
  const { version } = require('../package.json');
  for (const name of Object.keys(PLACES)) fs.writeFileSync(path.join(root, name), withVersion(name, version));
}

module.exports = { PLACES, read, withVersion };
