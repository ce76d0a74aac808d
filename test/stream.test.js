'use strict';

// createBMPStream: the bytes of a PNG in, those of a BMP out, as they come.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { getEventListeners, once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const { PassThrough, Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const test = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');

const { createBMPStream, getBMP, readInfo } = require('..');
const { iccProfile, profileChunk } = require('./kit/icc');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { largePng } = require('./kit/large-png');
const { createRandom } = require('./kit/random');

const ROOT = path.join(__dirname, '..');
const onWasm = process.env.PNG2BMP_BACKEND === 'wasm';
const SUITE = process.env.PNGSUITE ?? path.join(ROOT, '../shared/pngsuite');

/** Larger than the memory for an output: 1 440 054 bytes of BMP. */
const large = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 800, height: 600, seed: 3 }), { idat: 5000 });
const small = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 23, height: 17 }));

const bounded = { timeout: 180_000 };

function* pieces(bytes, size) {
  for (let at = 0; at < bytes.length;) {
    const count = typeof size === 'function' ? size() : size;
    yield bytes.subarray(at, at += count);
  }
}

async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

async function convert(png, size, options) {
  let bmp;
  await pipeline(pieces(png, size), createBMPStream(options), async (stream) => { bmp = await collect(stream); });
  return bmp;
}

/** The BMP, or the error of getBMP, with what onWarning received. An image that is too large for its file is
 * known by the size of the file, or else at its end; `salvage` waits for that. */
function outcomeOf(png, options) {
  const warnings = [];
  try {
    return { bmp: getBMP(png, { ...options, onWarning: (warning) => warnings.push(warning) }), warnings };
  } catch (error) {
    return error.code === 'ERR_PNG_BOMB' && !options.salvage ? { error: { code: 'ERR_PNG_TRUNCATED' }, warnings } : { error, warnings };
  }
}

async function assertSame(png, size, options, name) {
  const { bmp, error, warnings } = outcomeOf(png, options);
  const told = [];
  const converted = convert(png, size, { ...options, onWarning: (warning) => told.push(warning) });
  if (error === undefined) assert.ok(bmp.equals(await converted), `${name}: the BMP differs`);
  else await assert.rejects(converted, { ...error, ...error.message && { message: error.message } }, name);
  assert.deepEqual(told, warnings, `${name}: warnings`);
}

// ---- The same as getBMP ---------------------------------------------------------------------

const suite = fs.existsSync(SUITE) ? fs.readdirSync(SUITE).filter((name) => name.endsWith('.png')) : [];

test('every image of PngSuite is converted as by getBMP, however it is cut', {
  skip: suite.length === 0 && `no PngSuite at ${SUITE} (set PNGSUITE)`,
}, async () => {
  assert.ok(suite.length >= 170);
  const random = createRandom(26);
  for (const [i, name] of suite.entries()) {
    const png = fs.readFileSync(path.join(SUITE, name));
    for (const topDown of [false, true])
      await assertSame(png, [1, 7, 4096, () => 1 + random.below(97)][i % 4], { topDown }, `${name}, topDown: ${topDown}`);
  }
});

for (const type of TYPES) {
  test(`${typeName(type)}: pieces of random sizes give the BMP of getBMP, in each format`, async () => {
    const random = createRandom(type.colorType * 100 + type.bitDepth);
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 331, height: 257, seed: 9 }), { interlaced, idat: 3000 });
      for (const options of [
        {}, { topDown: true }, { format: 'bgra32', topDown: true }, { format: 'mono1', topDown: true }, { format: 'rgb565', topDown: true },
        { colors: 16, topDown: true }, { palette: 'spectra6' }, { container: 'rows', topDown: true }, { container: 'dib' },
      ]) await assertSame(png, () => 1 + random.below(5000), options, JSON.stringify({ interlaced, ...options }));
    }
  });
}

test('rows that are longer than the memory for an output are converted', async () => {
  const wide = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 150000, height: 5 }));
  for (const format of ['bgr24', 'bgra32', 'mono1']) await assertSame(wide, 30000, { format, topDown: true }, format);
});

