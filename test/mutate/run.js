'use strict';

// Do the tests notice? Makes small random mistakes in a copy of the package, one at a time, builds
// it and runs the tests that its own files have, until one fails: those named after the file with the mistake first,
// then quick ones first.
//
//     npm run mutate -- [--count 100] [--seed 1] [--files PATTERN] [--since COMMIT] [--near] [--minutes 600] [--jobs 1]
//
// --since: mistakes only in lines that have changed since that commit. --near: of the tests in JavaScript only those that
// look at this part of the code most closely, and no sanitizers: what survives is then for a person to judge.
//
// What is known already is in build/mutate/SEED.jsonl: a run that was ended goes on there as
// long as the sources are the same; so do the times of the tests. With ccache in PATH, a header that is changed and
// changed back is not compiled twice. Files that this machine does not compile (src/cpu/arm, Windows), and
// those of WebAssembly and browsers, which npm test alone does not hold to account, are left out
// unless PATTERN names them.

const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { createRandom } = require('../kit/random');
const { apply, findMutations } = require('./mutations');

const ROOT = path.resolve(__dirname, '../..');
const OUT = path.join(ROOT, 'build/mutate');
const DEFAULT_FILES = '^(src/(?!cpu/arm/|cpu/wasm/|save/file_windows|inflate/inflate_fixed)|addon/|cli/|lib/(?!wasm|browser))';
const CODE = /^(src|addon|lib|cli)\/.*(?<!\.d)\.(c|h|js|mjs)$/;
// A mistake may be a loop without an end. A test has ten times what it takes without one, and this.
const PATIENCE_MS = 20_000;
const TEST_MS = 120_000; // without a mistake
const BUILD_MS = 600_000;
const QUICK = ['OPTIMIZE=-O1 -w', 'OPTIMIZE_UNROLLED=-O1 -w', 'CFLAGS=-O1 -w'];

// They test texts, examples, other programs or the tests' own tools.
const NOT_RUN = /^(docs|bench|example-.*|c-programs|c-library|bmp-reader|png-encoder|comparison|peers)$/;

