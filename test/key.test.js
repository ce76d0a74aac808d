'use strict';

// alpha 'key' with a palette: transparent pixels get an entry that is exactly the background's colour, and no
// other pixel gets it.

const assert = require('node:assert/strict');
const test = require('node:test');
const { readBmp } = require('./kit/bmp-reader');
const { workplace } = require('./kit/cli');
const { assertConverts, refusal } = require('./kit/convert');
const { TYPES, createImage, hasAlpha, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { createConverter, decodePNG, encodeBMP, getBMP, getBMPInto, readInfo } = require('..');

const MAGENTA = [255, 0, 255];
const NEAR = [255, 40, 220];
const GAME = [[0, 0, 0], MAGENTA, [255, 255, 255], [128, 0, 0], [0, 128, 0], NEAR];
const DITHERS = ['floyd-steinberg', 'atkinson', 'ordered', 'none'];
const KEY = { alpha: 'key', background: MAGENTA };
const [SIDE, RADIUS] = [32, 14];

/** A disc of a gradient from the key's colour to others, transparent around it and in some holes. */
function disc() {
  const data = new Uint8Array(4 * SIDE * SIDE);
  const isOpaque = (x, y) => (x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2 < RADIUS ** 2 && (x % 7 > 0 || y % 5 > 1);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    data.set([255 - 2 * x, 4 * y, 255 - x, isOpaque(x, y) ? 255 - x : y], 4 * i);
  }
  return { data, width: SIDE, height: SIDE, channels: 4 };
}
const isHole = Array.from({ length: SIDE * SIDE }, (_, i) => disc().data[4 * i + 3] < 128);

/** Which pixels have the index, and the colour. */
const pixelsOf = (bmp, index) => [...bmp.indices].map((each) => each === index);
const ofColor = (bmp, [r, g, b]) =>
  Array.from({ length: bmp.rgba.length / 4 }, (_, i) => bmp.rgba[4 * i] === r && bmp.rgba[4 * i + 1] === g && bmp.rgba[4 * i + 2] === b);

test('with every rule, the holes and nothing else are of the key', () => {
  for (const dither of DITHERS) {
    for (const colors of [{ colors: 2 }, { colors: 16 }, { colors: 256 }, { palette: GAME }, { palette: GAME, bits: 8 },
      { palette: GAME, format: 'bgr24' }, { palette: [[0, 0, 0], [255, 255, 255]] }, { palette: 'web216' }]) {
      const bmp = readBmp(encodeBMP(disc(), { ...KEY, ...colors, dither }));
      assert.deepEqual(ofColor(bmp, MAGENTA), isHole, `${dither} ${JSON.stringify(colors)}`);
    }
  }
});

test('keyIndex says which entry it is', () => {
  for (const [keyIndex, wanted] of [[0, 0], [7, 7], [15, 15], ['last', 15]]) {
    for (const options of [{ colors: 16 }, { palette: GAME, bits: 4 }]) {
      const bmp = readBmp(encodeBMP(disc(), { ...KEY, ...options, keyIndex }));
      assert.deepEqual(bmp.palette[wanted], MAGENTA);
      assert.deepEqual(pixelsOf(bmp, wanted), isHole, `${keyIndex}`);
    }
  }
  const goldSrc = readBmp(encodeBMP(disc(), { ...KEY, colors: 256, keyIndex: 'last' }));
  assert.deepEqual(pixelsOf(goldSrc, 255), isHole);
  assert.equal(readBmp(encodeBMP(disc(), { ...KEY, colors: 16, keyIndex: 200 })).bitsPerPixel, 8);
});

test('without keyIndex it is the entry of a palette that has its colour, one more, or 0 of chosen colours', () => {
  const entryOf = (options) => readBmp(encodeBMP(disc(), { ...KEY, ...options })).indices[0];
  assert.equal(entryOf({ palette: GAME }), 1);
  assert.equal(entryOf({ palette: [[1, 2, 3], [4, 5, 6], [7, 8, 9]] }), 3);
  assert.equal(entryOf({ colors: 9 }), 0);
  const opaque = { data: new Uint8Array(12), width: 2, height: 2, channels: 3 };
  assert.deepEqual(encodeBMP(opaque, { ...KEY, palette: 'bw' }), encodeBMP(opaque, { palette: 'bw' }));
  assert.deepEqual(encodeBMP(opaque, { ...KEY, colors: 7 }), encodeBMP(opaque, { colors: 7 }));
});

test('an opaque pixel of the colour of the key gets another, in an opaque image too', () => {
  const pixels = { data: Uint8Array.of(255, 0, 255, 255, 9, 9, 9, 255, 0, 0, 0, 0), width: 3, height: 1, channels: 4 };
  const colorsOf = (options) => {
    const { rgba } = readBmp(encodeBMP(pixels, { ...KEY, ...options }));
    return [0, 4, 8].map((at) => [...rgba.subarray(at, at + 3)]);
  };
  for (const options of [{ colors: 3 }, { format: 'indexed' }])
    assert.deepEqual(colorsOf(options), [[255, 0, 254], [9, 9, 9], MAGENTA]);
  assert.deepEqual(colorsOf({ palette: [...GAME, MAGENTA, [9, 9, 9]] }), [NEAR, [9, 9, 9], MAGENTA]);
  const opaque = { data: Uint8Array.of(255, 0, 255), width: 1, height: 1, channels: 3 };
  assert.deepEqual(ofColor(readBmp(encodeBMP(opaque, { ...KEY, palette: GAME })), NEAR), [true]);
});

test('exact lets holes pass, and refuses an opaque pixel of the key', () => {
  const pixels = { data: Uint8Array.of(0, 0, 0, 255, 9, 9, 9, 0, 255, 0, 255, 255), width: 3, height: 1, channels: 4 };
  const refused = { code: 'ERR_NOT_EXACT', message: /^pixel \(2, 0\) is #ff00ff/ };
  for (const options of [{ palette: GAME }, { colors: 3 }, { colors: 2 }])
    assert.throws(() => encodeBMP(pixels, { ...KEY, ...options, exact: true }), refused);
  const ofKey = { data: Uint8Array.of(1, 2, 3, 0, 255, 0, 255, 255, 9, 9, 9, 255), width: 3, height: 1, channels: 4 };
  for (const colors of [2, 3, 256]) {
    assert.throws(() => encodeBMP(ofKey, { ...KEY, colors, exact: true }),
      { code: 'ERR_NOT_EXACT', message: 'pixel (1, 0) is #ff00ff, which only transparent pixels get' });
  }
  assert.deepEqual([...readBmp(encodeBMP({ ...pixels, width: 2 }, { ...KEY, palette: GAME, exact: true })).indices], [0, 1]);
});

for (const type of TYPES) {
  test(`${typeName(type)} with transparency is as the model says, with every rule, interlaced or not`, () => {
    const image = createImage({ ...type, width: 21, height: 11, seed: 5, fill: 'gradients', transparency: type.colorType < 4 });
    for (const dither of DITHERS) {
      for (const interlaced of [false, true]) {
        for (const options of [{ palette: GAME }, { palette: GAME, keyIndex: 'last' }, { palette: GAME, format: 'bgr24' },
          { palette: [[0, 0, 0], [99, 99, 99], [255, 255, 255]], keyIndex: 1 }, { palette: GAME, keyIndex: 'none' }])
          assertConverts(image, {
            encoding: { interlaced },
            options: { format: 'indexed', ...KEY, ...options, dither },
            what: `${dither} ${JSON.stringify(options)} interlaced ${interlaced}, alpha ${hasAlpha(image)}`,
          });
      }
    }
  });
}

test('what is seen of the key is nothing that others are compared with, and not the panel\'s black or white', () => {
  const seen = (white) => ({ palette: [{ color: '#000', seen: '#222' }, { color: '#fff', seen: '#ddd' }, { color: MAGENTA, seen: white }] });
  for (const dither of DITHERS)
    assert.deepEqual(encodeBMP(disc(), { ...KEY, ...seen('#fff'), dither }), encodeBMP(disc(), { ...KEY, ...seen('#333'), dither }));
});

test('an image without any opaque pixel is the key alone', () => {
  const pixels = { data: new Uint8Array(4 * 9), width: 3, height: 3, channels: 4 };
  for (const options of [{ colors: 2 }, { colors: 256 }, { palette: GAME }, { format: 'indexed' }]) {
    const bmp = readBmp(encodeBMP(pixels, { ...KEY, ...options }));
    assert.ok(ofColor(bmp, MAGENTA).every(Boolean), JSON.stringify(options));
  }
});

test('rows that salvage fills are of the key', () => {
  const image = createImage({ colorType: 6, bitDepth: 8, width: 40, height: 900, seed: 1 });
  for (const interlaced of [false, true]) {
    const png = encodePng(image, { interlaced });
    for (const options of [{ palette: GAME }, { colors: 16 }]) {
      const { indices, palette, rgba } = readBmp(getBMP(png.subarray(0, png.length >> 1), { ...KEY, ...options, salvage: true }));
      assert.deepEqual(palette[indices.at(-1)], MAGENTA);
      assert.deepEqual([...rgba.subarray(-4, -1)], MAGENTA);
    }
  }
});

test('rows that salvage fills are of the key in another size too, and nothing else is', () => {
  for (const colorType of [2, 6]) {
    const image = createImage({ colorType, bitDepth: 8, width: 40, height: 900, seed: 1 });
    for (let i = 3; colorType === 6 && i < image.samples.length; i += 4) image.samples[i] = 255;
    for (const interlaced of [false, true]) {
      const whole = encodePng(image, { interlaced });
      const png = whole.subarray(0, whole.length >> 1);
      const { data } = decodePNG(png, { salvage: true, background: MAGENTA });
      const isMissing = Array.from({ length: 36000 }, (_, i) => [0, 1, 2].every((c) => data[4 * i + c] === MAGENTA[c]));
      for (const dither of ['atkinson', 'none']) {
        for (const options of [{ palette: GAME }, { palette: GAME, format: 'bgr24' }, { colors: 16, keyIndex: 'last' }]) {
          const given = { ...KEY, ...options, dither, salvage: true, kernel: 'nearest' };
          const found = ofColor(readBmp(getBMP(png, { ...given, size: '80x900', fit: 'fill' })), MAGENTA);
          assert.deepEqual(found.filter((_, i) => i % 2 === 0), isMissing, JSON.stringify(options));
          assert.deepEqual(found.filter((_, i) => i % 2 === 1), isMissing, JSON.stringify(options));
        }
      }
    }
  }
});

test('rows that are missing are not averaged with those beside them', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 40, height: 900, seed: 1 });
  image.samples.forEach((v, i) => { image.samples[i] = 200 + v % 2; });
  const whole = encodePng(image);
  const palette = [[200, 200, 200], [255, 0, 200], MAGENTA];
  const { indices } = readBmp(getBMP(whole.subarray(0, whole.length >> 1), { ...KEY, palette, dither: 'none', salvage: true, size: '40x450' }));
  assert.deepEqual([...new Set(indices)].sort(), [0, 2]);
});

