'use strict';

// What people pass by mistake, and how calls behave in a hostile or odd environment.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const test = require('node:test');

const { decodePNG, encodeBMP, getBMP, getBMPAsync, saveBMP, saveBMPAsync } = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 9, height: 5, colorType: 6, bitDepth: 8 }));
const bmp = getBMP(png);

test('what holds the bytes of a PNG without being them is refused with what to do', async () => {
  const wrong = [
    ['image.png', /readFileSync\(name\)/],
    [[...png], /Uint8Array\.from/],
    [Promise.resolve(png), /with await/],
  ];
  const collected = [ // by asynchronous calls
    [new Blob([png]), /await x\.arrayBuffer\(\)/],
    [new Response(png), /await x\.arrayBuffer\(\)/],
    [Readable.from([png]), /stream\/consumers/],
    [new Blob([png]).stream(), /stream\/consumers/],
  ];
  for (const [value, hint] of wrong)
    await assert.rejects(getBMPAsync(value), { code: 'ERR_INVALID_ARG_TYPE', message: hint });
  for (const [value] of collected)
    assert.throws(() => getBMP(value), { message: /or make the asynchronous call$/ });
  for (const [value, hint] of [...wrong, ...collected]) {
    assert.throws(() => getBMP(value), { code: 'ERR_INVALID_ARG_TYPE', message: hint });
    assert.throws(() => encodeBMP({ data: value, width: 1, height: 1, channels: 1 }),
      { code: 'ERR_INVALID_ARG_TYPE', message: hint });
  }
});

test('saveBMP says it when path and PNG are swapped', async () => {
  const swapped = { code: 'ERR_INVALID_ARG_TYPE', message: /"path" .*swapped/ };
  assert.throws(() => saveBMP(png, 'x.bmp'), swapped);
  assert.throws(() => saveBMP(new ArrayBuffer(9), 'x.bmp'), swapped);
  await assert.rejects(saveBMPAsync(png, 'x.bmp'), swapped);
});

test('what sits on Object.prototype is neither an option nor a property of pixels', (t) => {
  const data = Buffer.alloc(9 * 5 * 4, 100);
  const plain = encodeBMP({ data, width: 9, height: 5, channels: 4 });
  const polluted = { channels: 3, stride: 99, depth: 16, format: 'bgra32', strict: 7 };
  t.after(() => Object.keys(polluted).forEach((key) => delete Object.prototype[key]));
  Object.assign(Object.prototype, polluted);
  assert.equal(decodePNG(png).channels, 4);
  assert.equal(decodePNG(png, {}).channels, 4);
  assert.deepEqual(getBMP(png, {}), bmp);
  assert.deepEqual(encodeBMP({ data, width: 9, height: 5, channels: 4 }), plain);
  assert.throws(() => encodeBMP({ data, width: 9, height: 5 }), /pixels\.channels/);
});

test('a signal whose getter takes the input away gives the error of a detached input', async () => {
  for (const call of [getBMP, getBMPAsync, decodePNG]) {
    const buffer = new Uint8Array(png).buffer;
    const signal = Object.assign(new EventTarget(), { removed: 0 });
    Object.defineProperty(signal, 'aborted', {
      get() {
        // The first read only asks what kind of value it is.
        if (signal.removed++ === 1) structuredClone(buffer, { transfer: [buffer] });
        return false;
      },
    });
    await assert.rejects(async () => call(new Uint8Array(buffer), { signal }),
      { code: 'ERR_INVALID_ARG_VALUE', message: /not detached/ });
  }
});

test('a signal that takes the input away as it is listened to gives the same error', async () => {
  const buffer = new Uint8Array(png).buffer;
  const signal = {
    aborted: false,
    addEventListener() { structuredClone(buffer, { transfer: [buffer] }); },
    removeEventListener() {},
  };
  await assert.rejects(getBMPAsync(new Uint8Array(buffer), { signal }),
    { code: 'ERR_INVALID_ARG_VALUE', message: /not detached/ });
});

test('a signal without removeEventListener does not spoil a good conversion', async () => {
  const signal = { aborted: false, addEventListener() {} };
  assert.deepEqual(await getBMPAsync(png, { signal }), bmp);
});

/** Replaces process.permission, which exists under --permission. */
function withPermission(t, permission) {
  const had = Object.getOwnPropertyDescriptor(process, 'permission');
  t.after(() => (had ? Object.defineProperty(process, 'permission', had) : delete process.permission));
  Object.defineProperty(process, 'permission', { value: permission, configurable: true });
}

test('saves ask the permission model, for the file and for its directory', async (t) => {
  const file = path.join(scratch(t), 'x.bmp');
  let denied = file;
  withPermission(t, { has: (scope, name) => scope === 'fs.write' && name !== denied });
  for (const each of [file, path.dirname(file)]) {
    denied = each;
    const refusal = { code: 'ERR_ACCESS_DENIED', permission: 'FileSystemWrite', resource: each };
    assert.throws(() => saveBMP(file, png), refusal);
    await assert.rejects(saveBMPAsync(Buffer.from(file), png), refusal);
  }
  assert.equal(fs.existsSync(file), false);
  denied = '';
  assert.equal(saveBMP(file, png), true);
});

test('the library loads where the environment may not be read', () => {
  const script = `
    Object.defineProperty(process, 'env', { value: new Proxy({}, {
      get(_, name) { if (String(name).startsWith('PNG2BMP_')) throw new Error('Requires env access'); },
    }) });
    console.log(typeof require('.').getBMP);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script],
    { cwd: path.join(__dirname, '..'), encoding: 'utf8' });
  assert.equal(stdout, 'function\n', stderr);
});
