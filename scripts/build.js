'use strict';

// Builds build/Release/png2bmp.node: `make addon` on all processors. Arguments go on to make.

const { spawnSync } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');

const args = ['--silent', `--jobs=${os.availableParallelism()}`, 'addon', ...process.argv.slice(2)];
const { error, status } = spawnSync('make', args,
  { cwd: path.resolve(__dirname, '..'), stdio: 'inherit' });
if (error) console.error(`make could not be started: ${error.message}`);
process.exitCode = status ?? 1;
