'use strict';

// rotate, flip, flop: what is written is what a PNG of the turned image gives.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { buffer } = require('node:stream/consumers');
const test = require('node:test');
const { findMagick, findPython } = require('./kit/bmp-programs');
const { readBmp } = require('./kit/bmp-reader');
const { workplace } = require('./kit/cli');
const { convert, refusal } = require('./kit/convert');
const { readIco } = require('./kit/ico-reader');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng, physicalChunk } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const { turned } = require('./kit/turn');
const {
  constants, convertFile, createBMPStream, createConverter, decodePNG, encodeBMP, encodeICO, encodeICOAsync, getBMP, getBMPAsync,
  getBMPInto, readInfo, saveBMP,
} = require('..');

const mirrors = [{}, { flip: true }, { flop: true }, { flip: true, flop: true }];
const TURNS = [0, 90, 180, 270].flatMap((rotate) => mirrors.map((mirror) => ({ rotate, ...mirror })));

const picture = (width, height, type = { colorType: 6, bitDepth: 8 }, seed = 5) =>
  createImage({ ...type, width, height, seed, fill: 'gradients', transparency: type.colorType < 4 });

/** Exif with one entry, the orientation: TIFF 6.0, section 2. */
function exif(orientation) {
  const data = Buffer.from('4d4d002a000000080001011200030000000100000000' + '00000000', 'hex');
  data.writeUInt16BE(orientation, 18);
  return { type: 'eXIf', data };
}

const upright = (orientation, image = picture(7, 4)) => encodePng(image, { first: [exif(orientation)] });

const FORMATS = [
  {}, { format: 'bgra32' }, { format: 'bgra32', topDown: true }, { format: 'gray8' }, { format: 'rgb565' }, { format: 'auto' },
  { format: 'mono1' }, { format: 'mono1', dither: 'ordered', topDown: true }, { format: 'mono1', dither: 'none' },
  { format: 'rgb555', dither: 'atkinson' }, { palette: 'spectra6' }, { palette: 'gray16', dither: 'none' }, { colors: 9 },
  { palette: 'acep7', format: 'bgr24', topDown: true }, { alpha: 'key', background: '#f0f' },
  { container: 'rows', rowAlign: 1, format: 'mono1' }, { depth16: 'truncate', header: 'v5' },
];

/** The eight that differ. */
const EIGHT = TURNS.filter(({ rotate, flip }) => rotate < 180 && !(rotate === 90 && flip)).concat([{ rotate: 270 }, { rotate: 270, flop: true }]);

test('a turned BMP is that of the turned image, for every type, format, turn and mirror', () => {
  for (const type of TYPES) {
    const image = picture(13, 6, type);
    const formats = type.colorType === 0 || type.colorType === 3 ? [...FORMATS, { format: 'indexed' }] : FORMATS;
    for (const turn of EIGHT) {
      const wanted = encodePng(turned(image, turn));
      for (const interlaced of [false, true]) {
        const png = encodePng(image, { interlaced });
        for (const options of formats) {
          const what = `${typeName(type)} ${JSON.stringify({ interlaced, ...turn, ...options })}`;
          if (options.format === 'indexed' && type.bitDepth === 16 && type.colorType === 0) continue; // too many colours
          assert.deepEqual(getBMP(png, { ...options, ...turn }), getBMP(wanted, options), what);
        }
      }
    }
  }
});

