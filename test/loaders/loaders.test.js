'use strict';

// npm run test:loaders: the package as npm packs it, in test runners, bundlers, single executables, package managers and
// package checkers. This command downloads them, 220 MB, and Bun, 100 MB, so it is not part of `npm test`. The addon is
// only that of this machine; `npm run test:package` has the others.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { MANAGERS, createApplication } = require('./managers');

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

/** Says which backend there is, converts on this thread and on another one, saves, and counts threads. */
const MOVES = `
  let started = 0;
  process.on('worker', () => started++);
  const png = fs.readFileSync(${JSON.stringify(SAMPLE)});
  getBMPAsync(png).then((bmp) => console.log(versions.backend, getBMP(png).length, bmp.length, saveBMP('moved.bmp', png), started));`;
const MOVED = `const fs = require('node:fs'); const { getBMP, getBMPAsync, saveBMP, versions } = require('png2bmp');${MOVES}`;
const MOVED_MODULE = `import fs from 'node:fs'; import { getBMP, getBMPAsync, saveBMP, versions } from 'png2bmp';${MOVES}`;

/** With the addon its own threads convert. */
const printedBy = (backend) => `${backend} ${SAMPLE_BYTES} ${SAMPLE_BYTES} true ${backend === 'wasm' ? 1 : 0}\n`;

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
let archive;

