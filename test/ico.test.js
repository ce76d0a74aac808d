'use strict';

// Icons and cursors: what encodeICO and encodeICOAsync give.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const zlib = require('node:zlib');

const { decodePNG, encodeICO, encodeICOAsync, errors, readInfo } = require('..');
const { applePng } = require('./kit/apple-png');
const { readIco } = require('./kit/ico-reader');
const { TYPES, createImage, typeName } = require('./kit/image');
const { assemble, encodePng, pngChunks } = require('./kit/png-encoder');

const RGBA = { colorType: 6, bitDepth: 8 };
const icon = (side, type = RGBA, more = {}) => encodePng(createImage({ ...type, width: side, height: side, seed: side, ...more }));
const SIDES = [256, 16, 48, 128, 17];
const WASM = path.join(__dirname, '../prebuilds/png2bmp.wasm');
const only = (file) => readIco(file).images[0];

/** A PNG of the R G B A pixels at(x, y). */
function pngOf(width, height, at) {
  const pixels = Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
  return encodePng({ width, height, channels: 4, ...RGBA, samples: Uint16Array.from(pixels.flat()) });
}

/** The pixels with black where nothing is seen. */
function seen(png, threshold = 1) {
  const { data } = decodePNG(png);
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] < threshold) data.fill(0, at, at + 4);
  return data;
}

test('an icon has its images in order of size, up to 128 pixels as DIBs with a mask', () => {
  const { type, images } = readIco(encodeICO(SIDES.map((side) => icon(side))));
  assert.equal(type, 1);
  assert.deepEqual(images.map(({ width }) => width), [16, 17, 48, 128, 256]);
  for (const { width, bytes, isPng, rgba, mask } of images) {
    assert.equal(isPng, width === 256);
    if (isPng) {
      assert.ok(bytes.equals(icon(256)));
      continue;
    }
    const wanted = seen(icon(width));
    assert.ok(rgba.equals(wanted), 'what the mask cuts out is black');
    mask.forEach((isCut, i) => assert.equal(isCut === 1, wanted[4 * i + 3] === 0));
  }
});

test('images that are no squares keep their width and height', () => {
  const png = encodePng(createImage({ ...RGBA, width: 33, height: 7, seed: 1 }));
  const image = only(encodeICO([png]));
  assert.deepEqual([image.width, image.height], [33, 7]);
  assert.ok(image.rgba.equals(seen(png)));
});

test('every input is decoded: a damaged one is refused, whatever it becomes', () => {
  for (const side of [32, 129, 200, 256]) {
    const whole = icon(side);
    const wrong = Buffer.from(whole);
    wrong[Math.floor(whole.length / 2)] ^= 1;
    for (const [png, code] of [[whole.subarray(0, whole.length / 2), 'ERR_PNG_TRUNCATED'], [wrong, 'ERR_PNG_CRC']]) {
      for (const rule of ['none', 'large', 'all']) {
        const given = (error) => error.code === code && error.image === 1;
        assert.throws(() => encodeICO([icon(16), png], { png: rule }), given, `${side} ${rule}`);
      }
    }
  }
});

test('a PNG in an icon is 8-bit RGBA, of whatever type the input is', () => {
  for (const type of TYPES) {
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 131, height: 130, seed: 5, transparency: type.colorType < 4, fill: 'gradients' }), { interlaced });
      const { isPng, bytes } = only(encodeICO([png]));
      assert.ok(isPng);
      const { bitDepth, colorType } = readInfo(bytes);
      assert.deepEqual([bitDepth, colorType], [8, 6], typeName(type));
      assert.ok(decodePNG(bytes, { strict: true }).data.equals(decodePNG(png).data), typeName(type));
    }
  }
});

test('an encoded PNG is small: filtered, and compressed as well as zlib does', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 256, height: 256, seed: 1, fill: 'gradients' });
  const { bytes } = only(encodeICO([encodePng(image)]));
  const samples = Buffer.from(decodePNG(bytes).data);
  const unfiltered = zlib.deflateSync(samples, { level: 9 }).length;
  assert.ok(bytes.length < 0.8 * unfiltered, `${bytes.length} bytes, ${unfiltered} without filters`);
});

