'use strict';

// Damage to the pixels of a PNG, for `salvage`.

const { assemble } = require('../kit/png-encoder');
const { chance, pick } = require('./random');

/** The chunks with one IDAT changed: change(data) gives what takes its place. */
function withIdat(random, chunks, change) {
  const filled = chunks.filter(({ type, data }) => type === 'IDAT' && data.length > 0);
  const chosen = pick(random, filled);
  return chunks.flatMap((chunk) => (chunk === chosen ? change(chunk) : [chunk]));
}

function flipped(random, data) {
  const copy = Buffer.from(data);
  copy[random.below(copy.length)] ^= 1 << random.below(8);
  return copy;
}

const KINDS = {
  'cut off'(random, chunks, whole) {
    const first = assemble(chunks.slice(0, chunks.findIndex(({ type }) => type === 'IDAT'))).length;
    return whole.subarray(0, first + 8 + random.below(whole.length - first - 8));
  },
  'a wrong bit'(random, chunks, whole) {
    const starts = [...chunks.keys()].filter((i) => chunks[i].type === 'IDAT' && chunks[i].data.length > 0);
    const chosen = pick(random, starts);
    const at = assemble(chunks.slice(0, chosen)).length + 8;
    return Buffer.concat([whole.subarray(0, at), flipped(random, chunks[chosen].data), whole.subarray(at + chunks[chosen].data.length)]);
  },
  'a wrong bit with its CRC'(random, chunks) {
    return assemble(withIdat(random, chunks, (chunk) => [{ ...chunk, data: flipped(random, chunk.data) }]));
  },
  'a wrong CRC': (random, chunks) => assemble(withIdat(random, chunks, (chunk) => [{ ...chunk, crcXor: 1 + random.below(1000) }])),
  'an IDAT lost': (random, chunks) => assemble(withIdat(random, chunks, () => [])),
};

/** { png, kind }: the file with damage of a random kind, which may leave its pixels as they were. */
function damage(random, chunks, whole) {
  const several = chunks.filter(({ type }) => type === 'IDAT').length > 1;
  const kinds = Object.keys(KINDS).filter((kind) => several || kind !== 'an IDAT lost');
  const kind = chance(random, 1, 3) ? 'cut off' : pick(random, kinds);
  return { png: KINDS[kind](random, chunks, whole), kind };
}

module.exports = { damage };
