'use strict';

// Saves on file systems that are shared, or that lack something: a preloaded library imitates them.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setTimeout } = require('node:timers/promises');

const { getBMP, saveBMP } = require('..');
const { createImage } = require('./kit/image');
const { isWasm } = require('./kit/backend');
const { convertElsewhere } = require('./kit/convert-elsewhere');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const root = path.resolve(__dirname, '..');
const library = path.join(scratch(test), 'odd_file_system.so');
const compiled = process.platform === 'linux' && spawnSync(process.env.CC || 'cc',
  ['-shared', '-fPIC', '-o', library, path.join(__dirname, 'faults/odd_file_system.c'), '-ldl']).status === 0;
const skip = !compiled && 'needs Linux and a C compiler, for a library to preload';

const environment = (ways) => ({ ...process.env, LD_PRELOAD: library, ODD: ways });

/** Files of two images for saver.js, and their BMPs. */
function twoImages(directory) {
  const pngs = [[900, 700], [500, 1500]].map(([width, height], seed) =>
    encodePng(createImage({ colorType: 2, bitDepth: 8, width, height, seed })));
  const names = pngs.map((png, i) => {
    const name = path.join(directory, `${i}.png`);
    fs.writeFileSync(name, png);
    return name;
  });
  return { names, pngs, bmps: pngs.map((png) => getBMP(png)) };
}

function makeOld(directory, names) {
  const then = Date.now() / 1000 - 2 * 3600;
  for (const name of names) fs.utimesSync(path.join(directory, name), then, then);
}

test('readers see a whole file while several save, though flock lies', { skip }, async (t) => {
  const [images, directory] = [scratch(t), scratch(t)];
  const { names, pngs, bmps } = twoImages(images);
  const target = path.join(directory, 'a.bmp');
  saveBMP(target, pngs[0]);
  const savers = Array.from({ length: 4 }, () => spawn(process.execPath,
    [path.join(__dirname, 'faults/saver.js'), target, ...names], { env: environment('locks') }));
  const complaints = [];
  for (const saver of savers) saver.stderr.on('data', (text) => complaints.push(`${text}`));
  await Promise.all(savers.map((saver) => once(saver.stdout, 'data')));
  const looks = [0, 0];
  // Two seconds, and on a slow machine until both have been seen.
  const [enough, end] = [2000, 60_000].map((ms) => performance.now() + ms);
  while (performance.now() < enough || (looks.includes(0) && performance.now() < end)) {
    const content = fs.readFileSync(target);
    const which = bmps.findIndex((bmp) => bmp.equals(content));
    assert.ok(which >= 0, `a file of ${content.length} bytes that is not whole, after ${looks}`);
    looks[which]++;
    await setTimeout(1);
  }
  assert.ok(looks[0] > 0 && looks[1] > 0, 'both images were seen');
  assert.deepEqual(complaints, []);
  const ends = savers.map((saver) => once(saver, 'close'));
  for (const saver of savers) saver.kill('SIGKILL');
  await Promise.all(ends);
  const strays = () => fs.readdirSync(directory).filter((name) => name !== 'a.bmp');
  if (isWasm) makeOld(directory, strays()); // Node.js has no file locks: leftovers are recognised by their age
  convertElsewhere(names[1], target);
  assert.deepEqual(strays(), [], 'what the killed ones left is removed');
});

/** Saves several times over an old file, in another process; returns what is there afterwards. */
function saveOften(t, ways, mode) {
  const directory = scratch(t);
  const target = path.join(directory, 'a.bmp');
  fs.writeFileSync(target, 'old');
  fs.chmodSync(target, mode);
  const script = `
    const { saveBMP } = require(${JSON.stringify(root)});
    const png = require('node:fs').readFileSync(${JSON.stringify(path.join(root, 'samples/sample.png'))});
    for (let i = 0; i < 100; i++) saveBMP('a.bmp', png, { topDown: i % 2 === 0 });
    saveBMP('new.bmp', png, { flag: 'wx' });`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script],
    { cwd: directory, encoding: 'utf8', env: environment(ways) });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.deepEqual(fs.readdirSync(directory).sort(), ['a.bmp', 'new.bmp']);
  const bmp = getBMP(fs.readFileSync(path.join(root, 'samples/sample.png')));
  for (const name of ['a.bmp', 'new.bmp']) {
    assert.ok(fs.readFileSync(path.join(directory, name)).equals(bmp), name);
  }
  return fs.statSync(target).mode & 0o777;
}

test('inode numbers that change at every look leave no temporary file', { skip }, (t) => {
  saveOften(t, 'numbers', 0o644);
});

test('a mode that cannot be set is not a failure, and opens no private file', { skip }, (t) => {
  for (const mode of [0o600, 0o644, 0o666]) {
    assert.equal(saveOften(t, 'modes', mode) & 0o077 & ~mode, 0);
  }
});

test('a file system with all these oddities is saved to all the same', { skip }, (t) => {
  saveOften(t, 'locks numbers modes', 0o644);
});
