'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const vm = require('node:vm');

const png2bmp = require('..');
const { createImage } = require('./kit/image');
const { encodePng, pngChunks, assemble } = require('./kit/png-encoder');

const { getBMP, getBMPInto, readInfo, encodeBMP, decodePNG } = png2bmp;

const image = createImage({ width: 13, height: 7, colorType: 6, bitDepth: 8 });
const png = encodePng(image);
const bmp = getBMP(png);

function bytesOf(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

function detached(make) {
  const buffer = bytesOf(png);
  const view = make(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

test('the calls of the original article work unchanged, with the length given', () => {
  assert.deepEqual(getBMP(png, png.length), bmp);
  assert.equal(bmp.toString('latin1', 0, 2), 'BM');
});

test('the result is a Buffer of exactly the size that readInfo announces', () => {
  assert.ok(Buffer.isBuffer(bmp));
  assert.equal(bmp.length, readInfo(png).bmp.byteLength);
});

test('every kind of view and buffer gives the same bytes', () => {
  const buffer = bytesOf(png);
  const shared = new SharedArrayBuffer(png.length);
  new Uint8Array(shared).set(png);
  const odd = new Uint8Array(png.length + 3);
  odd.set(png, 3);
  const inputs = {
    Uint8Array: new Uint8Array(buffer),
    Uint8ClampedArray: new Uint8ClampedArray(buffer),
    Int8Array: new Int8Array(buffer),
    DataView: new DataView(buffer),
    ArrayBuffer: buffer,
    SharedArrayBuffer: shared,
    'Uint8Array on shared memory': new Uint8Array(shared),
    'a view with an offset': odd.subarray(3),
    'a DataView with an offset': new DataView(odd.buffer, 3),
    'an ArrayBuffer of another realm': vm.runInNewContext(
      'const b = new ArrayBuffer(bytes.length); new Uint8Array(b).set(bytes); b',
      { bytes: png },
    ),
  };
  for (const [name, input] of Object.entries(inputs)) {
    assert.deepEqual(getBMP(input), bmp, name);
  }
});

test('a view of wide elements counts in bytes', () => {
  const even = Buffer.concat([png, Buffer.alloc(8 - (png.length % 8))]); // bytes after IEND
  const view = new Float64Array(bytesOf(even));
  assert.deepEqual(getBMP(view), bmp);
  assert.deepEqual(getBMP(view, png.length), bmp);
});

test('bytes after the given length are not looked at', () => {
  const padded = Buffer.concat([png, Buffer.from('something else')]);
  assert.deepEqual(getBMP(padded, png.length), bmp);
  assert.throws(() => getBMP(png, png.length - 20), { code: 'ERR_PNG_TRUNCATED' });
});

test('a wrong input is a TypeError that says what was given and what is wanted', () => {
  const cases = [
    ['image.png', /must be a Buffer, TypedArray, DataView, ArrayBuffer.*Received 'image\.png'/],
    [undefined, /Received undefined/],
    [null, /Received null/],
    [42, /Received 42/],
    [[1, 2], /Received \[ 1, 2 \]/],
    [{ length: 8 }, /Received an instance of Object/],
    [() => png, /Received function/],
  ];
  for (const [input, message] of cases) {
    for (const call of [getBMP, readInfo, decodePNG]) {
      assert.throws(() => call(input), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
    }
  }
});

test('an empty input is an error of the data, like any other data that is not a PNG', () => {
  for (const input of [Buffer.alloc(0), new ArrayBuffer(0), new DataView(new ArrayBuffer(4), 4)]) {
    for (const call of [getBMP, readInfo, decodePNG, (empty) => getBMP(empty, 0)]) {
      assert.throws(() => call(input), { name: 'PngError', code: 'ERR_PNG_SIGNATURE' });
    }
  }
});

test('a detached input is a TypeError', () => {
  const inputs = [
    detached((buffer) => buffer),
    detached((buffer) => new Uint8Array(buffer)),
    detached((buffer) => new DataView(buffer)),
  ];
  for (const input of inputs) {
    assert.throws(() => getBMP(input), {
      name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /at least one byte/,
    });
  }
});

test('a length beyond the view, or one that is none, is refused by name', () => {
  for (const length of [png.length + 1, 0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => getBMP(png, length), {
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      message: new RegExp(`"length".*from 1 to ${png.length}. Received`),
    });
  }
  for (const length of ['100', true, 10n]) {
    assert.throws(() => getBMP(png, length), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  }
});

test('an input that an option getter detaches on the way is an error and not a crash', () => {
  const buffer = bytesOf(png);
  const options = {
    get strict() {
      structuredClone(buffer, { transfer: [buffer] });
      return false;
    },
  };
  assert.throws(() => getBMP(new Uint8Array(buffer), options), Error);
});

test('getBMPInto writes the same bytes into a Buffer that is there already', () => {
  const target = Buffer.alloc(bmp.length + 100, 0xaa);
  assert.equal(getBMPInto(target, png), bmp.length);
  assert.deepEqual(target.subarray(0, bmp.length), bmp);
  assert.ok(target.subarray(bmp.length).every((byte) => byte === 0xaa));
});

test('getBMPInto takes options, and targets of any kind', () => {
  const options = { format: 'bgra32', topDown: true };
  const wanted = getBMP(png, options);
  for (const target of [
    new Uint8Array(wanted.length),
    new ArrayBuffer(wanted.length),
    new SharedArrayBuffer(wanted.length),
    new DataView(new ArrayBuffer(wanted.length)),
  ]) {
    assert.equal(getBMPInto(target, png, options), wanted.length);
    const bytes = ArrayBuffer.isView(target) ? target.buffer : target;
    assert.deepEqual(Buffer.from(new Uint8Array(bytes)), wanted);
  }
});

test('getBMPInto refuses a target that is too small, and does not touch it', () => {
  const target = Buffer.alloc(bmp.length - 1, 0xaa);
  assert.throws(() => getBMPInto(target, png), {
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: `The "target" argument must have at least ${bmp.length} bytes for this BMP. ` +
      `Received ${bmp.length - 1} bytes`,
  });
  assert.ok(target.every((byte) => byte === 0xaa));
  assert.throws(() => getBMPInto('target', png), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('getBMPInto takes a target that touches the PNG, and refuses one that shares a byte with it', () => {
  const refusal = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /share memory/ };
  const memory = Buffer.alloc(bmp.length + png.length);
  memory.set(png, bmp.length - 1);
  const source = memory.subarray(bmp.length - 1, bmp.length - 1 + png.length);
  assert.throws(() => getBMPInto(memory, source), refusal);
  assert.ok(memory.subarray(0, bmp.length - 1).every((byte) => byte === 0), 'nothing was written');
  memory.set(png, bmp.length);
  assert.equal(getBMPInto(memory, memory.subarray(bmp.length)), bmp.length);
  // The PNG first.
  memory.set(png);
  assert.throws(() => getBMPInto(memory.subarray(png.length - 1), memory.subarray(0, png.length)), refusal);
  assert.equal(getBMPInto(memory.subarray(png.length), memory.subarray(0, png.length)), bmp.length);
  assert.deepEqual(memory.subarray(png.length), bmp);
});

// What a PNG without metadata gives: see about.test.js.
const SILENT = {
  density: undefined, colorSpace: { sRGB: false, hdr: false }, orientation: undefined, frames: 1,
};

test('readInfo tells what the PNG is and which BMP it would give', () => {
  const { memory, ...told } = readInfo(png);
  assert.ok(memory > 0 && memory < 2 ** 20);
  assert.deepEqual(told, {
    width: 13,
    height: 7,
    bitDepth: 8,
    colorType: 6,
    interlaced: false,
    hasAlpha: true,
    bmp: { format: 'bgr24', bitsPerPixel: 24, byteLength: bmp.length },
    ...SILENT,
  });
  const gray = createImage({ width: 9, height: 2, colorType: 0, bitDepth: 1 });
  const info = readInfo(encodePng(gray, { interlaced: true }), { format: 'auto' });
  delete info.memory;
  assert.deepEqual(info, {
    width: 9,
    height: 2,
    bitDepth: 1,
    colorType: 0,
    interlaced: true,
    hasAlpha: false,
    bmp: { format: 'indexed', bitsPerPixel: 1, byteLength: 14 + 40 + 8 + 2 * 4 },
    ...SILENT,
  });
});

test('readInfo reads nothing after the header of the first IDAT', () => {
  const whole = assemble(pngChunks(image));
  const start = whole.indexOf('IDAT') + 4;
  assert.deepEqual(readInfo(whole.subarray(0, start)), readInfo(whole));
});

test('an error leaves the next conversion as it was', () => {
  for (let i = 0; i < 100; i++) {
    assert.throws(() => getBMP(png.subarray(0, 60 + (i % 20))), png2bmp.errors.PngError);
    assert.deepEqual(getBMP(png), bmp);
  }
});

test('a synchronous call with a signal that is aborted already throws its AbortError', () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  for (const call of [
    () => getBMP(png, { signal }),
    () => getBMPInto(Buffer.alloc(bmp.length), png, { signal }),
    () => png2bmp.saveBMP('not-written.bmp', png, { signal }),
    () => readInfo(png, { signal }),
    () => decodePNG(png, { signal }),
    () => encodeBMP(decodePNG(png), { signal }),
  ]) {
    assert.throws(call, { name: 'AbortError', code: 'ABORT_ERR', cause: reason });
  }
  assert.deepEqual(getBMP(png, { signal: new AbortController().signal }), bmp);
});

test('decodePNG gives the pixels that encodeBMP makes the same BMP of', () => {
  const four = decodePNG(png);
  assert.deepEqual([four.width, four.height, four.channels], [13, 7, 4]);
  assert.deepEqual(four.data, Buffer.from(image.samples));
  assert.deepEqual(encodeBMP(four), bmp);
  const three = decodePNG(png, { channels: 3, alpha: 'drop' });
  assert.equal(three.channels, 3);
  assert.deepEqual(encodeBMP(three), getBMP(png, { alpha: 'drop' }));
});

test('encodeBMP takes rows with bytes between them', () => {
  const { data, width, height, channels } = decodePNG(png);
  const row = width * channels;
  const stride = row + 5;
  const padded = Buffer.alloc(stride * (height - 1) + row, 0xee);
  for (let y = 0; y < height; y++) data.copy(padded, y * stride, y * row, (y + 1) * row);
  assert.deepEqual(encodeBMP({ data: padded, width, height, channels, stride }), bmp);
});

test('encodeBMP refuses pixels that do not fit their sides, by name', () => {
  const good = { data: Buffer.alloc(4 * 3 * 2), width: 4, height: 3, channels: 2 };
  assert.equal(encodeBMP(good).length, 54 + 3 * 12);
  const cases = [
    [{ ...good, data: Buffer.alloc(23) }, RangeError, /at least 24 bytes.*Received 23/],
    [{ ...good, width: 5 }, RangeError, /pixels\.data/],
    [{ ...good, width: 0 }, RangeError, /"pixels\.width".*from 1/],
    [{ ...good, height: 2 ** 31 }, RangeError, /"pixels\.height"/],
    [{ ...good, channels: 5 }, RangeError, /"pixels\.channels".*1 to 4/],
    [{ ...good, stride: 7 }, RangeError, /"pixels\.stride".*from 8/],
    [{ ...good, width: '4' }, TypeError, /"pixels\.width".*Received '4'/],
    [{ ...good, data: 'abc' }, TypeError, /"pixels\.data"/],
    [null, TypeError, /"pixels"/],
    [undefined, TypeError, /"pixels"/],
  ];
  for (const [pixels, type, message] of cases) {
    assert.throws(() => encodeBMP(pixels), (error) => {
      assert.ok(error instanceof type, error.stack);
      assert.match(error.message, message);
      assert.match(error.code, /^ERR_/);
      return true;
    });
  }
});
