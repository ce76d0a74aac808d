'use strict';

// Prints where libdeflate.a is, for binding.gyp: linked by its path, it becomes part of the
// addon, which then needs no library but libc.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

function output(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim();
  } catch {
    return '';
  }
}

// The compiler knows its own library directories; pkg-config knows those of other prefixes.
const candidates = [
  output(process.env.CC || 'cc', '-print-file-name=libdeflate.a'),
  path.join(output('pkg-config', '--variable=libdir', 'libdeflate'), 'libdeflate.a'),
];
const found = candidates.find((file) => path.isAbsolute(file) && fs.existsSync(file));
if (!found) {
  console.error('libdeflate.a was not found: install libdeflate-dev (Debian, Ubuntu)');
  process.exit(1);
}
console.log(path.resolve(found));
