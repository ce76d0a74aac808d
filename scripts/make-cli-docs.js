'use strict';

/* Writes the man page and the shell completions from the table of options. */

const fs = require('node:fs');
const path = require('node:path');
const { bashCompletion, fishCompletion, zshCompletion } = require('../cli/completion');
const { manPage } = require('../cli/man');

/* path from the root of the project -> what the file must hold */
const GENERATED = {
 'man/png2bmp.1': manPage(),
 'completions/png2bmp.bash': bashCompletion(),
 'completions/_png2bmp': zshCompletion(),
 'completions/png2bmp.fish': fishCompletion(),
};

function writeAll(root) {
 for (const [name, text] of Object.entries(GENERATED)) {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
 }
}

if (require.main === module) writeAll(path.join(__dirname, '..'));

module.exports = { GENERATED };