test('salvage changes nothing of a whole image of another size', () => {
  for (const { colorType, bitDepth } of TYPES) {
    const png = encodePng(createImage({ colorType, bitDepth, width: 31, height: 22, seed: 8, fill: 'gradients' }));
    for (const options of [{ palette: GAME }, { palette: ['#000', '#fff'] }, { colors: 7 }, { colors: 7, keyIndex: 3 }, { format: 'rgb565' },
      { format: 'auto' }, { format: 'gray8' }, { format: 'bgr24' }, { palette: 'gray16' }]) {
      for (const fit of ['fill', 'contain']) {
        const given = { ...KEY, ...options, size: '50x17', fit };
        assert.deepEqual(getBMP(png, { ...given, salvage: true }), getBMP(png, given), `${colorType}, ${bitDepth} bits, ${JSON.stringify(options)}`);
      }
    }
  }
});

/** Which pixels of 60 x 20 are beside an image of 20 x 20 in the middle. */
const isBeside = Array.from({ length: 1200 }, (_, i) => i % 60 < 20 || i % 60 >= 40);
const BESIDE = { ...KEY, size: '60x20', fit: 'contain' };

test('what is around an opaque image of another size is of the key, and nothing else is', () => {
  for (const { colorType, bitDepth } of TYPES.filter((type) => type.colorType < 4)) {
    const png = encodePng(createImage({ colorType, bitDepth, width: 10, height: 10, seed: 5, fill: 'gradients' }), { interlaced: bitDepth === 8 });
    for (const kernel of ['smooth', 'nearest']) {
      for (const dither of DITHERS) {
        for (const options of [{ palette: GAME }, { palette: GAME.filter((color) => color !== MAGENTA) }, { colors: 9 }, { colors: 9, keyIndex: 'last' },
          { palette: GAME, format: 'bgr24' }]) {
          const bmp = readBmp(getBMP(png, { ...BESIDE, kernel, dither, ...options }));
          assert.deepEqual(ofColor(bmp, MAGENTA), isBeside, `${colorType}, ${bitDepth} bits, ${JSON.stringify({ kernel, dither, ...options })}`);
        }
      }
    }
  }
});