test.before(() => {
  execFileSync('npm', ['ci', '--prefer-offline', '--ignore-scripts', ...QUIET], { cwd: __dirname, stdio: 'inherit' });
  execFileSync(process.execPath, ['scripts/prebuilds.js', '--here'], { cwd: ROOT, stdio: 'inherit' });
  // Without scripts: prepack would build for every platform.
  const name = mustRun('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home], { cwd: ROOT });
  archive = at(name.trim().split('\n').at(-1));
  fs.writeFileSync(at('package.json'), '{ "private": true }');
  mustRun('npm', ['install', '--ignore-scripts', ...QUIET, archive]);
  fs.writeFileSync(at('moved.js'), MOVED);
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

/** Two test files for a runner that has `test` and `expect` or `assert`. */
function writeTests(folder, extension, body) {
  fs.mkdirSync(at(folder));
  for (const name of ['a', 'b']) fs.writeFileSync(at(folder, `${name}.test.${extension}`), body);
}

for (const pool of ['threads', 'forks']) {
  test(`vitest with ${pool}`, () => {
    writeTests(`vitest-${pool}`, 'mjs', `
      import { readFileSync } from 'node:fs';
      import { getBMP, getBMPAsync } from 'png2bmp';
      import { expect, test } from 'vitest';
      const png = readFileSync(${JSON.stringify(SAMPLE)});
      test('converts', () => expect(getBMP(png).length).toBe(${SAMPLE_BYTES}));
      test('converts later', async () => expect((await getBMPAsync(png)).length).toBe(${SAMPLE_BYTES}));`);
    mustRun(path.join(BIN, 'vitest'), ['run', '--root', at(`vitest-${pool}`), '--pool', pool, '--testTimeout=60000'],
      { env: { ...process.env, CI: '1' } });
  });
}

test('mocha, and node:test', () => {
  const convert = `require('png2bmp').getBMP(require('fs').readFileSync(${JSON.stringify(SAMPLE)})).length`;
  writeTests('mocha', 'cjs', `it('converts', () => require('assert').equal(${convert}, ${SAMPLE_BYTES}));`);
  mustRun(path.join(BIN, 'mocha'), ['--timeout', '60000', at('mocha', 'a.test.cjs'), at('mocha', 'b.test.cjs')]);
  writeTests('node-test', 'cjs',
    `require('node:test')('converts', () => require('assert').equal(${convert}, ${SAMPLE_BYTES}));`);
  mustRun(process.execPath, ['--test', at('node-test', 'a.test.cjs'), at('node-test', 'b.test.cjs')]);
});

// ---- Bundlers --------------------------------------------------------------------------

/** Runs a bundle in a place where there is nothing else. */
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
  mustRun(path.join(BIN, 'esbuild'), ['moved.js', '--bundle', '--platform=node', '--loader:.node=copy',
    `--outfile=${path.join(folder, 'app.js')}`]);
  assert.equal(mustRun(process.execPath, ['app.js'], { cwd: folder }), printedBy('native'));
});

/** Bundles an entry with webpack for Node.js; more: the source of what its configuration has in addition. */
function bundleWithWebpack(entry, folder, more = '') {
  const script = `require(${JSON.stringify(path.join(__dirname, 'node_modules/webpack'))})({
    mode: 'production', target: 'node', entry: './${entry}', output: { path: ${JSON.stringify(folder)}, filename: 'app.js' }, ${more}
  }, (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });`;
  mustRun(process.execPath, ['-e', script]);
}

test('webpack bundles it with WebAssembly inside, and with an asset rule for .node the addon', (t) => {
  const folder = emptyFolder(t);
  bundleWithWebpack('moved.js', folder);
  assert.deepEqual(fs.readdirSync(folder), ['app.js']);
  assert.equal(mustRun(process.execPath, ['app.js'], { cwd: folder }), printedBy('wasm'));
  bundleWithWebpack('moved.js', folder, `node: { __dirname: false }, resolve: { conditionNames: ['node-addons', '...'] },
    module: { rules: [{ test: /\\.node$/, type: 'asset/resource' }] }, optimization: { minimize: false }`);
  assert.equal(mustRun(process.execPath, ['app.js'], { cwd: folder }), printedBy('native'));
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

test('a bundle without any file converts, on threads', (t) => {
  const folder = emptyFolder(t);
  for (const flags of [[], ['--minify', '--target=es2020']]) {
    mustRun(path.join(BIN, 'esbuild'), ['moved.js', '--bundle', '--platform=node', '--external:*.node', ...flags,
      `--outfile=${path.join(folder, 'app.js')}`]);
    assert.equal(mustRun(process.execPath, ['app.js'], { cwd: folder }), printedBy('wasm'));
  }
});

test('esbuild makes an ECMAScript module of it, and with a require of its own the addon is there', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('moved.mjs'), MOVED_MODULE);
  const flags = ['moved.mjs', '--bundle', '--platform=node', '--format=esm', '--loader:.node=copy', `--outfile=${path.join(folder, 'app.mjs')}`];
  const banner = "--banner:js=import { createRequire as r } from 'node:module'; const require = r(import.meta.url);";
  // Where it is run there may be anybody's files, which are not for it.
  const elsewhere = path.join(folder, 'elsewhere');
  fs.mkdirSync(path.join(folder, 'build/Release'), { recursive: true });
  fs.mkdirSync(elsewhere);
  fs.copyFileSync(path.join(ROOT, 'build/Release/png2bmp.node'), path.join(folder, 'build/Release/png2bmp.node'));
  for (const [more, backend] of [[[], 'wasm'], [[banner], 'native']]) {
    mustRun(path.join(BIN, 'esbuild'), [...flags, ...more]);
    assert.equal(mustRun(process.execPath, ['../app.mjs'], { cwd: elsewhere }), printedBy(backend));
  }
});

test('vite builds for servers (build.ssr), as SvelteKit, Nuxt and Astro do: with the package beside the bundle, or inside with WebAssembly', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('server.mjs'), MOVED_MODULE);
  for (const [ssr, backend] of [['', 'native'], ['noExternal: true', 'wasm']]) {
    fs.writeFileSync(at('ssr.config.mjs'), `export default { ssr: { ${ssr} } };`);
    mustRun(path.join(BIN, 'vite'), ['build', '--config', 'ssr.config.mjs', '--ssr', 'server.mjs', '--outDir', folder, '--emptyOutDir']);
    assert.deepEqual(fs.readdirSync(folder), ['server.mjs']);
    if (backend === 'native') fs.symlinkSync(at('node_modules'), path.join(folder, 'node_modules'));
    assert.equal(mustRun(process.execPath, ['server.mjs'], { cwd: folder }), printedBy(backend));
  }
});

test('rollup with node-resolve and commonjs bundles it with WebAssembly inside', (t) => {
  const folder = emptyFolder(t);
  const file = (name) => JSON.stringify(path.join(__dirname, 'node_modules', name));
  fs.writeFileSync(at('server.mjs'), MOVED_MODULE);
  fs.writeFileSync(at('rollup.config.mjs'), `import commonjs from ${file('@rollup/plugin-commonjs/dist/es/index.js')};
    import { nodeResolve } from ${file('@rollup/plugin-node-resolve/dist/es/index.js')};
    export default { input: 'server.mjs', plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs()] };`);
  mustRun(path.join(BIN, 'rollup'), ['--config', 'rollup.config.mjs', '--silent', '--file', path.join(folder, 'app.mjs')]);
  assert.equal(mustRun(process.execPath, ['app.mjs'], { cwd: folder }), printedBy('wasm'));
});

