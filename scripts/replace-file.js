'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Writes a file and its folder. It is replaced at once: somebody may be reading the old one. */
function replaceFile(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.new`, content);
  fs.renameSync(`${file}.new`, file);
}

module.exports = { replaceFile };
