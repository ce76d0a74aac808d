'use strict';

// The harness of combinations (npm run test:combinations) itself: would it notice?

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');

const png2bmp = require('..');
const { createStreams } = require('../lib/browser/streams');
const { makeCase, runCase } = require('./combinations/case');
const { inflate } = require('./combinations/inflate');
const { zlibStream } = require('./kit/deflate-writer');
const { scratch } = require('./kit/scratch');

/** Runs a case with the library of this process, some of whose functions are replaced. */
function run(t, number, replaced = {}) {
  const library = { ...png2bmp, ...replaced };
  return runCase(makeCase(1, number), { libraries: { native: library }, directory: scratch(t), note: () => {} });
}

let plain;
/** The number of a case that gives a BMP without anything unusual. */
async function plainCase(t) {
  for (let number = 0; plain === undefined; number++) {
    const outcome = await run(t, number);
    if (outcome.bytes && outcome.warnings.length === 0) plain = number;
  }
  return plain;
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

test('a length that is wrong is noticed in what is fed: in Web Streams, and in a save', async (t) => {
  const number = await plainCase(t);
  await assert.rejects(run(t, number, {
    createWebStreams(options) {
      const { readable, writable } = createStreams(options);
      const longer = new TransformStream({ flush: (controller) => controller.enqueue(Uint8Array.of(1)) });
      return { readable: readable.pipeThrough(longer), writable };
    },
  }), /webStreamed \(native\): \d+ bytes, not/);
  await assert.rejects(run(t, number, {
    async saveBMPAsync(name, source, options) {
      await png2bmp.saveBMPAsync(name, source, options);
      if (!(source instanceof Uint8Array)) fs.truncateSync(name, 10);
    },
  }), /fedFile \(native\): 10 bytes, not/);
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

test('symbol 286, which has no meaning, is 258 bytes to the reference, though zlib refuses it', () => {
  const wanted = Buffer.alloc(259, 7);
  const stream = zlibStream(wanted, (writer) => writer.bits(1, 1).bits(1, 2) // the last block, with fixed codes
    .code({ code: 0x30 + 7, length: 8 }) // a literal: 7
    .code({ code: 0xc0 + 286 - 280, length: 8 }).code({ code: 0, length: 5 }) // at distance 1
    .code({ code: 0, length: 7 })); // the end
  assert.throws(() => zlib.inflateSync(stream));
  assert.deepEqual(inflate(stream), { bytes: wanted, isBroken: false });
  assert.deepEqual(inflate(stream.subarray(0, -1)), { bytes: wanted, isBroken: false }, 'without its end');
  stream[stream.length - 1] ^= 1;
  assert.deepEqual(inflate(stream), { bytes: wanted, isBroken: true }, 'with a wrong checksum');
});

test('the doors in C compile with src/ as it is', () => {
  const { error, stderr } = spawnSync('cc', ['-std=c11', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Werror', '-fsyntax-only',
    '-Iinclude', '-iquote', 'src', 'test/combinations/doors.c'], { cwd: path.join(__dirname, '..'), encoding: 'utf8' });
  assert.ifError(error);
  assert.equal(stderr, '');
});