test('a bundle with the addon of another platform converts', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('other.js'), `Object.defineProperty(process, 'arch', { value: 'riscv64' });${MOVED}`);
  mustRun(path.join(BIN, 'esbuild'), ['other.js', '--bundle', '--platform=node', '--loader:.node=copy',
    `--outfile=${path.join(folder, 'app.js')}`]);
  assert.equal(mustRun(process.execPath, ['app.js'], { cwd: folder }), printedBy('wasm'));
});

test('@vercel/ncc brings the addon along, and WebAssembly with its threads', (t) => {
  const folder = emptyFolder(t);
  mustRun(path.join(BIN, 'ncc'), ['build', 'moved.js', '--out', at('ncc')]);
  assert.equal(mustRun(process.execPath, [at('ncc/index.js')], { cwd: folder, env: { ...process.env, PNG2BMP_BACKEND: 'wasm' } }),
    printedBy('wasm'));
  mustRun(path.join(BIN, 'ncc'), ['build', 'app.js', '--out', folder]);
  fs.renameSync(path.join(folder, 'index.js'), path.join(folder, 'app.js'));
  assert.equal(runBundle(folder).stdout, `${SAMPLE_BYTES}\n`);
});

test('@vercel/nft finds the addon, and WebAssembly with its thread', async () => {
  const { nodeFileTrace } = require('@vercel/nft');
  const { fileList } = await nodeFileTrace([at('app.js')], { base: home });
  const name = `node_modules/png2bmp/prebuilds/${process.platform}-${process.arch}.node`;
  assert.ok(fileList.has(name), [...fileList].join('\n'));
  for (const file of ['prebuilds/png2bmp.wasm', 'lib/wasm/worker.js', 'lib/wasm/answer.js', 'lib/wasm/request.js'])
    assert.ok(fileList.has(`node_modules/png2bmp/${file}`), file);
});

// ---- One file -------------------------------------------------------------------------

for (const format of ['esm', 'cjs']) {
  test(`esbuild bundles inline.${format === 'esm' ? 'mjs' : 'cjs'} as ${format}, without configuration`, (t) => {
    const extension = format === 'esm' ? 'mjs' : 'cjs';
    fs.writeFileSync(at(`one.${extension}`), `${format === 'esm'
      ? "import { readFileSync } from 'node:fs'; import { getBMP, getBMPAsync, saveBMP } from 'png2bmp/inline';"
      : "const { readFileSync } = require('node:fs'); const { getBMP, getBMPAsync, saveBMP } = require('png2bmp/inline');"}
      const png = readFileSync(${JSON.stringify(SAMPLE)});
      getBMPAsync(png).then((bmp) => console.log(getBMP(png).length, bmp.length, saveBMP('a.bmp', png)));`);
    const folder = emptyFolder(t);
    for (const flags of [[], ['--minify', '--target=es2020']]) { // the target adds functions of esbuild's own
      mustRun(path.join(BIN, 'esbuild'), [at(`one.${extension}`), '--bundle', '--platform=node', `--format=${format}`, ...flags,
        `--outfile=${path.join(folder, `one.${extension}`)}`]);
      assert.equal(mustRun(process.execPath, [path.join(folder, `one.${extension}`)], { cwd: folder }), `${SAMPLE_BYTES} ${SAMPLE_BYTES} true\n`);
    }
  });
}

// ---- Single executable applications ----------------------------------------------------

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Makes an executable of a program, by the commands of docs/package.md; returns its name. */
function buildExecutable(folder, source, assets) {
  const make = (command, ...args) => mustRun(command, args, { cwd: folder });
  fs.writeFileSync(at('program.js'), source);
  mustRun(path.join(BIN, 'esbuild'), ['program.js', '--bundle', '--platform=node', '--external:*.node',
    `--outfile=${path.join(folder, 'bundle.js')}`]);
  fs.writeFileSync(path.join(folder, 'sea-config.json'),
    JSON.stringify({ main: 'bundle.js', output: 'app.blob', disableExperimentalSEAWarning: true, assets }));
  make(process.execPath, '--experimental-sea-config', 'sea-config.json');
  fs.copyFileSync(process.execPath, path.join(folder, 'app'));
  make(path.join(BIN, 'postject'), 'app', 'NODE_SEA_BLOB', 'app.blob', '--sentinel-fuse', FUSE);
  return path.join(folder, 'app');
}