test('what is around an image of another size is converted as the pixels of a transparent image', () => {
  const opaque = { data: Uint8Array.from({ length: 1200 }, (_, i) => i * 7), width: 20, height: 20, channels: 3 };
  const around = { data: new Uint8Array(4800), width: 60, height: 20, channels: 4 };
  isBeside.forEach((isHole, i) => {
    if (!isHole) around.data.set([...opaque.data.subarray(3 * (i % 60 - 20 + 20 * Math.floor(i / 60))).subarray(0, 3), 255], 4 * i);
  });
  for (const dither of DITHERS) {
    for (const options of [{ palette: GAME }, { colors: 16 }, { palette: GAME, keyIndex: 0 }, { palette: GAME, keyIndex: 'none' }])
      assert.deepEqual(encodeBMP(opaque, { ...BESIDE, ...options, dither }), encodeBMP(around, { ...KEY, ...options, dither }), JSON.stringify(options));
  }
  const exact = { ...BESIDE, colors: 256, exact: true, background: [1, 2, 3] };
  assert.ok(ofColor(readBmp(encodeBMP({ ...opaque, data: new Uint8Array(1200) }, exact)), [0, 0, 0]).every((isBlack, i) => isBlack !== isBeside[i]));
  const gray = { ...opaque, data: Uint8Array.from({ length: 400 }, (_, i) => i % 200), channels: 1 };
  for (const background of [[9, 9, 9], MAGENTA]) {
    const bmp = readBmp(encodeBMP(gray, { ...BESIDE, format: 'indexed', background }));
    assert.deepEqual(ofColor(bmp, background), isBeside);
  }
});