test('damaged files give the error, the warnings and the message of getBMP', async () => {
  const random = createRandom(5);
  for (let i = 0; i < 200; i++) {
    const png = Buffer.from(i % 2 ? large.subarray(0, 20000) : small);
    for (let n = random.below(3); n >= 0; n--) png[random.below(png.length)] = random.below(256);
    const cut = i % 5 === 0 ? png.subarray(0, random.below(png.length)) : png;
    for (const options of [{ topDown: true }, { strict: true }, { ignoreChecksums: true }, { salvage: true, topDown: true }])
      await assertSame(cut, () => 1 + random.below(9000), options, `damage ${i}, ${JSON.stringify(options)}`);
  }
});

test('no bytes at all are the error of getBMP', async () => {
  await assertSame(Buffer.alloc(0), 1, {}, 'no bytes');
});

test('an embedded profile is written, and its name is in info', async () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 300, height: 300 });
  const png = encodePng(image, { first: [profileChunk(iccProfile(), { name: 'A profile' })] });
  const options = { header: 'v5', profile: 'embed', topDown: true };
  await assertSame(png, 77, options, 'profile');
  const stream = createBMPStream(options).resume();
  stream.end(png);
  const [info] = await once(stream, 'info');
  assert.equal(info.colorSpace.profile, 'A profile');
  const { memory } = info;
  assert.ok(memory > readInfo(png, options).memory, 'the profile is held');
  await convert(png, 77, { ...options, maxMemory: memory });
  await assert.rejects(convert(png, 77, { ...options, maxMemory: memory - 1 }), { code: 'ERR_MEMORY_LIMIT' });
});

// ---- As it comes ------------------------------------------------------------------------------

/** Writes, and waits until all of it has been taken. */
const write = (stream, bytes) => new Promise((resolve, reject) => {
  stream.write(bytes, (error) => (error ? reject(error) : resolve()));
});

test('an embedded profile counts twice: as it is in the PNG, and as it waits to leave', async () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 300, height: 300 });
  const lengths = [1_000_000, 2_000_000];
  const options = { header: 'v5', profile: 'embed', topDown: true };
  const [one, two] = await Promise.all(lengths.map(async (length) => {
    const png = encodePng(image, { first: [profileChunk(iccProfile({ length }), { name: 'long' })] });
    const stream = createBMPStream(options).resume();
    const ended = once(stream, 'end');
    const [{ memory }] = await once(stream.end(png), 'info');
    await ended;
    return memory - readInfo(png, options).memory;
  }));
  assert.ok(one >= 2 * lengths[0], `${one}`);
  assert.ok(two >= 2 * lengths[1], `${two}`);
});

test('an embedded profile that is longer than the memory for an output is written', bounded, async () => {
  for (const length of [300_000, 3_000_000]) {
    const first = [profileChunk(iccProfile({ length }), { name: 'long' })];
    const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 300, height: 300 }), { first });
    for (const topDown of [true, false]) await assertSame(png, 20_000, { header: 'v5', profile: 'embed', topDown }, `${length}`);
  }
});

test('a chunk that its reader gives away is written to no more, and takes nothing along', async () => {
  for (const topDown of [true, false]) {
    const stream = createBMPStream({ topDown });
    const parts = [];
    stream.on('data', (chunk) => {
      parts.push(Buffer.from(chunk));
      structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    });
    stream.end(large);
    await once(stream, 'end');
    assert(parts.length > 1);
    assert(Buffer.concat(parts).equals(getBMP(large, { topDown })));
  }
});

test('chunks that fill what is held of them are converted, whatever input says', async () => {
  for (const input of ['borrow', 'copy', 'transfer']) {
    for (const size of [16384, 65536, 65544, 100_000]) {
      assert.ok((await convert(large, size, { input, topDown: true })).equals(getBMP(large, { topDown: true })), `${input}, ${size}`);
    }
  }
});

test('a chunk that is given away while it waits is an error with a code', async () => {
  for (const size of [100, 100_000]) {
    const chunk = new Uint8Array(size);
    const stream = createBMPStream();
    stream.write(large.subarray(0, 1000));
    stream.write(chunk);
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    await assert.rejects(collect(stream), { code: 'ERR_INVALID_ARG_VALUE' });
  }
});

