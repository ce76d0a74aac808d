'use strict';

// What CI runs: .ci/run, whose commands are replaced by ones that only say that they were called, and
// the workflows, which call its sections.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const YAML = require('yaml');

const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const { scripts } = JSON.parse(read('package.json'));

// ---- .ci/run --------------------------------------------------------------------

/** Runs .ci/run with a setup.sh, an npm and a make that do nothing but fail where `broken` is a part of the command. */
function runCi(t, args, broken) {
  const root = scratch(t);
  const called = path.join(root, 'called');
  fs.mkdirSync(path.join(root, '.ci'));
  fs.mkdirSync(path.join(root, 'bin'));
  fs.copyFileSync(path.join(ROOT, '.ci/run'), path.join(root, '.ci/run'));
  for (const file of ['prebuilds/png2bmp.wasm', 'build/addon']) { // set-up has built them
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), '');
  }
  for (const [file, name] of [['setup.sh', 'setup.sh'], ['bin/npm', 'npm'], ['bin/make', 'make']]) {
    fs.writeFileSync(path.join(root, file),
      `#!/bin/sh\necho "${name} $*" >>'${called}'\ncase "${name} $*" in *"$BROKEN"*) exit 1 ;; esac\n`, { mode: 0o755 });
  }
  const { status, stdout, stderr } = spawnSync('bash', [path.join(root, '.ci/run'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${path.join(root, 'bin')}:${process.env.PATH}`, BROKEN: broken ?? 'nothing is' },
  });
  return { status, stdout, stderr, calls: fs.existsSync(called) ? fs.readFileSync(called, 'utf8').trim().split('\n') : [] };
}

const scriptOf = (call) => /^npm (?:run --silent )?(\S+)/.exec(call)?.[1];
const sections = () => spawnSync('bash', [path.join(ROOT, '.ci/run'), '--list'], { encoding: 'utf8' })
  .stdout.trim().split('\n');

test('.ci/run passes when all its commands do, and fails with the last one of each column', (t) => {
  assert.strictEqual(runCi(t, []).status, 0);
  for (const broken of ['setup.sh', 'make -s', 'npm test', 'run --silent lint', 'test:loaders', 'test:user', 'test:combinations']) {
    const { status, stdout } = runCi(t, [], broken);
    assert.strictEqual(status, 1, broken);
    assert(!stdout.includes('All passed'), broken);
  }
});

test('.ci/run goes on in the other columns when one has failed, but not in the same', (t) => {
  const { calls } = runCi(t, [], 'build:wasm');
  assert(calls.includes('npm run --silent test:user'));
  assert(calls.some((call) => call.includes('test:combinations')));
  assert(!calls.some((call) => call.includes('test:loaders')));
});

test('.ci/run ends with what each section took, also when one of them has failed', (t) => {
  for (const broken of [undefined, 'test:user']) {
    const rows = runCi(t, [], broken).stdout.split('Seconds by section')[1].match(/^\w+ +\d+ +\d+$/gm);
    assert(rows.length >= sections().length - 3, broken);
  }
});

test('.ci/run --nightly runs all of it for longer, with a seed of the day, and coverage', (t) => {
  const calls = (args) => runCi(t, args).calls.find((call) => call.includes('fuzz --'));
  assert.match(calls([]), /--seconds 10 .*--counted --seed 1$/);
  assert.match(calls(['--nightly']), /--seconds 60 .*--seed 20\d{6}$/);
  const nightly = runCi(t, ['--nightly']).calls.map(scriptOf);
  assert.deepStrictEqual(runCi(t, []).calls.map(scriptOf).filter((name) => !nightly.includes(name)), []);
  assert(nightly.includes('coverage'));
});

test('.ci/run with the name of a section runs that section', (t) => {
  const { status, calls } = runCi(t, ['random']);
  assert.strictEqual(status, 0);
  assert.deepStrictEqual(calls.map((call) => call.split(' -- ')[0]),
    ['setup.sh develop', 'npm run --silent fuzz:api', 'npm run --silent fuzz:interference']);
  assert.strictEqual(runCi(t, ['random'], 'fuzz:api').status, 1);
});

test('.ci/run with a name that is not a section fails before it does anything', (t) => {
  const { status, stderr, calls } = runCi(t, ['lint', 'lnit']);
  assert.strictEqual(status, 2);
  assert.match(stderr, /no section lnit/);
  assert.deepStrictEqual(calls, []);
});

test('.ci/run lists every section that it has', () => {
  const written = [...read('.ci/run').matchAll(/^section_(\w+)\(\)/gm)].map(([, name]) => name);
  assert.deepStrictEqual([...sections(), 'setup'].sort(), written.sort());
});

// ---- The scripts of package.json --------------------------------------------------

// Run by another script of the list.
const PARTS = {
  'test:arm64': 'test:cpus',
  'test:s390x': 'test:cpus',
  'test:32bit': 'test:cpus',
  pretest: 'test',
  prebuilds: 'test:package',
  prepack: 'test:package',
  ...Object.fromEntries(Object.keys(scripts).filter((name) => /^bench(:|$)/.test(name) && name !== 'bench:smoke')
    .map((name) => [name, 'bench:smoke'])),
};

const NOT_RUN = {
  abi: 'writes the interface that test:abi compares with',
  mutate: 'takes hours; its figures are in docs/notes/reliability.md',
  screenshots: 'makes pictures for README.md, which somebody has to look at',
};

/** Whether a test loads or starts every file that the script runs. */
function isTested(script, tests) {
  const files = [...scripts[script].matchAll(/scripts\/[\w-]+(?=\.js)/g)].map(([file]) => file);
  return files.length > 0 && files.every((file) => tests.some((text) => text.includes(file)));
}

test('every script of package.json is run by CI or by a test, or is listed with the reason', (t) => {
  const { calls } = runCi(t, ['--nightly']);
  const inCi = new Set(calls.map(scriptOf));
  for (const [, name] of read('setup.sh').matchAll(/npm run --silent ([\w:]+)/g)) inCi.add(name);
  const tests = fs.readdirSync(__dirname).filter((name) => name.endsWith('.test.js') && name !== path.basename(__filename))
    .map((name) => read(`test/${name}`));
  const isHeld = (name) => inCi.has(PARTS[name] ?? name) || isTested(name, tests);
  assert.deepStrictEqual(Object.keys(scripts).filter((name) => !isHeld(name)).sort(), Object.keys(NOT_RUN).sort());
});

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...['docs', 'docs/notes', '.github/workflows']
  .flatMap((folder) => fs.readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`))
  .filter((name) => /\.(md|yml)$/.test(name))];