test('pixels are turned as a PNG is, and decodePNG gives turned ones', () => {
  for (const [width, height] of [[1, 1], [1, 9], [9, 1], [40, 23], [17, 40]]) {
    for (const channels of [3, 4]) {
      const image = picture(width, height, { colorType: channels === 4 ? 6 : 2, bitDepth: 8 });
      const png = encodePng({ ...image, key: null });
      const stored = decodePNG(png, { channels });
      for (const turn of TURNS) {
        const upside = turned({ ...image, key: null }, turn);
        const { data, ...size } = decodePNG(png, { channels, ...turn });
        assert.deepEqual([size.width, size.height], [upside.width, upside.height]);
        assert.deepEqual([...data], [...upside.samples], JSON.stringify(turn));
        for (const options of [{}, { format: 'mono1' }, { colors: 5 }, { format: 'bgr24', palette: 'bwry' }])
          assert.deepEqual(encodeBMP(stored, { ...options, ...turn }), getBMP(png, { ...options, ...turn }), JSON.stringify({ ...turn, ...options }));
      }
    }
  }
  const gray = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), width: 3, height: 2, channels: 1 };
  assert.deepEqual([...readBmp(encodeBMP(gray, { format: 'gray8', rotate: 90 })).indices], [40, 10, 50, 20, 60, 30]);
  const apart = { ...gray, data: Uint8Array.of(10, 20, 30, 0, 0, 40, 50, 60), stride: 5 };
  for (const turn of TURNS)
    assert.deepEqual(encodeBMP(apart, { format: 'gray8', ...turn }), encodeBMP(gray, { format: 'gray8', ...turn }), JSON.stringify(turn));
});

test('rotate exif brings each of the eight orientations upright, and flip and flop come after it', () => {
  const image = picture(7, 4);
  for (let orientation = 1; orientation <= 8; orientation++) {
    for (const mirror of mirrors) {
      const options = { rotate: 'exif', ...mirror };
      const wanted = encodePng(turned(image, options, orientation));
      for (const more of [{}, { format: 'mono1' }])
        assert.deepEqual(getBMP(upright(orientation), { ...options, ...more }), getBMP(wanted, more), `${orientation} ${JSON.stringify(mirror)}`);
    }
  }
  assert.deepEqual(getBMP(encodePng(image), { rotate: 'exif' }), getBMP(encodePng(image)), 'without Exif nothing is turned');
});

test('the image is turned before it is mirrored', () => {
  const two = { data: Uint8Array.of(1, 2), width: 2, height: 1, channels: 1 };
  const bottomUp = (options) => [...readBmp(encodeBMP(two, { format: 'gray8', ...options })).indices];
  assert.deepEqual(bottomUp({ rotate: 90 }), [1, 2]);
  assert.deepEqual(bottomUp({ rotate: 90, flip: true }), [2, 1]);
  assert.deepEqual(bottomUp({ rotate: 90, flop: true }), [1, 2]);
});

test('an orientation that nobody asked about gives a warning, and with strict an error', () => {
  for (let orientation = 2; orientation <= 8; orientation++) {
    const png = upright(orientation);
    assert.deepEqual(convert(png).warnings, ['WARN_PNG_ORIENTATION']);
    assert.deepEqual(convert(png, { flip: true }).warnings, ['WARN_PNG_ORIENTATION']);
    assert.equal(refusal(png, { strict: true }), 'ERR_PNG_ORIENTATION');
    for (const rotate of constants.rotates) assert.deepEqual(convert(png, { rotate, strict: true }).warnings, []);
    assert.deepEqual(getBMP(png), getBMP(png, { rotate: 0 }));
  }
  assert.deepEqual(convert(upright(1)).warnings, []);
  const messages = [];
  readInfo(upright(6), { onWarning: ({ message }) => messages.push(message) });
  assert.match(messages[0], /orientation 6.*rotate 'exif'/);
});

