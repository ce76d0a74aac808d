'use strict';

// npm run test:loaders: the package as npm packs it, in test runners, bundlers and package checkers.
// They are fetched by this command, 130 MB, so it is no part of `npm test`. The addon is that of this
// machine alone; `npm run test:package` has the others.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const ROOT = path.resolve(__dirname, '../..');
const BIN = path.join(__dirname, 'node_modules/.bin');
const SAMPLE = path.join(ROOT, 'samples/sample.png');
const SAMPLE_BYTES = 768054;

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-loaders-'));
const at = (...names) => path.join(home, ...names);
test.after(() => fs.rmSync(home, { recursive: true }));

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } =
    spawnSync(command, args, { cwd: home, encoding: 'utf8', ...options });
  return { status, stdout, stderr: error ? error.message : stderr };
}

function mustRun(command, args, options) {
  const result = run(command, args, options);
  assert.equal(result.status, 0, `${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
let archive;

test.before(() => {
  execFileSync('npm', ['ci', '--ignore-scripts', ...QUIET], { cwd: __dirname, stdio: 'inherit' });
  execFileSync(process.execPath, ['scripts/prebuilds.js', '--here'], { cwd: ROOT, stdio: 'inherit' });
  // Without scripts: prepack would build for every platform.
  const name = mustRun('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home], { cwd: ROOT });
  archive = at(name.trim().split('\n').at(-1));
  fs.writeFileSync(at('package.json'), '{ "private": true }');
  mustRun('npm', ['install', '--ignore-scripts', ...QUIET, archive]);
  fs.writeFileSync(at('app.js'), `
    const fs = require('node:fs');
    console.log(require('png2bmp').getBMP(fs.readFileSync(${JSON.stringify(SAMPLE)})).length);`);
});

// ---- Test runners --------------------------------------------------------------------

test('jest: two test files in one process, and resetModules', () => {
  fs.mkdirSync(at('jest'));
  const body = `
    const convert = () => require('png2bmp').getBMP(require('fs').readFileSync(${JSON.stringify(SAMPLE)}));
    test('converts', () => expect(convert().length).toBe(${SAMPLE_BYTES}));
    test('converts again, with errors of its own', () => {
      jest.resetModules();
      expect(convert().length).toBe(${SAMPLE_BYTES});
      const { getBMP, errors } = require('png2bmp');
      expect(() => getBMP(Buffer.from('no'))).toThrow(errors.PngError);
    });`;
  for (const name of ['a', 'b']) fs.writeFileSync(at('jest', `${name}.test.js`), body);
  mustRun(path.join(BIN, 'jest'), ['--rootDir', at('jest'), '--runInBand']);
});

test('jest in ESM mode', () => {
  fs.mkdirSync(at('esm'));
  const body = `
    import { readFileSync } from 'node:fs';
    import { getBMP } from 'png2bmp';
    test('converts', () => expect(getBMP(readFileSync(${JSON.stringify(SAMPLE)})).length).toBe(${SAMPLE_BYTES}));`;
  for (const name of ['a', 'b']) fs.writeFileSync(at('esm', `${name}.test.mjs`), body);
  const args = ['--rootDir', at('esm'), '--runInBand', '--transform', '{}', '--testMatch', '**/*.mjs'];
  mustRun(path.join(BIN, 'jest'), args, { env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' } });
});

// ---- Bundlers --------------------------------------------------------------------------

/** Runs a bundle where nothing but the bundle is. */
function runBundle(folder) {
  return run(process.execPath, ['app.js'], { cwd: folder });
}

function emptyFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-bundle-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

test('esbuild bundles it with --loader:.node=copy', (t) => {
  const folder = emptyFolder(t);
  mustRun(path.join(BIN, 'esbuild'), ['app.js', '--bundle', '--platform=node', '--loader:.node=copy',
    `--outfile=${path.join(folder, 'app.js')}`]);
  assert.equal(runBundle(folder).stdout, `${SAMPLE_BYTES}\n`);
});

test('webpack bundles it with an asset rule for .node', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('webpack.config.js'), `module.exports = {
    mode: 'production', target: 'node', node: { __dirname: false }, entry: './app.js',
    output: { path: ${JSON.stringify(folder)}, filename: 'app.js' },
    module: { rules: [{ test: /\\.node$/, type: 'asset/resource' }] },
  };`);
  const script = `require(${JSON.stringify(path.join(__dirname, 'node_modules/webpack'))})(require('./webpack.config.js'),
    (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });`;
  mustRun(process.execPath, ['-e', script]);
  assert.equal(runBundle(folder).stdout, `${SAMPLE_BYTES}\n`);
});

test('rollup leaves it out as an external module', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('entry.mjs'), `import { readFileSync } from 'node:fs';
    import { getBMP } from 'png2bmp';
    console.log(getBMP(readFileSync(${JSON.stringify(SAMPLE)})).length);`);
  mustRun(path.join(BIN, 'rollup'), ['entry.mjs', '--external', 'png2bmp,node:fs', '--format', 'cjs', '--silent',
    '--file', path.join(folder, 'app.js')]);
  fs.symlinkSync(at('node_modules'), path.join(folder, 'node_modules'));
  assert.equal(runBundle(folder).stdout, `${SAMPLE_BYTES}\n`);
});

test('a bundle without the file says what to write', (t) => {
  const folder = emptyFolder(t);
  mustRun(path.join(BIN, 'esbuild'), ['app.js', '--bundle', '--platform=node', '--external:*.node',
    `--outfile=${path.join(folder, 'app.js')}`]);
  assert.match(runBundle(folder).stderr, /--external:png2bmp.*--loader:\.node=copy/);
});

test('@vercel/nft finds the addon', async () => {
  const { nodeFileTrace } = require('@vercel/nft');
  const { fileList } = await nodeFileTrace([at('app.js')], { base: home });
  const name = `node_modules/png2bmp/prebuilds/${process.platform}-${process.arch}.node`;
  assert.ok(fileList.has(name), [...fileList].join('\n'));
});

// ---- The package itself ------------------------------------------------------------------

test('publint finds nothing', () => {
  mustRun(path.join(BIN, 'publint'), ['--strict', at('node_modules/png2bmp')]);
});

test('@arethetypeswrong/cli finds nothing', () => {
  mustRun(path.join(BIN, 'attw'), [archive, '--format', 'ascii']);
});

test('npm install -g brings the man page and the command', () => {
  mustRun('npm', ['install', '-g', '--prefix', at('global'), '--ignore-scripts', ...QUIET, archive]);
  assert.ok(fs.existsSync(at('global/share/man/man1/png2bmp.1')));
  assert.match(mustRun(at('global/bin/png2bmp'), ['--version']), /^png2bmp \d/);
});

function freshClone(t) {
  const folder = path.join(emptyFolder(t), 'clone');
  execFileSync('git', ['clone', '--quiet', ROOT, folder]);
  return folder;
}

test('npm pack in a fresh clone says what to run first, without a stack trace', (t) => {
  const { status, stderr } = run('npm', ['pack', '--pack-destination', home], { cwd: freshClone(t) });
  assert.notEqual(status, 0);
  assert.match(stderr, /the npm packages of this clone are missing: run '\.\/setup\.sh build'/);
  assert.doesNotMatch(stderr, /^ +at /m);
});

test('npm install of a git repository brings the addon of this machine', (t) => {
  const clone = freshClone(t);
  const folder = emptyFolder(t);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  mustRun('npm', ['install', ...QUIET, `git+file://${clone}`], { cwd: folder });
  fs.copyFileSync(at('app.js'), path.join(folder, 'app.js'));
  assert.equal(runBundle(folder).stdout, `${SAMPLE_BYTES}\n`);
});