test('every script that CI, a workflow or a page names is in package.json', (t) => {
  const named = new Set(runCi(t, []).calls.map(scriptOf).filter(Boolean));
  for (const page of PAGES) {
    for (const [, name] of read(page).matchAll(/npm run (?:--silent )?([\w:-]*\w)/g)) named.add(name);
  }
  assert(named.size > 30);
  assert.deepStrictEqual([...named].filter((name) => !(name in scripts)), []);
});

test('every target of make that a page names is in the Makefile', () => {
  const makefile = read('Makefile');
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/(?:`|^|run: |&& )make ([a-z-]+)/gm)].map(([, name]) => name));
  assert(named.includes('check'));
  assert.deepStrictEqual(named.filter((name) => !new RegExp(`^${name}( [\\w-]+)*:`, 'm').test(makefile)), []);
});

test('make check names the tests that it leaves out where the linker replaces no functions', () => {
  const { stdout } = spawnSync('make', ['-n', 'check', 'SYSTEM=Darwin'], { cwd: ROOT, encoding: 'utf8' });
  const skipped = stdout.split('\n').find((line) => line.includes('# skipped: '));
  const checked = stdout.split('\n').find((line) => line.startsWith('set -e; for test in'));
  assert.match(skipped, /^for test in .*test_faults/);
  assert.match(checked, /check_kernels .*test_core/);
  assert.doesNotMatch(checked, /test_faults/);
});

// ---- Workflows ----------------------------------------------------------------------

const WORKFLOWS = fs.readdirSync(path.join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const workflows = WORKFLOWS.map((file) => ({ file, text: read(file), ...YAML.parse(read(file)) }));
const jobs = workflows.flatMap(({ file, jobs: each }) =>
  Object.entries(each).map(([name, job]) => ({ name: `${file}: ${name}`, file, ...job })));
const steps = jobs.flatMap((job) => (job.steps ?? []).map((step) => ({ job, ...step })));

test('every workflow can read the repository and no more; only the release job has more, an identity', () => {
  for (const { file, permissions } of workflows) assert.deepStrictEqual(permissions, { contents: 'read' }, file);
  const more = jobs.filter(({ permissions }) => permissions);
  assert.deepStrictEqual(more.map(({ name }) => name), ['.github/workflows/release.yml: publish']);
  assert.deepStrictEqual(more[0].permissions, { contents: 'read', 'id-token': 'write' });
});

test('the job that publishes runs nothing of the repository, and publishes with provenance', () => {
  const { steps: its } = jobs.find(({ name }) => name.endsWith(': publish'));
  assert(its.every(({ uses }) => !uses?.startsWith('actions/checkout')));
  assert.match(its.at(-1).run, /npm publish \S+\.tgz --provenance /);
});

test('actions are named by commit, with the version in a comment', () => {
  for (const { file, text } of workflows) {
    for (const [line, action] of text.matchAll(/^.*\buses: *(\S+).*$/gm)) {
      if (action.startsWith('./')) assert(fs.existsSync(path.join(ROOT, action)), line);
      else assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${file}: ${line}`);
    }
  }
});

