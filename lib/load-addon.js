'use strict';

const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const root = path.join(__dirname, '..');
const prebuilds = path.join(root, 'prebuilds');

// Built here, or else as it came with the package. On Linux there is one for glibc and one
// for musl. That for musl comes first: glibc refuses it, while musl takes one for glibc as if
// it were its own.
function candidates() {
  const name = `${process.platform}-${process.arch}`;
  return [
    path.join(root, 'build/Release/png2bmp.node'),
    path.join(prebuilds, `${name}-musl.node`),
    path.join(prebuilds, `${name}.node`),
  ];
}

function noAddon(failures) {
  const present = fs.existsSync(prebuilds)
    ? fs.readdirSync(prebuilds).filter((name) => name.endsWith('.node')) : [];
  const list = present.map((name) => path.basename(name, '.node')).join(', ') || 'none';
  const reasons = failures.map((error) => `\n${error.message}`).join('');
  const error = new Error(`png2bmp has no addon for ${process.platform}-${process.arch}. ` +
    `Built ones in this package: ${list}. To build it, clone the repository and run ` +
    `./setup.sh there.${reasons}`);
  return Object.assign(error, { code: 'ERR_NO_ADDON' });
}

/** The addon for this platform. */
function loadAddon() {
  const failures = [];
  for (const file of candidates().filter((name) => fs.existsSync(name))) {
    try {
      return require(file);
    } catch (error) {
      failures.push(error);
    }
  }
  throw noAddon(failures);
}

module.exports = { loadAddon };
