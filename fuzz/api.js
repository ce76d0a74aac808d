'use strict';

// Calls the JavaScript API at random: every function, options good and bad, bytes in memory of every
// kind, and meanwhile what JavaScript can do to them: write, resize, detach, abort, end the thread.
//
//     npm run fuzz:api -- --seconds 60 [--seed N]
//
// A call must do what the plain synchronous one does with a copy of the bytes, or, where the bytes
// were changed under it, give a result or an error; every error has a code. The process must not
// end: then the parent names the case, and the same seed begins there again.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { Readable } = require('node:stream');
const { parseArgs } = require('node:util');
const { Worker, isMainThread, workerData } = require('node:worker_threads');

const png2bmp = require('..');
const { createStreams } = require('../lib/browser/streams');
const { table } = require('../lib/options');
const { TYPES, createImage } = require('../test/kit/image');
const { encodePng } = require('../test/kit/png-encoder');
const { createRandom } = require('../test/kit/random');

const IN_FLIGHT = 12;

const pick = (random, list) => list[random.below(list.length)];
const chance = (random, one, of) => random.below(of) < one;

// ---- Bytes ---------------------------------------------------------------------------

function makeFiles() {
  const files = [];
  for (const type of TYPES) {
    for (const [width, height, interlaced] of [[1, 1, false], [9, 5, true], [67, 41, false], [260, 90, true]]) {
      const image = createImage({ ...type, width, height, transparency: type.colorType < 4, seed: files.length });
      files.push(encodePng(image, { interlaced, idat: 700 }));
    }
  }
  files.push(encodePng(createImage({ width: 900, height: 700, colorType: 6, bitDepth: 8 })));
  return files;
}

function damage(random, bytes) {
  const copy = Uint8Array.from(bytes);
  switch (random.below(4)) {
    case 0: return copy.subarray(0, random.below(copy.length + 1));
    case 1: return Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    default:
      for (let n = 1 + random.below(4); n > 0; n--) copy[random.below(copy.length)] = random.below(256);
      return copy;
  }
}

function filled(view, bytes) {
  view.set(bytes);
  return view;
}

/** Whether this Node.js has resizable memory. */
const resizable = new ArrayBuffer(1, { maxByteLength: 2 }).resizable === true;

/** Every kind of memory that can hold a PNG: functions of the random numbers and the bytes. */
const MEMORY = {
  buffer: (random, bytes) => Buffer.from(bytes),
  slowBuffer: (random, bytes) => filled(Buffer.allocUnsafeSlow(bytes.length), bytes),
  view(random, bytes) {
    const before = random.below(20);
    const whole = new Uint8Array(before + bytes.length + random.below(20));
    return filled(whole.subarray(before, before + bytes.length), bytes);
  },
  arrayBuffer: (random, bytes) => Uint8Array.from(bytes).buffer,
  shared: (random, bytes) => filled(new Uint8Array(new SharedArrayBuffer(bytes.length)), bytes).buffer,
  sharedView: (random, bytes) => filled(new Uint8Array(new SharedArrayBuffer(bytes.length)), bytes),
  dataView: (random, bytes) => new DataView(Uint8Array.from(bytes).buffer),
  clamped: (random, bytes) => Uint8ClampedArray.from(bytes),
  webAssembly(random, bytes) {
    const { buffer } = new WebAssembly.Memory({ initial: 1 + Math.ceil(bytes.length / 65536), maximum: 64 });
    return filled(new Uint8Array(buffer, 8, bytes.length), bytes);
  },
  ...(resizable && {
    resizable: (random, bytes) =>
      filled(new Uint8Array(new ArrayBuffer(bytes.length, { maxByteLength: bytes.length + 100 })), bytes),
    resizableBuffer: (random, bytes) =>
      filled(new Uint8Array(new ArrayBuffer(bytes.length, { maxByteLength: bytes.length + 100 })), bytes).buffer,
    growable: (random, bytes) =>
      filled(new Uint8Array(new SharedArrayBuffer(bytes.length, { maxByteLength: bytes.length + 100 })), bytes),
  }),
};

/** What asynchronous calls collect bytes from. */
const SOURCES = {
  blob: (random, bytes) => new Blob([bytes]),
  response: (random, bytes) => new Response(bytes),
  stream: (random, bytes) => new Blob([bytes]).stream(),
  nodeStream: (random, bytes) => Readable.from([Buffer.from(bytes.subarray(0, 40)), Buffer.from(bytes.subarray(40))]),
};

