'use strict';

// createBMPStream as Web Streams, of the module for pages, which here has no Workers, and of prebuilds/inline, which
// converts on threads. `npm run test:browser` tests it in browsers.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');
const zlib = require('node:zlib');

const png2bmp = require('..');
const { FeedThreads } = require('../lib/wasm/feed-threads');
const { TYPES, createImage, typeName } = require('./kit/image');
const { SIGNATURE, chunkBytes, encodePng, header } = require('./kit/png-encoder');
const { createRandom } = require('./kit/random');

const ROOT = path.join(__dirname, '..');
const wasm = path.join(ROOT, 'prebuilds/png2bmp.wasm');
const inline = path.join(ROOT, 'prebuilds/inline/inline.mjs');
const skip = ![wasm, inline].every((file) => fs.existsSync(file)) && 'needs WebAssembly: npm run build:wasm, npm run build';
const bounded = { skip, timeout: 120_000 };

/** 1 440 054 bytes of BMP: more than waits for a reader. */
const large = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 800, height: 600, seed: 3 }), { idat: 5000 });
const small = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 23, height: 17 }));

let loads = 0;
/** The module for pages, in a load of its own, without WebAssembly. */
const loadPage = () => import(`${pathToFileURL(path.join(ROOT, 'lib/browser.mjs')).href}?streams${loads++}`);

async function page() {
  const library = await loadPage();
  await library.init(fs.readFileSync(wasm));
  return library;
}

const LIBRARIES = { 'on the calling thread': page, 'on threads': () => import(pathToFileURL(inline).href) };

/** Pieces of a PNG as a source: `size` is a number or a function. */
function sourceOf(png, size) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= png.length) {
        controller.close();
        return;
      }
      controller.enqueue(Uint8Array.from(png.subarray(at, at += typeof size === 'function' ? size() : size)));
    },
  });
}

async function collect(readable) {
  const parts = [];
  for await (const part of readable) parts.push(part);
  return Buffer.concat(parts);
}

const convert = ({ createBMPStream }, png, size, options) => collect(sourceOf(png, size).pipeThrough(createBMPStream(options)));

/** The BMP of getBMP, or its error; what is too large for its file is only known at the end of a stream. */
function outcomeOf(png, options) {
  const warnings = [];
  try {
    return { bmp: png2bmp.getBMP(png, { ...options, onWarning: (warning) => warnings.push(warning) }), warnings };
  } catch ({ code, message }) {
    return { error: code === 'ERR_PNG_BOMB' && !options.salvage ? { code: 'ERR_PNG_TRUNCATED' } : { code, message }, warnings };
  }
}

async function assertSame(library, png, size, options, name) {
  const { bmp, error, warnings } = outcomeOf(png, options);
  const told = [];
  const converted = convert(library, png, size, { ...options, onWarning: (warning) => told.push(warning) });
  if (error === undefined) assert.ok(bmp.equals(await converted), `${name}: the BMP differs`);
  else await assert.rejects(converted, error, name);
  assert.deepEqual(told, warnings, `${name}: warnings`);
}