test('an orientation whose CRC is wrong counts for nothing, and one after the pixels is a warning for who asks', async () => {
  const damaged = upright(6);
  damaged[damaged.indexOf('eXIf') + 4 + 26] ^= 1; // its CRC
  const late = encodePng(picture(7, 4), { last: [exif(6)] });
  const lateAndDamaged = Buffer.from(late);
  lateAndDamaged[late.indexOf('eXIf') + 4 + 26] ^= 1;
  for (const [png, options, code] of [
    [damaged, {}, 'ANCILLARY_CRC'], [damaged, { rotate: 'exif' }, 'ANCILLARY_CRC'], [damaged, { rotate: 0 }, 'ANCILLARY_CRC'],
    [late, {}, undefined], [late, { rotate: 90 }, undefined], [late, { rotate: 'exif' }, 'ORIENTATION'],
    [lateAndDamaged, { rotate: 'exif' }, 'ANCILLARY_CRC'],
  ]) {
    const { bmp, warnings } = convert(png, options);
    assert.deepEqual(warnings, code === undefined ? [] : [`WARN_PNG_${code}`], JSON.stringify(options));
    assert.deepEqual(bmp, getBMP(encodePng(picture(7, 4)), { rotate: options.rotate === 90 ? 90 : 0 }));
    if (code !== undefined) assert.equal(refusal(png, { ...options, strict: true }), `ERR_PNG_${code}`);
    const fed = [];
    const pieces = Readable.from([...png].map((byte) => Uint8Array.of(byte)));
    await getBMPAsync(pieces, { ...options, onWarning: (warning) => fed.push(warning.code) });
    assert.deepEqual(fed, warnings, 'byte by byte');
  }
});