const bufferOf = (memory) => (ArrayBuffer.isView(memory) ? memory.buffer : memory);

function viewOf(memory) {
  if (!ArrayBuffer.isView(memory)) return new Uint8Array(memory);
  return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
}

function detach(memory) {
  const buffer = bufferOf(memory);
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
}

/** What may happen to memory while it is read. Node.js's pool cannot be detached. */
const INTERFERENCE = [
  (random, memory) => {
    const view = viewOf(memory);
    for (let n = 0; n < 50 && view.length > 0; n++) view[random.below(view.length)] = random.below(256);
  },
  (random, memory) => detach(memory),
  (random, memory) => {
    const buffer = bufferOf(memory);
    if (buffer.resizable) buffer.resize(random.below(buffer.maxByteLength + 1));
    if (buffer.growable) buffer.grow(buffer.maxByteLength);
  },
];

const interfere = (random, memory) => {
  try {
    pick(random, INTERFERENCE)(random, memory);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError || error instanceof DOMException)) throw error;
  }
};

// ---- Options -------------------------------------------------------------------------

const { constants } = png2bmp;
// By kind, in the order of host_option_kind.
const VALUES = [
  ({ choices }) => choices.filter((name) => !/^$|^raw-/.test(name)),
  () => [true, false],
  ({ least, most }) => [least, least + 1, (least + most) >> 1, most],
  () => [0, 1, 1000, 10_000, 1e9, Infinity, 5000n],
  () => ['#fff', '#123456', [1, 2, 3], { r: 255, g: 0, b: 7 }],
];
const GOOD = {
  ...Object.fromEntries(table.filter(({ isOfLib }) => !isOfLib).map((row) => [row.name, VALUES[row.kind](row)])),
  bits: [1, 4, 8],
  keyIndex: [0, 15, 255, 'last', 'none'],
  palette: [...constants.palettes, ['#000', '#fff', '#f00'], Uint8Array.of(0, 0, 0, 255, 255, 255),
    [{ color: '#000', seen: '#123' }, '#fff', { color: [255, 0, 0] }]],
  seen: ['measured'],
  density: [72, { x: 3000, y: 1 }],
  input: constants.inputs,
};
// The others have an effect on few formats, which is an error: not often.
const OFTEN = ['format', 'alpha', 'background', 'topDown', 'depth16', 'dither', 'strict', 'ignoreChecksums', 'maxPixels', 'maxMemory', 'input'];

const BAD = [null, NaN, -1, 256, 1.5, '', 'x', [], {}, 2n ** 70n, -1n, Symbol('x'), () => 1, Object.create(null),
  [1, 2, 256], '#12', new Date(0), Infinity, -0, '__proto__', 'constructor'];

function makeOptions(random) {
  if (chance(random, 1, 60)) return pick(random, BAD.filter((value) => typeof value !== 'function')); // a callback
  const options = chance(random, 1, 4) ? { __proto__: null } : {};
  for (const [name, values] of Object.entries(GOOD)) {
    if (chance(random, 1, OFTEN.includes(name) ? 3 : 20)) options[name] = chance(random, 1, 80) ? pick(random, BAD) : pick(random, values);
  }
  return options;
}

const makeLength = (random, size) =>
  (chance(random, 3, 4) ? undefined : pick(random, [size, size - 1, 0, 8, size + 1, -1, NaN, 1.5, '7', 2 ** 40]));

// ---- Outcomes ------------------------------------------------------------------------

const own = new Error('thrown by the fuzzer');
own.code = 'ERR_OWN';

function checkError(error) {
  assert.ok(error instanceof Error, `not an error: ${String(error)}`);
  assert.equal(typeof error.code, 'string', `an error without a code: ${error.stack}`);
  assert.ok(error.message.length > 0 && error.code !== 'ERR_INTERNAL', error.stack);
  return { code: error.code, message: error.message };
}

const plain = (result) =>
  (result instanceof Uint8Array ? { bytes: Buffer.from(result) }
    : result?.data instanceof Uint8Array ? { ...result, data: Buffer.from(result.data) } : { result });

function outcomeOf(call) {
  try {
    return plain(call());
  } catch (error) {
    return checkError(error);
  }
}

const outcomeOfPromise = (promise) => promise.then(plain, checkError);

/** A call with a callback as a promise; what it throws synchronously is the same in both forms. */
const withCallback = (call) => new Promise((resolve, reject) => {
  call((error, result) => (error ? reject(error) : resolve(result)));
});

