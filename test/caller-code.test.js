'use strict';

// Code of the caller that runs during a call (getters, callbacks, iterators) and takes memory away, or
// changes what was checked: the result of the plain call, or an error with a code.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pathToFileURL } = require('node:url');

const {
  encodeBMP, encodeBMPAsync, encodeICO, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP, saveICO, saveICOAsync,
} = require('..');
const { createImage } = require('./kit/image');
const { assemble, encodePng, pngChunks } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);
const gone = { code: 'ERR_INVALID_ARG_VALUE', message: /at least one byte long, and not detached/ };
const encoders = { encodeBMP: async (...args) => encodeBMP(...args), encodeBMPAsync };

const detach = (buffer) => structuredClone(buffer, { transfer: [buffer] });

/** A copy whose memory can be taken away without harm to others. */
const loose = (bytes) => Uint8Array.from(bytes);

for (const [name, encode] of Object.entries(encoders)) {
  for (const View of [Uint8Array, Uint16Array]) {
    for (const property of ['width', 'channels', 'depth', 'stride', 'density']) {
      test(`${name}: memory of a ${View.name} that goes while ${property} is read is an error`, async () => {
        const size = 400 * View.BYTES_PER_ELEMENT;
        for (const [take, buffer, error] of [
          [detach, new ArrayBuffer(size), gone],
          [(shrunk) => shrunk.resize(8), new ArrayBuffer(size, { maxByteLength: size }),
            { code: 'ERR_OUT_OF_RANGE', message: /"pixels.data" property must be at least/ }],
        ]) {
          const values = { width: 10, channels: 4, depth: View === Uint8Array ? 8 : 16, density: 96,
            stride: 40 * View.BYTES_PER_ELEMENT };
          const pixels = { ...values, data: new View(buffer), height: 10 };
          Object.defineProperty(pixels, property, { get() { take(buffer); return values[property]; } });
          await assert.rejects(encode(pixels), error);
        }
      });
    }
  }

  test(`${name} takes the bytes of 16-bit samples whatever the view claims`, async () => {
    class Liar extends Uint16Array {
      get buffer() { return new ArrayBuffer(4); }
      get byteOffset() { return 3; }
      get length() { return 1; }
    }
    const samples = Uint16Array.from({ length: 400 }, (_, i) => i * 163);
    const image = { width: 10, height: 10, channels: 4 };
    assert.deepEqual(await encode({ ...image, data: new Liar(samples.buffer) }), encodeBMP({ ...image, data: samples }));
  });

  test(`${name}: a depth is no code to be called`, async () => {
    const depth = Object.assign(() => 8, { toString() { throw new Error('called'); } });
    await assert.rejects(encode({ data: new Uint8Array(4), width: 1, height: 1, channels: 4, depth }),
      { code: 'ERR_INVALID_ARG_VALUE' });
  });
}

test('holes of a palette, and colours added while it is read, are no colours', () => {
  const sparse = Object.assign(['#fff', '#000'], { length: 3 });
  const growing = ['#fff', '#000'];
  Object.defineProperty(growing, 0, { get() { growing.push(...Array(300).fill('#123')); return '#fff'; } });
  // eslint-disable-next-line no-sparse-arrays
  for (const palette of [[, '#fff'], sparse]) {
    assert.throws(() => getBMP(png, { palette }), { code: 'ERR_INVALID_ARG_TYPE', message: /"palette"/ });
  }
  assert.ok(getBMP(png, { palette: growing }).equals(getBMP(png, { palette: ['#fff', '#000'] })));
});

test('the bytes of a palette count, not what its view claims', () => {
  const bytes = Uint8Array.of(0, 0, 0, 255, 255, 255);
  const wanted = getBMP(png, { palette: bytes });
  for (const length of [3, 900]) {
    const claims = Object.defineProperty(Uint8Array.from(bytes), 'length', { value: length });
    assert.ok(getBMP(png, { palette: claims }).equals(wanted));
  }
});

test('a PNG that onWarning takes away has no metadata to read', () => {
  const empty = Buffer.from('00000000' + '74524e53' + '36b970cc', 'hex'); // a tRNS that is too short
  for (const countColors of [false, true]) {
    const bytes = loose(Buffer.concat([png.subarray(0, 33), empty, png.subarray(33)]));
    const onWarning = () => detach(bytes.buffer);
    assert.throws(() => readInfo(bytes, { countColors, onWarning }), gone);
  }
});

