'use strict';

/* npm run bench:smoke
 *
 * Runs every benchmark once, on the sample picture alone, in a minute or two: so that none of them
 * stops working between two releases. Its figures mean nothing, and no page is written. Installs what
 * the benchmarks install, except for the corpus. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const BENCH = __dirname;
const ROOT = path.dirname(BENCH);
const { scripts } = require('../package.json');

const ARGUMENTS = {
  bench: ['--rounds', '1', '--modes', 'warm,cold,javascript,javascript-cold'],
  'bench:event-loop': ['0.2'],
  'bench:inflate': ['-t', '1'],
};

// What a whole benchmark writes.
const PAGES = ['results.json', 'chart.svg', '../README.md'].map((name) => path.join(BENCH, name))
  .concat(['notes/benchmark-results.md', 'palettes.md', 'performance.md', 'zero-copy.md', 'memory-and-threads.md', 'call-costs.svg']
    .map((name) => path.join(ROOT, 'docs', name)));

const pages = () => PAGES.map((file) => fs.readFileSync(file, 'utf8'));

/* A benchmark has worked when it ends well and has printed a figure. */
function runBenchmark(name) {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', name, '--', ...ARGUMENTS[name] ?? []], {
    cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, BENCH_SMOKE: '1' },
  });
  const passed = status === 0 && /\d/.test(stdout);
  console.log(`${passed ? 'ok' : 'not ok'} - ${name}`);
  if (!passed) console.log(stdout);
  return passed;
}

const before = pages();
const names = Object.keys(scripts).filter((name) => /^bench(?!:smoke)/.test(name));
const failed = names.filter((name) => !runBenchmark(name));
const changed = pages().flatMap((text, i) => (text === before[i] ? [] : [PAGES[i]]));
for (const file of changed) console.log(`not ok - ${file} was written`);
process.exitCode = failed.length + changed.length > 0 ? 1 : 0;
