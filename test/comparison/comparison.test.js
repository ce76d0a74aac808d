'use strict';

// Runs the code blocks of docs/comparison.md beside the programs that they compare with, which
// are the packages of bench/.

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const { ROOT, blocks, isCode, runBlock } = require('../kit/doc-blocks');

const BENCH = path.join(ROOT, 'bench');

test.before(() => {
  execFileSync('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: BENCH, stdio: 'inherit' });
});

blocks('docs/comparison.md').filter(isCode).forEach((block, index) => {
  test(`block ${index + 1} of docs/comparison.md (${block.language}) runs as it is`, (t) => {
    runBlock(t, path.join(BENCH, 'node_modules'), block);
  });
});
