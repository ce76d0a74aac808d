'use strict';

// npm run test:wasm: `npm test` with WebAssembly as the backend, without what is the same there.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

/** Files of test/ without the ending, and why WebAssembly changes nothing about them. */
const SAME = {
  bench: 'tools of the benchmark',
  'bmp-reader': 'a tool of the tests',
  'c-library': 'the C library',
  'c-programs': 'the C library',
  ci: 'what CI runs',
  'cli-docs': 'pages that are made from tables',
  docs: 'pages',
  peers: 'other converters',
  'png-encoder': 'a tool of the tests',
  readback: 'other programs read BMPs, whose bytes test/backends.test.js holds to be the same',
  sample: 'the sample picture',
  site: 'pages',
};

const missing = Object.keys(SAME).filter((name) => !fs.existsSync(path.join(ROOT, 'test', `${name}.test.js`)));
if (missing.length > 0) throw new Error(`scripts/test-wasm.js leaves out tests that do not exist: ${missing.join(', ')}`);

const files = fs.readdirSync(path.join(ROOT, 'test'))
  .filter((name) => name.endsWith('.test.js') && !(name.replace('.test.js', '') in SAME))
  .map((name) => `test/${name}`);
const { status } = spawnSync(process.execPath, ['--test', ...files], {
  cwd: ROOT, stdio: 'inherit', env: { ...process.env, PNG2BMP_BACKEND: 'wasm' },
});
process.exitCode = status === 0 ? 0 : 1;
