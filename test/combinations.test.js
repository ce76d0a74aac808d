'use strict';

// The harness of combinations (npm run test:combinations) itself: would it notice?

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const png2bmp = require('..');
const { makeCase, runCase } = require('./combinations/case');
const { scratch } = require('./kit/scratch');

/** Runs a case with the library of this process, some of whose functions are replaced. */
function run(t, number, replaced = {}) {
  const library = { ...png2bmp, ...replaced };
  return runCase(makeCase(1, number), { libraries: { native: library }, directory: scratch(t), note: () => {} });
}

/** The number of a case that gives a BMP without anything unusual. */
async function plainCase(t) {
  for (let number = 0; ; number++) {
    const outcome = await run(t, number);
    if (outcome.bytes && outcome.warnings.length === 0) return number;
  }
}

test('a seed and a number always make the same case', () => {
  const [a, b] = [makeCase(5, 12), makeCase(5, 12)];
  assert.deepEqual(a, b);
  assert.notDeepEqual(a.png, makeCase(6, 12).png);
});

test('three cases pass', async (t) => {
  for (let number = 0; number < 3; number++) await run(t, number);
});

test('one wrong byte is noticed: by the reference, and at a door', async (t) => {
  const number = await plainCase(t);
  await assert.rejects(run(t, number, {
    getBMP(...args) {
      const bmp = png2bmp.getBMP(...args);
      bmp[0] ^= 1;
      return bmp;
    },
  }), /against the reference: byte 0/);
  await assert.rejects(run(t, number, {
    async getBMPAsync(...args) {
      const bmp = await png2bmp.getBMPAsync(...args);
      bmp[0] ^= 1;
      return bmp;
    },
  }), /asynchronous \(native\): byte 0/);
});

test('a byte that is not written over the old ones is noticed', async (t) => {
  const number = await plainCase(t);
  await assert.rejects(run(t, number, {
    getBMPInto(target, ...rest) {
      const before = target[20];
      const written = png2bmp.getBMPInto(target, ...rest);
      target[20] = before;
      return written;
    },
  }), /other bytes over another pattern/);
});

test('the doors in C compile with src/ as it is', () => {
  const { error, stderr } = spawnSync('cc', ['-std=c11', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Werror', '-fsyntax-only',
    '-Iinclude', '-iquote', 'src', 'test/combinations/doors.c'], { cwd: path.join(__dirname, '..'), encoding: 'utf8' });
  assert.ifError(error);
  assert.equal(stderr, '');
});
