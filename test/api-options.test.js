'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const { getBMP, decodePNG, readInfo, constants, errors } = require('..');
const { createImage } = require('./kit/image');
const { encodePng, pngChunks, assemble } = require('./kit/png-encoder');

const image = createImage({ width: 5, height: 4, colorType: 6, bitDepth: 8 });
const png = encodePng(image);

test('an unknown option is refused by name, with the list of those there are', () => {
  assert.throws(() => getBMP(png, { fromat: 'auto' }), {
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
    message: 'Unknown option "fromat". Did you mean "format"?',
  });
  for (const [wrong, meant] of [['backgroundColor', 'background'], ['topdown', 'topDown'], ['Dither', 'dither'], ['thresh', 'threshold']])
    assert.throws(() => getBMP(png, { [wrong]: 1 }), { message: `Unknown option "${wrong}". Did you mean "${meant}"?` });
  for (const unlike of ['quality', '0', 'x'.repeat(1e6)])
    assert.throws(() => getBMP(png, { [unlike]: 1 }), { message: `Unknown option "${unlike}"` });
  assert.throws(() => getBMP(png, { toString: 1 }), /Unknown option "toString"/);
  assert.throws(() => getBMP(png, JSON.parse('{"__proto__": 1}')), /Unknown option "__proto__"/);
});

test('an option that is undefined has its default', () => {
  const options = {
    format: undefined, alpha: undefined, background: undefined, topDown: undefined,
    depth16: undefined, strict: undefined, ignoreChecksums: undefined, maxPixels: undefined,
    dither: undefined, threshold: undefined, invert: undefined,
    onWarning: undefined, input: undefined, signal: undefined,
  };
  assert.deepEqual(getBMP(png, options), getBMP(png));
  assert.deepEqual(getBMP(png, undefined, undefined), getBMP(png));
});

test('what sits on a prototype is not an option', (t) => {
  const inherited = Object.create({ format: 'bgra32', fromat: 'bgra32' });
  assert.deepEqual(getBMP(png, inherited), getBMP(png));
  t.after(() => { delete Object.prototype.format; });
  Object.prototype.format = 'bgra32';
  assert.deepEqual(getBMP(png, { topDown: false }).length, 54 + 4 * 16);
  assert.deepEqual(getBMP(png).length, 54 + 4 * 16);
});

test('options that are not objects are a TypeError', () => {
  for (const options of [null, 'bgra32', 5, true]) {
    assert.throws(() => getBMP(png, undefined, options), {
      name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /"options".*an object/,
    });
  }
});

test('a value that an option does not know is refused with the values that it knows', () => {
  const lists = {
    format: constants.formats,
    alpha: constants.alphas,
    depth16: constants.depths16,
    dither: constants.dithers,
    input: constants.inputs,
  };
  for (const [option, values] of Object.entries(lists)) {
    assert.ok(values.length >= 2, option);
    for (const value of ['BMP', 3, null, {}]) {
      assert.throws(() => getBMP(png, { [option]: value }), (error) => {
        assert.equal(error.code, 'ERR_INVALID_ARG_VALUE');
        assert.match(error.message, new RegExp(`"${option}" option must be one of`));
        for (const known of values) assert.ok(error.message.includes(`'${known}'`));
        return true;
      });
    }
  }
});

test('switches take true and false and nothing else', () => {
  for (const option of ['topDown', 'strict', 'ignoreChecksums', 'invert']) {
    for (const value of [0, 1, 'true', null]) {
      assert.throws(() => getBMP(png, { [option]: value }), {
        code: 'ERR_INVALID_ARG_TYPE', message: new RegExp(`"${option}" option must be a boolean`),
      });
    }
    assert.ok(getBMP(png, { [option]: false }).equals(getBMP(png)));
  }
});

test('a background means the same in each of its forms', () => {
  const wanted = getBMP(png, { background: '#11aaff' });
  assert.notDeepEqual(wanted, getBMP(png));
  const forms = ['#1af', '#1AF', '#11AAFF', [17, 170, 255], { r: 17, g: 170, b: 255 }];
  for (const background of forms) {
    assert.deepEqual(getBMP(png, { background }), wanted, JSON.stringify(background));
  }
});