test('an intact RGBA PNG is copied up to its end, any other is encoded anew', () => {
  const png = icon(200);
  const copied = (input, options) => only(encodeICO([input], options)).bytes.equals(png);
  assert.ok(copied(png));
  assert.ok(copied(Buffer.concat([png, Buffer.alloc(1000)])), 'without what follows IEND');
  const warnings = [];
  const onWarning = ({ code, image }) => warnings.push([code, image]);
  const chunks = pngChunks(createImage({ ...RGBA, width: 200, height: 200, seed: 200 }));
  const text = assemble([{ type: 'tEXt', data: Buffer.from('a\0b') }]).subarray(8);
  text[text.length - 1] ^= 1;
  const odd = assemble(chunks);
  const damaged = Buffer.concat([odd.subarray(0, 33), text, odd.subarray(33)]);
  assert.ok(!copied(damaged, { onWarning }));
  assert.deepEqual(warnings, [['WARN_PNG_ANCILLARY_CRC', 0]]);
  assert.throws(() => encodeICO([damaged], { strict: true }), { code: 'ERR_PNG_ANCILLARY_CRC', image: 0 });
  const apple = applePng(createImage({ ...RGBA, width: 200, height: 200, seed: 7 }));
  const { bytes } = only(encodeICO([apple]));
  assert.ok(!bytes.includes('CgBI'));
  assert.ok(decodePNG(bytes, { strict: true }).data.equals(decodePNG(apple).data));
});

test('checksums that are not checked are right in the icon', () => {
  const wrong = Buffer.from(icon(200));
  wrong[wrong.length - 14] ^= 1; // the CRC of IDAT
  assert.throws(() => encodeICO([wrong]), { code: 'ERR_PNG_CRC' });
  const { bytes } = only(encodeICO([wrong], { ignoreChecksums: true }));
  assert.ok(decodePNG(bytes, { strict: true }).data.equals(decodePNG(icon(200)).data));
});

test('what is left of a damaged PNG becomes an image', () => {
  const whole = icon(200);
  const warnings = [];
  const { bytes } = only(encodeICO([whole.subarray(0, whole.length / 2)], { salvage: true, onWarning: ({ code }) => warnings.push(code) }));
  assert.deepEqual(warnings, ['WARN_PNG_SALVAGED']);
  assert.ok(decodePNG(bytes).data.subarray(0, 200 * 4).equals(decodePNG(whole).data.subarray(0, 200 * 4)));
});

test('images are as small as the limits say', () => {
  assert.throws(() => encodeICO([icon(16), icon(17)], { maxPixels: 256 }), { code: 'ERR_PIXEL_LIMIT', image: 1 });
});

test('an icon has no density, and none of the options that set one', () => {
  const phys = { type: 'pHYs', data: Buffer.from([0, 0, 0x13, 0xae, 0, 0, 0x13, 0xae, 1]) };
  const [ihdr, ...rest] = pngChunks(createImage({ ...RGBA, width: 32, height: 32 }));
  const png = assemble([ihdr, phys, ...rest]);
  assert.equal(readInfo(png).density.x, 5038);
  for (const options of [{}, { colors: 16 }]) {
    assert.equal(only(encodeICO([png], options)).bytes.readUInt32LE(24), 0);
  }
});

test('the order is by size or as given', () => {
  const widths = (options) => readIco(encodeICO([icon(48), icon(16), icon(32)], options)).images.map(({ width }) => width);
  assert.deepEqual(widths({ order: 'size' }), [16, 32, 48]);
  assert.deepEqual(widths({ order: 'given' }), [48, 16, 32]);
});

test('which images are PNGs is chosen', () => {
  const arePngs = (png) => readIco(encodeICO([icon(16), icon(128), icon(129), icon(256)], { png })).images.map(({ isPng }) => isPng);
  assert.deepEqual(arePngs('none'), [false, false, false, false]);
  assert.deepEqual(arePngs('large'), [false, false, true, true]);
  assert.deepEqual(arePngs('all'), [true, true, true, true]);
  const { rgba } = only(encodeICO([icon(256)], { png: 'none' }));
  assert.ok(rgba.equals(seen(icon(256))));
});

test('images of 1, 4 and 8 bits have full palettes, and black where the mask cuts', () => {
  for (const type of TYPES.filter(({ colorType, bitDepth }) => colorType === 3 || (colorType === 0 && bitDepth <= 8))) {
    const png = encodePng(createImage({ ...type, width: 21, height: 19, seed: 2, transparency: true }));
    const image = only(encodeICO([png], { format: 'indexed' }));
    assert.equal(image.bits, { 1: 1, 2: 4, 4: 4, 8: 8 }[type.bitDepth], typeName(type));
    const { data } = decodePNG(png);
    for (let i = 0; i < image.mask.length; i++) {
      const isCut = data[4 * i + 3] < 128;
      assert.equal(image.mask[i] === 1, isCut);
      assert.deepEqual([...image.rgba.subarray(4 * i, 4 * i + 4)],
        isCut ? [0, 0, 0, 0] : [...data.subarray(4 * i, 4 * i + 3), 255], typeName(type));
    }
  }
});

