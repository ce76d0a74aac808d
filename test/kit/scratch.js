'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** A directory for one test, removed afterwards. */
function scratch(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-test-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

module.exports = { scratch };
