'use strict';

// What people pass by mistake, and how calls behave in a hostile or odd environment.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const test = require('node:test');

const {
  createConverter, decodePNG, decodePNGAsync, encodeBMP, encodeBMPAsync, getBMP, getBMPAsync, getBMPInto, saveBMP,
  saveBMPAsync,
} = require('..');
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
    [JSON.parse(JSON.stringify(png)), /Make bytes of it with Buffer\.from\(x\)/],
    [{ fieldname: 'f', originalname: 'a.png', buffer: png }, /in x\.buffer: pass those/],
    [{ status: 200, data: png }, /in x\.data: pass those/],
    [{ width: 9, height: 5, data: png }, /For raw pixels call encodeBMP/],
    [new FormData(), /Take the file out of the form with x\.get\(name\)/],
    [new URL('file:///a.png'), /fs\.readFileSync\(new URL\(url\)\)/],
    ['file:///a.png', /fs\.readFileSync\(new URL\(url\)\)/],
    [new URL('https://localhost/a.png'), /\(await fetch\(url\)\)\.arrayBuffer\(\)/],
    [{ data: [1, 2] }, /Received an instance of Object$/],
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

test('hints tell how to get the bytes', async () => {
  assert.deepEqual(getBMP(Buffer.from(JSON.parse(JSON.stringify(png)))), bmp);
  const form = new FormData();
  form.append('f', new Blob([png]));
  assert.deepEqual(await getBMPAsync(form.get('f')), bmp);
});

test('asynchronous calls name all that they take', async () => {
  await assert.rejects(getBMPAsync(7), { message: /SharedArrayBuffer, Blob, Response or stream\. Received 7$/ });
  await assert.rejects(decodePNGAsync({}), { message: /Blob, Response or stream/ });
  assert.throws(() => getBMP(7), { message: /ArrayBuffer or SharedArrayBuffer\. Received 7$/ });
});

test('a format, a callback or a PNG in the place of something else is refused with what to do', async () => {
  const wrong = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
  const calls = [
    [() => getBMP(png, 'mono1'), /"length".*'mono1'\. Options are an object, such as \{ format: 'mono1' \}$/],
    [() => getBMPAsync(png, 'mono1'), /Options are an object/],
    [() => saveBMP('x.bmp', png, 'mono1'), /Options are an object/],
    [() => decodePNG(png, 'rgb'), /Options are an object/],
    [() => createConverter('mono1'), /Options are an object/],
    [() => getBMP(png, () => {}), /For a callback make the asynchronous call$/],
    [() => decodePNG(png, () => {}), /For a callback make the asynchronous call$/],
    [() => encodeBMP(png), /"pixels".*For a PNG call getBMP$/],
    [() => encodeBMP(new ArrayBuffer(8)), /For a PNG call getBMP$/],
    [() => encodeBMPAsync(png), /For a PNG call getBMP$/],
    [() => createConverter(png), /"options".*createConverter\(options\)\.getBMP\(png\)$/],
    [() => getBMPInto(Buffer.alloc(bmp.length), png, png), /"options" argument must be an object/],
  ];
  for (const [call, message] of calls)
    await assert.rejects(async () => call(), { ...wrong, message });
});

test('a converter refuses options and callbacks with its PNG', async () => {
  const converter = createConverter();
  const refusal = { code: 'ERR_INVALID_ARG_VALUE', message: /those of createConverter\(options\)/ };
  assert.throws(() => converter.getBMP(png, { format: 'mono1' }), refusal);
  assert.throws(() => converter.getBMP(png, png.length), refusal);
  await assert.rejects(converter.getBMPAsync(png, () => {}), refusal);
  assert.deepEqual(converter.getBMP(png, undefined), bmp);
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