test('a background that is not a colour is refused', () => {
  const wrong = [
    'white', '#12', '#12345', '#1234567', 'ffffff', '#ggg', '', [1, 2], [1, 2, 3, 4], [1, 2, 256],
    [1, 2, -1], [1, 2, 0.5], ['1', 2, 3], { r: 1, g: 2 }, {}, [NaN, 0, 0],
  ];
  for (const background of wrong) {
    assert.throws(() => getBMP(png, { background }), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  for (const background of [0xffffff, null, true]) {
    assert.throws(() => getBMP(png, { background }), { code: 'ERR_INVALID_ARG_TYPE' });
  }
});

test('maxPixels takes numbers, bigints and Infinity, and refuses one pixel too many', () => {
  for (const maxPixels of [20, 20n, 20.5, Infinity, 2 ** 64, 2n ** 70n]) {
    assert.ok(getBMP(png, { maxPixels }).length > 0);
  }
  for (const maxPixels of [19, 19n, 0]) {
    assert.throws(() => getBMP(png, { maxPixels }), { code: 'ERR_PIXEL_LIMIT' });
  }
  for (const maxPixels of [-1, -1n, NaN]) {
    assert.throws(() => getBMP(png, { maxPixels }), { code: 'ERR_OUT_OF_RANGE' });
  }
  assert.throws(() => getBMP(png, { maxPixels: '20' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('maxMemory refuses what readInfo says that a conversion takes, less one byte', () => {
  const { memory } = readInfo(png);
  assert.ok(memory > 1000 && memory < 2 ** 20);
  for (const maxMemory of [memory, BigInt(memory), Infinity]) {
    assert.ok(getBMP(png, { maxMemory }).length > 0);
  }
  for (const maxMemory of [memory - 1, 0, 0n]) {
    assert.throws(() => getBMP(png, { maxMemory }), { code: 'ERR_MEMORY_LIMIT' });
  }
  assert.throws(() => getBMP(png, { maxMemory: -1 }), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => getBMP(png, { maxMemory: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

// 240 MB of scanlines in 233 kB of PNG, for 4 MB of BMP: only its memory is large.
test('one row of 30 million pixels is refused by default, before anything is allocated', () => {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 16, 6, 0, 0, 0]);
  header.writeUInt32BE(30e6);
  const png = assemble([
    { type: 'IHDR', data: header }, { type: 'IDAT', data: Buffer.alloc(233000) }, { type: 'IEND' },
  ]);
  assert.throws(() => getBMP(png, { format: 'mono1' }), { code: 'ERR_MEMORY_LIMIT' });
  const { memory } = readInfo(png, { format: 'mono1', maxMemory: Infinity });
  assert.ok(memory > 300e6 && memory < 302e6); // the scanline, two bytes a pixel, and less than 2 MB
});

test('threshold and invert reach the black and white of mono1', () => {
  const gray = createImage({ width: 8, height: 8, colorType: 0, bitDepth: 8 });
  const mono = (options) =>
    getBMP(encodePng(gray), { format: 'mono1', dither: 'none', ...options });
  assert.deepEqual(mono({ threshold: 128 }), mono({}));
  assert.notDeepEqual(mono({ threshold: 30 }), mono({}));
  assert.notDeepEqual(mono({ invert: true }), mono({}));
  for (const threshold of [256, -1, 0.5]) {
    assert.throws(() => mono({ threshold }), { code: 'ERR_OUT_OF_RANGE' });
  }
  assert.throws(() => mono({ threshold: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('decodePNG takes 3 or 4 channels, and no format', () => {
  for (const channels of [1, 2, 5, '4', null]) {
    assert.throws(() => decodePNG(png, { channels }), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  assert.throws(() => decodePNG(png, { format: 'bgr24' }), /channels/);
  assert.throws(() => decodePNG(png, null), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => getBMP(png, { channels: 4 }), /Unknown option "channels"/);
});

const withoutEnd = assemble(pngChunks(image).slice(0, -1));

test('onWarning hears what was tolerated, once, before the result is there', () => {
  const heard = [];
  const bmp = getBMP(withoutEnd, { onWarning: (...args) => heard.push(args) });
  assert.deepEqual(bmp, getBMP(png));
  assert.equal(heard.length, 1);
  assert.equal(heard[0].length, 1);
  const [warning] = heard[0];
  assert.deepEqual(Object.keys(warning), ['code', 'message']);
  assert.equal(warning.code, 'WARN_PNG_END');
  assert.ok(warning.code in errors.warnings);
  assert.match(warning.message, /IEND/);
});

test('onWarning is silent where there is nothing to say, and must be a function', () => {
  getBMP(png, { onWarning: () => assert.fail('called') });
  assert.throws(() => getBMP(png, { onWarning: 'log' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('what onWarning throws takes the place of the result', () => {
  const reason = new Error('no warnings here');
  const onWarning = () => { throw reason; };
  assert.throws(() => getBMP(withoutEnd, { onWarning }), (error) => error === reason);
});

test('onWarning may itself convert', () => {
  const other = getBMP(png, { format: 'bgra32' });
  const inner = [];
  const onWarning = () => inner.push(getBMP(png, { format: 'bgra32' }));
  assert.deepEqual(getBMP(withoutEnd, { onWarning }), getBMP(png));
  assert.deepEqual(inner, [other]);
});

test('strict makes the error of the warning', () => {
  assert.throws(() => getBMP(withoutEnd, { strict: true }), {
    name: 'PngError', code: 'ERR_PNG_END',
  });
});

test('each option is read once, whatever else is given', () => {
  let reads = 0;
  const options = { get format() { reads++; return 'indexed'; }, palette: 'bw' };
  readInfo(png, options);
  assert.equal(reads, 1);
});

test('plain options are told from bytes without an exception, which would take longer than an icon', () => {
  const script = `
    const { get } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength');
    let refused = 0;
    Object.defineProperty(ArrayBuffer.prototype, 'byteLength', { configurable: true, get() {
      if (Object.prototype.toString.call(this) !== '[object ArrayBuffer]') refused++;
      return Reflect.apply(get, this, []);
    } });
    const { encodeBMP, getBMP, getBMPAsync } = require('.');
    const png = Buffer.from('${encodePng(createImage({ colorType: 6, bitDepth: 8, width: 2, height: 2 })).toString('base64')}', 'base64');
    getBMP(png, { topDown: true });
    encodeBMP({ data: new Uint8Array(4), width: 1, height: 1, channels: 4 }, Object.create(null));
    getBMPAsync(png, {}).then(() => console.log(refused));`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { cwd: path.join(__dirname, '..'), encoding: 'utf8' }), '0\n');
});