test('a stream that onWarning destroys says nothing more', async () => {
  const gamma = { type: 'gAMA', data: Buffer.from([0, 1, 0x86, 0xa0]) }; // 1
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 }), { first: [gamma] });
  const stream = createBMPStream({ onWarning: () => stream.destroy() });
  const events = [];
  for (const event of ['info', 'data', 'end']) stream.on(event, () => events.push(event));
  stream.write(png);
  await once(stream, 'close');
  assert.deepEqual(events, []);
});

test('rows leave before the last bytes of the PNG have come, if they leave in order', async () => {
  const stream = createBMPStream({ topDown: true });
  const bmp = getBMP(large, { topDown: true });
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  await write(stream, large.subarray(0, large.length / 2));
  const early = Buffer.concat(parts);
  assert.ok(early.length > bmp.length / 3, `${early.length} bytes of ${bmp.length}`);
  assert.ok(early.equals(bmp.subarray(0, early.length)));
  stream.end(large.subarray(large.length / 2));
  await once(stream, 'end');
  assert.ok(Buffer.concat(parts).equals(bmp));
});

test('a BMP whose first row is the last one is complete before it leaves, and counts for maxMemory', async () => {
  const stream = createBMPStream();
  let got = 0;
  stream.on('data', (part) => { got += part.length; });
  await write(stream, large.subarray(0, -30));
  assert.equal(got, 0);
  stream.end(large.subarray(-30));
  await once(stream, 'end');
  assert.equal(got, readInfo(large).bmp.byteLength);

  const { memory, bmp: { byteLength } } = readInfo(large);
  const told = once(createBMPStream({ maxMemory: memory + byteLength }).end(large).resume(), 'info');
  assert.equal((await told)[0].memory, memory + byteLength);
  await assert.rejects(convert(large, 1000, { maxMemory: memory + byteLength - 1 }), { code: 'ERR_MEMORY_LIMIT' });
  assert.ok((await convert(large, 1000, { maxMemory: memory, topDown: true })).length === byteLength);
});

test('info comes once, before the first bytes, and is that of readInfo', async () => {
  for (const options of [{ topDown: true }, { format: 'mono1', topDown: true }, { container: 'rows', topDown: true }]) {
    const events = [];
    const stream = createBMPStream(options);
    stream.on('info', (info) => events.push(info)).on('data', () => events.push('data'));
    stream.end(large);
    await once(stream, 'end');
    assert.deepEqual(events[0], readInfo(large, options));
    assert.ok(events.length > 1 && events.slice(1).every((event) => event === 'data'));
  }
});

test('info comes before the error of pixels in the same chunk, and not where the plan is refused', async () => {
  const damaged = Buffer.from(large);
  damaged[damaged.indexOf('IDAT') + 20] ^= 255;
  for (const [png, options, infos, code] of [
    [damaged, {}, 1, /^ERR_PNG_/], [damaged, { topDown: true }, 1, /^ERR_PNG_/], [large, { maxMemory: 1000 }, 0, /^ERR_MEMORY_LIMIT$/],
  ]) {
    const events = [];
    const stream = createBMPStream(options);
    stream.on('info', () => events.push('info')).on('data', () => {}).on('error', (error) => events.push(error.code));
    stream.end(png);
    await new Promise((resolve) => { stream.on('close', resolve); });
    assert.equal(events.length, infos + 1);
    assert.match(events.at(-1), code);
  }
});

/** { steps, last }: how many there were, and the promise of the last. */
function countSteps(t) {
  const native = require('../lib/native');
  const count = { steps: 0 };
  Object.defineProperty(native, 'stepAsync', {
    configurable: true,
    value(...step) {
      count.steps++;
      count.last = Object.getPrototypeOf(native).stepAsync.apply(native, step);
      return count.last;
    },
  });
  t.after(() => delete native.stepAsync);
  return count;
}

const addonOnly = { skip: onWasm && 'steps are made otherwise' };