test('a target that goes while options are read is an error', () => {
  const target = new Uint8Array(bmp.length);
  const options = { get topDown() { detach(target.buffer); return false; } };
  assert.throws(() => getBMPInto(target, png, options), gone);
});

test('images of an icon that go while others are read are an error', () => {
  const first = loose(png);
  const hotspot = { get x() { detach(first.buffer); return 0; }, y: 0 };
  assert.throws(() => encodeICO([first, { png, hotspot }], { type: 'cursor' }), gone);
});

/** A PNG that an icon copies, with a warning that `strict` allows too: for its colours. */
function copiedWithWarning() {
  const [ihdr, ...rest] = pngChunks(createImage({ width: 200, height: 20, colorType: 6, bitDepth: 8 }));
  return assemble([ihdr, { type: 'cICP', data: Buffer.of(9, 16, 0, 1) }, ...rest]);
}

test('an image of an icon that onWarning takes away is an error', () => {
  const first = loose(copiedWithWarning());
  const onWarning = ({ code }) => {
    assert.equal(code, 'WARN_PNG_COLOR_SPACE');
    detach(first.buffer);
  };
  assert.throws(() => encodeICO([first], { onWarning }), { ...gone, image: 0 });
});

test("what an icon's onWarning throws is thrown on as it is, even if it cannot be changed", () => {
  const own = Object.freeze(new Error('mine'));
  assert.throws(() => encodeICO([copiedWithWarning()], { onWarning() { throw own; } }), (error) => error === own);
});