test('a single executable needs no file beside it, and an asset brings the addon, which leaves no file', (t) => {
  const addon = at('node_modules/png2bmp/prebuilds', `${process.platform}-${process.arch}.node`);
  const executable = buildExecutable(emptyFolder(t), `
    if (process.env.PLATFORM) Object.defineProperty(process, 'platform', { value: process.env.PLATFORM });
    const fs = require('node:fs');
    const { getBMP, getBMPAsync, saveBMP, versions } = process.env.INLINE ? require('png2bmp/inline') : require('png2bmp');
    getBMP(fs.readFileSync(${JSON.stringify(SAMPLE)}));${MOVES}`,
  Object.fromEntries([process.platform, 'win32'].map((name) => [`png2bmp/${name}-${process.arch}.node`, addon])));
  const temporary = emptyFolder(t);
  const start = (env) => run(executable, [], { cwd: emptyFolder(t), env: { ...process.env, TMPDIR: temporary, TEMP: temporary, ...env } });
  const printed = (backend) => ({ status: 0, stdout: printedBy(backend), stderr: '' });
  assert.deepEqual(start({}), printed('native'));
  assert.deepEqual(fs.readdirSync(temporary), []);
  assert.deepEqual(start({ PLATFORM: 'plan9' }), printed('wasm'), 'no asset for this platform');
  assert.deepEqual(start({ TMPDIR: '/nowhere' }), printed('wasm'), 'no place for the file');
  assert.deepEqual(start({ INLINE: 'yes' }), printed('wasm'));
  // Windows removes no file that is loaded: a later run does, but leaves one that may be about to be loaded.
  for (const name of ['old', 'new']) fs.mkdirSync(path.join(temporary, `png2bmp-addon-${name}`));
  fs.utimesSync(path.join(temporary, 'png2bmp-addon-old'), 0, Date.now() / 1000 - 120);
  assert.deepEqual(start({ PLATFORM: 'win32' }), printed('native'));
  assert.deepEqual(fs.readdirSync(temporary), ['png2bmp-addon-new']);
});

// ---- Electron -----------------------------------------------------------------------------

test('@electron/asar leaves the addon, or the package with both converters, beside the archive', (t) => {
  const folder = emptyFolder(t);
  fs.mkdirSync(path.join(folder, 'app'));
  fs.cpSync(at('node_modules'), path.join(folder, 'app/node_modules'), { recursive: true });
  const pack = (...flags) => {
    fs.rmSync(path.join(folder, 'app.asar.unpacked'), { recursive: true, force: true });
    mustRun(path.join(BIN, 'asar'), ['pack', 'app', 'app.asar', ...flags], { cwd: folder });
    return fs.readdirSync(path.join(folder, 'app.asar.unpacked'), { recursive: true }).filter((name) => name.endsWith('.node'));
  };
  // Electron loads an addon of app.asar from the same place in app.asar.unpacked.
  const addons = fs.readdirSync(at('node_modules/png2bmp/prebuilds')).filter((name) => name.endsWith('.node'));
  assert.ok(addons.includes(`${process.platform}-${process.arch}.node`));
  assert.deepEqual(pack('--unpack', '*.node').sort(), addons.sort().map((name) => `node_modules/png2bmp/prebuilds/${name}`));
  const packed = mustRun(path.join(BIN, 'asar'), ['list', 'app.asar'], { cwd: folder }).split('\n');
  for (const name of ['prebuilds/png2bmp.wasm', 'lib/wasm/worker.js']) assert.ok(packed.includes(`/node_modules/png2bmp/${name}`));
  pack('--unpack-dir', '**/node_modules/png2bmp');
  const place = path.join(folder, 'app.asar.unpacked');
  fs.copyFileSync(at('moved.js'), path.join(place, 'moved.js'));
  for (const backend of ['native', 'wasm']) {
    assert.equal(mustRun(process.execPath, ['moved.js'], { cwd: place, env: { ...process.env, PNG2BMP_BACKEND: backend } }), printedBy(backend));
  }
});

// ---- Bundlers for browsers -------------------------------------------------------------

const PAGE = "import { getBMPAsync } from 'png2bmp'; window.convert = getBMPAsync;";