test('a stream does without the global setImmediate, which tests replace or remove', () => {
  const program = (png, { createBMPStream, getBMP }) => {
    delete globalThis.setImmediate; // as in jest's jsdom; others put one there that waits for the test
    const parts = [];
    const stream = createBMPStream().on('data', (part) => parts.push(part));
    stream.on('end', () => require('node:fs').writeSync(1, `${Buffer.concat(parts).equals(getBMP(png))}`));
    stream.write(png.subarray(0, 100), () => stream.end(png.subarray(100)));
  };
  const script = `(${program})(Buffer.from('${small.toString('base64')}', 'base64'), require(${JSON.stringify(ROOT)}))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 120_000 });
  assert.equal(stdout, 'true', stderr);
});

test('two chunks that come apart take two steps: the first gives rows, and the last ends', addonOnly, async (t) => {
  const count = countSteps(t);
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 200, height: 150, seed: 3 }));
  const stream = createBMPStream({ topDown: true });
  stream.write(png.subarray(0, 50_000));
  const [first] = await once(stream, 'data');
  await delay(1);
  assert.equal(count.steps, 1);
  stream.end(png.subarray(50_000));
  assert.ok(Buffer.concat([first, await collect(stream)]).equals(getBMP(png, { topDown: true })));
  assert.equal(count.steps, 2);
});

test('chunks that the source has at hand take one step, up to 256 KiB', addonOnly, async (t) => {
  const count = countSteps(t);
  for (const [width, height, most] of [[240, 320, 1], [800, 600, 9]]) { // 231 kB, 1.4 MB
    const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width, height, seed: 3 }));
    count.steps = 0;
    assert.ok((await convert(png, 65536, { topDown: true })).equals(getBMP(png, { topDown: true })));
    assert.ok(count.steps <= most, `${count.steps} steps for ${png.length} bytes`);
  }
});

test('a reader that is slower than the conversion gets shorter parts, so that less waits for it', addonOnly, async (t) => {
  const count = countSteps(t);
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 1000, height: 1500, seed: 3 }));
  const lengths = [];
  for await (const { length } of createBMPStream({ topDown: true }).end(png)) {
    lengths.push(length);
    for (let last; last !== count.last;) { // until the conversion waits
      last = count.last;
      await last;
      await delay(1);
    }
  }
  assert.ok(lengths[0] > 256 * 1024);
  assert.ok(lengths.length > 6 && lengths.slice(3).every((length) => length <= 256 * 1024), `${lengths}`);
});

test('what compresses well leaves in parts that grow: one chunk does not take a step for each of many parts', addonOnly, async (t) => {
  const count = countSteps(t);
  const png = largePng({ width: 2000, height: 2000, noisy: 0 });
  assert.ok(png.length < 65536);
  assert.ok((await convert(png, 65536, { topDown: true })).equals(getBMP(png, { topDown: true })));
  assert.ok(count.steps <= 30, `${count.steps} steps for 12 MB`);
});

/** Some 300 ms in many turns: a machine that does nothing for a while makes one of them longer, not all of them. */
async function aWhile() {
  for (let i = 0; i < 30; i++) await delay(10);
}

/** A promise of false, after a while in which the stream could have gone on, and when it has something to read. */
async function stalled(stream) {
  do await aWhile(); while (stream.readable && stream.readableLength === 0);
  return false;
}

test('bytes that wait are bounded in both directions', bounded, async () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 1400, height: 600, seed: 3 }));
  const stream = createBMPStream({ topDown: true });
  let isTaken = true;
  let given = 0;
  for (const piece of pieces(png, 16384)) {
    if (!isTaken) break;
    given += piece.length;
    isTaken = stream.write(piece) || await Promise.race([once(stream, 'drain'), stalled(stream)]);
  }
  assert.ok(!isTaken, 'it has taken all of the PNG, and nobody has read');
  assert.ok(stream.readableLength > 0 && stream.readableLength <= 1024 * 1024, `${stream.readableLength} bytes wait`);
  assert.ok(stream.writableLength <= 2 * 65536);
  const rest = collect(stream);
  for (const piece of pieces(png.subarray(given), 16384)) await write(stream, piece);
  stream.end();
  assert.ok((await rest).equals(getBMP(png, { topDown: true })));
});

test('a slow reader gets every byte, from both kinds of outputs', async () => {
  for (const topDown of [true, false]) {
    const parts = [];
    const reader = new Writable({
      highWaterMark: 1000,
      write(part, _encoding, done) {
        parts.push(part);
        setTimeout(done, 1);
      },
    });
    await pipeline(pieces(large, 30000), createBMPStream({ topDown }), reader);
    assert.ok(Buffer.concat(parts).equals(getBMP(large, { topDown })));
  }
});

test('Buffers that nobody has any longer are collected before they are many', () => {
  const script = `
    const { Writable } = require('node:stream');
    const { pipeline } = require('node:stream/promises');
    const { createBMPStream } = require(${JSON.stringify(ROOT)});
    const { largePng } = require(${JSON.stringify(path.join(__dirname, 'kit/large-png'))});
    const png = largePng({ width: 6000, height: 4000 });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const reader = new Writable({
      write(part, encoding, done) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        setImmediate(done);
      },
    });
    const pieces = function* () { for (let at = 0; at < png.length; at += 65536) yield png.subarray(at, at + 65536); };
    pipeline(pieces, createBMPStream({ topDown: true }), reader).then(() => console.log(most));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const most = Number(stdout || NaN);
  assert.ok(most < 16 * 1024 * 1024, `${most} bytes ${stderr}`); // 25 to 35 MB where V8 waits for garbage of its own
});