test('what leaves no colour, or no room, is refused and says what to do', () => {
  const full = Array.from({ length: 256 }, (_, i) => [i, 0, 0]);
  for (const [options, words] of [
    [{ palette: full }, /no room .* 'keyIndex' replaces one/], [{ palette: full, format: 'bgr24' }, /leave one out/],
    [{ palette: full.slice(0, 16), bits: 4 }, /no room/], [{ colors: 16, bits: 4, keyIndex: 16 }, /below 16/],
    [{ palette: [MAGENTA, MAGENTA] }, /no colour besides/], [{ palette: GAME, format: 'bgr24', keyIndex: 1 }, /applies only to/],
    [{ keyIndex: 1 }, /applies only to/], [{ palette: GAME, keyIndex: 0, alpha: 'blend' }, /applies only to/],
  ]) assert.throws(() => encodeBMP(disc(), { ...KEY, ...options }), { code: 'ERR_OPTION', message: words }, JSON.stringify(options));
  assert.deepEqual(ofColor(readBmp(encodeBMP(disc(), { ...KEY, palette: full, keyIndex: 3 })), MAGENTA), isHole);
  for (const keyIndex of [-1, 256, 1.5, 'first', null, {}])
    assert.match(refusal(encodePng(createImage(TYPES[0])), { ...KEY, colors: 4, keyIndex }), /^ERR_INVALID_ARG/);
});

