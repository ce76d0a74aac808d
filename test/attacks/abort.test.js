'use strict';

// Work that goes on after abort(): small files that are much work. test/c/test_cancel.c has every mode; this is the
// whole way from a signal. Processor time is counted, since the machine may be busy.

const assert = require('node:assert/strict');
const process = require('node:process');
const test = require('node:test');
const zlib = require('node:zlib');
const { setTimeout } = require('node:timers/promises');

const { getBMPAsync } = require('../..');
const { assemble, pngChunks } = require('../kit/png-encoder');

const secondsUsed = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The processor time that work({ signal }) takes until it rejects, after abort(), which comes when it has taken some. */
async function afterAbort(work) {
  const aborter = new AbortController();
  const rejected = assert.rejects(work({ signal: aborter.signal }), { name: 'AbortError' });
  for (const begin = secondsUsed(); secondsUsed() < begin + 0.1;) await setTimeout(1);
  const start = secondsUsed();
  aborter.abort();
  await rejected;
  return secondsUsed() - start;
}

/** The processor time of all of it. */
async function toItsEnd(work) {
  const start = secondsUsed();
  await work({});
  return secondsUsed() - start;
}

/** A picture of one row, all others of which salvage fills. */
function oneRowOf(width, height) {
  const [ihdr] = pngChunks({ width: 1, height: 1, colorType: 2, bitDepth: 8, channels: 3, samples: new Uint16Array(3) });
  ihdr.data.writeUInt32BE(width, 0);
  ihdr.data.writeUInt32BE(height, 4);
  // As long as the file of such an image must be: a shorter one is refused.
  const rest = { type: 'teSt', data: Buffer.alloc(Math.ceil(3 * width * height / 1000)) };
  return assemble([ihdr, { type: 'IDAT', data: zlib.deflateSync(Buffer.alloc(1 + 3 * width)) }, rest, { type: 'IEND' }]);
}

test('abort() ends the rows that salvage fills at once', async (t) => {
  const png = oneRowOf(16383, 8000);
  const options = { salvage: true, palette: 'web216', background: '#123457' };
  const work = ({ signal }) => getBMPAsync(png, { ...options, signal });
  const [after, all] = [await afterAbort(work), await toItsEnd(work)];
  t.diagnostic(`${after.toFixed(3)} s after abort(), ${all.toFixed(3)} s without, for a file of ${png.length} bytes`);
  assert.ok(after < all / 4, `${after} s of ${all} s`);
});
