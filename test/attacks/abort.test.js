'use strict';

// Time that goes on after abort(): small files that are much work. test/c/test_cancel.c has every mode; this is the
// whole way from a signal, with room for a busy machine.

const assert = require('node:assert/strict');
const test = require('node:test');
const zlib = require('node:zlib');
const { setTimeout } = require('node:timers/promises');

const { getBMPAsync } = require('../..');
const { assemble, pngChunks } = require('../kit/png-encoder');

/** How long it takes until work({ signal }) rejects, in milliseconds after abort(), at 100 ms. */
async function afterAbort(work) {
  const aborter = new AbortController();
  const rejected = assert.rejects(work({ signal: aborter.signal }), { name: 'AbortError' });
  await setTimeout(100);
  const start = performance.now();
  aborter.abort();
  await rejected;
  return performance.now() - start;
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
  const time = await afterAbort(({ signal }) => getBMPAsync(png, { ...options, signal }));
  t.diagnostic(`${time.toFixed(0)} ms after abort(), for a file of ${png.length} bytes`);
  assert.ok(time < 1000, `${time} ms`);
});
