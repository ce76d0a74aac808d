'use strict';

// Every way to a BMP. A door is an async function of a library and a case that gives an outcome, { bytes, warnings }
// or { code, message, warnings }, or undefined where it does not fit the case. All doors of a case must give the
// same outcome.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const { chance, pick } = require('./random');

/** What `convert(onWarning)` gives or throws. */
async function outcomeOf(convert) {
  const warnings = [];
  try {
    const bytes = await convert(({ code, message }) => warnings.push({ code, message }));
    return { bytes: Buffer.from(bytes), warnings };
  } catch (error) {
    if (typeof error.code !== 'string') throw error;
    return { code: error.code, message: error.message, warnings };
  }
}

/** A file that does not exist yet. */
let files = 0;
const newFile = ({ directory }) => path.join(directory, `${++files}.bmp`);

function takeFile(file) {
  const bytes = fs.readFileSync(file);
  fs.unlinkSync(file);
  return bytes;
}

// ---- Memory ---------------------------------------------------------------------------------

const memory = (lib, { png, options }) =>
  outcomeOf((onWarning) => lib.getBMP(png, { ...options, onWarning }));

/** Over bytes of two patterns: each byte is written, and none after them. */
async function into(lib, { png, options, length, random }) {
  const spare = random.below(40);
  const [a, b] = await Promise.all([0x00, 0xa5].map((pattern) => outcomeOf((onWarning) => {
    const target = Buffer.alloc(length + spare, pattern);
    const written = lib.getBMPInto(target, png, { ...options, onWarning });
    assert.ok(target.subarray(written).every((byte) => byte === pattern), 'bytes after the BMP were written');
    return target.subarray(0, written);
  })));
  assert.deepEqual(a, b, 'other bytes over another pattern');
  return a;
}

/** The second and the third image of a converter, the third on a thread. */
async function converter(lib, { png, options, other }) {
  const heard = [];
  const made = await outcomeOf(() => {
    heard.converter = lib.createConverter({ ...options, onWarning: (warning) => heard.push(warning) });
    return [];
  });
  if (made.code) return made;
  const next = (convert) => outcomeOf(async (onWarning) => {
    heard.length = 0;
    try {
      return Buffer.from(await convert());
    } finally {
      heard.forEach(onWarning);
    }
  });
  await next(() => heard.converter.getBMP(other));
  const second = await next(() => heard.converter.getBMP(png));
  await next(() => heard.converter.getBMPAsync(Uint8Array.from(other)));
  assert.deepEqual(await next(() => heard.converter.getBMPAsync(Uint8Array.from(png))), second, 'another outcome on a thread');
  return second;
}

const asynchronous = (lib, { png, options }) =>
  outcomeOf((onWarning) => lib.getBMPAsync(Uint8Array.from(png), { ...options, onWarning }));

/** The outcome of a PNG that came in pieces; undefined where it may differ: without the size of the PNG, what is too
 * large for it is known at its end, and what is held counts for maxMemory. */
function comparable(outcome, { options, wanted }) {
  const holdsMore = outcome.code === 'ERR_MEMORY_LIMIT' && options.maxMemory !== undefined;
  return holdsMore || wanted.code === 'ERR_PNG_BOMB' ? undefined : outcome;
}

/** Of a large PNG not so many that the case takes minutes: each of them is a step of its own. */
function* randomPieces({ png, random }) {
  const most = Math.max(pick(random, [1, 50, 5000, 1e6]), Math.ceil(png.length / 2000));
  for (let at = 0; at < png.length;) yield Uint8Array.from(png.subarray(at, at += 1 + random.below(most)));
}

