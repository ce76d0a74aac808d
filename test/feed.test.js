'use strict';

// A PNG that is fed to the C library is converted as one in memory, however it is cut. build/c/test_feed compares,
// at every byte and in pieces of many sizes; here it gets the files.

const assert = require('node:assert/strict');
const { execFile, execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { promisify } = require('node:util');

const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const { getBMP } = require('..');

const ROOT = path.join(__dirname, '..');
const SUITE = process.env.PNGSUITE ?? path.join(ROOT, '../shared/pngsuite');
const onLinux = { skip: process.platform !== 'linux' && 'the Makefile makes the programs for Linux' };

const pngsIn = (folder) => fs.readdirSync(folder).filter((name) => name.endsWith('.png')).map((name) => path.join(folder, name));

async function assertSameFed(files) {
  execFileSync('make', ['-s', 'build/c/test_feed'], { cwd: ROOT, stdio: 'pipe' });
  const { stdout } = await promisify(execFile)(path.join(ROOT, 'build/c/test_feed'), ['--files', ...files], { cwd: ROOT })
    .catch(({ stdout: failed }) => assert.fail(failed.slice(-3000)));
  assert.match(stdout, /# [1-9]\d* checks, 0 failed/);
}

test('every image of PngSuite is converted in pieces as in memory', {
  skip: onLinux.skip || (!fs.existsSync(SUITE) && `no PngSuite at ${SUITE} (set PNGSUITE)`),
}, async () => {
  const files = pngsIn(SUITE);
  assert.ok(files.length >= 170);
  await assertSameFed(files);
});

test('every PNG of the decision tables is converted in pieces as in memory', onLinux, async (t) => {
  const folder = scratch(t);
  const env = { ...process.env, KEEP_PNGS: folder };
  delete env.NODE_TEST_CONTEXT;
  await promisify(execFile)(process.execPath, ['--require', path.join(__dirname, 'kit/keep-pngs.js'), '--test',
    path.join(__dirname, 'decisions-png.test.js'), path.join(__dirname, 'decisions-bmp.test.js')], { cwd: ROOT, env });
  const files = pngsIn(folder);
  assert.ok(files.length >= 200, `only ${files.length} PNGs were kept`);
  await assertSameFed(files);
});

test('examples/c/feed.c writes rows before the PNG has come, and the BMP of getBMP', { ...onLinux, timeout: 300_000 }, async (t) => {
  const program = path.join(scratch(t), 'feed');
  execFileSync('make', ['-s', 'build/c/libpng2bmp.a'], { cwd: ROOT, stdio: 'pipe' });
  execFileSync('cc', ['-std=c11', '-Wall', '-Wextra', '-Werror', '-Iinclude', '-o', program, 'examples/c/feed.c',
    'build/c/libpng2bmp.a', '-ldeflate'], { cwd: ROOT, stdio: 'pipe' });
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 600, height: 700, seed: 5 }));
  const child = spawn(program);
  t.after(() => child.kill());
  const pieces = [];
  const received = () => pieces.reduce((sum, { length }) => sum + length, 0);
  child.stdout.on('data', (piece) => pieces.push(piece));
  child.stdin.write(png.subarray(0, png.length / 2));
  while (received() < 300000) await once(child.stdout, 'data');
  child.stdin.end(png.subarray(png.length / 2));
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  assert.ok(Buffer.concat(pieces).equals(getBMP(png, { topDown: true })));
});