// The tests in JavaScript that look at a file most closely, with those named after it; then come all others.
const FIRST = [
  [/^src\//, /^(formats|decisions-.*|raw-.*)$/],
  [/^src\/(colour\/|plan\/convert_colors)/, /^color-space$/],
  [/^src\/reduce\//, /^(palettes|light|key)$/],
  [/^src\/resize\//, /^size$/],
  [/^src\/(pixels|cpu)\//, /^(turns|rows|cpu-levels)$/],
  [/^src\/png\//, /^(about|profile|signature)$/],
  [/^src\/run\//, /^(stream|feed|salvage|save-streams|convert-file)$/],
  [/^src\/save\//, /^(save-.*|convert-file|api-save)$/],
  [/^src\/host\//, /^(ico|about|api-options)$/],
  [/^addon\//, /^(api-.*|zero-copy|workers|raw-.*|convert-file)$/],
  [/^lib\//, /^(api-.*|raw-.*|zero-copy|save-.*)$/],
  [/^cli\//, /^cli-.*$/],
];
// All but the one that takes as long as it is told.
const C_TESTS = fs.readdirSync(path.join(ROOT, 'test/c')).filter((name) => name.endsWith('.c') && name !== 'test_interference.c')
  .map((name) => name.slice(0, -2));
// Against a reference of its own, and WebAssembly, which has no mistake.
const COMBINATIONS = ['test/combinations/run.js', '--without-c', '--seed', '1', '--seconds', '20'];
const SANITIZED = ['test_core', 'test_inflate', 'test_hostile'];

function hashOf(parts) {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function gitFiles() {
  return execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
    .trim().split('\n').filter((name) => fs.existsSync(path.join(ROOT, name)));
}

/** A copy of the package, built. */
function makeTree(number) {
  const tree = path.join(OUT, `tree-${number}`);
  fs.mkdirSync(tree, { recursive: true });
  for (const name of gitFiles()) {
    const to = path.join(tree, name);
    const text = fs.readFileSync(path.join(ROOT, name));
    // Unchanged files keep their time, so that they are not built again.
    if (fs.existsSync(to) && fs.readFileSync(to).equals(text)) continue;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(path.join(ROOT, name), to);
  }
  if (!fs.existsSync(path.join(tree, 'node_modules'))) {
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(tree, 'node_modules'));
  }
  const wasm = path.join(ROOT, 'prebuilds');
  if (fs.existsSync(wasm)) fs.cpSync(wasm, path.join(tree, 'prebuilds'), { recursive: true });
  return tree;
}

/** Runs a command in its own process group; resolves to 'passed', 'failed' or 'timeout'. */
function run(tree, command, args, timeout) {
  return new Promise((resolve) => {
    const log = fs.openSync(path.join(tree, 'build/last.log'), 'w');
    const child = spawn(command, args, { cwd: tree, detached: true, stdio: ['ignore', log, log] });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid, 'SIGKILL');
    }, timeout);
    child.on('error', () => {}).on('close', (code) => {
      clearTimeout(timer);
      fs.closeSync(log);
      try {
        process.kill(-child.pid, 'SIGKILL'); // what a test left running
      } catch { /* nothing */ }
      resolve(late ? 'timeout' : code === 0 ? 'passed' : 'failed');
    });
  });
}

const make = (tree, ...targets) => run(tree, 'make', ['-s', '-j2', ...QUICK, ...targets], BUILD_MS);
const inBuild = (name) => `build/c/${name}`;

/** How many words of a file's path are in the name of a test: of src/run/feed.c, `feed` in test_feed. */
function nearness(file, test) {
  const words = file.split(/[/._]/).filter((word) => word.length > 2 && word !== 'src');
  return words.filter((word) => test.split(/[-_]/).includes(word)).length;
}

/** Whether a test in JavaScript looks at a file most closely. */
const isNearTo = (file, test) =>
  nearness(file, test) > 0 || FIRST.some(([files, tests]) => files.test(file) && tests.test(test));

/** The steps for a file: { name, build } or { name, command, args, time }. times: of each test, in ms. */
function stepsFor(file, { c, js }, isNear) {
  const part = file.split('/')[0];
  const steps = [];
  const inOrder = (times) => Object.keys(times).sort((a, b) =>
    nearness(file, b) - nearness(file, a) || isNearTo(file, b) - isNearTo(file, a) || times[a] - times[b]);
  const code = part === 'src' || part === 'addon';
  if (part === 'src') {
    for (const name of inOrder(c)) {
      steps.push({ name: `make ${name}`, build: [inBuild(name)] });
      steps.push({ name, command: inBuild(name), args: [], time: c[name] });
    }
  }
  if (code) steps.push({ name: 'make addon', build: ['addon'] });
  if (part === 'src') steps.push({ name: 'combinations', command: process.execPath, args: COMBINATIONS, time: TEST_MS });
  const names = inOrder(js).filter((name) => !isNear || isNearTo(file, name));
  for (const name of names) steps.push({ name, command: process.execPath, args: [`test/${name}.test.js`], time: js[name] });
  if (isNear) return steps;
  if (code) steps.push({ name: 'faults of Node-API', command: process.execPath, args: ['test/faults/napi.js'], time: TEST_MS });
  if (part === 'src') {
    const programs = SANITIZED.map((name) => `build/c-sanitize/${name}`);
    steps.push({ name: 'make sanitize', build: ['BUILD=build/c-sanitize', 'CFLAGS=-w -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all', ...programs] });
    for (const command of programs) steps.push({ name: `${path.basename(command)}, sanitized`, command, args: [], time: TEST_MS });
  }
  return steps;
}

/** The times of tests in ms. Without a mistake they must pass. */
async function timesOf(tree, tests) {
  const times = {};
  for (const [name, command, args] of tests) {
    const start = Date.now();
    const result = await run(tree, command, args, TEST_MS);
    if (result === 'passed') times[name] = Date.now() - start;
    else console.log(`# ${name}: ${result} without a mistake, so it is not run`);
  }
  return times;
}

/** Builds the copy and runs all tests once, of those in JavaScript the ones that are wanted, if that has not been done
 * with the same files: { c, js }, times of each. */
async function measure(tree, isWanted) {
  fs.mkdirSync(path.join(tree, 'build'), { recursive: true });
  const built = await make(tree, 'addon', ...C_TESTS.map(inBuild));
  if (built !== 'passed') throw new Error(`${tree} does not build: see build/last.log there`);
  const known = path.join(tree, 'build/times.json');
  const names = fs.readdirSync(path.join(tree, 'test')).filter((name) => name.endsWith('.test.js'))
    .map((name) => name.slice(0, -'.test.js'.length)).filter((name) => !NOT_RUN.test(name) && isWanted(name));
  const hash = hashOf([...names, ...gitFiles().map((name) => fs.readFileSync(path.join(ROOT, name)))]);
  const before = fs.existsSync(known) && JSON.parse(fs.readFileSync(known, 'utf8'));
  if (before.hash === hash) return before;

  const times = {
    hash,
    c: await timesOf(tree, C_TESTS.map((name) => [name, inBuild(name), []])),
    js: await timesOf(tree, names.map((name) => [name, process.execPath, [`test/${name}.test.js`]])),
  };
  fs.writeFileSync(known, JSON.stringify(times));
  return times;
}

/** { file: the numbers of its lines that have changed since a commit }. */
function changesSince(commit) {
  const diff = execFileSync('git', ['diff', '-U0', '-M', '--no-prefix', commit], { cwd: ROOT, encoding: 'utf8', maxBuffer: Infinity });
  const changes = new Map();
  let lines;
  for (const [, file, first, count] of diff.matchAll(/^(?:\+\+\+ (.*)|@@ -\S+ \+(\d+)(?:,(\d+))? @@)/gm)) {
    if (file) changes.set(file, lines = new Set());
    else for (let i = 0; i < Number(count ?? 1); i++) lines.add(Number(first) + i);
  }
  return changes;
}

function candidates(pattern, commit) {
  const all = [];
  const changes = commit === undefined ? undefined : changesSince(commit);
  for (const file of gitFiles().filter((name) => CODE.test(name) && pattern.test(name))) {
    const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
    for (const mutation of findMutations(text, /\.[ch]$/.test(file))) {
      const line = text.slice(0, mutation.at).split('\n').length;
      if (changes && !changes.get(file)?.has(line)) continue;
      all.push({ ...mutation, file, line, key: `${file}:${line}:${mutation.at} ${mutation.what}` });
    }
  }
  return all;
}

function shuffle(list, random) {
  for (let i = list.length - 1; i > 0; i--) {
    const k = random.below(i + 1);
    [list[i], list[k]] = [list[k], list[i]];
  }
  return list;
}

/** The first test of the last command that failed, by its name; the last line of other programs. */
function failedTest(tree) {
  const log = fs.readFileSync(path.join(tree, 'build/last.log'), 'utf8');
  return /^\s*(?:not ok \d+ - |✖ )(.*)/m.exec(log)?.[1] ?? log.trim().split('\n').at(-1);
}

/** A test that ran out of time is given more, once: the machine may be busy. */
async function test(tree, { command, args, time }) {
  const patience = PATIENCE_MS + 10 * time;
  const result = await run(tree, command, args, patience);
  return result === 'timeout' ? run(tree, command, args, 3 * patience) : result;
}

/** { verdict: 'caught' | 'survived' | 'does not compile', by, test } */
async function judge(tree, mutation, times, isNear) {
  for (const step of stepsFor(mutation.file, times, isNear)) {
    const result = step.build ? await make(tree, ...step.build) : await test(tree, step);
    if (result === 'passed') continue;
    if (step.build) return { verdict: 'does not compile', by: step.name };
    if (result === 'timeout') return { verdict: 'caught', by: `${step.name} (time)` };
    return { verdict: 'caught', by: step.name, test: failedTest(tree) };
  }
  return { verdict: 'survived' };
}

async function tryOne(tree, mutation, times, isNear) {
  const place = path.join(tree, mutation.file);
  const text = fs.readFileSync(place, 'utf8');
  fs.writeFileSync(place, apply(text, mutation));
  try {
    return await judge(tree, mutation, times, isNear);
  } finally {
    fs.writeFileSync(place, text);
  }
}

function readKnown(file, hash) {
  if (!fs.existsSync(file)) return new Map();
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return new Map(lines.filter((line) => line.hash === hash).map((line) => [line.key, line]));
}

function report(results) {
  const count = (verdict) => results.filter((result) => result.verdict === verdict).length;
  const [caught, survived] = [count('caught'), count('survived')];
  console.log(`\n${caught} caught, ${survived} survived, ${count('does not compile')} do not compile: ` +
    `${(100 * caught / (caught + survived || 1)).toFixed(1)} % of those that compile are caught`);
  for (const { file, line, what, verdict, source } of results) {
    if (verdict === 'survived') console.log(`survived: ${file}:${line}: ${what}\n    ${source}`);
  }
}

async function main() {
  const { values } = parseArgs({ options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: DEFAULT_FILES },
    since: { type: 'string' },
    near: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '600' },
    jobs: { type: 'string', default: '1' },
  } });
  const wanted = Number(values.count);
  const end = Date.now() + 60_000 * Number(values.minutes);
  const all = candidates(new RegExp(values.files), values.since);
  const hash = hashOf(all.map(({ key }) => key));
  const queue = shuffle(all, createRandom(Number(values.seed)));
  fs.mkdirSync(OUT, { recursive: true });
  const file = path.join(OUT, `${values.seed}.jsonl`);
  const known = readKnown(file, hash);
  console.log(`${all.length} mistakes can be made; ${known.size} of this run are known already`);

  const results = [];
  const compiling = () => results.filter(({ verdict }) => verdict !== 'does not compile').length;
  const trees = Array.from({ length: Number(values.jobs) }, (_, i) => makeTree(i));
  const files = [...new Set(all.map(({ file: name }) => name))];
  const isWanted = (name) => !values.near || files.some((one) => isNearTo(one, name));
  const times = await measure(trees[0], isWanted);
  let running = 0;
  await Promise.all(trees.map(async (tree, number) => {
    if (number > 0) await measure(tree, isWanted);
    while (queue.length > 0 && compiling() + running < wanted && Date.now() < end) {
      const mutation = queue.shift();
      const { key, line, what } = mutation;
      let result = known.get(key);
      if (!result) {
        running++;
        const source = fs.readFileSync(path.join(tree, mutation.file), 'utf8').split('\n')[line - 1].trim();
        result = { hash, key, file: mutation.file, line, what, source, ...await tryOne(tree, mutation, times, values.near) };
        running--;
        fs.appendFileSync(file, `${JSON.stringify(result)}\n`);
        console.log(`${result.verdict}${result.by ? ` by ${result.by}` : ''}: ${result.file}:${line}: ${what}`);
      }
      results.push(result);
    }
  }));
  report(results);
}

main();
