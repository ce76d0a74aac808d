'use strict';

const assert = require('node:assert/strict');
const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const { execFileSync, spawnSync } = require('node:child_process');
const { getEventListeners } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { getBMP, getBMPAsync, encodeBMPAsync, decodePNG, decodePNGAsync, errors } = require('..');
const { createImage } = require('./kit/image');
const { largePng, unpooled } = require('./kit/large-png');
const { encodePng, pngChunks, assemble } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const image = createImage({ width: 13, height: 7, colorType: 6, bitDepth: 8 });
const png = encodePng(image);
const bmp = getBMP(png);
const damaged = Buffer.from(png);
damaged[damaged.length - 20] ^= 1; // in the last IDAT
const withoutEnd = assemble(pngChunks(image).slice(0, -1));

// Takes long enough to be interrupted.
const large = unpooled(largePng({ width: 3000, height: 3000 }));
const largeBmp = getBMP(large);

/** What a callback receives, and what the call returns. */
function viaCallback(call, ...args) {
  return new Promise((resolve) => {
    const returned = call(...args, (...given) => resolve({ returned, given }));
  });
}

/** Lets the worker threads continue while this thread is blocked: no result is delivered. */
function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('a promise gives the same bytes as the synchronous call', async () => {
  assert.deepEqual(await getBMPAsync(png), bmp);
  assert.deepEqual(await getBMPAsync(png, png.length), bmp);
  assert.deepEqual(await getBMPAsync(png, undefined), bmp);
  const options = { format: 'bgra32', topDown: true };
  assert.deepEqual(await getBMPAsync(png, options), getBMP(png, options));
  assert.deepEqual(await getBMPAsync(png, png.length, options), getBMP(png, options));
  assert.ok(Buffer.isBuffer(await getBMPAsync(png)));
});

test('a callback gets null and the bytes, and then there is no promise', async () => {
  const wanted = { returned: undefined, given: [null, bmp] };
  assert.deepEqual(await viaCallback(getBMPAsync, png), wanted);
  assert.deepEqual(await viaCallback(getBMPAsync, png, png.length), wanted);
  assert.deepEqual(await viaCallback(getBMPAsync, png, {}), wanted);
  assert.deepEqual(await viaCallback(getBMPAsync, png, png.length, {}), wanted);
  assert.deepEqual(await viaCallback(getBMPAsync, png, undefined, {}), wanted);
  assert.deepEqual(await viaCallback(getBMPAsync, png, undefined, undefined), wanted);
});

test('a callback gets an error alone', async () => {
  for (const input of [damaged, png.subarray(0, 60)]) {
    const { returned, given } = await viaCallback(getBMPAsync, input);
    assert.equal(returned, undefined);
    assert.equal(given.length, 1);
    assert.ok(given[0] instanceof errors.PngError);
  }
});

test('a callback is never called before the call returns', async () => {
  for (const input of [png, damaged, Buffer.from('no PNG')]) {
    let returned = false;
    await new Promise((resolve) => {
      getBMPAsync(input, () => {
        assert.ok(returned);
        resolve();
      });
      returned = true;
    });
  }
});

test('a promise rejects for whatever is wrong, and the call itself never throws', async () => {
  const cases = [
    [[damaged], { name: 'PngError' }],
    [[Buffer.from('no PNG')], { code: 'ERR_PNG_SIGNATURE' }],
    [['a string'], { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }],
    [[png, png.length + 1], { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }],
    [[png, { fromat: 'auto' }], { code: 'ERR_INVALID_ARG_VALUE' }],
    [[png, null], { code: 'ERR_INVALID_ARG_TYPE' }],
    [[png, { maxPixels: 1 }], { code: 'ERR_PIXEL_LIMIT' }],
    [[png, 10, {}, 'no function'], { code: 'ERR_INVALID_ARG_TYPE' }],
  ];
  for (const [args, wanted] of cases.slice(0, -1)) {
    const promise = getBMPAsync(...args);
    await assert.rejects(promise, wanted);
  }
  assert.throws(() => getBMPAsync(...cases.at(-1)[0]), cases.at(-1)[1]);
});