test('chunks of shared and of resizable memory, and of pools, are converted', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(large.length));
  shared.set(large);
  const resizable = new Uint8Array(new ArrayBuffer(large.length, { maxByteLength: 2 * large.length }));
  resizable.set(large);
  for (const bytes of [shared, resizable, Buffer.from(large)]) {
    const stream = createBMPStream({ topDown: true });
    stream.end(bytes);
    assert.ok((await collect(stream)).equals(getBMP(large, { topDown: true })));
  }
});

test('the source may use its memory again when it has been taken', async () => {
  const memory = Buffer.alloc(4096);
  const stream = createBMPStream({ topDown: true });
  const bmp = collect(stream);
  for (const piece of pieces(large, memory.length)) {
    memory.set(piece);
    await write(stream, memory.subarray(0, piece.length));
    memory.fill(0xaa);
  }
  stream.end();
  assert.ok((await bmp).equals(getBMP(large, { topDown: true })));
});

test('a long chunk is read in place: to transfer it while the stream waits for its reader is an error', async () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 1000, height: 1200, seed: 3 }));
  const bytes = new Uint8Array(png.length);
  bytes.set(png);
  const stream = createBMPStream({ topDown: true });
  stream.write(bytes);
  while (stream.readableLength === 0) await delay(1);
  await delay(20);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  stream.resume();
  const [error] = await once(stream, 'error');
  assert.equal(error.code, 'ERR_INVALID_ARG_VALUE');
});

test('chunks of at most 64 KiB are copied: the next may come while nobody reads, up to a limit', bounded, async () => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 1000, height: 1200, seed: 3 }));
  const stream = createBMPStream({ topDown: true });
  let taken = 0;
  for (const piece of pieces(png, 65536)) {
    const own = new Uint8Array(piece).buffer;
    const written = await Promise.race([write(stream, new Uint8Array(own)).then(() => true), stalled(stream)]);
    if (!written) break;
    structuredClone(own, { transfer: [own] });
    taken += piece.length;
  }
  assert.ok(taken > 2 * 65536 && taken < png.length, `${taken} bytes were taken`);
  const parts = collect(stream);
  stream.end(png.subarray(taken + 65536));
  assert.ok((await parts).equals(getBMP(png, { topDown: true })));
});

test('a defect in a chunk that was taken is the error of the stream, of its next write or of its end', bounded, async () => {
  const png = Buffer.from(large);
  png[3000] ^= 1; // in the first IDAT: its CRC is wrong
  for (const go of [
    () => {}, (stream) => stream.end(), (stream) => stream.write(png.subarray(20_000, 50_000)),
    (stream) => stream.end(png.subarray(20_000)), (stream) => stream.write(png.subarray(20_000)),
  ]) {
    const stream = createBMPStream({ topDown: true }).resume();
    const failed = once(stream, 'error');
    await write(stream, png.subarray(0, 20_000));
    go(stream);
    assert.equal((await failed)[0].code, 'ERR_PNG_CRC');
  }
});

// ---- Ends ---------------------------------------------------------------------------------------