test('the colours of an icon are chosen or given, with room for black', () => {
  const noise = (cut) => pngOf(40, 40, (x, y) => [128 + (x * 7 & 127), 128 + (y * 5 & 127), 128 + (x * y & 127), cut && x < 8 ? 0 : 255]);
  for (const [colors, bits] of [[256, 8], [200, 8], [16, 4], [12, 4]]) {
    for (const dither of ['none', 'floyd-steinberg']) {
      const image = only(encodeICO([noise(true)], { colors, dither }));
      assert.equal(image.bits, bits);
      for (let i = 0; i < 1600; i++) {
        const isCut = i % 40 < 8;
        assert.equal(image.mask[i] === 1, isCut);
        assert.equal(image.rgba.readUInt32BE(4 * i) >>> 8 === 0, isCut, 'black where it is cut, light elsewhere');
      }
    }
  }
  const light = { palette: ['#fff', '#f00'] };
  assert.throws(() => encodeICO([noise(true)], light), { code: 'ERR_INVALID_ARG_VALUE', image: 0 });
  assert.equal(only(encodeICO([noise(false)], light)).bits, 1);
  assert.equal(only(encodeICO([noise(true)], { ...light, bits: 4 })).bits, 4, 'there is room for black');
  assert.equal(only(encodeICO([noise(true)], { colors: 2 })).bits, 1);
});

test('a warning is given once, also where black takes a second choice of colours', () => {
  const image = createImage({ ...RGBA, width: 64, height: 64, seed: 1 });
  image.samples.forEach((sample, i) => { image.samples[i] = i % 4 === 3 ? Math.min(i - 3, 255) : sample | 1; });
  const [ihdr, ...rest] = pngChunks(image);
  const png = assemble([ihdr, { type: 'cICP', data: Buffer.of(9, 16, 0, 1) }, ...rest]);
  const codes = [];
  encodeICO([png], { colors: 16, onWarning: ({ code }) => codes.push(code) });
  assert.deepEqual(codes, ['WARN_PNG_COLOR_SPACE']);
});

test('alphaThreshold says what is cut out of an image with a palette', () => {
  const png = pngOf(10, 1, (x) => [200, 10, 10, x * 20]);
  const cut = (alphaThreshold) => [...only(encodeICO([png], { bits: 4, alphaThreshold })).mask].filter((bit) => bit).length;
  assert.deepEqual([cut(undefined), cut(1), cut(181)], [7, 1, 10]);
});

test('each image may have a kind of its own', () => {
  const image = (more) => ({ png: icon(16, { colorType: 3, bitDepth: 4 }), ...more });
  const bits = (list, options) => readIco(encodeICO(list, options)).images.map((each) => each.bits);
  assert.deepEqual(bits([image({ bits: 4 }), image({ bits: 8 }), image()]), [4, 8, 32]);
  assert.deepEqual(bits([image(), image({ bits: 4 }), image({ format: 'bgra32' })], { bits: 8 }), [8, 4, 32]);
  assert.deepEqual(bits([image({ colors: 8 })], { dither: 'none' }), [4]);
});

test('a cursor has its hotspots', () => {
  const file = encodeICO([{ png: icon(32), hotspot: { x: 5, y: 7 } }, icon(48)], { type: 'cursor' });
  const { type, images } = readIco(file);
  assert.equal(type, 2);
  assert.deepEqual(images.map(({ x, y }) => [x, y]), [[5, 7], [0, 0]]);
});

