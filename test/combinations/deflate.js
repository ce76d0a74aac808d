'use strict';

// Random zlib streams of given bytes: by zlib in all its ways, and by blocks of our own.

const zlib = require('node:zlib');

const { dynamicBlock, fixedBlock, storedBlock, storedStream, zlibStream } = require('../kit/deflate-writer');
const { chance, pick } = require('./random');

const { Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_DEFAULT_STRATEGY } = zlib.constants;
const STRATEGIES = [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED];

function byZlib(random, bytes) {
  return zlib.deflateSync(bytes, {
    level: random.below(bytes.length > 200_000 ? 3 : 10), windowBits: 9 + random.below(7),
    memLevel: 1 + random.below(9), strategy: pick(random, STRATEGIES),
  });
}

/** Code lengths of a complete code of `count` symbols: one leaf after another is split in two. */
function codeLengths(random, count) {
  const lengths = [1, 1];
  while (lengths.length < count) {
    const at = random.below(lengths.length);
    if (lengths[at] < 15) lengths.push(++lengths[at]);
  }
  return lengths;
}

/** Literals and matches that give bytes[from] to bytes[to - 1]. */
function symbolsOf(random, bytes, from, to) {
  const symbols = [];
  for (let at = from; at < to;) {
    const distance = 1 + random.below(Math.min(at, pick(random, [4, 300, 32768])) || 1);
    let length = 0;
    while (distance <= at && length < 258 && at + length < to && bytes[at + length] === bytes[at + length - distance]) length++;
    if (length >= 3) symbols.push({ length, distance });
    else symbols.push(bytes[at]);
    at += length >= 3 ? length : 1;
  }
  return symbols;
}

const BLOCKS = [
  (random, writer, bytes, from, to, end) => storedBlock(writer, bytes.subarray(from, to), end),
  (random, writer, bytes, from, to, end) => fixedBlock(writer, symbolsOf(random, bytes, from, to), end),
  (random, writer, bytes, from, to, end) =>
    dynamicBlock(writer, symbolsOf(random, bytes, from, to), codeLengths(random, 286), codeLengths(random, 30), end),
];

/** Blocks of every kind, some of them empty. */
function byBlocks(random, bytes) {
  return zlibStream(bytes, (writer) => {
    for (let at = 0, final = false; !final;) {
      const to = Math.min(bytes.length, at + (chance(random, 1, 6) ? 0 : random.below(4000)));
      final = to === bytes.length;
      pick(random, BLOCKS)(random, writer, bytes, at, to, { final });
      at = to;
    }
  });
}

function randomDeflate(random) {
  return (bytes) => {
    if (bytes.length < 8000 && chance(random, 1, 3)) return byBlocks(random, bytes);
    if (bytes.length < 100_000 && chance(random, 1, 8)) return storedStream(bytes, 1 + random.below(bytes.length + 100) % 65535);
    return byZlib(random, bytes);
  };
}

module.exports = { randomDeflate };
