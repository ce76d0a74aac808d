'use strict';

// A clone in a folder whose name has spaces, quotes and signs of the shell, and one that is not ASCII.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { getBMP } = require('..');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const skip = process.platform !== 'linux' && 'the Makefile makes libraries for Linux';

const SOURCES = ['Makefile', 'build.mk', 'setup.sh', 'package.json', 'package-lock.json', 'include', 'src', 'addon',
  'wasm', 'lib', 'bin', 'cli', 'completions', 'scripts', 'samples', 'examples', 'test'];
// What setup.sh would download; a link would lead out of the folder.
const MODULES = ['node-api-headers', 'cli-progress', 'string-width', 'strip-ansi', 'ansi-regex', 'emoji-regex',
  'is-fullwidth-code-point'];

/** A clone as it is after `npm ci`. Its WebAssembly is up to date: it has no path in it. */
function clone(t) {
  const folder = path.join(scratch(t), "it's $HOME", 'sp ace é');
  const copy = (name) => fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  [...SOURCES, ...MODULES.map((name) => `node_modules/${name}`)].forEach(copy);
  fs.rmSync(path.join(folder, 'samples/sample.bmp'), { force: true });
  fs.writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), '{}');
  if (fs.existsSync(path.join(ROOT, 'prebuilds/png2bmp.wasm'))) {
    fs.mkdirSync(path.join(folder, 'prebuilds'));
    fs.writeFileSync(path.join(folder, 'prebuilds/png2bmp.wasm'), fs.readFileSync(path.join(ROOT, 'prebuilds/png2bmp.wasm')));
  }
  return folder;
}

// A quick build, and a test runner that knows nothing of this one.
const env = { ...process.env, MAKEFLAGS: 'OPTIMIZE=-O0 OPTIMIZE_UNROLLED=-O0' };
delete env.NODE_TEST_CONTEXT;

test('a clone in a folder with an odd name is set up, converts, and installs to an odd prefix', { skip }, (t) => {
  const folder = clone(t);
  const run = (command, ...args) =>
    execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const sample = fs.readFileSync(path.join(ROOT, 'samples/sample.png'));

  run('./setup.sh', 'build');
  run('npm', 'start');
  assert.deepEqual(fs.readFileSync(path.join(folder, 'samples/sample.bmp')), getBMP(sample));

  const tests = spawnSync(process.execPath, ['--test', '--test-name-pattern', '/^bash completes|^IN, OUT, STATE/',
    'test/cli-mistakes.test.js', 'test/example-gnu-parallel.test.js'], { cwd: folder, env, encoding: 'utf8' });
  assert.equal(tests.status, 0, tests.stdout);
  assert.match(tests.stdout, /ok \d+ - bash completes/);

  const before = fs.readdirSync(folder);
  const prefix = path.join(scratch(t), "my inst's");
  run('make', '-s', '-j2', 'install', `PREFIX=${prefix}`, 'CFLAGS=-O0');
  assert.deepEqual(fs.readdirSync(folder), before);
  const example = path.join(folder, 'convert');
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'png2bmp'],
    { env: { ...env, PKG_CONFIG_PATH: path.join(prefix, 'lib/pkgconfig') }, encoding: 'utf8' }).trim();
  // As make and CMake do: the shell takes the flags apart.
  run('sh', '-c', `cc -o convert examples/c/convert.c ${flags}`);
  execFileSync(example, ['samples/sample.png', 'c.bmp'], { cwd: folder, env: { ...env, LD_LIBRARY_PATH: path.join(prefix, 'lib') } });
  assert.deepEqual(fs.readFileSync(path.join(folder, 'c.bmp')), getBMP(sample));

  run('make', '-s', 'uninstall', `PREFIX=${prefix}`);
  const left = fs.readdirSync(prefix, { recursive: true, withFileTypes: true });
  assert.deepEqual(left.filter((entry) => !entry.isDirectory()), []);
});
