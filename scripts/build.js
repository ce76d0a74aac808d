'use strict';

// Builds build/Release/png2bmp.node: `make addon` on all processors. Arguments are passed to make. Then
// prebuilds/png2bmp.wasm, if there is a compiler for it, the part of lib/ that is for browsers, and both in one
// file.

const { spawnSync } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');

function run(command, ...args) {
  const { error, status } =
    spawnSync(command, args, { cwd: path.resolve(__dirname, '..'), stdio: 'inherit' });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  return status ?? 1;
}

const node = (...args) => run(process.execPath, ...args);

process.exitCode = run('make', '--silent', `--jobs=${os.availableParallelism()}`, 'addon',
  ...process.argv.slice(2)) || node('scripts/build-wasm.js', '--optional') || node('scripts/build-browser.js') ||
  node('scripts/build-inline.js', '--optional');