// ---- Cases -----------------------------------------------------------------------------

const scratch = isMainThread ? fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-fuzz-')) : workerData.scratch;
let files;
let saves = 0;

const OF_ICONS = ['depth16', 'strict', 'ignoreChecksums', 'maxPixels', 'maxMemory', 'bits', 'colors', 'palette', 'seen', 'dither', 'light', 'tone',
  'alphaThreshold', 'salvage', 'onWarning', 'signal'];

/** Most other options are refused. */
function ofIcon(options) {
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(Object.entries(options).filter(([name]) => OF_ICONS.includes(name)));
}

/** `length` is for other functions; here it varies an option. */
const iconRule = (length) => (length === undefined ? 'all' : 'none');

const FUNCTIONS = {
  getBMP: (bytes, length, options) => png2bmp.getBMP(bytes, length, options),
  decodePNG: (bytes, length, options) => png2bmp.decodePNG(bytes, options),
  readInfo: (bytes, length, options) => png2bmp.readInfo(bytes, options),
  countColors: (bytes, length, options) => png2bmp.readInfo(bytes, { ...options, countColors: true }),
  encodeBMP: (bytes, length, options, shape) => png2bmp.encodeBMP({ ...shape, data: bytes }, options),
  encodeICO: (bytes, length, options) => png2bmp.encodeICO([bytes], { ...ofIcon(options), png: iconRule(length) }),
};
const ASYNC = {
  getBMP: (bytes, length, options, shape, ...rest) => png2bmp.getBMPAsync(bytes, length, options, ...rest),
  decodePNG: (bytes, length, options, shape, ...rest) => png2bmp.decodePNGAsync(bytes, options, ...rest),
  encodeBMP: (bytes, length, options, shape, ...rest) => png2bmp.encodeBMPAsync({ ...shape, data: bytes }, options, ...rest),
  encodeICO: (bytes, length, options, shape, ...rest) =>
    png2bmp.encodeICOAsync([bytes], { ...ofIcon(options), png: iconRule(length) }, ...rest),
};

function makeShape(random, size) {
  const channels = 1 + random.below(4);
  const width = 1 + random.below(40);
  const shape = { width, height: Math.max(1, Math.floor(size / width / channels)), channels };
  if (chance(random, 1, 4)) shape.stride = width * channels + random.below(3);
  if (chance(random, 1, 8)) shape.depth = pick(random, [8, 16, 'uchar', 'ushort', 'x', 7]);
  if (chance(random, 1, 30)) shape[pick(random, Object.keys(shape))] = pick(random, BAD);
  return shape;
}

function makeCase(random) {
  const file = pick(random, files);
  const bytes = chance(random, 1, 3) ? damage(random, file) : Uint8Array.from(file);
  return { bytes, length: makeLength(random, bytes.length), options: makeOptions(random), shape: makeShape(random, bytes.length) };
}

/** Options with side effects when they are read, or when a warning comes. */
function withTricks(random, options, memory) {
  if (typeof options !== 'object' || options === null || chance(random, 9, 10)) return { options, tricky: false };
  const tricky = Object.create(Object.getPrototypeOf(options), Object.getOwnPropertyDescriptors(options));
  const name = pick(random, [...Object.keys(GOOD), 'onWarning', 'signal', 'channels', 'maxInputBytes']);
  const act = pick(random, [
    () => interfere(random, memory),
    () => { throw own; },
    () => outcomeOf(() => png2bmp.getBMP(memory)),
  ]);
  const value = options[name];
  if (name === 'onWarning') tricky.onWarning = act;
  else Object.defineProperty(tricky, name, { get() { act(); return value; }, enumerable: true, configurable: true });
  return { options: tricky, tricky: true };
}

function syncCase(random, { bytes, length, options, shape }) {
  const name = pick(random, Object.keys(FUNCTIONS));
  const memory = pick(random, Object.values(MEMORY))(random, bytes);
  const given = withTricks(random, options, memory);
  if (chance(random, 1, 40)) {
    interfere(random, memory);
    outcomeOf(() => FUNCTIONS[name](memory, length, given.options, shape));
    return;
  }
  const expected = outcomeOf(() => FUNCTIONS[name](Uint8Array.from(bytes), length, options, shape));
  const found = outcomeOf(() => FUNCTIONS[name](memory, length, given.options, shape));
  if (!given.tricky && !(name === 'encodeBMP' && memory instanceof Uint8ClampedArray)) {
    assert.deepEqual(found, expected, `${name} of ${memory.constructor.name}`);
  }
}