test('with a callback, wrong arguments are thrown at once, as node:fs does', () => {
  const never = () => assert.fail('called');
  assert.throws(() => getBMPAsync('a string', never), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => getBMPAsync(png, -1, never), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => getBMPAsync(png, { format: 1 }, never), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('what a callback throws is an uncaught exception and not a rejection', () => {
  const script = `
    const { getBMPAsync } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const png = Buffer.from('${png.toString('base64')}', 'base64');
    let calls = 0;
    process.on('unhandledRejection', () => console.log('rejection'));
    process.on('uncaughtException', (error) => console.log(error.message));
    getBMPAsync(png, () => { calls++; throw new Error('from the callback'); });
    getBMPAsync(png.subarray(0, 9), () => { calls++; throw new Error('from the other'); });
    process.on('exit', () => console.log(calls));
  `;
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.deepEqual(stdout.trim().split('\n').sort(), ['2', 'from the callback', 'from the other']);
  assert.equal(status, 0);
});

test('a signal that is aborted before the start rejects with its reason as cause', async () => {
  const reason = new Error('enough');
  const error = await getBMPAsync(png, { signal: AbortSignal.abort(reason) }).catch((e) => e);
  assert.equal(error.name, 'AbortError');
  assert.equal(error.code, 'ABORT_ERR');
  assert.equal(error.cause, reason);
  assert.ok(error instanceof Error);
  const { given } = await viaCallback(getBMPAsync, png, { signal: AbortSignal.abort() });
  assert.equal(given.length, 1);
  assert.equal(given[0].name, 'AbortError');
});

test('an abort in the same turn always rejects, however small the image', async () => {
  for (let i = 0; i < 50; i++) {
    const controller = new AbortController();
    const promise = getBMPAsync(png, { signal: controller.signal });
    controller.abort();
    await assert.rejects(promise, { name: 'AbortError' });
  }
});

test('an abort while the conversion runs rejects, and others go on', async () => {
  for (let round = 0; round < 5; round++) {
    const controller = new AbortController();
    const aborted = getBMPAsync(large, { signal: controller.signal });
    const other = getBMPAsync(large, { signal: new AbortController().signal });
    sleep(round);
    controller.abort('stop');
    await assert.rejects(aborted, { name: 'AbortError', cause: 'stop' });
    assert.ok((await other).equals(largeBmp));
  }
});

test('an abort drops what waits for a thread while no thread is free', {
  skip: process.platform === 'win32' && 'needs a named pipe',
}, async (t) => {
  const pipe = path.join(scratch(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Opening a pipe for reading waits for a writer: this occupies every thread of the pool.
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  const held = Array.from({ length: threads }, () => fs.promises.open(pipe));
  let writer;
  const release = () => { writer ??= fs.openSync(pipe, 'w'); };
  const giveUp = setTimeout(release, 60_000); // a failure instead of a test that never ends
  const controller = new AbortController();
  const waiting = getBMPAsync(large, { signal: controller.signal });
  controller.abort('stop');
  await assert.rejects(waiting, { name: 'AbortError', cause: 'stop' });
  const hadToWait = writer !== undefined;
  clearTimeout(giveUp);
  release();
  for (const handle of await Promise.all(held)) await handle.close();
  fs.closeSync(writer);
  assert.equal(hadToWait, false);
});

test('no listener stays on the signal, whatever became of the conversion', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await getBMPAsync(png, { signal });
  await assert.rejects(getBMPAsync(damaged, { signal }));
  await assert.rejects(getBMPAsync(png.subarray(0, 60), { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const promise = getBMPAsync(png, { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  controller.abort();
  await assert.rejects(promise);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('one signal stops many conversions', async () => {
  const controller = new AbortController();
  const all = Array.from({ length: 20 }, () => getBMPAsync(large, { signal: controller.signal }));
  sleep(1);
  controller.abort();
  const outcomes = await Promise.allSettled(all);
  assert.ok(outcomes.every(({ reason }) => reason?.name === 'AbortError'));
});

test('a signal that is none is refused', async () => {
  for (const signal of [{}, 'abort', null, new AbortController()]) {
    await assert.rejects(getBMPAsync(png, { signal }), {
      code: 'ERR_INVALID_ARG_TYPE', message: /"signal" option must be an AbortSignal/,
    });
  }
});

test('onWarning is called on this thread before the promise settles', async () => {
  const events = [];
  const onWarning = ({ code }) => events.push(code);
  await getBMPAsync(withoutEnd, { onWarning }).then((result) => {
    events.push('result');
    assert.deepEqual(result, bmp);
  });
  assert.deepEqual(events, ['WARN_PNG_END', 'result']);
});

test('what onWarning throws rejects, or goes to the callback', async () => {
  const reason = new Error('no warnings here');
  const onWarning = () => { throw reason; };
  assert.equal(await getBMPAsync(withoutEnd, { onWarning }).catch((e) => e), reason);
  const { given } = await viaCallback(getBMPAsync, withoutEnd, { onWarning });
  assert.deepEqual(given, [reason]);
});

test('onWarning and callback run in the async context of the call', async () => {
  const storage = new AsyncLocalStorage();
  const seen = await storage.run('mine', () => new Promise((resolve) => {
    const list = [];
    const onWarning = () => list.push(storage.getStore());
    getBMPAsync(withoutEnd, { onWarning }, () => resolve([...list, storage.getStore()]));
  }));
  assert.deepEqual(seen, ['mine', 'mine']);
});

test('a copied input may be written over as soon as the call has returned', async () => {
  const source = Buffer.from(large);
  const promise = getBMPAsync(source, { input: 'copy' });
  source.fill(0);
  assert.ok((await promise).equals(largeBmp));
});

test('a transferred ArrayBuffer is detached at once, and converted', async () => {
  const source = unpooled(large);
  const promise = getBMPAsync(source, large.length, { input: 'transfer' });
  assert.equal(source.length, 0);
  assert.equal(source.buffer.byteLength, 0);
  assert.ok((await promise).equals(largeBmp));
});

test('a plain ArrayBuffer can be transferred, too', async () => {
  const buffer = unpooled(png).buffer;
  const promise = getBMPAsync(buffer, { input: 'transfer' });
  assert.equal(buffer.byteLength, 0);
  assert.deepEqual(await promise, bmp);
});

test('transfer copies where it would take the bytes of others along', async () => {
  const pooled = Buffer.from(png); // a small part of the pool of Node.js
  assert.ok(pooled.buffer.byteLength > pooled.length);
  const promise = getBMPAsync(pooled, { input: 'transfer' });
  assert.ok(pooled.equals(png));
  pooled.fill(0);
  assert.deepEqual(await promise, bmp);
});

test('shared memory is copied, so writing to it changes nothing', async () => {
  for (const input of ['borrow', 'copy', 'transfer']) {
    const shared = new Uint8Array(new SharedArrayBuffer(large.length));
    shared.set(large);
    const promise = getBMPAsync(shared, { input });
    shared.fill(0);
    assert.ok((await promise).equals(largeBmp), input);
  }
});

test('a resizable buffer is copied, so it may shrink', async () => {
  const buffer = new ArrayBuffer(large.length, { maxByteLength: large.length * 2 });
  if (!buffer.resizable) return;
  new Uint8Array(buffer).set(large);
  const promise = getBMPAsync(buffer, { input: 'borrow' });
  buffer.resize(1);
  assert.ok((await promise).equals(largeBmp));
});

test('a view that lies about its memory is copied as that memory asks for', async () => {
  class Liar extends Uint8Array {
    get buffer() { return new ArrayBuffer(17); }
  }
  const buffer = new ArrayBuffer(large.length, { maxByteLength: large.length * 2 });
  Object.defineProperty(buffer, 'resizable', { value: false });
  Object.defineProperty(buffer, 'byteLength', { value: 17 });
  const view = new Liar(buffer);
  view.set(large);
  const promise = getBMPAsync(view, { input: 'borrow' });
  buffer.resize?.(0);
  assert.ok((await promise).equals(largeBmp));
});

test('options whose getters take the input away give the error of an empty input', async () => {
  for (const call of [getBMP, getBMPAsync]) {
    const source = unpooled(png);
    const options = {
      get format() { return void structuredClone(source.buffer, { transfer: [source.buffer] }); },
    };
    await assert.rejects(async () => call(source, options), {
      code: 'ERR_INVALID_ARG_VALUE', message: /at least one byte long, and not detached/,
    });
  }
});

test('a signal that is aborted by an async hook of the call rejects', async () => {
  const controller = new AbortController();
  const hook = createHook({
    init(id, type) { if (type !== 'PROMISE') controller.abort(); },
  }).enable();
  const options = { signal: controller.signal, onWarning() {} };
  const promise = getBMPAsync(large, options).finally(() => hook.disable());
  await assert.rejects(promise, { name: 'AbortError' });
});

test('WebAssembly memory is copied, so it may grow and go', async () => {
  for (const input of ['borrow', 'copy', 'transfer']) {
    let memory = new WebAssembly.Memory({ initial: 1 + Math.ceil(large.length / 65536) });
    new Uint8Array(memory.buffer).set(large, 17);
    const promise = getBMPAsync(new Uint8Array(memory.buffer, 17, large.length), { input });
    new Uint8Array(memory.buffer).fill(0);
    memory.grow(1);
    memory = undefined;
    assert.ok((await promise).equals(largeBmp), input);
  }
});

function growableShared() {
  const buffer = new SharedArrayBuffer(large.length, { maxByteLength: large.length * 2 });
  return { view: new Uint8Array(buffer), takeAway: () => buffer.grow?.(large.length * 2) };
}

function resizable() {
  const buffer = new ArrayBuffer(large.length, { maxByteLength: large.length * 2 });
  const takeAway = () => {
    if (buffer.byteLength > 0) buffer.resize?.(0); // otherwise it was moved
  };
  return { view: new Uint8Array(buffer), takeAway };
}

function webAssembly() {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(large.length / 65536) });
  return { view: new Uint8Array(memory.buffer, 0, large.length), takeAway: () => memory.grow(1) };
}

function transferred(take) {
  const view = new Uint8Array(large.length);
  const takeAway = () => {
    if (view.buffer.byteLength > 0) take(view.buffer); // otherwise it was moved
  };
  return { view, takeAway };
}

const waysToTakeAnInputAway = {
  'structuredClone transfers it': () => transferred((b) => structuredClone(b, { transfer: [b] })),
  'postMessage transfers it': () => transferred((b) => {
    const { port1 } = new MessageChannel();
    port1.postMessage(b, [b]);
    port1.close();
  }),
  'ArrayBuffer.prototype.transfer moves it': () => transferred((b) => b.transfer?.(1)),
  'it is resized': resizable,
  'shared memory grows': growableShared,
  'WebAssembly memory grows': webAssembly,
};

for (const [way, create] of Object.entries(waysToTakeAnInputAway)) {
  test(`${way}: an input that was copied or transferred is converted all the same`, async () => {
    for (const input of ['copy', 'transfer']) {
      const { view, takeAway } = create();
      view.set(large);
      const promise = getBMPAsync(view, { input });
      takeAway();
      if (view.byteLength > 0) view.fill(0);
      assert.ok((await promise).equals(largeBmp), input);
    }
  });
}

test('a borrowed input is kept alive by the conversion alone', async () => {
  const script = `
    const { getBMP, getBMPAsync } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const { largePng } = require(${JSON.stringify(path.join(__dirname, 'kit/large-png.js'))});
    const make = () => largePng({ width: 1500, height: 1500 });
    (async () => {
      const wanted = getBMP(make());
      const promises = [];
      for (let i = 0; i < 8; i++) {
        promises.push(getBMPAsync(make()));
        gc();
      }
      for (const promise of promises) console.log((await promise).equals(wanted));
    })();
  `;
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', '-e', script],
    { encoding: 'utf8' });
  assert.equal(stdout, 'true\n'.repeat(8));
});

test('input bytes that change during a borrowed conversion give pixels or an error', async () => {
  for (let round = 0; round < 10; round++) {
    const source = unpooled(large);
    const promise = getBMPAsync(source);
    const timer = setInterval(() => source.fill(round, source.length >> 1), 0);
    const outcome = await promise.catch((error) => error);
    clearInterval(timer);
    assert.ok(outcome instanceof errors.PngError || outcome.length === largeBmp.length);
  }
});

test('encodeBMPAsync and decodePNGAsync give what their synchronous forms give', async () => {
  const pixels = decodePNG(png);
  assert.deepEqual(await decodePNGAsync(png), pixels);
  assert.deepEqual(await decodePNGAsync(png, { channels: 3 }), decodePNG(png, { channels: 3 }));
  assert.deepEqual(await encodeBMPAsync(pixels), bmp);
  const options = { format: 'bgra32' };
  assert.deepEqual(await encodeBMPAsync(pixels, options), getBMP(png, options));
  assert.deepEqual((await viaCallback(decodePNGAsync, png)).given, [null, pixels]);
  assert.deepEqual((await viaCallback(encodeBMPAsync, pixels)).given, [null, bmp]);
  assert.deepEqual((await viaCallback(encodeBMPAsync, pixels, {})).given, [null, bmp]);
  await assert.rejects(decodePNGAsync(damaged), errors.PngError);
  await assert.rejects(encodeBMPAsync({ ...pixels, width: 100 }), { code: 'ERR_OUT_OF_RANGE' });
});

test('encodeBMPAsync copies and stops as the options say', async () => {
  const pixels = decodePNG(large);
  const wanted = getBMP(large);
  const source = { ...pixels, data: Buffer.from(pixels.data) };
  const promise = encodeBMPAsync(source, { input: 'copy' });
  source.data.fill(0);
  assert.ok((await promise).equals(wanted));
  const controller = new AbortController();
  const stopped = encodeBMPAsync(pixels, { signal: controller.signal });
  controller.abort();
  await assert.rejects(stopped, { name: 'AbortError' });
});

test('many conversions at once keep their results apart', async () => {
  const inputs = Array.from({ length: 60 }, (_, i) =>
    encodePng(createImage({ width: 1 + i, height: 3, colorType: 2, bitDepth: 8, seed: i })));
  const results = await Promise.all(inputs.map((input) => getBMPAsync(input)));
  results.forEach((result, i) => assert.deepEqual(result, getBMP(inputs[i])));
});
