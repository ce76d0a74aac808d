'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');

const SCRIPT = 'const [library, from, to] = process.argv.slice(1); require(library).convertFile(from, to)';

/** convertFile in a process that has not searched the directory for leftovers yet: the slower a search was, the longer
 * there is no other. */
function convertElsewhere(from, to) {
  execFileSync(process.execPath, ['-e', SCRIPT, path.resolve(__dirname, '../..'), from, to]);
}

module.exports = { convertElsewhere };
