'use strict';

// npm run test:package: what npm would publish, in an empty directory, in every runtime that
// can be had. Fetches the runtimes the first time, 1.2 GB when unpacked, so it is not part of `npm test`.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { TYPES, createImage, typeName } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');
const { RUNTIMES, provide } = require('./runtimes');

const ROOT = path.resolve(__dirname, '../..');
const PREBUILDS = ['linux-arm', 'linux-arm64', 'linux-x64', 'win32-x64'];
const PROGRAMS = path.join(__dirname, 'programs');
const MINUTES = 60_000;

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-package-'));
test.after(() => fs.rmSync(home, { recursive: true }));
const installed = path.join(home, 'node_modules/png2bmp');

// ---- The package ----------------------------------------------------------------------

function npm(...args) {
  return execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('npm pack builds the addons and packs what a user needs, and no more', () => {
  npm('run', '--silent', 'prebuilds'); // installs compilers, where it may
  npm('pack', '--silent', '--pack-destination', home);
  const archive = fs.readdirSync(home).find((name) => name.endsWith('.tgz'));
  const list = execFileSync('tar', ['-tzf', path.join(home, archive)], { encoding: 'utf8' });
  const names = list.trim().split('\n').map((name) => name.replace('package/', ''));
  const folders = new Set(names.map((name) => name.split('/')[0]));
  assert.deepEqual([...folders].sort(), ['LICENSE', 'README.md', 'bin', 'cli', 'completions', 'lib',
    'man', 'package.json', 'prebuilds']);
  for (const name of PREBUILDS) assert.ok(names.includes(`prebuilds/${name}.node`), name);
  assert.ok(names.includes('prebuilds/png2bmp.wasm'));
  for (const name of ['lib/index.js', 'lib/index.mjs', 'lib/index.d.ts', 'bin/png2bmp.js'])
    assert.ok(names.includes(name), name);
});

test('the sizes in docs/package.md are those of the files', () => {
  const rows = [...fs.readFileSync(path.join(ROOT, 'docs/package.md'), 'utf8').matchAll(/^\| `([\w.-]+)` \| ([\d ]+) \|/gm)];
  assert.equal(rows.length, PREBUILDS.length + 1);
  for (const [, name, stated] of rows) {
    const { size } = fs.statSync(path.join(ROOT, 'prebuilds', name));
    assert.ok(Math.abs(size / Number(stated.replaceAll(' ', '')) - 1) < 0.1, `${name} has ${size} bytes`);
  }
});

test('the package installs in an empty directory with install scripts switched off', () => {
  const archive = fs.readdirSync(home).find((name) => name.endsWith('.tgz'));
  fs.writeFileSync(path.join(home, 'package.json'), '{ "private": true }');
  npm('install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund',
    path.join(home, archive));
  assert.ok(fs.existsSync(path.join(installed, 'package.json')));
});

test('the package has no install script, and nothing that npm would build', () => {
  const { scripts, gypfile } = require(path.join(installed, 'package.json'));
  for (const name of ['preinstall', 'install', 'postinstall']) assert.ok(!(name in scripts), name);
  assert.equal(gypfile, false);
  assert.ok(!fs.existsSync(path.join(installed, 'binding.gyp')));
});

test('the archive has at most 1.35 MB', () => {
  const archive = fs.readdirSync(home).find((name) => name.endsWith('.tgz'));
  assert.ok(fs.statSync(path.join(home, archive)).size <= 1_350_000);
});

// ---- What runs in it --------------------------------------------------------------------

/** [name, CommonJS source] of README's examples; those that use other packages cannot run here. */
function readmeExamples() {
  const readme = fs.readFileSync(path.join(installed, 'README.md'), 'utf8');
  const sources = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);
  return sources.map((source, i) => ({ name: `example-${i + 1}`, source }));
}

function otherPackages({ source }) {
  return [...source.matchAll(/require\('(.*?)'\)/g)].map((match) => match[1])
    .filter((name) => name !== 'png2bmp' && !name.startsWith('node:'));
}

function asModule(source) {
  return source.replace(/const (\{.*?\}|\w+) = require\((.*?)\);/g, 'import $1 from $2;');
}

function writePngs(directory) {
  fs.mkdirSync(directory);
  for (const type of TYPES) {
    for (const interlaced of [false, true]) {
      const image = createImage({ ...type, width: 37, height: 21, seed: 3, fill: 'gradients' });
      const name = `${typeName(type)}${interlaced ? ', Adam7' : ''}.png`;
      fs.writeFileSync(path.join(directory, name.replaceAll('/', '-')),
        encodePng(image, { interlaced, filter: 'random' }));
    }
  }
}

test('the files for the runtimes are laid out', () => {
  fs.cpSync(PROGRAMS, home, { recursive: true });
  fs.mkdirSync(path.join(home, 'samples'));
  fs.copyFileSync(path.join(ROOT, 'samples/sample.png'), path.join(home, 'samples/sample.png'));
  fs.copyFileSync(path.join(ROOT, 'samples/sample.png'), path.join(home, 'sample.png'));
  writePngs(path.join(home, 'pngs'));
  const examples = readmeExamples().filter((example) => otherPackages(example).length === 0);
  assert.ok(examples.length >= 3, 'README has lost its examples');
  for (const { name, source } of examples) {
    fs.writeFileSync(path.join(home, `${name}.cjs`), source);
    fs.writeFileSync(path.join(home, `${name}.mjs`), asModule(source));
  }
});

