'use strict';

// Makes src/inflate/inflate_fixed.c: the decode tables of deflate's fixed codes (RFC 1951, section 3.2.6), as
// inflate_build_codes would make them. test/c/test_inflate.c compares the two.
//     node scripts/make-fixed-codes.js

const fs = require('node:fs');
const path = require('node:path');

const LITLEN_BITS = 9;
const DISTANCE_BITS = 8; // codes of 5 bits, repeated: distances are always looked up by 8

/** The lowest `bits` bits of n, in reverse: the stream has the first bit of a code lowest. */
function reversed(n, bits) {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= (n >> i & 1) << bits - 1 - i;
  return result;
}

/** [symbol, bits of its code] for nine bits of the stream, the first one highest. */
function litlenCode(word) {
  if (word < 24 << 2) return [256 + (word >> 2), 7];
  if (word < 0xc0 << 1) return [(word >> 1) - 0x30, 8];
  if (word < 0xc8 << 1) return [280 + (word >> 1) - 0xc0, 8];
  return [144 + word - 0x190, 9];
}

/** [base, extra bits] of the length symbols 257 to 285: section 3.2.5. 286 and 287 are read as 285. */
function lengthOf(symbol) {
  if (symbol >= 285) return [258, 0];
  const s = symbol - 257;
  if (s < 8) return [3 + s, 0];
  const extra = (s >> 2) - 1;
  return [3 + ((4 + (s & 3)) << extra), extra];
}

/** The entry of inflate_state.h. */
function litlenEntry(symbol, bits) {
  if (symbol < 256) return symbol << 16 | 1 << 8 | 0x80 | bits;
  if (symbol === 256) return 0x2000 | 0x40 | bits;
  const [base, extra] = lengthOf(symbol);
  return base - 3 << 16 | bits << 8 | bits + extra;
}

function distanceEntry(symbol, bits) {
  const s = Math.min(symbol, 29); // 30 and 31 are read as 29
  const extra = s < 4 ? 0 : (s >> 1) - 1;
  const base = s < 4 ? s + 1 : ((2 + (s & 1)) << extra) + 1;
  return base << 16 | bits << 8 | bits + extra;
}

function table(name, bits, entryOf) {
  const entries = Array.from({ length: 1 << bits }, (_, index) => entryOf(reversed(index, bits)));
  const hex = entries.map((entry) => `0x${(entry >>> 0).toString(16).padStart(8, '0')},`);
  const lines = [];
  for (let i = 0; i < hex.length; i += 8) lines.push(`    ${hex.slice(i, i + 8).join(' ')}`);
  return `const uint32_t ${name}[${entries.length}] = {\n${lines.join('\n')}\n};\n`;
}

function generate() {
  return `/* Made by scripts/make-fixed-codes.js: the decode tables of the fixed codes, RFC 1951, section
 * 3.2.6. Building them takes as long as everything else in the conversion of a tiny image. */
#include "inflate_tables.h"

/* clang-format off */
${table('inflate_fixed_litlen', LITLEN_BITS, (word) => litlenEntry(...litlenCode(word)))}
${table('inflate_fixed_distance', DISTANCE_BITS, (word) => distanceEntry(word >> DISTANCE_BITS - 5, 5))}`;
}

if (require.main === module) {
  fs.writeFileSync(path.join(__dirname, '../src/inflate/inflate_fixed.c'), generate());
}

module.exports = { generate };