test('values that are no turn are refused, and so is exif for pixels', () => {
  assert.deepEqual(constants.rotates, [0, 90, 180, 270, 'exif']);
  const png = encodePng(picture(3, 2));
  for (const rotate of ['90', 45, -90, 360, true, 'left', ''])
    assert.throws(() => getBMP(png, { rotate }), { code: 'ERR_INVALID_ARG_VALUE', message: /one of 0, 90, 180, 270, 'exif'\. Received/ }, `${rotate}`);
  assert.throws(() => getBMP(png, { flip: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => encodeBMP({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 }, { rotate: 'exif' }),
    { code: 'ERR_OPTION', message: /pixels: they have no Exif/ });
});

test('sizes are those of the BMP, and the density of the PNG is turned with it', () => {
  const png = encodePng(picture(31, 7), { first: [physicalChunk(3000, 5000)] });
  const densityOf = (options) => [38, 42].map((at) => getBMP(png, options).readUInt32LE(at));
  for (const options of [{ rotate: 90 }, { rotate: 270, format: 'mono1' }, { rotate: 90, colors: 4 }]) {
    const { width, height, bmp } = readInfo(png, options);
    assert.deepEqual([width, height, bmp.byteLength], [7, 31, getBMP(png, options).length]);
    assert.deepEqual(densityOf(options), [5000, 3000]);
    assert.deepEqual(densityOf({ ...options, density: { x: 1, y: 2 } }), [1, 2]);
  }
  assert.deepEqual(densityOf({ rotate: 180 }), [3000, 5000]);
  assert.deepEqual(readInfo(png, { rotate: 90 }).density, { x: 5000, y: 3000 });
  const pixels = decodePNG(png, { rotate: 90 });
  assert.deepEqual(pixels.density, { x: 5000, y: 3000 });
  assert.deepEqual(encodeBMP(pixels), encodeBMP(decodePNG(png), { rotate: 90 }));
  assert.equal(readInfo(png, { rotate: 90, countColors: true }).colors, readInfo(png, { countColors: true }).colors);
});

test('180 degrees, flip and flop need the memory of some rows, quarter turns that of one more', () => {
  const png = encodePng(picture(900, 700, { colorType: 2, bitDepth: 8 }));
  const memory = (options) => readInfo(png, options).memory;
  for (const rotate of constants.rotates) assert.ok(memory({ rotate, flop: true }) < memory({}) + 300_000, `${rotate}`);
  assert.ok(memory({ format: 'mono1', flop: true }) < 400_000);
  // Errors are carried downwards, so all of the turned image must be there first: in gray, or in R G B.
  assert.ok(memory({ format: 'mono1', flip: true }) >= 900 * 700);
  assert.ok(memory({ palette: 'bwr', rotate: 90 }) >= 3 * 900 * 700);
  assert.throws(() => getBMP(png, { palette: 'bwr', rotate: 90, maxMemory: 1e6 }), { code: 'ERR_MEMORY_LIMIT' });
});

test('images in many strips, and with rows of a megabyte, are turned as small ones', (t) => {
  const directory = scratch(t);
  const to = path.join(directory, 'out.bmp');
  const images = [[300, 1100, { colorType: 2, bitDepth: 8 }], [90_000, 3, { colorType: 6, bitDepth: 16 }], [70_001, 4, { colorType: 0, bitDepth: 1 }]];
  for (const [width, height, type] of images) {
    const image = createImage({ ...type, width, height });
    const png = encodePng(image);
    for (const turn of [{ rotate: 180 }, { flip: true }, { flop: true }, { rotate: 90 }, { rotate: 270, flop: true }]) {
      const ofTurned = encodePng(turned(image, turn));
      for (const options of [{}, { format: 'mono1', topDown: true }]) {
        const wanted = getBMP(ofTurned, options);
        assert.ok(wanted.equals(getBMP(png, { ...options, ...turn })), `${width} ${JSON.stringify({ ...turn, ...options })}`);
        saveBMP(to, png, { ...options, ...turn });
        assert.ok(wanted.equals(fs.readFileSync(to)), `saved: ${width} ${JSON.stringify({ ...turn, ...options })}`);
      }
    }
  }
});

test('streams turn what passes, in either order of rows', async () => {
  const image = picture(500, 700, { colorType: 2, bitDepth: 8 });
  const png = encodePng(image);
  for (const turn of [{ flip: true }, { rotate: 180 }, { rotate: 90 }]) {
    for (const options of [{ topDown: false }, { topDown: true }, { format: 'mono1' }]) {
      const passed = await buffer(Readable.from([png.subarray(0, 999), png.subarray(999)]).pipe(createBMPStream({ ...options, ...turn })));
      assert.ok(passed.equals(getBMP(png, { ...options, ...turn })), JSON.stringify({ ...options, ...turn }));
    }
  }
});

test('what is resized is the turned image: size, fit and position are about it', async (t) => {
  const to = path.join(scratch(t), 'out.bmp');
  const formats = [{}, { format: 'mono1' }, { palette: 'bwr', topDown: true }, { colors: 6 }, { format: 'bgra32' }];
  const sizes = [{ size: '30x9', position: 'left top' }, { size: '9x30', position: 'right bottom' }, { size: 'x21' },
    { size: '50x45', fit: 'contain', position: 'top' }, { size: '7x7', fit: 'none', position: 'left' }, { size: '64x64', kernel: 'nearest' }];
  const image = { ...picture(40, 23), key: null };
  const pixels = decodePNG(encodePng(image));
  for (const turn of EIGHT) {
    const wanted = encodePng(turned(image, turn));
    for (const [i, size] of sizes.entries()) {
      const options = { ...size, ...formats[i % formats.length] };
      const both = { ...options, ...turn };
      const bmp = getBMP(wanted, options);
      for (const interlaced of [false, true]) {
        const png = encodePng(image, { interlaced });
        const what = JSON.stringify({ ...both, interlaced });
        assert.deepEqual(getBMP(png, both), bmp, what);
        assert.deepEqual([readInfo(png, both).width, readInfo(png, both).height], [readInfo(wanted, options).width, readInfo(wanted, options).height]);
        const passed = await buffer(Readable.from([png.subarray(0, 99), png.subarray(99)]).pipe(createBMPStream(both)));
        assert.deepEqual(passed, bmp, `stream: ${what}`);
      }
      assert.deepEqual(encodeBMP(pixels, both), bmp, `pixels: ${JSON.stringify(both)}`);
      saveBMP(to, encodePng(image), both);
      assert.deepEqual(fs.readFileSync(to), bmp, `saved: ${JSON.stringify(both)}`);
    }
  }
});

test('the first pixel of a picture that is turned is where position says', () => {
  const two = { data: Uint8Array.of(1, 2), width: 2, height: 1, channels: 1 };
  const rows = (options) => [...encodeBMP(two, { format: 'gray8', container: 'rows', rowAlign: 1, topDown: true, ...options })];
  const nearest = { kernel: 'nearest', fit: 'fill' };
  assert.deepEqual(rows({ rotate: 90, size: '1x4', ...nearest }), [1, 1, 2, 2]);
  assert.deepEqual(rows({ rotate: 270, size: '1x4', ...nearest }), [2, 2, 1, 1]);
  assert.deepEqual(rows({ rotate: 90, size: '1x1', fit: 'none', position: 'top' }), [1]);
  assert.deepEqual(rows({ rotate: 90, flip: true, size: '1x1', fit: 'none', position: 'top' }), [2]);
  assert.deepEqual(rows({ flop: true, size: '1x1', fit: 'none', position: 'left' }), [2]);
});

test('large images are turned and resized in strips, within the memory that readInfo tells of', (t) => {
  const to = path.join(scratch(t), 'out.bmp');
  const image = { ...picture(300, 1100, { colorType: 2, bitDepth: 8 }), key: null };
  const png = encodePng(image);
  for (const turn of [{ rotate: 180 }, { flip: true }, { flop: true }, { rotate: 90 }]) {
    const wanted = getBMP(encodePng(turned(image, turn)), { size: '900x700' });
    const { memory } = readInfo(png, { size: '900x700', ...turn });
    saveBMP(to, png, { size: '900x700', maxMemory: memory, ...turn });
    assert.ok(wanted.equals(fs.readFileSync(to)), JSON.stringify(turn));
    assert.throws(() => getBMP(png, { size: '900x700', maxMemory: memory - 1, ...turn }), { code: 'ERR_MEMORY_LIMIT' });
  }
});

test('every call takes part', async (t) => {
  const directory = scratch(t);
  const png = encodePng(picture(9, 5), { interlaced: true });
  const [from, to] = ['in.png', 'out.bmp'].map((name) => path.join(directory, name));
  fs.writeFileSync(from, png);
  for (const options of [{ rotate: 90, flop: true }, { rotate: 180, palette: 'bwr' }]) {
    const wanted = getBMP(png, options);
    const into = Buffer.alloc(wanted.length);
    getBMPInto(into, png, options);
    assert.deepEqual(into, wanted);
    assert.deepEqual(await getBMPAsync(png, options), wanted);
    const converter = createConverter(options);
    for (let i = 0; i < 2; i++) assert.deepEqual(Buffer.from(converter.getBMP(png)), wanted);
    convertFile(from, to, options);
    assert.deepEqual(fs.readFileSync(to), wanted);
  }
});

test('icons are turned with their masks and hotspots as they are written', () => {
  for (const side of [20, 200]) {
    const image = picture(side, side - 4);
    const turn = { rotate: 90, flop: true };
    const [found, wanted] = [encodeICO([encodePng(image)], turn), encodeICO([encodePng(turned(image, turn))])];
    const [one] = readIco(found).images;
    assert.deepEqual([one.width, one.height], [side - 4, side]);
    const pixels = ({ bytes, isPng }) => (isPng ? decodePNG(bytes).data : bytes);
    assert.deepEqual(pixels(one), pixels(readIco(wanted).images[0]));
  }
  const indexed = picture(16, 12);
  assert.deepEqual(encodeICO([encodePng(indexed)], { format: 'indexed', colors: 8, rotate: 270 }),
    encodeICO([encodePng(turned(indexed, { rotate: 270 }))], { format: 'indexed', colors: 8 }));
});

test('the images that sizes makes of an icon are those of the turned image', async () => {
  const image = picture(90, 50);
  for (const turn of [{ rotate: 90 }, { rotate: 180, flop: true }, { rotate: 270, flip: true }]) {
    for (const options of [{}, { fit: 'cover', position: 'left top' }, { format: 'indexed', colors: 8 }]) {
      const sized = { sizes: [16, 33, 64], png: 'none', ...options };
      const wanted = encodeICO(encodePng(turned(image, turn)), sized);
      assert.deepEqual(encodeICO(encodePng(image), { ...sized, ...turn }), wanted);
      assert.deepEqual(await encodeICOAsync(encodePng(image), { ...sized, ...turn }), wanted);
    }
  }
});

test('what salvage finds of a damaged PNG is turned', () => {
  const image = picture(40, 30, { colorType: 2, bitDepth: 8 });
  const whole = encodePng({ ...image, key: null }, { filter: 0, deflate: 'stored' });
  const png = whole.subarray(0, Math.floor(whole.length * 0.6));
  const stored = readBmp(getBMP(png, { salvage: true, background: '#123456' }));
  for (const turn of TURNS) {
    const wanted = turned({ ...stored, channels: 4, samples: stored.rgba }, turn);
    const { rgba } = readBmp(getBMP(png, { salvage: true, background: '#123456', ...turn }));
    assert.deepEqual([...rgba], [...wanted.samples], JSON.stringify(turn));
  }
});

test('exact names the pixel of the turned image', () => {
  const gray = { data: Uint8Array.of(0, 255, 7, 0, 255, 0), width: 3, height: 2, channels: 1 };
  for (const [turn, place] of [[{}, '2, 0'], [{ rotate: 90 }, '1, 2'], [{ flip: true }, '2, 1'], [{ flop: true }, '0, 0']])
    assert.throws(() => encodeBMP(gray, { palette: 'bw', exact: true, ...turn }), { code: 'ERR_NOT_EXACT', message: new RegExp(`\\(${place}\\)`) });
});

test('the command line has --rotate, --flip and --flop', (t) => {
  const { run, read, at } = workplace(t);
  const png = upright(6);
  fs.writeFileSync(at('a.png'), png);
  for (const [words, options] of [['--rotate exif', { rotate: 'exif' }], ['--rotate 270 --flip --flop', { rotate: 270, flip: true, flop: true }]]) {
    const { status, stderr } = run(['-f', ...words.split(' '), 'a.png']);
    assert.equal(status, 0, stderr);
    assert.deepEqual(read('a.bmp'), getBMP(png, options));
  }
  const warned = run(['-f', 'a.png']);
  assert.match(warned.stderr, /orientation 6.*--rotate exif/);
  assert.equal(run(['-f', '--rotate', '45', 'a.png']).status, 2);
});

test('Pillow and ImageMagick turn as rotate, flip and flop do', {
  skip: (!findMagick() && 'no ImageMagick') || (!findPython() && 'no Pillow'),
}, (t) => {
  const directory = scratch(t);
  const [from, to] = ['in.png', 'out.png'].map((name) => path.join(directory, name));
  const pixels = (png) => decodePNG(png, { channels: 3, rotate: 0 });
  const image = { ...picture(11, 6, { colorType: 2, bitDepth: 8 }), key: null };
  const byMagick = [[['-rotate', '90'], { rotate: 90 }], [['-rotate', '180'], { rotate: 180 }], [['-rotate', '270'], { rotate: 270 }],
    [['-flip'], { flip: true }], [['-flop'], { flop: true }], [['-rotate', '90', '-flip'], { rotate: 90, flip: true }]];
  fs.writeFileSync(from, encodePng(image));
  for (const [words, options] of byMagick) {
    execFileSync(findMagick(), [from, ...words, `PNG24:${to}`]);
    assert.deepEqual(decodePNG(encodePng(image), { channels: 3, ...options }), pixels(fs.readFileSync(to)), words.join(' '));
  }
  for (let orientation = 1; orientation <= 8; orientation++) {
    fs.writeFileSync(from, upright(orientation, image));
    execFileSync(findPython(), ['-c', 'import sys; from PIL import Image, ImageOps; ImageOps.exif_transpose(Image.open(sys.argv[1])).save(sys.argv[2])', from, to]);
    assert.deepEqual(decodePNG(upright(orientation, image), { channels: 3, rotate: 'exif' }), pixels(fs.readFileSync(to)), `Exif ${orientation}`);
  }
});