test('wrong arguments whose parts are neither text nor numbers are errors with a code', () => {
  const data = new Uint8Array(4);
  const odd = [Symbol('odd'), Object.create(null)];
  for (const value of odd.flatMap((part) => [
    { href: part }, { data, width: part, height: 1 }, { constructor: { name: part } },
    Object.defineProperty(() => 1, 'name', { value: part }),
  ])) {
    for (const call of [getBMP, readInfo, encodeBMP]) {
      assert.throws(() => call(value), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  }
});

test('holes of a list of images are an error, and so is a type of Object.prototype', () => {
  // eslint-disable-next-line no-sparse-arrays
  assert.throws(() => encodeICO([, png]), { code: 'ERR_INVALID_ARG_TYPE', message: /images\[0\]/ });
  for (const type of ['toString', 'constructor', '__proto__', ['cursor'], { toString: () => 'cursor' }]) {
    assert.throws(() => encodeICO([png], { type }), { code: 'ERR_INVALID_ARG_VALUE', message: /"type"/ });
  }
  for (const options of [null, 5, 'cursor']) {
    assert.throws(() => encodeICO([png], options), { code: 'ERR_INVALID_ARG_TYPE', message: /"options"/ });
  }
});

test('an icon whose offsets would not fit in 32 bits is an error', () => {
  // It is copied, with whatever is in it.
  const [ihdr, ...rest] = pngChunks(createImage({ width: 200, height: 1, colorType: 6, bitDepth: 8 }));
  const large = assemble([ihdr, { type: 'teSt', data: Buffer.alloc(1 << 26) }, ...rest]);
  assert.throws(() => encodeICO(Array(64).fill(large)), { code: 'ERR_OUT_OF_RANGE', message: /"images"/ });
});

/** Runs work() while Object.prototype has the properties. */
function withPolluted(properties, work) {
  Object.assign(Object.prototype, properties);
  try {
    return work();
  } finally {
    for (const name of Object.keys(properties)) delete Object.prototype[name];
  }
}

test('sources that are no streams, or have no size, are errors with a code', async () => {
  const arrayBuffer = async () => new ArrayBuffer(0);
  for (const source of [
    { getReader: () => 5 }, { getReader: () => null }, { [Symbol.asyncIterator]: () => null },
    { [Symbol.asyncIterator]: () => ({ next: 5 }) }, { body: { getReader: () => ({}) }, arrayBuffer },
  ]) {
    await assert.rejects(getBMPAsync(source), { code: 'ERR_INVALID_ARG_TYPE', message: /a stream of bytes/ });
  }
  for (const size of [Symbol('odd'), Object.create(null)]) {
    await assert.rejects(getBMPAsync({ arrayBuffer, size }), { code: 'ERR_PNG_SIGNATURE', message: /is empty/ });
  }
});

test('saveICO has the options that are given to it, and no others', async (t) => {
  const file = path.join(scratch(t), 'there.ico');
  fs.writeFileSync(file, 'there');
  withPolluted({ flag: 'wx', sync: 5, signal: 7 }, () => saveICO(file, [png], {}));
  assert.ok(fs.readFileSync(file).equals(encodeICO([png])));
  const wrong = { code: 'ERR_INVALID_ARG_TYPE', message: /"options"/ };
  assert.throws(() => saveICO(file, [png], null), wrong);
  await assert.rejects(saveICOAsync(file, [png], null), wrong);
});

test('properties of Object.prototype are those of no path and no image', (t) => {
  const directory = scratch(t);
  const [own, other] = ['own.bmp', 'other.bmp'].map((name) => path.join(directory, name));
  const url = pathToFileURL(own);
  const polluted = { href: pathToFileURL(other).href, png: encodePng(createImage({ width: 1, height: 1, colorType: 0,
    bitDepth: 8 })), hotspot: { x: 20, y: 20 } };
  const icon = encodeICO([png]);
  for (const given of [own, Buffer.from(own), url]) {
    withPolluted(polluted, () => saveBMP(given, png));
    assert.deepEqual(fs.readdirSync(directory), ['own.bmp']);
    fs.unlinkSync(own);
  }
  assert.ok(withPolluted(polluted, () => encodeICO([png])).equals(icon));
});

test('empty pieces count, so that a stream of nothing else has an end', async () => {
  let asked = 0;
  async function* nothing() {
    for (; asked < 1e5; asked++) yield new Uint8Array(0);
    yield png;
  }
  await assert.rejects(getBMPAsync(nothing(), { maxInputBytes: 1000 }), { code: 'ERR_OUT_OF_RANGE', message: /pieces/ });
  assert.equal(asked, 1000);
});

test('a source may use its memory again', async () => {
  async function* reusing(size) {
    const piece = new Uint8Array(size);
    for (let at = 0; at < png.length; at += size) {
      const part = png.subarray(at, at + size);
      piece.set(part);
      yield piece.subarray(0, part.length);
      yield piece.subarray(0, 0);
      piece.fill(0);
    }
  }
  for (const size of [1, 16, png.length]) {
    assert.ok((await getBMPAsync(reusing(size))).equals(bmp), `${size}`);
  }
});

test('pieces of any sizes are put together as they came', async () => {
  const large = Buffer.concat([png.subarray(0, png.length - 12), ...[1, 70000, 3, 65536, 200000].map((size) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(size);
    head.write('teSt', 4);
    return Buffer.concat([head, Buffer.alloc(size, size), Buffer.alloc(4)]);
  }), png.subarray(png.length - 12)]);
  async function* pieces(sizes) {
    for (let at = 0, i = 0; at < large.length; at += sizes[i++ % sizes.length]) {
      yield large.subarray(at, at + sizes[i % sizes.length]);
    }
  }
  const told = [];
  getBMP(large, { onWarning: ({ message }) => told.push(message) });
  assert.ok(told.length > 0, 'CRCs that are wrong show where the chunks are');
  for (const sizes of [[100], [1, 65535, 65536, 65537], [300000], [7, 131072]]) {
    const again = [];
    const out = await getBMPAsync(pieces(sizes), { onWarning: ({ message }) => again.push(message) });
    assert.ok(out.equals(bmp));
    assert.deepEqual(again, told);
  }
});

test('what is neither a piece nor bytes is an error with a code', async () => {
  const iterator = (next) => ({ [Symbol.asyncIterator]: () => ({ next }) });
  for (const source of [iterator(async () => undefined), iterator(async () => 5),
    iterator(async () => ({ value: 5, done: false })), ...[1e9, 2 ** 53, undefined, 'x'].map((value) =>
      ({ arrayBuffer: async () => value }))]) {
    await assert.rejects(getBMPAsync(source), { code: 'ERR_INVALID_ARG_TYPE' });
  }
});
