'use strict';

// A plain inflater, a bit at a time, for streams in which zlib finds an error: what has no meaning in RFC 1951 means
// here what docs/decisions.md says, which is not always what zlib makes of it.

const { adler32 } = require('../kit/checksums');
const {
  CODE_LENGTH_ORDER, DISTANCE_BASES, DISTANCE_EXTRA, FIXED_DISTANCE_LENGTHS, FIXED_LENGTHS, LENGTH_BASES, LENGTH_EXTRA,
} = require('../kit/deflate-writer');

/** Thrown where the stream ends too early, and where it is wrong. */
const END = Symbol('the stream ends');
const WRONG = Symbol('the stream is wrong');

function check(isRight) {
  if (!isRight) throw WRONG;
}

class Reader {
  constructor(bytes) {
    Object.assign(this, { bytes, at: 0 }); // in bits
  }

  bit() {
    const byte = this.at >> 3;
    if (byte === this.bytes.length) throw END;
    return this.bytes[byte] >> (this.at++ & 7) & 1;
  }

  /** A number, least significant bit first. */
  bits(count) {
    let value = 0;
    for (let i = 0; i < count; i++) value += this.bit() << i;
    return value;
  }

  /** A number of whole bytes, most significant first. */
  bytesAt(count) {
    this.at = Math.ceil(this.at / 8) * 8;
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.bits(8);
    return value;
  }
}

/** { counts, symbols } of code lengths: how many codes each length has, and whose they are, in the order of codes. */
function codeOf(lengths) {
  const counts = new Array(16).fill(0);
  for (const length of lengths) if (length > 0) counts[length]++;
  const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol] > 0).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const room = counts.reduce((sum, count, length) => sum - count / 2 ** length, 1);
  // One code of one bit, or none: either value of the bit is the same symbol.
  if (symbols.length === 0 || (symbols.length === 1 && counts[1] === 1)) return { only: symbols[0] ?? 0 };
  check(room === 0);
  return { counts, symbols };
}

/** RFC 1951, section 3.2.2: codes of a length are numbers in a row, after those of the shorter ones. */
function readSymbol(reader, { only, counts, symbols }) {
  if (only !== undefined) {
    reader.bit();
    return only;
  }
  let [code, first, before] = [0, 0, 0];
  for (let length = 1; ; length++) {
    code = code * 2 + reader.bit();
    if (code - first < counts[length]) return symbols[before + code - first];
    before += counts[length];
    first = (first + counts[length]) * 2;
  }
}

function readCodes(reader) {
  const [litlens, distances, sent] = [257 + reader.bits(5), 1 + reader.bits(5), 4 + reader.bits(4)];
  const own = new Array(19).fill(0);
  for (let i = 0; i < sent; i++) own[CODE_LENGTH_ORDER[i]] = reader.bits(3);
  const code = codeOf(own);
  const lengths = [];
  while (lengths.length < litlens + distances) {
    const symbol = readSymbol(reader, code);
    check(symbol !== 16 || lengths.length > 0);
    const times = symbol < 16 ? 1 : symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7);
    const value = symbol < 16 ? symbol : symbol === 16 ? lengths.at(-1) : 0;
    for (let i = 0; i < times; i++) lengths.push(value);
  }
  check(lengths.length === litlens + distances && lengths[256] > 0);
  return [codeOf(lengths.slice(0, litlens)), codeOf(lengths.slice(litlens))];
}

/** Symbols 286 and 287 are read as 258 bytes, distances 30 and 31 as 29, and any distance counts within what is there. */
function readSymbols(reader, out, [litlens, distances]) {
  for (;;) {
    const symbol = readSymbol(reader, litlens);
    if (symbol === 256) return;
    if (symbol < 256) {
      out.push(symbol);
      continue;
    }
    const l = Math.min(symbol - 257, 28);
    const length = LENGTH_BASES[l] + reader.bits(LENGTH_EXTRA[l]);
    const d = Math.min(readSymbol(reader, distances), 29);
    const distance = DISTANCE_BASES[d] + reader.bits(DISTANCE_EXTRA[d]);
    check(distance <= out.length);
    for (let i = 0; i < length; i++) out.push(out[out.length - distance]);
  }
}

function readStored(reader, out) {
  reader.bytesAt(0);
  const length = reader.bits(16);
  check((reader.bits(16) ^ 0xffff) === length);
  for (let i = 0; i < length; i++) out.push(reader.bits(8));
}

function readBlocks(reader, out) {
  for (let isLast = false; !isLast;) {
    isLast = reader.bits(1) === 1;
    const kind = reader.bits(2);
    check(kind < 3);
    if (kind === 0) readStored(reader, out);
    else readSymbols(reader, out, kind === 1 ? [codeOf(FIXED_LENGTHS), codeOf(FIXED_DISTANCE_LENGTHS)] : readCodes(reader));
  }
}

/** { bytes, isBroken } of a zlib stream: what there is before its end or an error, and whether there is one. */
function inflate(stream) {
  const reader = new Reader(stream);
  const out = [];
  try {
    const header = reader.bytesAt(2);
    check(header % 31 === 0 && (header >> 8 & 15) === 8 && header >> 12 < 8 && (header & 0x20) === 0);
    readBlocks(reader, out);
    check(reader.bytesAt(4) === adler32(Buffer.from(out)));
  } catch (what) {
    if (what !== END && what !== WRONG) throw what;
    return { bytes: Buffer.from(out), isBroken: what === WRONG };
  }
  return { bytes: Buffer.from(out), isBroken: false };
}

module.exports = { inflate };
