'use strict';

// Moves, resizes and drops the bytes of inputs while conversions run. What is allowed must give the right
// bytes, and nothing may crash. ArrayBuffer.prototype.transfer is used if the runtime has it.

const assert = require('node:assert');
const fs = require('node:fs');
const { getBMP, getBMPAsync, getBMPInto } = require('png2bmp');

const png = fs.readFileSync('sample.png');
const wanted = getBMP(png);
const hasTransfer = typeof ArrayBuffer.prototype.transfer === 'function';
const collect = globalThis.gc ?? globalThis.Bun?.gc ?? (() => {});

function move(buffer) {
  return hasTransfer ? buffer.transfer() : structuredClone(buffer, { transfer: [buffer] });
}

function copyOf(bytes, maxByteLength) {
  const buffer = new ArrayBuffer(bytes.length, maxByteLength && { maxByteLength });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

function garbage() {
  collect(true);
  for (let i = 0; i < 20; i++) new Uint8Array(1 << 20).fill(0xaa);
}

/** Starts conversions, then does something to each input, and checks the results. */
async function during(what, makeInput, input, disturb) {
  const jobs = Array.from({ length: 8 }, () => {
    const source = makeInput();
    const promise = getBMPAsync(new Uint8Array(source), { input });
    disturb(source);
    return promise;
  });
  garbage();
  for (const bmp of await Promise.all(jobs)) assert.ok(wanted.equals(bmp), what);
  console.log(`ok ${what}`);
}

async function main() {
  await during('moved away after a copy', () => copyOf(png), 'copy', move);
  await during('overwritten after a copy', () => copyOf(png), 'copy',
    (buffer) => new Uint8Array(buffer).fill(0));
  await during('given away with transfer', () => copyOf(png), 'transfer',
    (buffer) => assert.strictEqual(buffer.byteLength, 0));
  await during('borrowed and dropped', () => copyOf(png), 'borrow', () => {});
  await during('resizable, made smaller while borrowed', () => copyOf(png, png.length * 2),
    'borrow', (buffer) => buffer.resize(1));
  await during('resizable, moved away while borrowed', () => copyOf(png, png.length * 2),
    'borrow', move);

  const gone = new Uint8Array(copyOf(png));
  move(gone.buffer);
  assert.throws(() => getBMP(gone));
  await assert.rejects(async () => getBMPAsync(gone));
  console.log('ok what has been moved away before is refused');

  const moved = new Uint8Array(move(copyOf(png)));
  assert.ok(wanted.equals(getBMP(moved)));
  const target = new Uint8Array(move(new ArrayBuffer(wanted.length)));
  assert.strictEqual(getBMPInto(target, moved), wanted.length);
  assert.ok(wanted.equals(target));
  const result = await getBMPAsync(moved);
  assert.ok(wanted.equals(new Uint8Array(move(result.buffer)).subarray(0, wanted.length)));
  console.log('ok moved inputs, targets and results are like any other');
  console.log(`ArrayBuffer.prototype.transfer: ${hasTransfer ? 'used' : 'not there'}`);
}

main();