for (const [where, load] of Object.entries(LIBRARIES)) {
  test(`${where}: every type, format and size of pieces gives the BMP of getBMP`, bounded, async () => {
    const library = await load();
    const random = createRandom(4);
    for (const type of TYPES) {
      for (const interlaced of [false, true]) {
        const png = encodePng(createImage({ ...type, width: 181, height: 127, seed: 9 }), { interlaced, idat: 3000 });
        for (const options of [
          {}, { format: 'bgra32', topDown: true }, { format: 'mono1', topDown: true }, { format: 'indexed', colors: 16 },
        ]) await assertSame(library, png, () => 1 + random.below(7000), options, `${typeName(type)} ${JSON.stringify({ interlaced, ...options })}`);
      }
    }
    for (const options of [
      { container: 'rows', topDown: true }, { size: '100x', topDown: true }, { rotate: 180, topDown: true }, { rotate: 90 },
      { flip: true, size: 'x90', fit: 'contain' }, { flop: true, size: '120x50', fit: 'cover', topDown: true },
      { rotate: 270, size: '64x64', fit: 'contain', format: 'indexed', colors: 16 },
    ])
      await assertSame(library, large, 7000, options, JSON.stringify(options));
    for (const size of [1, 7, 500]) await assertSame(library, small, size, { topDown: true }, `pieces of ${size}`);
    for (const size of [4096, large.length]) await assertSame(library, large, size, { topDown: true }, `pieces of ${size}`);
  });

  test(`${where}: damaged files give the error, the warnings and the message of getBMP`, bounded, async () => {
    const library = await load();
    const random = createRandom(5);
    for (let i = 0; i < 60; i++) {
      const png = Buffer.from(i % 2 ? large.subarray(0, 20000) : small);
      for (let n = random.below(3); n >= 0; n--) png[random.below(png.length)] = random.below(256);
      const cut = i % 5 === 0 ? png.subarray(0, random.below(png.length)) : png;
      for (const options of [{ topDown: true }, { strict: true }, { salvage: true, topDown: true }])
        await assertSame(library, cut, () => 1 + random.below(9000), options, `damage ${i}, ${JSON.stringify(options)}`);
    }
    await assertSame(library, Buffer.alloc(0), 1, {}, 'no bytes');
  });

  test(`${where}: rows leave, and info is known, before the rest of the PNG has come`, bounded, async () => {
    const { createBMPStream } = await load();
    const { readable, writable, info } = createBMPStream({ topDown: true });
    const [writer, reader] = [writable.getWriter(), readable.getReader()];
    writer.write(large.subarray(0, 200));
    const { bmp, ...about } = await info; // nothing has been read
    assert.deepEqual({ width: about.width, height: about.height, byteLength: bmp.byteLength }, { width: 800, height: 600, byteLength: 1_440_054 });
    writer.write(large.subarray(200, large.length / 2)).catch(() => {});
    const { value } = await reader.read();
    assert.ok(value.length > 0 && png2bmp.getBMP(large, { topDown: true }).subarray(0, value.length).equals(value));
    await reader.cancel();
  });

  test(`${where}: a reader that does not read stops the writer, and gets every byte`, bounded, async () => {
    const { createBMPStream } = await load();
    const { readable, writable } = createBMPStream({ topDown: true });
    const writer = writable.getWriter();
    let taken = 0;
    for (let at = 0; at < large.length; at += 4096) writer.write(large.subarray(at, at + 4096)).then(() => { taken += 4096; });
    const closed = writer.close();
    for (let before; taken === 0 || taken !== before;) { // until it is stopped
      before = taken;
      await delay(150);
    }
    assert.ok(taken < large.length / 2, `${taken} of ${large.length}`);
    const parts = [];
    for await (const part of readable) {
      parts.push(Buffer.from(part));
      structuredClone(part.buffer, { transfer: [part.buffer] }); // it is the reader's
      await delay(1);
    }
    await closed;
    assert.ok(Buffer.concat(parts).equals(png2bmp.getBMP(large, { topDown: true })));
  });

  test(`${where}: an error is that of both ends, and of info before there is one`, bounded, async () => {
    const { createBMPStream, errors } = await load();
    const wrong = Buffer.from('GIF89a is not a PNG, and long enough to tell '.repeat(9));
    for (const [bytes, options, wanted] of [
      [wrong, {}, { code: 'ERR_PNG_SIGNATURE' }], [large, { maxPixels: 1000 }, { code: 'ERR_PIXEL_LIMIT' }],
      [large, { maxMemory: 2 ** 20 }, { code: 'ERR_MEMORY_LIMIT' }],
      [encodePng(createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 }), { first: [{ type: 'gAMA', data: Buffer.from([0, 1, 0x86, 0xa0]) }] }),
        { onWarning() { throw new Error('mine'); } }, { message: 'mine' }],
    ]) {
      const { readable, writable, info } = createBMPStream(options);
      const writer = writable.getWriter();
      const read = readable.getReader().read();
      const written = writer.write(bytes);
      await assert.rejects(written, wanted);
      for (const end of [read, info, writer.closed]) await assert.rejects(end, wanted);
    }
    const { readable, writable } = createBMPStream();
    const written = writable.getWriter().write('text');
    await assert.rejects(written, { code: 'ERR_INVALID_ARG_TYPE' });
    await assert.rejects(readable.getReader().read(), (error) => error instanceof TypeError && /"chunk"/.test(error.message));
    await assert.rejects(convert({ createBMPStream }, wrong, 50), (error) => error instanceof errors.PngError);
  });

  test(`${where}: wrong options are thrown at once`, bounded, async () => {
    const { createBMPStream } = await load();
    for (const options of [{ format: 'gif' }, { unknown: 1 }, null, { signal: {} }, { palette: 'spectra6', colors: 3 }, { format: 'bgr24', colors: 4 }]) {
      let wanted;
      try {
        png2bmp.createBMPStream(options);
      } catch ({ code, message }) {
        wanted = { code, message };
      }
      assert.throws(() => createBMPStream(options), wanted, JSON.stringify(options));
    }
  });

  test(`${where}: cancel and abort, at any moment, are heard at the other end, and end the conversion`, bounded, async () => {
    const { createBMPStream } = await load();
    const random = createRandom(8);
    for (let i = 0; i < 60; i++) {
      const { readable, writable, info } = createBMPStream({ topDown: i % 2 === 0 });
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      const written = writer.write(large.subarray(0, 1 + random.below(large.length)));
      if (i % 3 === 0) await Promise.race([reader.read().catch(() => {}), delay(20)]);
      if (i % 4) await delay(random.below(6));
      const reason = new Error('enough');
      if (i % 5 < 2) {
        await reader.cancel(reason);
        await assert.rejects(writer.closed, reason);
      } else {
        await writer.abort(reason);
        await assert.rejects(reader.closed, reason);
      }
      await written.catch((error) => assert.equal(error, reason));
      await info.catch((error) => assert.equal(error, reason));
    }
    assert.ok((await convert({ createBMPStream }, large, 9000, {})).equals(png2bmp.getBMP(large)), 'and others go on');
  });

  test(`${where}: abort is heard while the writer waits for a reader`, bounded, async () => {
    const { createBMPStream } = await load();
    const { readable, writable } = createBMPStream({ topDown: true });
    const writer = writable.getWriter();
    const written = writer.write(large);
    await delay(100);
    await writer.abort('enough');
    await assert.rejects(written, (error) => error === 'enough');
    await assert.rejects(readable.getReader().read(), (error) => error === 'enough');
  });

  test(`${where}: signal ends both with an AbortError, many streams have one listener, and none is left`, bounded, async () => {
    const { createBMPStream } = await load();
    const controller = new AbortController();
    const { signal } = controller;
    const listeners = new Set();
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (type, listener, ...rest) => {
      listeners.add(listener);
      return add.call(signal, type, listener, ...rest);
    };
    signal.removeEventListener = (type, listener, ...rest) => {
      listeners.delete(listener);
      return remove.call(signal, type, listener, ...rest);
    };
    assert.ok((await convert({ createBMPStream }, large, 9000, { signal })).equals(png2bmp.getBMP(large)));
    assert.equal(listeners.size, 0, 'after the end');
    const streams = Array.from({ length: 12 }, () => createBMPStream({ signal, topDown: true }));
    assert.equal(listeners.size, 1);
    const written = streams.map(({ writable }) => writable.getWriter().write(large.subarray(0, 20_000)));
    const ended = Promise.allSettled([...written, ...streams.map(({ readable }) => collect(readable)), ...streams.map(({ info }) => info)]);
    controller.abort('why');
    for (const { reason, status } of (await ended).slice(0, 24)) {
      assert.equal(status, 'rejected');
      assert.deepEqual([reason.name, reason.code, reason.cause], ['AbortError', 'ABORT_ERR', 'why']);
    }
    assert.equal(listeners.size, 0);
    const { readable } = createBMPStream({ signal });
    await assert.rejects(readable.getReader().read(), { name: 'AbortError' });
  });

  test(`${where}: forty streams that wait for their sources hold up nobody`, bounded, async () => {
    const library = await load();
    const wanted = png2bmp.getBMP(large, { topDown: true });
    const waiting = Array.from({ length: 40 }, () => library.createBMPStream({ topDown: true }));
    const read = waiting.map(({ readable }) => collect(readable));
    const writers = waiting.map(({ writable }) => writable.getWriter());
    await Promise.all(writers.map((writer) => writer.write(large.subarray(0, 30_000))));
    assert.ok((await convert(library, large, 9000, { topDown: true })).equals(wanted));
    assert.ok(wanted.equals(await library.getBMPAsync(large, { topDown: true })));
    await Promise.all(writers.map((writer) => writer.write(large.subarray(30_000)).then(() => writer.close())));
    for (const bmp of await Promise.all(read)) assert.ok(bmp.equals(wanted));
  });

  test(`${where}: getBMPAsync and decodePNGAsync convert what comes in pieces as it comes`, bounded, async () => {
    const { getBMPAsync, decodePNGAsync } = await load();
    for (const source of [() => new Blob([large]), () => new Response(large), () => sourceOf(large, 3000)]) {
      assert.ok(png2bmp.getBMP(large, { format: 'rgb565' }).equals(await getBMPAsync(source(), { format: 'rgb565' })));
      assert.ok(png2bmp.decodePNG(large).data.equals((await decodePNGAsync(source())).data));
    }
    let [pulled, cancelled] = [0, false];
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(large.subarray(0, 20_000)));
        pulled++;
      },
      cancel() { cancelled = true; },
    });
    await assert.rejects(getBMPAsync(endless), (error) => error.code.startsWith('ERR_PNG'));
    await delay(1);
    assert.ok(cancelled && pulled < 10, `${pulled}`);
  });
}

