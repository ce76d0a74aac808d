'use strict';

// Another thread writes random bytes into PNGs while they are converted in place. Meant to run under
// AddressSanitizer: npm run test:sanitize:addon. PNG2BMP_STRESS_ROUNDS: how many conversions, 2000 by
// default.

const assert = require('node:assert/strict');
const process = require('node:process');
const test = require('node:test');
const { Worker } = require('node:worker_threads');

const { getBMP, getBMPAsync, getBMPInto, readInfo } = require('../..');
const { TYPES, createImage, typeName } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');
const { createRandom } = require('../kit/random');

const rounds = Number(process.env.PNG2BMP_STRESS_ROUNDS) || 2000;

// Writes bytes, and restores most of them, until the control word is 1.
const writer = `
  const { workerData: { bytes, original, control } } = require('node:worker_threads');
  let state = 12345;
  const random = (n) => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) % n;
  };
  while (Atomics.load(control, 0) === 0) {
    const at = random(bytes.length);
    bytes[at] = random(256);
    if (random(4)) bytes[at] = original[at];
    if (random(64) === 0) bytes.set(original);
  }
`;

/** An error or a whole BMP: both are right, as long as nothing else happens. */
function attempt(convert) {
  try {
    return convert();
  } catch (error) {
    assert.match(error.code, /^ERR_(PNG|PIXEL|OUTPUT|FORMAT|OUT_OF_RANGE)/, error.stack);
    return undefined;
  }
}

async function convertWhileWritten(png, count) {
  const bytes = new Uint8Array(new SharedArrayBuffer(png.length));
  bytes.set(png);
  const control = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(writer, {
    eval: true, workerData: { bytes, original: Uint8Array.from(png), control },
  });
  await new Promise((resolve) => worker.once('online', resolve));
  const target = Buffer.alloc(readInfo(png).bmp.byteLength);
  const options = { maxPixels: 1e6 };
  for (let i = 0; i < count; i += 4) {
    attempt(() => getBMP(bytes, options));
    attempt(() => getBMP(bytes, { ...options, ignoreChecksums: true, format: 'bgra32' }));
    attempt(() => getBMPInto(target, bytes, { ...options, ignoreChecksums: true }));
    attempt(() => readInfo(bytes, options));
  }
  Atomics.store(control, 0, 1);
  await new Promise((resolve) => worker.once('exit', resolve));
}

for (const type of TYPES) {
  for (const interlaced of [false, true]) {
    const name = `${typeName(type)}${interlaced ? ' interlaced' : ''}`;
    test(`${name}: input that another thread writes to does no harm`, async () => {
      const image = createImage({ ...type, width: 67, height: 41, transparency: type.colorType < 4 });
      const png = encodePng(image, { interlaced, idat: 500 });
      await convertWhileWritten(png, Math.ceil(rounds / TYPES.length / 2));
    });
  }
}

test('input that JavaScript writes to during borrowed conversions does no harm', async () => {
  const random = createRandom(4711);
  for (let done = 0; done < rounds; done += 30) {
    const type = TYPES[(done / 30) % TYPES.length];
    const image = createImage({ ...type, width: 90, height: 60, seed: done });
    const png = Uint8Array.from(encodePng(image, { interlaced: random.below(2) === 1 }));
    const original = Uint8Array.from(png);
    const options = { maxPixels: 1e6, ignoreChecksums: random.below(2) === 1 };
    const all = Array.from({ length: 30 }, () => getBMPAsync(png, options));
    for (let i = 0; i < 20000; i++) {
      const at = random.below(png.length);
      png[at] = random.below(256);
      if (random.below(4)) png[at] = original[at];
    }
    for (const { reason } of await Promise.allSettled(all)) {
      if (reason) assert.match(reason.code, /^ERR_PNG/, reason.stack);
    }
  }
});
