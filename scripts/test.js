'use strict';

// The tests of test/, as many files at once as there are processors (Node.js leaves one of them idle).
//
//   npm test
//   npm run test:wasm      with WebAssembly as the backend, without what is the same there

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

/** Files of test/ without the ending, and why WebAssembly changes nothing about them. */
const SAME = {
  backends: 'compares both in any case',
  bench: 'tools of the benchmark',
  'bmp-reader': 'a tool of the tests',
  'c-growth': 'the C library',
  'c-library': 'the C library',
  'c-programs': 'the C library',
  ci: 'what CI runs',
  'cli-docs': 'pages that are made from tables',
  combinations: 'each case goes through both backends',
  'cpu-levels': 'instructions of x86',
  'doc-types': 'pages',
  docs: 'pages',
  exhaustive: 'damage, of which test/combinations gives both backends enough',
  guide: 'recipes, of options that other tests try',
  house: 'where files are',
  inline: 'that is WebAssembly in any case',
  'odd-folder': 'setting up',
  peers: 'other converters',
  'png-encoder': 'a tool of the tests',
  readback: 'other programs read BMPs, whose bytes test/backends.test.js holds to be the same',
  sample: 'the sample picture',
  site: 'pages',
};

const missing = Object.keys(SAME).filter((name) => !fs.existsSync(path.join(ROOT, 'test', `${name}.test.js`)));
if (missing.length > 0) throw new Error(`scripts/test.js leaves out tests that do not exist: ${missing.join(', ')}`);

const inWasm = process.argv.includes('--wasm');
const files = fs.readdirSync(path.join(ROOT, 'test'))
  .filter((name) => name.endsWith('.test.js') && !(inWasm && name.replace('.test.js', '') in SAME))
  .map((name) => `test/${name}`);
const atOnce = os.availableParallelism();
// What several files would otherwise build at the same time. If it fails, they say so.
if (!inWasm) spawnSync('make', ['-s', `-j${atOnce}`, 'lib', 'programs'], { cwd: ROOT, stdio: 'inherit' });
const { status } = spawnSync(process.execPath, ['--test', `--test-concurrency=${atOnce}`, ...files], {
  cwd: ROOT, stdio: 'inherit', env: inWasm ? { ...process.env, PNG2BMP_BACKEND: 'wasm' } : process.env,
});
process.exitCode = status === 0 ? 0 : 1;