test('workflows run every section of .ci/run, and no other', () => {
  const named = steps.flatMap(({ job, run = '' }) => [...run.matchAll(/\.ci\/run (.*)/g)].flatMap(([, words]) => {
    if (words === '${{ matrix.section }}') return job.strategy.matrix.section;
    return words === '--nightly' ? ['coverage', 'kept'] : words.split(' ');
  }));
  assert.deepStrictEqual(named.sort(), sections().sort());
});

test('steps of workflows do one thing, and name files and jobs that there are', () => {
  for (const step of steps) assert.strictEqual(Number('run' in step) + Number('uses' in step), 1, JSON.stringify(step));
  for (const { name, file, needs = [] } of jobs) {
    const all = Object.keys(workflows.find((each) => each.file === file).jobs);
    for (const other of [needs].flat()) assert(all.includes(other), `${name} needs ${other}`);
  }
  const files = steps.flatMap(({ run = '' }) => run.match(/\btest\/\S+\.js\b/g) ?? []);
  assert(files.length > 0);
  for (const file of files) assert(fs.existsSync(path.join(ROOT, file)), file);
});

/** The folders with a package-lock.json, a few levels deep. */
function lockedFolders(folder, levels) {
  const entries = fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true });
  const below = levels === 0 ? [] : entries.filter((entry) => entry.isDirectory() && !/^(node_modules|build|\.git)$/.test(entry.name))
    .flatMap(({ name }) => lockedFolders(path.posix.join(folder, name), levels - 1));
  return entries.some(({ name }) => name === 'package-lock.json') ? [folder, ...below] : below;
}

test('dependabot looks after the actions and every folder that has npm packages', () => {
  const { updates } = YAML.parse(read('.github/dependabot.yml'));
  assert(updates.some((each) => each['package-ecosystem'] === 'github-actions'));
  const listed = updates.find((each) => each['package-ecosystem'] === 'npm').directories;
  assert.deepStrictEqual([...listed].sort(), lockedFolders('/', 2).sort());
});
