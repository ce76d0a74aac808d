'use strict';

// Prints where libdeflate.a is, for scripts that link it: linked by its path, it becomes part of the
// addon, which then needs no library but libc. With the argument "include": the directory of
// its header, which compilers do not know when Homebrew has installed it.

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

const variable = (name) => output('pkg-config', `--variable=${name}`, 'libdeflate');

// The compiler knows its own library directories; pkg-config knows those of other prefixes.
function library() {
  const candidates = [
    output(process.env.CC || 'cc', '-print-file-name=libdeflate.a'),
    path.join(variable('libdir'), 'libdeflate.a'),
  ];
  const found = candidates.find((file) => path.isAbsolute(file) && fs.existsSync(file));
  if (found) return path.resolve(found);
  console.error('libdeflate.a was not found: install libdeflate-dev (Debian, Ubuntu)');
  return process.exit(1);
}

// An empty line would be the current directory.
console.log(process.argv[2] === 'include' ? variable('includedir') || 'include' : library());
