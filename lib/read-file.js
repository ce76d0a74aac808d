'use strict';

// Reads the PNG of a file with node:fs, for lib/convert-file.js: the counterpart of src/save/convert_file.c. Errors are
// the same as from there.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const fs = builtin('node:fs') ?? require('node:fs');
const { setTimeout } = builtin('node:timers/promises') ?? require('node:timers/promises');
const { promisify } = builtin('node:util') ?? require('node:util');

const native = require('./native');
const { collect } = require('./collect');
const { errorFromNative } = require('./errors');

/** As in src/save/convert_file.c. */
const HEAD_BYTES = 65536;
/** What the rest of the file may change. */
const WANTS_MORE = new Set(['ERR_PNG_TRUNCATED', 'ERR_PNG_BOMB']);
const PIECE_BYTES = 1024 * 1024;
const PAUSE_MS = 10;

const open = promisify(fs.open);
const read = promisify(fs.read);

const SALVAGE = native.options.findIndex(({ name }) => name === 'salvage');

const tooLong = () => Object.assign(new Error('EFBIG: file too large, read'), { code: 'EFBIG', errno: -27, syscall: 'read' });

/** Throws what would be thrown of the whole file, too. */
function checkHead(head, { values }) {
  try {
    native.plan(head, head.length, values, undefined, new Float64Array(native.facts.length));
  } catch (error) {
    if (values[SALVAGE] !== 1 && !WANTS_MORE.has(error.code)) {
      throw error;
    }
  }
}

/** Checks the bytes of a file as they come. */
class Checker {
  #head = [];
  #size = 0;
  #o;

  constructor(o) {
    this.#o = o;
  }

  add(piece) {
    this.#size += piece.length;
    if (this.#size > this.#o.maxInputBytes) {
      throw tooLong();
    }
    this.#head?.push(piece);
    if (this.#head !== undefined && this.#size >= HEAD_BYTES) {
      checkHead(Buffer.concat(this.#head), this.#o);
      this.#head = undefined;
    }
  }
}

const nameOf = ({ absolute, path }) => Buffer.from(absolute ?? path);

/** undefined where it cannot be had: then open() says why, as in the addon. */
function statOf(source) {
  try {
    return fs.statSync(nameOf(source));
  } catch {
    return undefined;
  }
}

/** A file that is too long already is not read. */
function checkStat(source, { maxInputBytes }) {
  if (source.descriptor >= 0) {
    fs.fstatSync(source.descriptor);
    return;
  }
  const stat = statOf(source);
  if (stat?.isFile() && stat.size > maxInputBytes) {
    throw tooLong();
  }
}

/** With the path as it was given, as the addon's errors have it. */
function renamed(error, { path, descriptor }) {
  return typeof error.errno === 'number' && error.code !== 'EFBIG'
    ? errorFromNative('ERR_FILE', '', Math.abs(error.errno), error.syscall,
        descriptor < 0 ? Buffer.from(path).toString() : undefined) : error;
}

/** Of a descriptor that does not wait for bytes by itself, as standard input may be. */
function readNow(fd, room) {
  for (;;) {
    try {
      return fs.readSync(fd, room, 0, room.length, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function readAll(fd, o) {
  const checker = new Checker(o);
  const pieces = [];
  const room = Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (let size; (size = readNow(fd, room)) > 0;) {
    const piece = Buffer.from(room.subarray(0, size));
    checker.add(piece);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Buffer; source: { path, descriptor }. */
function readFileSync(source, o) {
  let fd;
  try {
    checkStat(source, o);
    fd = source.descriptor < 0 ? fs.openSync(nameOf(source)) : source.descriptor;
    return readAll(fd, o);
  } catch (error) {
    throw renamed(error, source);
  } finally {
    if (fd !== undefined && source.descriptor < 0) {
      fs.closeSync(fd);
    }
  }
}

async function readSoon(fd, room) {
  for (;;) {
    try {
      return (await read(fd, room, 0, room.length, null)).bytesRead;
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      await setTimeout(PAUSE_MS);
    }
  }
}

/** Not a stream of node:fs, which closes its descriptor. */
async function* piecesOf(source, o) {
  const checker = new Checker(o);
  const room = Buffer.allocUnsafeSlow(PIECE_BYTES);
  const fd = source.descriptor < 0 ? await open(nameOf(source), 'r') : source.descriptor;
  try {
    for (let size; (size = await readSoon(fd, room)) > 0;) {
      const piece = Buffer.from(room.subarray(0, size));
      checker.add(piece);
      yield piece;
    }
  } finally {
    if (source.descriptor < 0) {
      fs.close(fd, () => {});
    }
  }
}

/** A promise of bytes, which the signal rejects even while nothing comes. source: with `absolute`, the path that leads
 * to the file wherever the process goes. */
async function readFile(source, o) {
  try {
    checkStat(source, o);
    return await collect(piecesOf(source, o), { ...o, maxInputBytes: Infinity });
  } catch (error) {
    throw renamed(error, source);
  }
}

module.exports = { readFile, readFileSync };