function webSource(each) {
  const pieces = randomPieces(each);
  return new ReadableStream({
    pull(controller) {
      const { value, done } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** What asynchronous calls take bytes from, as they come or collected. */
const SOURCES = [
  ({ png }) => new Blob([png]),
  ({ png }) => new Response(png),
  (each) => Readable.from(randomPieces(each)),
  (each) => (async function* pieces() { yield* randomPieces(each); }()),
  webSource,
];

const sourceOf = (each) => pick(each.random, SOURCES)(each);

const collected = async (lib, each) => comparable(
  await outcomeOf((onWarning) => lib.getBMPAsync(sourceOf(each), { ...each.options, onWarning })), each);

/** All that is read, at a random speed. */
async function readAll(stream, random) {
  const isSlow = chance(random, 1, 4);
  const parts = [];
  for await (const part of stream) {
    parts.push(part);
    if (isSlow) await new Promise((resolve) => { setImmediate(resolve); });
  }
  return Buffer.concat(parts);
}

/** Wrong options are told before a PNG that is wrong as well has come. */
const ofStream = (outcome, each) => (outcome.code === 'ERR_OPTION' && each.wanted.code ? undefined : comparable(outcome, each));

async function streamed(lib, each) {
  const { options, random } = each;
  return ofStream(await outcomeOf(async (onWarning) => {
    let bmp;
    await pipeline(randomPieces(each), lib.createBMPStream({ ...options, onWarning }), async (stream) => {
      bmp = await readAll(stream, random);
    });
    return bmp;
  }), each);
}

async function throughWeb(createStreams, each) {
  return ofStream(await outcomeOf((onWarning) =>
    readAll(webSource(each).pipeThrough(createStreams({ ...each.options, onWarning })), each.random)), each);
}

const webStreamed = (lib, each) => (lib.createWebStreams ? throughWeb(lib.createWebStreams, each) : undefined);

const INLINE = path.join(__dirname, '../../prebuilds/inline/inline.cjs');

/** Web Streams of the module in one file, which has WebAssembly, where a limit to the byte is another one. */
const inlineStreamed = (lib, each) => (fs.existsSync(INLINE) && (each.options.maxMemory ?? Infinity) === Infinity
  ? throughWeb(require(INLINE).createBMPStream, each) : undefined);

// ---- Files ------------------------------------------------------------------------------------

const STRIP_BYTES = 1 << 20;

/** The outcome of a save; undefined where it may differ: a row that is longer than a strip counts for maxMemory. */
function ofStrips(outcome, { options, wanted }) {
  const holdsRow = outcome.code === 'ERR_MEMORY_LIMIT' && options.maxMemory !== undefined && wanted.bytes?.length > STRIP_BYTES;
  return holdsRow ? undefined : outcome;
}

/** Into a new file, or over an old one, which a failure leaves as it was. save(name, options) */
async function intoFile(each, save) {
  const { options, directory, random } = each;
  const name = newFile({ directory });
  const isOld = options.flag !== 'wx' && chance(random, 1, 2);
  if (isOld) fs.writeFileSync(name, 'old');
  const outcome = await outcomeOf(async (onWarning) => {
    await save(name, { ...options, onWarning });
    return takeFile(name);
  });
  if (outcome.code) {
    assert.equal(fs.existsSync(name) && takeFile(name).toString(), isOld && 'old', 'a save that failed left another file');
  }
  return ofStrips(outcome, each);
}

function file(lib, each) {
  const save = pick(each.random, [lib.saveBMP, lib.saveBMPAsync]);
  return intoFile(each, (name, options) => save(name, Uint8Array.from(each.png), options));
}

/** Of a PNG as it comes. */
async function fedFile(lib, each) {
  const outcome = await intoFile(each, (name, options) => lib.saveBMPAsync(name, sourceOf(each), options));
  return outcome && comparable(outcome, each);
}

/** From a file, by its name or by a descriptor, to a file. */
async function convertFile(lib, each) {
  const from = `${newFile(each)}.png`;
  fs.writeFileSync(from, each.png);
  const descriptor = fs.openSync(from);
  const source = pick(each.random, [from, descriptor]);
  const convert = pick(each.random, [lib.convertFile, lib.convertFileAsync]);
  try {
    return await intoFile(each, (name, options) => convert(source, name, options));
  } finally {
    fs.closeSync(descriptor);
    fs.unlinkSync(from);
  }
}

/** Both ends of a pipe with a name. The other end is open while the reader's is opened, which would wait for it. */
function openPipe(name) {
  if (!fs.existsSync(name)) spawnSync('mkfifo', [name]);
  const start = fs.openSync(name, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const writer = fs.openSync(name, 'w');
  const reader = fs.createReadStream('', { fd: fs.openSync(name, 'r') });
  fs.closeSync(start);
  return { reader, writer };
}

/** Through a pipe, which is written from front to back. */
async function pipe(lib, each) {
  const { png, options, directory } = each;
  if (options.flag === 'wx') return undefined; // it exists
  const name = path.join(directory, 'pipe');
  const { reader, writer } = openPipe(name);
  const pieces = [];
  const isRead = new Promise((resolve, reject) => {
    reader.on('data', (piece) => pieces.push(piece)).on('end', resolve).on('error', reject);
  });
  const outcome = await outcomeOf(async (onWarning) => {
    await lib.saveBMPAsync(name, Uint8Array.from(png), { ...options, onWarning });
    return [];
  });
  fs.closeSync(writer); // now the reader sees the end
  await isRead;
  return outcome.code ? ofStrips(outcome, each) : { ...outcome, bytes: Buffer.concat(pieces) };
}

async function descriptor(lib, each) {
  const { png, options, directory } = each;
  if (options.flag === 'wx') return undefined;
  const name = newFile({ directory });
  const number = fs.openSync(name, 'w');
  const outcome = await outcomeOf((onWarning) => {
    lib.saveBMP(`/dev/fd/${number}`, png, { ...options, onWarning });
    return fs.readFileSync(name);
  });
  fs.closeSync(number);
  fs.unlinkSync(name);
  return ofStrips(outcome, each);
}

// ---- Given up --------------------------------------------------------------------------------------

/** Aborts after some turns of the event loop, or some microtasks, or at once. */
async function abortSoon(random, controller) {
  const turns = random.below(4);
  for (let i = 0; i < turns; i++) await new Promise((resolve) => { setImmediate(resolve); });
  if (chance(random, 1, 3)) await new Promise((resolve) => { setTimeout(resolve, random.below(8)); });
  controller.abort();
}

/** Aborted at a random moment: the whole BMP, or an AbortError, and then no file or a whole one: the abort may come
 * after the last byte. */
async function aborted(lib, each) {
  const { png, options, directory, random, wanted } = each;
  const controller = new AbortController();
  const name = newFile({ directory });
  const [isSave, isFed] = [chance(random, 1, 2), chance(random, 1, 2)];
  const running = outcomeOf(async (onWarning) => {
    const own = { ...options, signal: controller.signal, onWarning };
    const source = isFed ? sourceOf(each) : Uint8Array.from(png);
    if (!isSave) return lib.getBMPAsync(source, own);
    await lib.saveBMPAsync(name, source, own);
    return takeFile(name);
  });
  await abortSoon(random, controller);
  const outcome = await running;
  if (fs.existsSync(name)) assert.ok(wanted.bytes?.equals(takeFile(name)), 'a save that was aborted left another file');
  if (outcome.code === 'ABORT_ERR') return wanted;
  const found = ofStrips(outcome, each);
  return isFed && found ? comparable(found, each) : found;
}

const DOORS = {
  memory, into, converter, asynchronous, collected, streamed, webStreamed, inlineStreamed, file, fedFile, convertFile, pipe, descriptor, aborted,
};

module.exports = { DOORS, memory, outcomeOf, newFile, takeFile };