function intoCase(random, { bytes, options }) {
  const expected = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(bytes), undefined, options));
  const { result: info } = outcomeOf(() => png2bmp.readInfo(Uint8Array.from(bytes), options));
  const size = info?.bmp.byteLength ?? 1000;
  const target = pick(random, Object.values(MEMORY))(random, new Uint8Array(size + random.below(3) - 1));
  const given = withTricks(random, options, target);
  const memory = chance(random, 1, 10) ? target : pick(random, Object.values(MEMORY))(random, bytes);
  const found = outcomeOf(() => png2bmp.getBMPInto(target, memory, given.options));
  if (found.result !== undefined && !given.tricky && memory !== target) {
    assert.equal(found.result, size);
    assert.ok(Buffer.from(viewOf(target)).subarray(0, size).equals(expected.bytes), 'getBMPInto: other bytes');
  } else if (memory !== target && !given.tricky && target.byteLength >= size) {
    assert.deepEqual(found, expected, 'getBMPInto');
  }
}

async function asyncCase(random, { bytes, length, options, shape }) {
  const name = pick(random, Object.keys(ASYNC));
  const collected = name !== 'encodeBMP' && chance(random, 1, 6);
  const memory = pick(random, Object.values(collected ? SOURCES : MEMORY))(random, bytes);
  const expected = outcomeOf(() => FUNCTIONS[name](Uint8Array.from(bytes), length, options, shape));
  const given = collected ? { options, tricky: false } : withTricks(random, options, memory);
  const stop = new AbortController();
  const isObject = typeof given.options === 'object' && given.options !== null && !Array.isArray(given.options);
  const aborts = isObject && !given.tricky && chance(random, 1, 4);
  if (aborts) given.options = { ...given.options, signal: stop.signal };
  const call = (...rest) => ASYNC[name](memory, length, given.options, shape, ...rest);
  let promise;
  try {
    promise = chance(random, 1, 4) ? withCallback(call) : call();
  } catch (error) {
    promise = Promise.reject(error);
  }
  promise.catch(() => {});
  // Not waited for: other cases run meanwhile.
  const safe = options?.input === 'copy' || options?.input === 'transfer';
  let changed = false;
  if (!collected && chance(random, 1, 3)) {
    interfere(random, memory);
    changed = !safe;
  }
  if (aborts) {
    if (chance(random, 1, 3)) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(chance(random, 1, 2) ? undefined : own);
  }
  const found = await outcomeOfPromise(promise);
  if (given.tricky || changed || (aborts && (found.code === 'ABORT_ERR' || found.code === 'ERR_OWN'))) return;
  if (name === 'encodeBMP' && memory instanceof Uint8ClampedArray) return;
  if (collected) { // the size of what is collected has another message, that of a stream is not known, and what it keeps counts
    if (found.code !== undefined && (expected.code === 'ERR_PNG_BOMB' || found.code === 'ERR_MEMORY_LIMIT')) return;
    assert.equal(found.code, expected.code, `${name} of ${memory.constructor.name}: ${found.message}, ${expected.message}`);
    assert.deepEqual(found.bytes, expected.bytes);
  } else {
    assert.deepEqual(found, expected, `${name}Async of ${memory.constructor.name}`);
  }
}

/** Several conversions by one converter, whose latest result is tampered with as much as can be. */
async function converterCase(random, { options }) {
  const wanted = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(files[0]), undefined, options));
  let converter;
  const made = outcomeOf(() => {
    converter = png2bmp.createConverter(options);
  });
  if (converter === undefined) return assert.deepEqual(made, wanted, 'createConverter');
  let latest = new Uint8Array(1);
  for (let n = 1 + random.below(4); n > 0; n--) {
    const { bytes } = makeCase(random);
    const expected = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(bytes), undefined, options));
    const memory = pick(random, Object.values(MEMORY))(random, bytes);
    const output = (bmp) => {
      latest = bmp;
      return bmp;
    };
    if (chance(random, 1, 2)) {
      assert.deepEqual(outcomeOf(() => output(converter.getBMP(memory))), expected, 'a converter');
    } else {
      const promise = converter.getBMPAsync(memory).then(output);
      promise.catch(() => {});
      assert.equal(outcomeOf(() => converter.getBMP(memory)).code, 'ERR_INVALID_STATE');
      outcomeOf(() => png2bmp.getBMP(latest)); // reads what is being written
      try {
        pick(random, [() => detach(latest), () => latest.buffer.transfer(), () => latest.buffer.resize(0)])();
      } catch { /* refused, or not known to this version */ }
      assert.deepEqual(await outcomeOfPromise(promise), expected, 'a converter, asynchronous');
    }
  }
}