test('options are checked at once', () => {
  for (const [options, code] of [
    [{ format: 'gif' }, 'ERR_INVALID_ARG_VALUE'], [{ unknown: 1 }, 'ERR_INVALID_ARG_VALUE'], [{ maxPixels: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ format: 'bgr24', dither: 'none' }, 'ERR_OPTION'], [{ colors: 4, palette: 'spectra6' }, 'ERR_OPTION'], [{ keyIndex: 3 }, 'ERR_OPTION'],
    [{ format: 'bgr24', colors: 4 }, 'ERR_OPTION'], [null, 'ERR_INVALID_ARG_TYPE'], [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'], [{ onWarning: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ]) {
    let wanted;
    try {
      getBMP(small, options);
    } catch (error) {
      wanted = error;
    }
    assert.equal(wanted?.code, code, JSON.stringify(options));
    assert.throws(() => createBMPStream(options), { code, message: wanted.message });
  }
});

test('an option that the image does not allow is an error when its header has come', async () => {
  await assertSame(large, 50, { format: 'indexed', bits: 1 }, 'bits');
  const stream = createBMPStream({ maxPixels: 1000 });
  stream.write(large.subarray(0, 100));
  const [error] = await once(stream, 'error');
  assert.equal(error.code, 'ERR_PIXEL_LIMIT');
});

test('a stream that is destroyed at any moment closes, without an error', async () => {
  const random = createRandom(8);
  for (let i = 0; i < 150; i++) {
    const stream = createBMPStream({ topDown: i % 2 === 0 });
    const closed = once(stream, 'close'); // rejects if there is an error
    if (i % 3) stream.resume();
    if (i % 7 === 0) stream.end(large);
    else stream.write(large.subarray(0, 1 + random.below(large.length)));
    if (i % 4) await delay(random.below(6));
    stream.destroy();
    await closed;
    assert.equal(stream.errored, null);
  }
});

test('a stream that is destroyed by one of its listeners ends there', async () => {
  for (const event of ['info', 'data']) {
    const stream = createBMPStream({ topDown: true });
    let count = 0;
    stream.on(event, () => {
      count++;
      stream.destroy(new Error('enough'));
    });
    stream.end(large);
    const [error] = await once(stream, 'error');
    assert.equal(error.message, 'enough');
    if (event === 'info') assert.equal(count, 1); // 'data' may come again, of what waits in the stream
  }
});

test('signal ends a stream with an AbortError', async () => {
  for (const wait of [0, 1, 10]) {
    const controller = new AbortController();
    const stream = createBMPStream({ signal: controller.signal, topDown: true });
    stream.write(large.subarray(0, -100));
    if (wait > 0) await delay(wait);
    controller.abort(new Error('why'));
    const [error] = await once(stream, 'error');
    assert.equal(error.name, 'AbortError');
    assert.equal(error.code, 'ABORT_ERR');
    assert.equal(error.cause.message, 'why');
  }
  const [error] = await once(createBMPStream({ signal: AbortSignal.abort() }), 'error');
  assert.equal(error.name, 'AbortError');
});

test('twenty streams have one listener of their signal together, and none when they have closed', async () => {
  const controller = new AbortController();
  const listeners = () => getEventListeners(controller.signal, 'abort').length;
  const warned = [];
  const onWarning = (warning) => warned.push(warning.name);
  process.on('warning', onWarning);
  const all = Array.from({ length: 20 }, () => createBMPStream({ signal: controller.signal }));
  assert.equal(listeners(), 1);
  await Promise.all(all.slice(0, 5).map((stream) => collect(stream.end(small))));
  for (const stream of all.slice(5, 10)) stream.destroy();
  assert.equal(listeners(), 1);
  const aborted = all.slice(10).map((stream) => once(stream, 'error'));
  controller.abort();
  for (const [error] of await Promise.all(aborted)) assert.equal(error.name, 'AbortError');
  assert.equal(listeners(), 0);
  process.off('warning', onWarning);
  assert.deepEqual(warned, []);
});

test('a stream that has closed leaves the signal alone', async () => {
  const controller = new AbortController();
  const stream = createBMPStream({ signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
  await collect(stream.end(small));
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal(stream.errored, null);
});

test('pipeline ends all of its streams when one fails', async () => {
  const source = new PassThrough();
  const stream = createBMPStream();
  const failed = pipeline(source, stream, new Writable({ write(_part, _encoding, done) { done(new Error('full')); } }));
  source.end(large);
  await assert.rejects(failed, { message: 'full' });
  assert.ok(source.destroyed && stream.destroyed);

  const wrong = Readable.from([Buffer.from('GIF89a is not a PNG, and long enough to tell'), large], { objectMode: false });
  await assert.rejects(pipeline(wrong, createBMPStream(), new PassThrough().resume()), { code: 'ERR_PNG_SIGNATURE' });
  assert.ok(wrong.destroyed);
});

test('what onWarning throws is the error of the stream', async () => {
  const png = Buffer.concat([small, small]);
  for (const thrown of [new Error('mine'), null, undefined, 'text', 0, '', false, Number.NaN]) {
    const stream = createBMPStream({ onWarning() { throw thrown; } });
    stream.end(png);
    const [error] = await once(stream.resume(), 'error');
    if (!thrown) assert.match(error.message, /onWarning/);
    else assert.equal(error, thrown);
  }
});

test('warnings of chunks before the pixels come before info', async () => {
  const events = [];
  const gamma = { type: 'gAMA', data: Buffer.from([0, 1, 0x86, 0xa0]) }; // 1
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 }), { first: [gamma] });
  const stream = createBMPStream({ onWarning: ({ code }) => events.push(code) });
  stream.on('info', () => events.push('info'));
  stream.end(png);
  await collect(stream);
  assert.deepEqual(events, ['WARN_PNG_COLOR_SPACE', 'info']);
});

test('a stream that waits holds no thread of the pool', () => {
  const script = `
    const { createBMPStream } = require(${JSON.stringify(ROOT)});
    const png = require('node:fs').readFileSync(${JSON.stringify(path.join(ROOT, 'samples/sample.png'))});
    const all = Array.from({ length: 20 }, () => createBMPStream({ topDown: true }));
    const written = all.map((stream) => new Promise((resolve) => { stream.resume().write(png.subarray(0, 9000), resolve); }));
    Promise.all(written).then(() => require('node:fs').promises.readFile(__filename, 'utf8').catch(() => 'read'))
      .then(() => { console.log('read'); process.exit(); });
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } });
  assert.equal(stdout, 'read\n', stderr);
});

test('what a listener throws is an uncaught exception', () => {
  for (const event of ['info', 'data', 'end', 'finish']) {
    const script = `
      const { createBMPStream } = require(${JSON.stringify(ROOT)});
      const stream = createBMPStream({ topDown: true }).resume();
      process.on('uncaughtException', (error) => { console.log(error.message); process.exit(0); });
      process.on('unhandledRejection', () => console.log('rejection'));
      stream.on('${event}', () => { throw new Error('of ${event}'); });
      stream.on('error', () => console.log('error'));
      stream.end(require('node:fs').readFileSync(${JSON.stringify(path.join(ROOT, 'samples/sample.png'))}));
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.equal(stdout, `of ${event}\n`, stderr);
  }
});