/** What a bundle for pages consists of: the page's code, a Worker's, WebAssembly, nothing of Node.js. */
function checkPage(folder) {
  const files = fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name))
    .filter((name) => fs.statSync(name).isFile());
  const wasm = files.filter((name) => name.endsWith('.wasm'));
  assert.equal(wasm.length, 1, files.join(' '));
  assert.ok(WebAssembly.validate(fs.readFileSync(wasm[0])));
  const code = files.filter((name) => /\.m?js$/.test(name)).map((name) => fs.readFileSync(name, 'utf8'));
  assert.ok(code.some((text) => text.includes(path.basename(wasm[0]))), 'the code names the file');
  assert.ok(code.some((text) => /new Worker\(/.test(text)));
  assert.ok(code.some((text) => /onmessage/.test(text) && !/new Worker\(/.test(text)), 'the Worker is a file of its own');
  for (const text of code) assert.doesNotMatch(text, /['"]node:(?!stream\/consumers)/);
}

test('vite builds a page with the Worker and WebAssembly', (t) => {
  const folder = emptyFolder(t);
  fs.mkdirSync(at('vite'));
  fs.writeFileSync(at('vite/index.html'), '<script type="module" src="page.js"></script>');
  fs.writeFileSync(at('vite/page.js'), PAGE);
  fs.writeFileSync(at('vite/vite.config.mjs'), "export default { worker: { format: 'es' } };");
  mustRun(path.join(BIN, 'vite'), ['build', '--outDir', folder, '--emptyOutDir'], { cwd: at('vite') });
  checkPage(folder);
});

test('webpack builds a page with the Worker and WebAssembly', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('page.js'), PAGE);
  fs.writeFileSync(at('webpack.page.js'), `module.exports = {
    mode: 'production', target: 'web', entry: './page.js', output: { path: ${JSON.stringify(folder)} } };`);
  const script = `require(${JSON.stringify(path.join(__dirname, 'node_modules/webpack'))})(require('./webpack.page.js'),
    (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });`;
  mustRun(process.execPath, ['-e', script]);
  checkPage(folder);
});

test('esbuild bundles the module for browsers, without Node.js', (t) => {
  const folder = emptyFolder(t);
  fs.writeFileSync(at('init.js'), "import { init, getBMP } from 'png2bmp'; init('png2bmp.wasm').then(() => getBMP);");
  mustRun(path.join(BIN, 'esbuild'), ['init.js', '--bundle', '--platform=browser', '--format=esm',
    `--outfile=${path.join(folder, 'page.js')}`]);
  assert.doesNotMatch(fs.readFileSync(path.join(folder, 'page.js'), 'utf8'), /['"]node:/);
});

// ---- Package managers ------------------------------------------------------------------

const APPLICATION = {
  'app.cjs': `const { getBMP, versions } = require('png2bmp');
    console.log(versions.backend, getBMP(require('fs').readFileSync('sample.png')).length);`,
  'app.mjs': `import { readFileSync } from 'node:fs';
    import { getBMPAsync, versions } from 'png2bmp';
    console.log(versions.backend, (await getBMPAsync(readFileSync('sample.png'))).length);`,
};

for (const manager of MANAGERS) {
  test(`${manager.name} installs it: require, import, both backends, the command`, (t) => {
    const folder = emptyFolder(t);
    const application = createApplication(manager, folder);
    const runHere = ([command, ...args], env) =>
      mustRun(command, args, { cwd: folder, env: { ...process.env, ...application.env, ...env } });
    for (const [name, text] of Object.entries(APPLICATION)) fs.writeFileSync(path.join(folder, name), text);
    fs.copyFileSync(SAMPLE, path.join(folder, 'sample.png'));
    runHere(application.add(archive));
    for (const file of Object.keys(APPLICATION)) {
      for (const backend of ['native', 'wasm']) {
        const printed = runHere(application.runFile(file), { PNG2BMP_BACKEND: backend });
        assert.equal(printed, `${backend} ${SAMPLE_BYTES}\n`, `${file}, ${backend}`);
      }
    }
    runHere([...application.runTool, 'png2bmp', 'sample.png']);
    assert.equal(fs.statSync(path.join(folder, 'sample.bmp')).size, SAMPLE_BYTES);
  });
}

// ---- The package itself ------------------------------------------------------------------

test('publint finds nothing', () => {
  mustRun(path.join(BIN, 'publint'), ['--strict', at('node_modules/png2bmp')]);
});

test('@arethetypeswrong/cli finds nothing', () => {
  // For pages there are only ECMAScript modules, and WebAssembly has no types.
  mustRun(path.join(BIN, 'attw'), [archive, '--format', 'ascii', '--exclude-entrypoints', 'browser', 'png2bmp.wasm']);
  mustRun(path.join(BIN, 'attw'), [archive, '--format', 'ascii', '--entrypoints', 'browser', '--profile', 'esm-only']);
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
