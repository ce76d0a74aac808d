'use strict';

// PNGs that asynchronous calls wait for: Blobs, Responses, streams.

const assert = require('node:assert/strict');
const { File } = require('node:buffer');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const { PassThrough, Readable } = require('node:stream');
const test = require('node:test');

const { decodePNG, decodePNGAsync, getBMP, getBMPAsync, saveBMPAsync } = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 61, height: 47, colorType: 6, bitDepth: 8 }));
const bmp = getBMP(png);

/** The PNG in pieces of this many bytes. */
function* pieces(size) {
  for (let at = 0; at < png.length; at += size) yield png.subarray(at, at + size);
}

/** A web stream that counts what is read from it, and records whether it was cancelled. */
function countedStream(source) {
  const seen = { pieces: 0, cancelled: false };
  const iterator = source[Symbol.iterator]();
  const stream = new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) return controller.close();
      seen.pieces++;
      return controller.enqueue(value);
    },
    cancel() { seen.cancelled = true; },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

const sources = {
  'a Blob': () => new Blob([png]),
  'a File': () => new File([png], 'a.png', { type: 'image/png' }),
  'a Response': () => new Response(png),
  'a Request': () => new Request('http://localhost', { method: 'POST', body: png }),
  'a stream of the web': () => countedStream(pieces(100)).stream,
  'a stream of the web in one piece': () => countedStream([png]).stream,
  'a stream of ArrayBuffers, as of FileHandle.readableWebStream() in Node.js 20': () =>
    countedStream([new Uint8Array(png.subarray(0, 99)).buffer, new Uint8Array(png.subarray(99)).buffer]).stream,
  'a stream of Node.js': () => Readable.from(pieces(100)),
  'an async generator': () => (async function* generate() { yield* pieces(7); })(),
  'a Response as of node-fetch, with a stream of Node.js': () =>
    ({ ok: true, bodyUsed: false, body: Readable.from(pieces(99)), async arrayBuffer() {} }),
  'a Blob as of a polyfill': () => ({ size: png.length, arrayBuffer: async () => new Uint8Array(png).buffer }),
};

for (const [name, make] of Object.entries(sources)) {
  test(`${name} is converted`, async (t) => {
    assert.deepEqual(await getBMPAsync(make()), bmp);
    assert.deepEqual(await getBMPAsync(make(), { signal: new AbortController().signal }), bmp);
    assert.deepEqual(await decodePNGAsync(make(), { channels: 3 }), decodePNG(png, { channels: 3 }));
    const file = path.join(scratch(t), 'a.bmp');
    await saveBMPAsync(file, make());
    assert.deepEqual(fs.readFileSync(file), bmp);
    const called = await new Promise((resolve) => { getBMPAsync(make(), (...args) => resolve(args)); });
    assert.deepEqual(called, [null, bmp]);
  });

  test(`${name} of more than maxInputBytes is an error`, async () => {
    assert.deepEqual(await getBMPAsync(make(), { maxInputBytes: png.length }), bmp);
    await assert.rejects(getBMPAsync(make(), { maxInputBytes: png.length - 1 }),
      { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /at most \d+ bytes long \(option maxInputBytes\)/ });
  });
}

test('maxInputBytes is a number of bytes', async () => {
  for (const [value, code] of [[-1, 'ERR_OUT_OF_RANGE'], [NaN, 'ERR_OUT_OF_RANGE'], ['1', 'ERR_INVALID_ARG_TYPE']])
    await assert.rejects(getBMPAsync(png, { maxInputBytes: value }), { code, message: /"maxInputBytes"/ });
  assert.deepEqual(await getBMPAsync(new Blob([png]), { maxInputBytes: BigInt(png.length) }), bmp);
  assert.deepEqual(await getBMPAsync(new Blob([png]), { maxInputBytes: Infinity }), bmp);
});

test('a length counts what was collected', async () => {
  assert.deepEqual(await getBMPAsync(new Blob([png, 'more']), png.length, { strict: true }), bmp);
  await assert.rejects(getBMPAsync(new Blob([png]), png.length + 1), { code: 'ERR_OUT_OF_RANGE' });
});

test('no more is read of a stream than the limit, and it is cancelled', async () => {
  const { stream, seen } = countedStream(pieces(10));
  await assert.rejects(getBMPAsync(stream, { maxInputBytes: 25 }), { code: 'ERR_OUT_OF_RANGE' });
  assert.deepEqual(seen, { pieces: 3, cancelled: true });
  const readable = Readable.from(pieces(10));
  await assert.rejects(getBMPAsync(readable, { maxInputBytes: 25 }), { code: 'ERR_OUT_OF_RANGE' });
  await new Promise(setImmediate);
  assert.ok(readable.destroyed);
});

