'use strict';

const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

/** Writes a file and its folder. It is replaced at once: somebody may be reading the old one, or writing it, too. */
function replaceFile(file, content) {
  const temporary = `${file}.${process.pid}.new`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}

module.exports = { replaceFile };