test('README has examples with other packages', (t) => {
  for (const example of readmeExamples()) {
    const others = otherPackages(example);
    if (others.length > 0) t.diagnostic(`${example.name} not run, it needs ${others}`);
  }
});

function runProgram({ command, flags, env }, file) {
  const [program, ...args] = [...command, ...flags, file];
  // Node.js for Windows in Wine can open files, but not pipes.
  const texts = ['stdout', 'stderr'].map((name) => path.join(home, name));
  const files = texts.map((name) => fs.openSync(name, 'w'));
  const result = spawnSync(program, args, {
    cwd: home, env: { ...process.env, ...env }, timeout: 20 * MINUTES, stdio: ['ignore', ...files],
  });
  files.forEach((fd) => fs.closeSync(fd));
  const [stdout, stderr] = texts.map((name) => fs.readFileSync(name, 'utf8'));
  assert.equal(result.error, undefined);
  assert.equal(result.status, 0, `${file}\n${stdout}${stderr}`);
  return stdout;
}

function takeBmp() {
  const file = path.join(home, 'sample.bmp');
  if (!fs.existsSync(file)) return '';
  const bytes = fs.readFileSync(file);
  fs.rmSync(file);
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

const EXAMPLES = /^example-/;
const isEmulated = ({ name }) => name.endsWith('emulated');

/** The programs, but for README's examples in an emulator, which takes seconds to start each of them. */
const programsFor = (runtime) => fs.readdirSync(home).filter((name) =>
  (EXAMPLES.test(name) && !isEmulated(runtime)) || /^(convert|import|saves)\.[cm]js$/.test(name));

/** What programs print and write: { file: text }. */
function outputs(files, runtime) {
  return Object.fromEntries(files.map((file) =>
    [file, runProgram(runtime, file) + takeBmp()]));
}

const wanted = {};

const withBackend = (ready, backend) => ({ ...ready, env: { ...ready.env, PNG2BMP_BACKEND: backend } });

for (const runtime of RUNTIMES) {
  test(`${runtime.name} gives the same bytes by require and by import`, (t) => {
    try {
      runtime.ready = provide(runtime);
    } catch (error) {
      t.skip(`not to be had: ${error.message.split('\n')[0]}`);
      return;
    }
    const files = programsFor(runtime);
    const printed = outputs(files, withBackend(runtime.ready, 'native'));
    if (runtime === RUNTIMES[0]) {
      assert.ok(printed['convert.cjs'].split('\n').length > 100);
      Object.assign(wanted, printed);
    }
    assert.deepEqual(printed, Object.fromEntries(files.map((file) => [file, wanted[file]])));
  });

  // Whose WebAssembly it is has been seen of each runtime, and of one CPU that is emulated.
  const isSeen = isEmulated(runtime) && runtime !== RUNTIMES.find(isEmulated);
  test(`${runtime.name} gives the same bytes in WebAssembly`, { skip: isSeen && 'slow, and like others' }, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    const wasm = withBackend(runtime.ready, 'wasm');
    assert.equal(runProgram(wasm, 'convert.cjs'), wanted['convert.cjs']);
    assert.match(runProgram(wasm, 'lifetime.cjs'), /moved inputs, targets and results/);
  });

  test(`${runtime.name} converts while inputs are moved, resized and dropped`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    const printed = runProgram(withBackend(runtime.ready, 'native'), 'lifetime.cjs');
    assert.match(printed, /moved inputs, targets and results are like any other/);
    const version = /^Node\.js (\d+)/.exec(runtime.name)?.[1];
    if (version >= 22) assert.match(printed, /prototype\.transfer: used/);
  });
}

// ---- ARMv6 --------------------------------------------------------------------------------

for (const runtime of RUNTIMES.filter(({ name }) => name.includes('armv7'))) {
  test(`${runtime.name} leaves the addon alone where Node.js was built for ARMv6`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    fs.writeFileSync(path.join(home, 'armv6.cjs'), `
      Object.defineProperty(process, 'config', { value: { variables: { arm_version: '6' } } });
      console.log(require('png2bmp').versions.backend);`);
    assert.equal(runProgram(runtime.ready, 'armv6.cjs'), 'wasm\n');
  });
}

// ---- Windows ------------------------------------------------------------------------------