test('an abort ends the wait for a stream that says nothing, and the stream', async () => {
  const silent = new PassThrough();
  const { stream, seen } = countedStream([]);
  stream.tee(); // locked: nobody else can read it
  for (const source of [silent, new ReadableStream({ cancel() { seen.cancelled = true; } })]) {
    const controller = new AbortController();
    const reading = getBMPAsync(source, { signal: controller.signal });
    setTimeout(() => controller.abort('enough'), 5);
    await assert.rejects(reading, { name: 'AbortError', cause: 'enough' });
  }
  await new Promise(setImmediate);
  assert.ok(silent.destroyed);
  assert.ok(seen.cancelled);
  await assert.rejects(getBMPAsync(stream), TypeError);
});

test('many streams may wait under one signal, without a warning of leaks', async (t) => {
  const controller = new AbortController();
  const warnings = [];
  const listen = (warning) => warnings.push(warning);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  const waiting = Array.from({ length: 20 }, () => getBMPAsync(new PassThrough(), { signal: controller.signal }));
  controller.abort();
  for (const each of waiting) await assert.rejects(each, { name: 'AbortError' });
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('a stream that fails rejects with its own error', async () => {
  const error = new Error('the cable');
  await assert.rejects(getBMPAsync(new ReadableStream({ start: (c) => c.error(error) })), error);
  await assert.rejects(getBMPAsync(Readable.from((function* fail() { yield png.subarray(0, 9); throw error; })())), error);
});

test('what is not bytes, not there or used up is refused', async () => {
  await assert.rejects(getBMPAsync(Readable.from(['text'])), { code: 'ERR_INVALID_ARG_TYPE', message: /a stream of bytes/ });
  await assert.rejects(getBMPAsync(new Response('gone', { status: 404 })),
    { code: 'ERR_INVALID_ARG_VALUE', message: /a successful Response\. Received 404/ });
  await assert.rejects(getBMPAsync(new Response(null)), { code: 'ERR_PNG_SIGNATURE' });
  await assert.rejects(getBMPAsync(new Blob([])), { code: 'ERR_PNG_SIGNATURE' });
  const used = new Response(png);
  await used.arrayBuffer();
  await assert.rejects(getBMPAsync(used), { code: 'ERR_INVALID_ARG_VALUE', message: /has not been read/ });
});

// ---- As they come -----------------------------------------------------------------------------------

test('what is no PNG is refused by its first piece, and its stream is cancelled', async () => {
  const { stream, seen } = countedStream([Buffer.alloc(100000, 'GIF89a'), ...pieces(10)]);
  await assert.rejects(getBMPAsync(stream), { code: 'ERR_PNG_SIGNATURE' });
  assert.equal(seen.pieces, 1);
  assert.ok(seen.cancelled);
});

test('the PNG is not held: 100 MB before its pixels take no memory', async (t) => {
  const piece = Buffer.alloc(1 << 20);
  const header = Buffer.from('06400000' + Buffer.from('teXt').toString('hex'), 'hex');
  let most = 0;
  async function* long() {
    yield png.subarray(0, 33);
    yield header; // of 100 pieces, with a CRC of 0
    for (let i = 0; i < 100; i++) {
      yield piece;
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    yield Buffer.concat([Buffer.alloc(4), png.subarray(33)]);
  }
  const file = path.join(scratch(t), 'a.bmp');
  const save = async (...args) => await saveBMPAsync(file, ...args) && fs.readFileSync(file);
  for (const convert of [getBMPAsync, save]) {
    const before = process.memoryUsage().arrayBuffers;
    assert.deepEqual(await convert(long(), { ignoreChecksums: true }), bmp);
    assert.ok(most - before < 20e6, `${most - before} bytes`);
    most = 0;
  }
});

test('the size of a Blob is known: an image that is too large for it is refused as in memory', async () => {
  const large = encodePng(createImage({ width: 700, height: 400, colorType: 2, bitDepth: 8 })).subarray(0, 300);
  assert.throws(() => getBMP(large), { code: 'ERR_PNG_BOMB' });
  await assert.rejects(getBMPAsync(new Blob([large])), { code: 'ERR_PNG_BOMB' });
  await assert.rejects(getBMPAsync(Readable.from([large])), { code: 'ERR_PNG_TRUNCATED' });
});

test('damaged pieces give the error and the warnings of getBMP', async () => {
  const damaged = Buffer.from(png);
  damaged[damaged.length - 20] ^= 0xff;
  for (const options of [{}, { strict: true }, { salvage: true }]) {
    const [wanted, given] = [[], []];
    let result;
    try {
      result = getBMP(damaged, { ...options, onWarning: (warning) => wanted.push(warning) });
    } catch (error) {
      result = error;
    }
    const made = await getBMPAsync(Readable.from([damaged.subarray(0, 99), damaged.subarray(99)]), {
      ...options, onWarning: (warning) => given.push(warning),
    }).catch((error) => error);
    assert.deepEqual([made, made.code, made.message], [result, result.code, result.message]);
    assert.deepEqual(given, wanted);
  }
});
