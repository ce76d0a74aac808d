'use strict';

const { adler32 } = require('./checksums');

/** Bits in the order of RFC 1951, section 3.1.1. */
class BitWriter {
  constructor() {
    this.bytes = [];
    this.hold = 0;
    this.held = 0;
  }

  /** A number, least significant bit first. */
  bits(value, count) {
    for (let i = 0; i < count; i++) {
      this.hold |= ((value >>> i) & 1) << this.held;
      if (++this.held === 8) this.align();
    }
    return this;
  }

  /** A Huffman code, most significant bit first. */
  code({ code, length }) {
    for (let i = length - 1; i >= 0; i--) this.bits((code >>> i) & 1, 1);
    return this;
  }

  align() {
    if (this.held === 0) return this;
    this.bytes.push(this.hold);
    this.hold = 0;
    this.held = 0;
    return this;
  }

  raw(bytes) {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  finish() {
    return Buffer.from(this.align().bytes);
  }
}

/** Codes for code lengths: RFC 1951, section 3.2.2. */
function canonicalCodes(lengths) {
  const longest = Math.max(...lengths);
  const codes = lengths.map((length) => ({ code: 0, length }));
  let code = 0;
  for (let length = 1; length <= longest; length++) {
    code <<= 1;
    for (const entry of codes) if (entry.length === length) entry.code = code++;
  }
  return codes;
}

const FIXED_LENGTHS = Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
});
const FIXED_DISTANCE_LENGTHS = new Array(32).fill(5);

// RFC 1951, section 3.2.5
const LENGTH_BASES = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCE_BASES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = DISTANCE_BASES.map((_, i) => (i < 4 ? 0 : (i >> 1) - 1));

function lastNotAbove(bases, value) {
  let found = 0;
  bases.forEach((base, i) => {
    if (base <= value) found = i;
  });
  return found;
}

/**
 * Writes the body of a compressed block. A symbol is a literal 0 to 255, a match { length, distance }, or {
 * symbol } or { length, distanceSymbol } to write one that RFC 1951 forbids.
 */
function writeSymbols(writer, symbols, lengths, distanceLengths) {
  const codes = canonicalCodes(lengths);
  const distanceCodes = canonicalCodes(distanceLengths);
  for (const item of symbols) {
    if (typeof item === 'number') {
      writer.code(codes[item]);
    } else if (item.symbol !== undefined) {
      writer.code(codes[item.symbol]);
    } else {
      const l = lastNotAbove(LENGTH_BASES, item.length);
      writer.code(codes[257 + l]).bits(item.length - LENGTH_BASES[l], LENGTH_EXTRA[l]);
      const d = item.distanceSymbol ?? lastNotAbove(DISTANCE_BASES, item.distance);
      writer.code(distanceCodes[d]);
      if (d < 30) writer.bits(item.distance - DISTANCE_BASES[d], DISTANCE_EXTRA[d]);
    }
  }
  if (lengths[256]) writer.code(codes[256]);
}

function storedBlock(writer, bytes, { final = true, complement = ~bytes.length } = {}) {
  writer
    .bits(final ? 1 : 0, 1)
    .bits(0, 2)
    .align();
  writer.bits(bytes.length, 16).bits(complement, 16).raw(bytes);
}

function fixedBlock(writer, symbols, { final = true } = {}) {
  writer.bits(final ? 1 : 0, 1).bits(1, 2);
  writeSymbols(writer, symbols, FIXED_LENGTHS, FIXED_DISTANCE_LENGTHS);
}

// RFC 1951, section 3.2.7: the order in which the code length code is sent.
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * A block with its own codes, given as code lengths (257 to 288 of them, and 1
 * to 32 for distances), which are sent one by one, each in 4 bits.
 */
function dynamicBlock(writer, symbols, lengths, distanceLengths, { final = true } = {}) {
  writer.bits(final ? 1 : 0, 1).bits(2, 2);
  writer
    .bits(lengths.length - 257, 5)
    .bits(distanceLengths.length - 1, 5)
    .bits(19 - 4, 4);
  for (const symbol of CODE_LENGTH_ORDER) writer.bits(symbol < 16 ? 4 : 0, 3);
  for (const length of [...lengths, ...distanceLengths]) writer.code({ code: length, length: 4 });
  writeSymbols(writer, symbols, lengths, distanceLengths);
}

/** The two bytes of RFC 1950, section 2.2, with correct check bits. */
function zlibHeader({ method = 8, windowInfo = 7, dictionary = 0, wrongCheck = false } = {}) {
  const first = (windowInfo << 4) | method;
  const second = dictionary << 5;
  const check = 31 - ((first * 256 + second) % 31);
  return Buffer.from([first, second | ((check % 31) ^ (wrongCheck ? 1 : 0))]);
}

function adlerBytes(bytes, difference = 0) {
  const out = Buffer.alloc(4);
  out.writeUInt32BE((adler32(bytes) ^ difference) >>> 0);
  return out;
}

/** A zlib stream around the deflate blocks that `write(writer)` makes. */
function zlibStream(bytes, write, header) {
  const writer = new BitWriter();
  write(writer);
  return Buffer.concat([zlibHeader(header), writer.finish(), adlerBytes(bytes)]);
}

/** Only stored blocks, at most `blockBytes` each. */
function storedStream(bytes, blockBytes = 65535) {
  return zlibStream(bytes, (writer) => {
    for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
      const final = at + blockBytes >= bytes.length;
      storedBlock(writer, bytes.subarray(at, at + blockBytes), { final });
    }
  });
}

module.exports = {
  CODE_LENGTH_ORDER,
  DISTANCE_BASES,
  DISTANCE_EXTRA,
  FIXED_DISTANCE_LENGTHS,
  FIXED_LENGTHS,
  LENGTH_BASES,
  LENGTH_EXTRA,
  storedBlock,
  fixedBlock,
  dynamicBlock,
  zlibStream,
  storedStream,
  adlerBytes,
};