// ---- Before WebAssembly is there ------------------------------------------------------------

test('a stream that is made before init waits for it, and its options are checked then', bounded, async () => {
  const library = await loadPage();
  const ready = library.init(delay(50).then(() => fs.readFileSync(wasm)));
  const [right, wrong, cancelled] = [{ topDown: true }, { unknown: 1 }, {}].map((options) => library.createBMPStream(options));
  await cancelled.readable.cancel('enough');
  const bmp = collect(sourceOf(large, 5000).pipeThrough(right));
  const failed = Promise.allSettled([wrong.info, wrong.readable.getReader().read(), wrong.writable.getWriter().closed]);
  await ready;
  assert.ok((await bmp).equals(png2bmp.getBMP(large, { topDown: true })));
  for (const { reason } of await failed) assert.equal(reason.code, 'ERR_INVALID_ARG_VALUE');
  await assert.rejects(cancelled.writable.getWriter().closed, (error) => error === 'enough');
});

test('a stream fails with the error of an init that fails, without an unhandled rejection', bounded, () => {
  const script = `
    process.on('unhandledRejection', (error) => { console.log('unhandled', error.message); });
    const { createBMPStream, init } = await import(${JSON.stringify(pathToFileURL(path.join(ROOT, 'lib/browser.mjs')).href)});
    init(new Uint8Array(8)).catch(() => {});
    const { readable, info } = createBMPStream();
    await readable.getReader().read().catch((error) => console.log(error.name));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.equal(stdout, 'CompileError\n');
});

// ---- Threads ----------------------------------------------------------------------------------

test('a page whose policy refuses Workers converts on its own thread', bounded, async (t) => {
  const { Worker } = globalThis;
  t.after(() => { globalThis.Worker = Worker; });
  let started = 0;
  globalThis.Worker = class {
    constructor() {
      started++;
      setTimeout(() => this.onerror({ message: 'refused', preventDefault() {} }), 20);
    }

    postMessage() {}
    terminate() {}
  };
  const library = await page();
  const wanted = png2bmp.getBMP(large, { topDown: true });
  const all = [1, 2, 3, 4].map(() => convert(library, large, 9000, { topDown: true }));
  for (const bmp of await Promise.all(all)) assert.ok(bmp.equals(wanted));
  const before = started;
  assert.ok(before > 0 && (await convert(library, large, 9000, { topDown: true })).equals(wanted));
  assert.equal(started, before, 'and tries no other');
});

/** Threads that do nothing of their own accord: what each was asked, told and is told by. */
function fakeThreads(size) {
  const threads = [];
  const held = new FeedThreads({
    size,
    open(listener) {
      const thread = { listener, asked: [], idle: [] };
      threads.push(thread);
      return { ask: (request) => thread.asked.push(request), idle: (isHeld) => thread.idle.push(isHeld) };
    },
  });
  return { threads, hold: () => held.hold({}) };
}

test('PNGs that come in pieces share the threads that there may be, and a thread ends only without any', async () => {
  const { threads, hold } = fakeThreads(2);
  const places = Array.from({ length: 5 }, hold);
  assert.equal(threads.length, 2);
  const answers = places.map((place) => place.ask({ isLast: false }));
  assert.deepEqual(threads.map(({ asked }) => asked.length), [3, 2]);
  for (const { asked, listener } of threads) for (const { feed } of [...asked]) listener.answered({ feed, of: feed });
  assert.deepEqual((await Promise.all(answers)).map(({ of }) => of), [1, 2, 3, 4, 5]);
  assert.deepEqual(threads.map(({ idle }) => idle), [[true], [true]], 'after the last answer');
  const closed = [places[1].close(), places[3].close()];
  assert.deepEqual(threads[1].asked.slice(2), [{ feed: 2, ends: true }, { feed: 4, ends: true }]);
  closed.forEach(() => threads[1].listener.answered({}));
  await Promise.all(closed);
  assert.deepEqual(threads[1].idle, [true, false]);
  const unused = hold();
  await unused.close();
  assert.equal(threads[1].asked.length, 4, 'it was not told of this one');
  assert.deepEqual(threads[1].idle, [true, false, false]);
});

test('a thread that dies fails what it holds, and another takes the next', async () => {
  const { threads, hold } = fakeThreads(1);
  const [first, second] = [hold(), hold()];
  const asked = first.ask({});
  threads[0].listener.ended(new Error('killed'));
  await assert.rejects(asked, /killed/);
  await assert.rejects(second.ask({}), /killed/);
  first.close();
  const third = hold().ask({});
  threads[1].listener.answered({ feed: 3 });
  await third;
});

test('a thread that never starts leaves what it was asked to others', async () => {
  const { threads, hold } = fakeThreads(2);
  const [first, second] = [hold(), hold()];
  const asked = first.ask({});
  threads[0].listener.refused();
  assert.equal(await asked, undefined);
  threads[1].listener.refused();
  assert.equal(await second.ask({}), undefined);
  assert.equal(hold(), undefined, 'there are none');
});

// ---- Memory -----------------------------------------------------------------------------------

const [WIDTH, HEIGHT] = [6000, 4500];

/** The pieces of a PNG of 27 megapixels, which is made as it is read: noise in a part of each row. */
async function* hugePng() {
  yield SIGNATURE;
  yield chunkBytes(header({ width: WIDTH, height: HEIGHT, bitDepth: 8, colorType: 2 }));
  const deflate = zlib.createDeflate({ level: 1 });
  (async () => {
    const random = createRandom(1);
    const noise = Buffer.from(Array.from({ length: 65536 }, () => random.below(256)));
    for (let y = 0; y < HEIGHT; y++) {
      const row = Buffer.alloc(1 + 3 * WIDTH);
      noise.copy(row, 1, random.below(64000), 65536);
      row.fill(0, 1300);
      if (!deflate.write(row)) await once(deflate, 'drain');
    }
    deflate.end();
  })();
  for await (const data of deflate) yield chunkBytes({ type: 'IDAT', data });
  yield chunkBytes({ type: 'IEND', data: Buffer.alloc(0) });
}

/** How many bytes of WebAssembly memory the instances of work() have. */
async function memoriesOf(work) {
  const instances = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function record(...args) {
    const instance = new Instance(...args);
    instances.push(instance);
    return instance;
  };
  try {
    await work();
    return instances.map(({ exports }) => exports.memory.buffer.byteLength);
  } finally {
    WebAssembly.Instance = Instance;
  }
}

test('27 megapixels take less than 4 MiB of WebAssembly memory, however long the PNG is', bounded, async () => {
  const library = await page();
  let [given, length] = [0, 0];
  async function* counted() {
    for await (const piece of hugePng()) {
      given += piece.length;
      yield piece;
    }
  }
  const [bytes, ...others] = await memoriesOf(async () => {
    const stream = library.createBMPStream({ topDown: true });
    for await (const part of ReadableStream.from(counted()).pipeThrough(stream)) length += part.length;
  });
  assert.equal(length, 54 + 3 * WIDTH * HEIGHT);
  assert.ok(given > 4 * 2 ** 20, `a PNG of ${given} bytes, which WebAssembly did not hold`);
  assert.deepEqual(others, []);
  assert.ok(bytes < 4 * 2 ** 20, `${bytes} bytes`);
});

test('a palette of more than 16 colours leaves it below 4 MiB, dithered and made smaller', bounded, async () => {
  const library = await page();
  const png = encodePng(createImage({ colorType: 6, bitDepth: 16, width: 3000, height: 60, seed: 5 }), { idat: 65536 });
  const palette = Array.from({ length: 200 }, (_, i) => [i * 37 % 256, i * 91 % 256, i * 151 % 256]);
  for (const options of [{ dither: 'atkinson' }, { size: '1500x' }]) {
    const [bytes] = await memoriesOf(() => convert(library, png, 65536, { palette, topDown: true, ...options }));
    assert.ok(bytes < 4 * 2 ** 20, `${JSON.stringify(options)}: ${bytes} bytes`);
  }
});