test('what is no list of small PNGs is refused in words', async () => {
  const png = icon(16);
  const sparse = [png, png];
  delete sparse[0];
  const value = 'ERR_INVALID_ARG_VALUE';
  const type = 'ERR_INVALID_ARG_TYPE';
  const cases = [
    [[undefined], type], [['x'], type], [[[]], value], [[['a']], type], [[sparse], type], [[Array(65536).fill(png)], value],
    [[[png.subarray(0, 20)]], 'ERR_PNG_TRUNCATED'],
    [[[encodePng(createImage({ colorType: 0, bitDepth: 8, width: 257, height: 1 }))]], value],
    [[[{ png, hotspot: { x: 16, y: 0 } }]], 'ERR_OUT_OF_RANGE'], [[[{ png, hotspot: null }]], 'ERR_OUT_OF_RANGE'],
    ...['bitmap', 'toString', 'constructor', '__proto__', ['cursor'], 1].map((each) => [[[png], { type: each }], value]),
    ...['cursor', 5, null].map((options) => [[[png], options], type]),
    ...[
      { format: 'bgr24' }, { alpha: 'drop' }, { density: 96 }, { input: 'copy' }, { header: 'v5' }, { nonsense: 1 },
      { order: 'width' }, { png: true }, { format: 'bgra32', bits: 4 }, { format: 'bgra32', alphaThreshold: 1 },
      { bits: 8, png: 'all' },
    ].map((options) => [[[png], options], value]),
    [[[{ png, bits: 3 }]], 'ERR_OPTION'], [[[png], { bits: 3 }], 'ERR_OPTION'],
  ];
  for (const [args, code] of cases) {
    assert.throws(() => encodeICO(...args), { code }, JSON.stringify(args[1]));
    await assert.rejects(encodeICOAsync(...args), { code }, JSON.stringify(args[1]));
  }
  assert.throws(() => encodeICO(sparse), /"images\[0\]"/);
  assert.throws(() => encodeICO([png, 'x']), { image: 1 });
});

test('encodeICOAsync gives the same file, from every source', async () => {
  const list = [icon(16), { png: icon(40), hotspot: { x: 1, y: 2 } }, icon(200, { colorType: 2, bitDepth: 8 }), { png: icon(64), colors: 16 }];
  const wanted = encodeICO(list, { type: 'cursor' });
  const sources = [
    new Blob([list[0]]), { ...list[1], png: new Response(list[1].png) }, new Blob([list[2]]).stream(), { ...list[3], png: new Blob([list[3].png]) },
  ];
  assert.ok(wanted.equals(await encodeICOAsync(list, { type: 'cursor' })));
  assert.ok(wanted.equals(await encodeICOAsync(sources, { type: 'cursor' })));
  const own = [Buffer.from(icon(30)), Buffer.from(icon(150))];
  const started = encodeICOAsync(own);
  own.forEach((each) => each.fill(0));
  assert.ok(encodeICO([icon(30), icon(150)]).equals(await started), 'the bytes are free at once');
});

test('encodeICOAsync has callbacks, warnings and signals', async () => {
  const file = await new Promise((resolve, reject) => {
    encodeICOAsync([icon(16)], (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
  assert.ok(file.equals(encodeICO([icon(16)])));
  const stop = new AbortController();
  const started = encodeICOAsync(Array.from({ length: 50 }, () => icon(256)), { signal: stop.signal, png: 'none' });
  stop.abort();
  await assert.rejects(started, { name: 'AbortError' });
  assert.throws(() => encodeICO([icon(16)], { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const warnings = [];
  await encodeICOAsync([icon(16), applePng(createImage({ ...RGBA, width: 20, height: 20 }))], {
    onWarning: ({ code, image }) => warnings.push([code, image]),
  });
  assert.deepEqual(warnings, [['WARN_PNG_CGBI', 1]]);
  await assert.rejects(encodeICOAsync([icon(16), Buffer.from('junk')]), (error) => error instanceof errors.PngError && error.image === 1);
});

test('the addon and WebAssembly give the same icon', { skip: !fs.existsSync(WASM) && 'needs npm run build:wasm' }, () => {
  const script = `
    const { encodeICO, versions } = require(${JSON.stringify(path.join(__dirname, '..'))});
    const pngs = JSON.parse(require('node:fs').readFileSync(0)).map((text) => Buffer.from(text, 'base64'));
    process.stderr.write(versions.backend);
    process.stdout.write(encodeICO([...pngs, { png: pngs[0], colors: 16 }, { png: pngs[0], bits: 8, colors: 200 }]));`;
  const pngs = [icon(40), icon(150, { colorType: 2, bitDepth: 8 }, { fill: 'gradients' }), icon(256, { colorType: 3, bitDepth: 8 })];
  const texts = JSON.stringify(pngs.map((png) => png.toString('base64')));
  const [native, wasm] = ['native', 'wasm'].map((backend) => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      input: texts, env: { ...process.env, PNG2BMP_BACKEND: backend }, maxBuffer: 1 << 24,
    });
    assert.equal(String(stderr), backend);
    return stdout;
  });
  assert.equal(readIco(native).images.length, 5);
  assert.ok(native.equals(wasm));
});