/** { write(piece), end(), stop(), ended, isEnded() } of a stream of Node.js. stop: as its user does; ended: what it gives,
 * undefined after stop(). */
function openNodeStream(options) {
  const stream = png2bmp.createBMPStream(options);
  const parts = [];
  const ended = new Promise((resolve) => {
    stream.on('error', (error) => resolve(checkError(error)));
    stream.on('data', (part) => parts.push(part)).on('close', () => resolve(stream.readableEnded ? { bytes: Buffer.concat(parts) } : undefined));
  });
  return {
    ended,
    isEnded: () => stream.destroyed,
    write: (piece) => new Promise((resolve) => { stream.write(piece, resolve); }),
    end: () => stream.end(),
    stop: () => stream.destroy(),
  };
}

/** The same of Web Streams. */
function openWebStreams(options, random) {
  const stop = new AbortController();
  const isBySignal = chance(random, 1, 2) && typeof options === 'object' && options !== null && !Array.isArray(options);
  const { readable, writable } = createStreams(isBySignal ? { ...options, signal: stop.signal } : options);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  let isEnded = false;
  let isStopped = false;
  const fail = (error) => {
    isEnded = true;
    return isStopped ? undefined : checkError(error);
  };
  const ended = (async () => {
    const parts = [];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return isStopped ? undefined : { bytes: Buffer.concat(parts) };
      parts.push(Buffer.from(value));
      if (chance(random, 1, 4)) detach(value); // it is the reader's
    }
  })().catch(fail);
  const ignore = (promise) => promise.catch(() => {});
  ignore(writer.closed);
  return {
    ended,
    isEnded: () => isEnded,
    write: (piece) => ignore(writer.write(piece)),
    end: () => ignore(writer.close()),
    stop() {
      isStopped = isEnded = true;
      const ways = [() => ignore(writer.abort(own)), () => ignore(reader.cancel(own))];
      if (isBySignal) ways.push(() => stop.abort(own));
      pick(random, ways)();
    },
  };
}

/** A stream that is written to in pieces of random memory, which may be tampered with when they have been taken; and is
 * stopped at a random moment, or not. */
async function streamCase(random, { bytes, options }) {
  const open = pick(random, [openNodeStream, openWebStreams]);
  const expected = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(bytes), undefined, options));
  let stream;
  const made = outcomeOf(() => {
    stream = open(options, random);
  });
  if (made.code === 'ERR_OPTION') return assert.ok(expected.code, open.name); // told before the PNG has come
  if (stream === undefined) return assert.equal(made.code, expected.code, open.name);
  const last = chance(random, 1, 3) ? random.below(6) : Infinity;
  for (let at = 0, n = 0; at < bytes.length && !stream.isEnded(); n++) {
    const piece = viewOf(pick(random, Object.values(MEMORY))(random, bytes.slice(at, at += 1 + random.below(3000))));
    const written = stream.write(piece);
    if (n === last) stream.stop();
    await written;
    interfere(random, piece);
  }
  if (!stream.isEnded()) stream.end();
  const found = await stream.ended;
  if (found === undefined) return undefined; // it was stopped
  const isOther = ['ERR_PNG_BOMB', 'ERR_MEMORY_LIMIT'].some((code) => code === expected.code || code === found.code);
  return isOther || assert.deepEqual({ code: found.code, bytes: found.bytes }, { code: expected.code, bytes: expected.bytes }, open.name);
}

async function saveCase(random, { bytes, length, options }) {
  const file = path.join(scratch, `${saves++ % 8}-${process.pid}-${isMainThread ? 0 : workerData.seed}-${random.below(1e9)}.bmp`);
  const expected = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(bytes), length, options));
  const memory = pick(random, Object.values(MEMORY))(random, bytes);
  const found = chance(random, 1, 2) ? outcomeOf(() => png2bmp.saveBMP(file, memory, length, options))
    : await outcomeOfPromise((async () => png2bmp.saveBMPAsync(file, memory, length, options))());
  if (expected.bytes) {
    assert.deepEqual(found, { result: true }, 'a save');
    assert.ok(fs.readFileSync(file).equals(expected.bytes), 'a save: other bytes');
    fs.unlinkSync(file);
  } else {
    assert.deepEqual(found, expected, 'a save');
    assert.ok(!fs.existsSync(file), 'a save that failed left a file');
  }
}

