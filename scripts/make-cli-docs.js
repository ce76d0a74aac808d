'use strict';

/* Writes the man page, the page of the documentation and the shell completions
 * from the table of options. */

const fs = require('node:fs');
const path = require('node:path');
const { bashCompletion, fishCompletion, zshCompletion } = require('./cli-docs/completion');
const { manPage } = require('./cli-docs/man');
const { commandLinePage } = require('./cli-docs/markdown');

/* maps paths, relative to the root, to contents */
const GENERATED = {
  'man/png2bmp.1': manPage(),
  'docs/command-line.md': commandLinePage(),
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