for (const runtime of RUNTIMES.filter(({ name }) => name.includes('Windows'))) {
  for (const backend of ['native', 'wasm']) {
    test(`${runtime.name} saves over open and read-only files and with long names, ${backend}`, (t) => {
      if (!runtime.ready) {
        t.skip('not to be had');
        return;
      }
      assert.match(runProgram(withBackend(runtime.ready, backend), 'windows.cjs'), /ok no temporary file is left/);
    });
  }

  test(`${runtime.name} loads its addon in a program of another name than node.exe`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    const [wine, node] = runtime.ready.command;
    const renamed = path.join(home, 'editor.exe');
    fs.copyFileSync(node, renamed);
    const native = withBackend({ ...runtime.ready, command: [wine, renamed] }, 'native');
    assert.equal(runProgram(native, 'convert.cjs'), wanted['convert.cjs']);
    fs.rmSync(renamed);
  });

  test(`${runtime.name} gives the same bytes at every CPU level`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    const native = withBackend(runtime.ready, 'native');
    for (const level of ['scalar', 'sse', 'avx2', 'avx512']) {
      const env = { ...native.env, PNG2BMP_CPU: level };
      assert.equal(runProgram({ ...native, env }, 'convert.cjs'), wanted['convert.cjs'], level);
    }
  });
}

// ---- The module for browsers --------------------------------------------------------------

for (const runtime of RUNTIMES.filter(({ name }) => /^(Node\.js 20|Bun|Deno)$/.test(name))) {
  test(`${runtime.name} converts with the module for browsers`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    assert.equal(runProgram(runtime.ready, 'browser.mjs'), 'wasm 768054 768054 768054 AbortError 768054\n');
  });
}

// ---- One file -----------------------------------------------------------------------------

for (const runtime of RUNTIMES.filter(({ name }) => /^(Node\.js \d+|Bun|Deno)$/.test(name))) {
  test(`${runtime.name} converts with one file, of either kind, and saves`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    for (const file of ['inline.mjs', 'inline.cjs']) {
      fs.copyFileSync(path.join(installed, 'prebuilds/inline', file), path.join(home, file));
      assert.ok(fs.statSync(path.join(home, file)).size <= 190_000, file);
      assert.equal(runProgram(runtime.ready, `one-${file}`), 'wasm 768054 768054 true AbortError 768054\n', file);
    }
  });
}

// ---- Where no addon loads ---------------------------------------------------------------

/** Runs the body with addons that are `state`, and restores them. */
function withAddons(state, body) {
  const addons = PREBUILDS.map((name) => path.join(installed, 'prebuilds', `${name}.node`));
  for (const addon of addons) {
    fs.renameSync(addon, `${addon}-away`);
    if (state === 'broken') fs.writeFileSync(addon, 'no addon');
  }
  try {
    body();
  } finally {
    for (const addon of addons) fs.renameSync(`${addon}-away`, addon);
  }
}

/** node's flags for a process that may read and write files, and nothing else. */
function permissionFlags(command) {
  const flags = ['--permission', '--experimental-permission'];
  const known = flags.find((flag) => spawnSync(command, [flag, '--allow-fs-read=*', '-e', '']).status === 0);
  return [known, '--allow-fs-read=*', '--allow-fs-write=*'];
}

for (const runtime of RUNTIMES.filter(({ name }) => /^(Node\.js \d+|Bun|Deno)$/.test(name))) {
  for (const state of ['missing', 'broken']) {
    test(`${runtime.name} with every addon ${state} converts all the same`, (t) => {
      if (!runtime.ready) {
        t.skip('not to be had');
        return;
      }
      withAddons(state, () =>
        assert.equal(runProgram(runtime.ready, 'convert.cjs'), wanted['convert.cjs']));
    });
  }
}

for (const runtime of RUNTIMES.filter(({ name }) => /^Node\.js \d+$/.test(name))) {
  test(`${runtime.name} converts under --no-addons, and under --permission with and without threads`, (t) => {
    if (!runtime.ready) {
      t.skip('not to be had');
      return;
    }
    const permission = permissionFlags(runtime.ready.command[0]);
    for (const flags of [['--no-addons'], permission, [...permission, '--allow-worker']]) {
      assert.equal(runProgram({ ...runtime.ready, flags }, 'convert.cjs'), wanted['convert.cjs'], flags.join(' '));
    }
  });
}

// ---- A read-only file system --------------------------------------------------------------

const READ_ONLY = ['unshare', '--map-root-user', '--mount', 'sh', '-c',
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"', home];
const mayMount = spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0;

for (const runtime of RUNTIMES.filter(({ name }) => /^(Node\.js \d+|Bun|Deno)$/.test(name))) {
  test(`${runtime.name} converts on a read-only file system, and a save says EROFS`, (t) => {
    if (!runtime.ready || !mayMount) {
      t.skip(mayMount ? 'not to be had' : 'may not mount');
      return;
    }
    for (const backend of ['native', 'wasm']) {
      const readOnly = { ...runtime.ready, command: [...READ_ONLY, ...runtime.ready.command] };
      assert.equal(runProgram(withBackend(readOnly, backend), 'read-only.cjs'),
        `${backend} 768054 768054 EROFS open EROFS open\n`);
    }
  });
}

test('the command line of the package converts', () => {
  execFileSync(path.join(home, 'node_modules/.bin/png2bmp'), ['--force', 'sample.png'], { cwd: home });
  assert.notEqual(takeBmp(), '');
});