async function fileCase(random, { bytes, options }) {
  const name = `${saves++ % 8}-${process.pid}-${isMainThread ? 0 : workerData.seed}-${random.below(1e9)}`;
  const [from, to] = ['png', 'bmp'].map((end) => path.join(scratch, `${name}.${end}`));
  fs.writeFileSync(from, bytes);
  const expected = outcomeOf(() => png2bmp.getBMP(Uint8Array.from(bytes), undefined, options));
  const info = outcomeOf(() => png2bmp.readInfo(Uint8Array.from(bytes), options));
  const found = chance(random, 1, 2) ? outcomeOf(() => png2bmp.convertFile(from, to, options))
    : await outcomeOfPromise((async () => png2bmp.convertFileAsync(from, to, options))());
  fs.unlinkSync(from);
  if (expected.bytes) {
    assert.deepEqual(found, info, 'from file to file');
    assert.ok(fs.readFileSync(to).equals(expected.bytes), 'from file to file: other bytes');
    fs.unlinkSync(to);
  } else {
    assert.deepEqual(found, expected, 'from file to file');
    assert.ok(!fs.existsSync(to), 'a conversion that failed left a file');
  }
}

/** A thread that does the same, and is ended in the middle of it. */
async function threadCase(random) {
  const worker = new Worker(__filename, { workerData: { seed: 1 + random.below(1e9), seconds: 2, scratch } });
  let failure;
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.on('error', (error) => { failure = error; });
  await new Promise((resolve) => setTimeout(resolve, random.below(600)));
  await worker.terminate();
  await gone;
  if (failure) throw failure;
}

const KINDS = [
  ...Array(40).fill(syncCase), ...Array(20).fill(intoCase), ...Array(40).fill(asyncCase), ...Array(10).fill(saveCase), ...Array(5).fill(fileCase),
  ...Array(15).fill(converterCase), ...Array(15).fill(streamCase),
];

/** Runs cases from a first number on; calls `note` with each before it runs. */
async function runCases(seed, first, seconds, note) {
  files = makeFiles();
  const end = Date.now() + 1000 * seconds;
  const flying = new Set();
  let number = first;
  for (; Date.now() < end; number++) {
    note(number);
    const random = createRandom(seed * 1_000_003 + number);
    const run = isMainThread && number % 2000 === 1999 ? threadCase : pick(random, KINDS);
    const promise = (async () => run(random, makeCase(random)))().catch((error) => {
      error.message = `seed ${seed}, case ${number}: ${error.message}`;
      throw error;
    });
    flying.add(promise);
    promise.then(() => flying.delete(promise), () => {});
    if (flying.size >= IN_FLIGHT || chance(random, 1, 10)) await Promise.race(flying);
  }
  await Promise.all(flying);
  return number - first;
}

async function child([seed, first, seconds, notes]) {
  const file = fs.openSync(notes, 'w');
  try {
    const done = await runCases(Number(seed), Number(first), Number(seconds),
      (number) => fs.writeSync(file, String(number).padEnd(12), 0));
    console.log(`ok - the API, seed ${seed}: ${done} cases in ${seconds} s`);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function parent() {
  const { values } = parseArgs({ options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' }, // the case to start with
  } });
  const notes = path.join(scratch, 'case');
  const { status, signal } = spawnSync(process.execPath,
    [__filename, '--child', values.seed, values.first, values.seconds, notes], { stdio: 'inherit' });
  if (status !== 0) {
    const last = fs.existsSync(notes) ? fs.readFileSync(notes, 'utf8').trim() : 'none';
    console.log(`not ok - the API: ${signal ?? `status ${status}`}; the last case was ` +
      `--seed ${values.seed} --first ${last}, those in flight at most ${IN_FLIGHT} before`);
  }
  fs.rmSync(scratch, { recursive: true, force: true });
  process.exitCode = status === 0 ? 0 : 1;
}

if (!isMainThread) runCases(workerData.seed, 0, workerData.seconds, () => {});
else if (process.argv[2] === '--child') child(process.argv.slice(3));
else parent();