test('every call gives the same, in the memory that the plan says', () => {
  const png = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 300, height: 200, seed: 2, fill: 'gradients' }));
  for (const options of [{ ...KEY, palette: GAME }, { ...KEY, colors: 32, keyIndex: 'last' }, { ...BESIDE, palette: GAME },
    { ...BESIDE, colors: 9, salvage: true }]) {
    const bmp = getBMP(png, options);
    const { memory } = readInfo(png, options);
    assert.deepEqual(createConverter(options).getBMP(png), bmp);
    assert.deepEqual(getBMP(png, { ...options, maxMemory: memory }), bmp);
    assert.equal(refusal(png, { ...options, maxMemory: memory - 1 }), 'ERR_MEMORY_LIMIT');
    const target = new Uint8Array(bmp.length);
    getBMPInto(target, png, options);
    assert.deepEqual(Buffer.from(target), bmp);
  }
});

test('on the command line, the transparent colour of a .act file is the key', (t) => {
  const act = Buffer.alloc(772);
  act.set(GAME.flat());
  act.set([0, GAME.length, 0, 3], 768);
  const png = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 30, height: 20, seed: 4 }));
  const place = workplace(t, { 'a.png': png, 'game.act': act });
  for (const [args, options] of [
    [['--palette', 'game.act'], { background: GAME[3], keyIndex: 3, palette: GAME }],
    [['--palette', 'game.act', '--format', 'bgr24'], { background: GAME[3], palette: GAME, format: 'bgr24' }],
    [['--palette', 'game.act', '--background', 'ff00ff'], { background: MAGENTA, keyIndex: 3, palette: GAME }],
    [['--palette', 'game.act', '--key-index', '0'], { background: GAME[3], keyIndex: 0, palette: GAME }],
    [['--colors', '16', '--background', 'ff00ff', '--key-index', 'last'], { background: MAGENTA, keyIndex: 'last', colors: 16 }],
  ]) {
    const { status, stderr } = place.run(['-f', '--alpha', 'key', ...args, 'a.png']);
    assert.equal(stderr, '', args.join(' '));
    assert.equal(status, 0);
    assert.deepEqual(place.read('a.bmp'), getBMP(png, { alpha: 'key', ...options }), args.join(' '));
  }
  assert.equal(place.run(['-f', '--palette', 'game.act', 'a.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), getBMP(png, { palette: GAME }));
  assert.match(place.run(['--colors', '4', '--alpha', 'key', '--key-index', '256', 'a.png']).stderr, /needs a whole number from 0 to 255, last or none/);
});

test('without a palette, an opaque pixel that looks like the key is a warning, and an error with strict', () => {
  const pixelsOf = (...rgba) => ({ data: Uint8Array.from(rgba), width: rgba.length / 4, height: 1, channels: 4 });
  const warningsOf = (image, options) => {
    const warnings = [];
    encodeBMP(image, { ...KEY, ...options, onWarning: ({ code }) => warnings.push(code) });
    return warnings;
  };
  const same = pixelsOf(0, 0, 0, 0, 255, 0, 255, 255);
  const near = pixelsOf(0, 0, 0, 0, 253, 0, 254, 255);
  const other = pixelsOf(255, 0, 255, 0, 0, 255, 0, 255);
  const told = ['WARN_KEY_COLLISION'];
  for (const format of ['bgr24', 'rgb565', 'rgb555']) {
    assert.deepEqual(warningsOf(same, { format }), told);
    assert.deepEqual(warningsOf(near, { format }), format === 'bgr24' ? [] : told);
    assert.deepEqual(warningsOf(other, { format }), []);
    assert.deepEqual(warningsOf(same, { format, keyIndex: 'none' }), []);
    assert.deepEqual(warningsOf(same, { format, alpha: 'blend' }), []);
    assert.deepEqual(warningsOf({ data: Uint8Array.from(MAGENTA), width: 1, height: 1, channels: 3 }, { format }), told);
    assert.throws(() => encodeBMP(same, { ...KEY, format, strict: true }), { code: 'ERR_KEY_COLLISION', message: /#ff00ff: choose another 'background'/ });
  }
  for (const options of [{ colors: 4 }, { palette: GAME }, { palette: GAME, format: 'bgr24' }]) assert.deepEqual(warningsOf(same, options), []);
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9, seed: 3 });
  const background = [...image.samples.subarray(0, 3)];
  for (const interlaced of [false, true]) {
    const png = encodePng(image, { interlaced });
    assert.equal(refusal(png, { alpha: 'key', background, strict: true }), 'ERR_KEY_COLLISION');
    assert.equal(refusal(png, { alpha: 'key', background, strict: true, format: 'rgb565', dither: 'atkinson' }), 'ERR_KEY_COLLISION');
  }
});

test('without a palette, neither what is around an image nor a row that is missing looks like an opaque pixel', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 40, height: 900, seed: 1 });
  const magenta = { ...image, samples: image.samples.map((_, i) => MAGENTA[i % 3]) };
  const codesOf = (png, options) => {
    const warnings = [];
    getBMP(png, { ...BESIDE, ...options, onWarning: ({ code }) => warnings.push(code) });
    return warnings;
  };
  for (const format of ['bgr24', 'rgb565', 'rgb555']) {
    for (const dither of format === 'bgr24' ? [undefined] : DITHERS) {
      for (const interlaced of [false, true]) {
        const png = encodePng(image, { interlaced });
        const damaged = png.subarray(0, png.length >> 1);
        assert.deepEqual(codesOf(png, { format, dither }), []);
        assert.deepEqual(codesOf(encodePng(magenta, { interlaced }), { format, dither }), ['WARN_KEY_COLLISION']);
        for (const size of [undefined, '20x900'])
          assert.deepEqual(codesOf(damaged, { format, dither, salvage: true, size, fit: size && 'fill' }), ['WARN_PNG_SALVAGED'], `${dither} ${interlaced}`);
      }
    }
  }
});

test('dithered to 16 bits, holes are the key as it is reduced', () => {
  const key = [250, 3, 130];
  const png = (interlaced) => {
    const image = createImage({ colorType: 6, bitDepth: 8, width: 40, height: 30, seed: 6, fill: 'gradients' });
    return { png: encodePng(image, { interlaced }), alpha: Array.from({ length: 1200 }, (_, i) => image.samples[4 * i + 3]) };
  };
  for (const dither of DITHERS) {
    for (const interlaced of [false, true]) {
      const { png: bytes, alpha } = png(interlaced);
      const { rgba } = readBmp(getBMP(bytes, { alpha: 'key', background: key, format: 'rgb565', dither }));
      alpha.forEach((a, i) => { if (a < 128) assert.deepEqual([...rgba.subarray(4 * i, 4 * i + 3)], [247, 4, 132]); });
    }
  }
});