test('streams that are left alone, a process that exits and threads that end do no harm', () => {
  const script = `
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    const { createBMPStream } = require(${JSON.stringify(ROOT)});
    const png = require('node:fs').readFileSync(${JSON.stringify(path.join(ROOT, 'samples/sample.png'))});
    const start = () => {
      for (let i = 0; i < 8; i++) createBMPStream({ topDown: i % 2 === 0 }).on('error', () => {}).resume().write(png.subarray(0, 30000 + i));
    };
    start();
    if (isMainThread) {
      const ended = Array.from({ length: 6 }, (_, i) => new Promise((resolve) => {
        const worker = new Worker(process.argv[1] ?? __filename, { eval: true });
        setTimeout(() => worker.terminate().then(resolve), 20 * i);
      }));
      for (let i = 0; i < 2000; i++) createBMPStream();
      gc();
      Promise.all(ended).then(() => { start(); console.log('right'); setTimeout(() => process.exit(), 2); });
    } else {
      setInterval(start, 2);
    }
  `;
  const file = script.replace('process.argv[1] ?? __filename', 'process.env.SCRIPT');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '-e', file],
    { encoding: 'utf8', env: { ...process.env, SCRIPT: file } });
  assert.equal(stdout, 'right\n', stderr);
  assert.equal(status, 0, stderr);
});
