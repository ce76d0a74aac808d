'use strict';

// Runs the fuzz targets under ASan and UBSan, going on from the corpora that earlier runs left
// in fuzz/out/corpus.
//
//     npm run fuzz -- --seconds 60 [--target NAME] [--jobs 2] [--seed N] [--counted]
//
// Every target has its N seconds in slices, one target after the other, so that a long campaign
// tells early what it finds. fuzz/out/stats.json adds up executions and processor time.
//
// --counted: as many executions as fit into those seconds on a machine of 2026, and not until they
// are over. With a seed and no saved corpus, the same build is then given the same inputs, on a slow
// machine as well: what CI finds comes from the change, and not from chance.
//
//     npm run fuzz -- --minimise [--from FOLDER]
//
// puts the corpora (fuzz/out/corpus, or FOLDER of another machine) into the repository, made small:
// see corpus.js.
//
// An input that breaks something is written to fuzz/out/findings, and the exit code is 1.

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { recipe } = require('../scripts/recipe');
const { minimise } = require('./corpus');
const { writeSeeds } = require('./seeds');

const TARGETS = recipe('FUZZ_TARGETS');
const SLICE_SECONDS = 600;
/** Executions, first inputs among them, in the first seconds of a run. */
const PER_SECOND = { convert: 100, pixels: 40, inflate: 2700, kernels: 450, libpng: 1400 };
for (const name of TARGETS) {
  if (!(name in PER_SECOND)) throw new Error(`fuzz/run.js: how many executions a second has ${name}?`);
}
const OUT = path.join(__dirname, 'out');
const STATS = path.join(OUT, 'stats.json');

/** Installs what is missing on a fresh machine. */
function installTools() {
  execFileSync(path.join(__dirname, '../setup.sh'), ['develop'], { stdio: 'inherit' });
}

function build() {
  const args = ['-C', __dirname, '--no-print-directory', '-s', '-j2', 'fuzz'];
  execFileSync('make', args, { stdio: 'inherit' });
}

function statistic(log, name) {
  const match = new RegExp(`stat::${name}:\\s+(\\d+)`).exec(log);
  return match ? Number(match[1]) : 0;
}

/**
 * User and system time in seconds of the processes that a shell ran, from what its "times" prints:
 * a line for the shell itself and a line for its children, each "1m2.500s 0m0.250s".
 */
function processorSeconds(text) {
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  return times.slice(-2).reduce((sum, time) => sum + time, 0);
}

/** Writes the list of a target's first inputs, always in the same order; returns its name. */
function listOfInputs(name) {
  const folders = [path.join(OUT, 'seeds', name), path.join(__dirname, 'regressions', name)];
  const files = folders.flatMap((folder) => fs.readdirSync(folder).sort().map((file) => path.join(folder, file)));
  const list = path.join(OUT, 'seeds', `${name}.list`);
  fs.writeFileSync(list, files.join(','));
  return list;
}

/** Runs one target; resolves to { name, passed, executions, processor, log }. */
function runTarget({ name, limit }, seed) {
  const corpus = path.join(OUT, 'corpus', name);
  fs.mkdirSync(corpus, { recursive: true });
  const child = spawn('sh', ['-c', '"$@"; code=$?; times; exit $code', 'sh', path.join(OUT, 'fuzz', name),
    limit, `-seed=${seed}`, '-max_len=16384', '-timeout=20', '-rss_limit_mb=2048',
    '-print_final_stats=1', `-artifact_prefix=${path.join(OUT, 'findings', name)}-`,
    `-seed_inputs=@${listOfInputs(name)}`, corpus,
  ], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1' } });
  let log = '';
  let times = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { times = (times + text).slice(-200); });
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({
      name, passed: code === 0, executions: statistic(log, 'number_of_executed_units'),
      processor: processorSeconds(times), log,
    }));
  });
}

/** Adds up the figures of all runs on this machine. */
function remember({ name, executions, processor }) {
  const stats = fs.existsSync(STATS) ? JSON.parse(fs.readFileSync(STATS, 'utf8')) : {};
  const before = stats[name] ?? { executions: 0, processor: 0 };
  stats[name] = { executions: before.executions + executions, processor: before.processor + processor };
  fs.writeFileSync(STATS, `${JSON.stringify(stats, null, 2)}\n`);
  return stats[name];
}

function report(result) {
  const total = remember(result);
  console.log(`${result.passed ? 'ok' : 'not ok'} - fuzz ${result.name}: ${result.executions} ` +
    `executions in ${result.processor.toFixed(0)} s of processor time, ` +
    `${total.executions} in ${total.processor.toFixed(0)} s with earlier runs`);
  if (!result.passed) console.log(result.log.split('\n').slice(-60).join('\n'));
}

/** The seconds of all targets, as a list of { name, limit } that takes the targets in turns. */
function slices(names, seconds) {
  const queue = [];
  for (let left = seconds; left > 0; left -= SLICE_SECONDS) {
    for (const name of names) queue.push({ name, limit: `-max_total_time=${Math.min(left, SLICE_SECONDS)}` });
  }
  return queue;
}

const counted = (names, seconds) =>
  names.map((name) => ({ name, limit: `-runs=${Math.round(seconds * PER_SECOND[name])}` }));

async function main() {
  const { values } = parseArgs({ options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' }, // 0: by the clock
    counted: { type: 'boolean', default: false },
    minimise: { type: 'boolean', default: false },
    from: { type: 'string', default: path.join(OUT, 'corpus') },
  } });
  const seconds = Number(values.seconds);
  const names = values.target ? [values.target] : TARGETS;
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds}: not a number above 0`);
  if (names.some((name) => !TARGETS.includes(name))) {
    throw new Error(`--target ${values.target}: there are ${TARGETS.join(', ')}`);
  }
  installTools();
  build();
  writeSeeds(path.join(OUT, 'seeds'));
  if (values.minimise) {
    for (const name of names) {
      const folders = [path.join(OUT, 'seeds', name), path.join(values.from, name)];
      minimise(name, path.join(OUT, 'fuzz', name), folders, path.join(OUT, 'minimise'));
    }
    return;
  }
  fs.mkdirSync(path.join(OUT, 'findings'), { recursive: true });
  const queue = (values.counted ? counted : slices)(names, seconds);
  async function worker() {
    while (queue.length > 0) {
      const result = await runTarget(queue.shift(), values.seed);
      report(result);
      if (!result.passed) process.exitCode = 1;
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
