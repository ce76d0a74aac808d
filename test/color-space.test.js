'use strict';

// colorSpace: 'srgb': samples converted from what the PNG says.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const {
  createConverter, decodePNG, encodeBMP, encodeICO, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP, saveBMPAsync,
} = require('..');
const { applePng } = require('./kit/apple-png');
const { findPython } = require('./kit/bmp-programs');
const { readBmp } = require('./kit/bmp-reader');
const { workplace } = require('./kit/cli');
const { convertPixels, spaceOfChunks } = require('./kit/color-space');
const { expectedRgba } = require('./kit/expected');
const { grayProfile, iccProfile, matrixProfile, parametricCurve, profileChunk, profileOfTags, tableCurve } = require('./kit/icc');
const { TYPES, createImage, rgba16, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const srgb = { colorSpace: 'srgb' };

// ---- PNGs ---------------------------------------------------------------------------------------

function words(...values) {
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => data.writeUInt32BE(value, 4 * i));
  return data;
}

const cicp = (...data) => ({ type: 'cICP', data: Buffer.from(data) });
const gama = (value) => ({ type: 'gAMA', data: words(value) });
const SRGB = { type: 'sRGB', data: Buffer.from([0]) };
const P3 = cicp(12, 13, 0, 1);
const LINEAR = cicp(1, 8, 0, 1);
/** Adobe RGB. */
const CHRM = { type: 'cHRM', data: words(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000) };
/** Its blue has a y of 0.0001. */
const PROPHOTO = { type: 'cHRM', data: words(34570, 35850, 73470, 26530, 15960, 84040, 3660, 10) };
const TABLE = tableCurve(Array.from({ length: 1024 }, (_, i) => Math.round(65535 * (i / 1023) ** 1.8)));
const CURVES = [parametricCurve(0, 2.2), tableCurve([0x0200]), parametricCurve(4, 2.1, 0.9, 0.1, 0.2, 0.05, 0, 0)];

const SPACES = {
  'Display P3': [P3], 'BT.709': [cicp(1, 1, 0, 1)], 'BT.2020': [cicp(9, 14, 0, 1)], linear: [LINEAR],
  'BT.470 M': [cicp(4, 4, 0, 1)], 'BT.470 BG': [cicp(5, 5, 0, 1)], 'BT.601': [cicp(6, 6, 0, 1)], 'DCI P3': [cicp(11, 13, 0, 1)],
  'a gAMA': [gama(100000)], 'a gAMA above 1': [gama(250000)], 'gAMA and cHRM': [gama(45470), CHRM],
  'ProPhoto in gAMA and cHRM': [gama(55556), PROPHOTO],
  'a profile': [profileChunk(matrixProfile())], 'a profile with a table': [profileChunk(matrixProfile({ curve: TABLE }))],
  'a profile with three curves': [profileChunk(matrixProfile({ curves: CURVES }))],
  'a profile with a line': [profileChunk(matrixProfile({ curve: tableCurve([]) }))],
  'a profile with tables, too': [profileChunk(matrixProfile({ more: { A2B0: Buffer.alloc(100) } }))],
};
const GRAY_SPACES = {
  ...Object.fromEntries(Object.entries(SPACES).filter(([name]) => !name.includes('profile'))),
  'a gray profile': [profileChunk(grayProfile(TABLE))],
};
const isGray = ({ colorType }) => colorType === 0 || colorType === 4;

function pixelsOf(png, options) {
  const { rgba } = readBmp(getBMP(png, options));
  return rgba;
}

function farthest(found, wanted) {
  let most = 0;
  for (let i = 0; i < wanted.length; i++) most = Math.max(most, Math.abs(found[i] - wanted[i]));
  return most;
}

const warningsOf = (png, options) => {
  const warnings = [];
  getBMP(png, { ...srgb, ...options, onWarning: (warning) => warnings.push(warning) });
  return warnings;
};

// ---- Right values ---------------------------------------------------------------------------------

for (const type of TYPES) {
  test(`${typeName(type)}: no channel is off by more than 1, whatever says the colours`, () => {
    const transparencies = type.colorType === 4 || type.colorType === 6 ? [false] : [false, true];
    for (const [name, chunks] of Object.entries(isGray(type) ? GRAY_SPACES : SPACES)) {
      for (const transparency of transparencies) {
        const image = createImage({ ...type, width: 35, height: 9, transparency });
        const png = encodePng(image, { first: chunks, interlaced: name === 'linear' });
        const pixels = convertPixels(rgba16(image), spaceOfChunks(chunks), image);
        const truncated = type.bitDepth === 16 ? [{ depth16: 'truncate' }] : [];
        for (const options of [{}, { format: 'bgra32' }, { alpha: 'drop' }, { alpha: 'key', background: [1, 2, 3] }, ...truncated]) {
          const wanted = expectedRgba(pixels, image.bitDepth, options);
          const off = farthest(pixelsOf(png, { ...srgb, ...options }), wanted);
          assert.ok(off <= 1, `${name}, ${JSON.stringify(options)}: off by ${off}`);
        }
      }
    }
  });
}

const PROFILES = '/usr/share/color/icc';
const LCMS = `
import io, sys
from PIL import Image, ImageCms
data = open(sys.argv[1], 'rb').read(); srgb = ImageCms.createProfile('sRGB'); image = Image.frombytes('RGB', (len(data) // 3, 1), data)
for name in sys.argv[2:]:
    t = ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(open(name, 'rb').read())), srgb, 'RGB', 'RGB', renderingIntent=1, flags=0)
    sys.stdout.buffer.write(ImageCms.applyTransform(image, t).tobytes())
`;

/** RGB profiles with a matrix that Debian's colord-data and icc-profiles-free install. */
function debianProfiles() {
  const files = fs.existsSync(PROFILES) ? fs.readdirSync(PROFILES, { recursive: true }) : [];
  return files.map((name) => path.join(PROFILES, name)).filter((name) => /\.ic[cm]$/.test(name)).sort().filter((name) => {
    const profile = fs.readFileSync(name);
    return profile.toString('latin1', 16, 24) === 'RGB XYZ ' && profile.toString('latin1', 12, 16) !== 'prtr' &&
      profile.subarray(128, 800).includes('rXYZ');
  });
}

test('lcms2 converts every RGB profile of Debian to the same colours, within 1', (t) => {
  const [python, names] = [findPython(), debianProfiles()];
  if (!python || names.length < 20) return t.skip('needs python3-pil, colord-data, icc-profiles-free');
  const image = createImage({ colorType: 2, bitDepth: 8, width: 1200, height: 1 });
  const deep = { ...image, bitDepth: 16, samples: image.samples.map((v) => v * 257) };
  const place = workplace(t, { samples: Buffer.from(image.samples) });
  const lcms = spawnSync(python, ['-c', LCMS, place.at('samples'), ...names], { maxBuffer: 1e9 });
  assert.equal(lcms.status, 0, String(lcms.stderr));
  names.forEach((name, i) => {
    const wanted = lcms.stdout.subarray(i * image.samples.length, (i + 1) * image.samples.length);
    for (const each of [image, deep]) {
      const png = encodePng(each, { first: [profileChunk(fs.readFileSync(name))] });
      const off = farthest(decodePNG(png, { ...srgb, channels: 3 }).data, wanted);
      assert.ok(off <= 1, `${name}, ${each.bitDepth} bit: off by ${off}`);
    }
  });
  return undefined;
});

test('16 bits keep the shadows of light: a step of 1 in 4096 is seen', () => {
  const samples = Uint16Array.from({ length: 3 * 64 }, (_, i) => Math.floor(i / 3) * 16);
  const image = { width: 64, height: 1, colorType: 2, bitDepth: 16, channels: 3, palette: null, paletteAlpha: null, key: null, samples };
  const png = encodePng(image, { first: [LINEAR] });
  const wanted = Array.from({ length: 64 }, (_, i) => {
    const light = (i * 16) / 65535;
    return Math.round(255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055));
  });
  assert.deepEqual(Array.from(decodePNG(png, { ...srgb, channels: 3 }).data.filter((_, i) => i % 3 === 0)), wanted);
});

test('cICP counts before iCCP, that before sRGB, that before gAMA', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const from = (...first) => readInfo(encodePng(image, { first }), srgb).bmp.convertedFrom;
  const iccp = profileChunk(matrixProfile());
  assert.equal(from(gama(100000), SRGB, iccp, P3), 'cICP');
  assert.equal(from(gama(100000), SRGB, iccp), 'iCCP');
  assert.equal(from(gama(100000), SRGB), undefined);
  assert.equal(from(CHRM, gama(100000)), 'gAMA');
  assert.equal(from(CHRM), undefined); // no curve is told
  const rgba = (...first) => pixelsOf(encodePng(image, { first }), srgb);
  assert.deepEqual(rgba(gama(100000), SRGB, iccp, P3), rgba(P3));
  assert.deepEqual(rgba(gama(100000), SRGB, iccp), rgba(iccp));
  assert.notDeepEqual(rgba(gama(100000), CHRM), rgba(gama(100000)));
});

test('what is sRGB already stays as it is, and takes no memory', () => {
  const SRGB_COLUMNS = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.7141]];
  for (const type of [{ colorType: 2, bitDepth: 8 }, { colorType: 6, bitDepth: 16 }, { colorType: 3, bitDepth: 8 }]) {
    const image = createImage({ ...type, width: 40, height: 9 });
    const plain = encodePng(image);
    for (const chunk of [SRGB, cicp(1, 13, 0, 1), profileChunk(matrixProfile({ columns: SRGB_COLUMNS })), gama(45455), gama(45450)]) {
      const png = encodePng(image, { first: [chunk] });
      assert.deepEqual(getBMP(png, srgb), getBMP(plain));
      const { bmp, memory } = readInfo(png, srgb);
      assert.deepEqual({ bmp, memory }, { bmp: readInfo(plain).bmp, memory: readInfo(plain).memory });
      assert.deepEqual(warningsOf(png), []);
    }
  }
});

test("the default is 'keep': samples as in the PNG, and the warning names the option", () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  for (const chunk of [P3, LINEAR, gama(100000), profileChunk(matrixProfile())]) {
    const png = encodePng(image, { first: [chunk] });
    assert.deepEqual(getBMP(png), getBMP(encodePng(image)));
    assert.deepEqual(getBMP(png, { colorSpace: 'keep' }), getBMP(png));
    assert.equal(readInfo(png).bmp.convertedFrom, undefined);
    for (const { message } of warningsOf(png, { colorSpace: 'keep' })) assert.match(message, /; colorSpace 'srgb' converts them$/);
    assert.deepEqual(warningsOf(png), []);
  }
  assert.equal(warningsOf(encodePng(image, { first: [P3] }), { colorSpace: 'keep' }).length, 1);
});

// ---- What cannot be converted -----------------------------------------------------------------------

const hostile = (change) => {
  const profile = matrixProfile();
  change(profile);
  return profileChunk(profile);
};
const tagAt = (profile, name) => profile.indexOf(name, 132, 'latin1');
const CANNOT = {
  PQ: [cicp(9, 16, 0, 1), /cICP .*HDR \(PQ\)/], HLG: [cicp(9, 18, 0, 1), /HDR \(HLG\)/],
  'narrow range': [cicp(12, 13, 0, 0), /full range/], 'Y Cb Cr': [cicp(12, 13, 1, 1), /R G B/],
  'unknown primaries': [cicp(200, 13, 0, 1), /primaries/], 'an unknown transfer function': [cicp(1, 200, 0, 1), /transfer function/],
  'a cHRM that is no colours': [[gama(100000), { type: 'cHRM', data: Buffer.alloc(32) }], /cHRM/],
  'a cHRM whose colours are on a line': [[gama(100000), { type: 'cHRM', data: words(31270, 32900, 10000, 10000, 20000, 20000, 30000, 30000) }], /cHRM/],
  'a profile made of tables': [profileChunk(profileOfTags({ A2B0: Buffer.alloc(50) })), /tables/],
  'a profile to Lab': [profileChunk(matrixProfile({ pcs: 'Lab ' })), /Lab/],
  'a profile for CMYK': [profileChunk(matrixProfile({ space: 'CMYK' })), /not for RGB/],
  'a profile for gray': [profileChunk(grayProfile(TABLE)), /not for RGB/],
  'a profile of a printer': [profileChunk(matrixProfile({ kind: 'prtr' })), /not for a display/],
  'a profile of noise': [profileChunk(iccProfile()), /matrix is missing/],
  'no profile': [profileChunk(Buffer.alloc(400)), /not an ICC profile/],
  'an empty chunk': [{ type: 'iCCP', data: Buffer.alloc(0) }, /no name/],
  'damaged data': [profileChunk(matrixProfile(), { stream: Buffer.alloc(20) }), /damaged/],
  'a curve of 2^32 - 1 entries': [profileChunk(matrixProfile({ curve: Buffer.from('curv\0\0\0\0\xff\xff\xff\xff\0\0', 'latin1') })), /curve/],
  'a curve without numbers': [profileChunk(matrixProfile({ curve: Buffer.from('para\0\0\0\0\0\x04\0\0', 'latin1') })), /curve/],
  'a curve of an unknown kind': [profileChunk(matrixProfile({ curve: parametricCurve(5, 1, 1, 1, 1, 1, 1, 1) })), /curve/],
  'an exponent of 0': [profileChunk(matrixProfile({ curve: parametricCurve(0, 0) })), /curve/],
  'a slope of 0': [profileChunk(matrixProfile({ curve: parametricCurve(1, 2, 0, 1) })), /curve/],
  'a tag outside of the profile': [hostile((p) => p.writeUInt32BE(0xfffffff0, tagAt(p, 'gXYZ') + 4)), /matrix is missing/],
  'a tag that is too long': [hostile((p) => p.writeUInt32BE(0xfffffff0, tagAt(p, 'bTRC') + 8)), /curve/],
  'a tag without bytes': [hostile((p) => p.writeUInt32BE(0, tagAt(p, 'rTRC') + 8)), /curve/],
  'a matrix of huge numbers': [profileChunk(matrixProfile({ columns: Array(3).fill([3e4, 3e4, -3e4]) })), /cannot be of colours/],
};

for (const [name, [chunks, words_]] of Object.entries(CANNOT)) {
  test(`${name}: a warning says why, also with strict, and the samples stay`, () => {
    const image = createImage({ colorType: 6, bitDepth: 8, width: 9, height: 9 });
    const png = encodePng(image, { first: [chunks].flat() });
    const warnings = warningsOf(png, { strict: true });
    assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_COLOR_SPACE']);
    assert.match(warnings[0].message, words_);
    assert.deepEqual(getBMP(png, srgb), getBMP(encodePng(image)));
    assert.equal(readInfo(png, srgb).bmp.convertedFrom, undefined);
  });
}

test('a gray image does not take a profile for RGB', () => {
  const png = encodePng(createImage({ colorType: 0, bitDepth: 8, width: 9, height: 9 }), { first: [profileChunk(matrixProfile())] });
  assert.match(warningsOf(png)[0].message, /not for gray/);
});

test('a chunk with a wrong CRC does not count', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const linear = encodePng(image, { first: [gama(100000)] });
  for (const type of ['cICP', 'iCCP']) {
    const png = encodePng(image, { first: [type === 'cICP' ? P3 : profileChunk(matrixProfile()), gama(100000)] });
    const at = png.indexOf(type);
    png[at + 4 + png.readUInt32BE(at - 4)] ^= 1; // its CRC
    assert.deepEqual(getBMP(png, srgb), getBMP(linear, srgb));
    assert.deepEqual(warningsOf(png).map(({ code }) => code), ['WARN_PNG_ANCILLARY_CRC']);
    assert.throws(() => getBMP(png, { ...srgb, strict: true }), { code: 'ERR_PNG_ANCILLARY_CRC' });
    assert.equal(readInfo(png, { ...srgb, ignoreChecksums: true }).bmp.convertedFrom, type);
  }
});

test('a long profile counts for maxMemory while it is read', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const png = encodePng(image, { first: [profileChunk(matrixProfile({ more: { desc: Buffer.alloc(3e6) } }))] });
  assert.equal(readInfo(png, srgb).bmp.convertedFrom, 'iCCP');
  assert.throws(() => readInfo(png, { ...srgb, maxMemory: 2e6 }), { code: 'ERR_MEMORY_LIMIT', message: /ICC profile/ });
  const longer = encodePng(image, { first: [profileChunk(matrixProfile({ more: { desc: Buffer.alloc(5e6) } }))] });
  assert.match(warningsOf(longer)[0].message, /longer than 4 MiB/);
});

// ---- With other options, and through every door ---------------------------------------------------------

test("header 'v5' says sRGB, and only a profile that could not be converted is embedded", () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const [matrix, tables] = [matrixProfile(), profileOfTags({ A2B0: Buffer.alloc(50) })];
  const bmpOf = (profile, options) => getBMP(encodePng(image, { first: [profileChunk(profile)] }), { ...srgb, ...options });
  assert.equal(bmpOf(matrix, { header: 'v5' }).toString('latin1', 70, 74), 'BGRs');
  assert.deepEqual(bmpOf(matrix, { profile: 'embed' }), bmpOf(matrix, { header: 'v5' }));
  assert.deepEqual(readBmp(bmpOf(tables, { profile: 'embed' })).profile, tables);
});

test('a conversion comes first: then blending, reduction and counting are as of the converted image', () => {
  const image = createImage({ colorType: 6, bitDepth: 8, width: 40, height: 30, fill: 'gradients' });
  const png = encodePng(image, { first: [P3] });
  const { data } = decodePNG(png, srgb);
  const converted = encodePng({ ...image, samples: Uint16Array.from(data) });
  for (const options of [
    {}, { format: 'bgra32' }, { format: 'bgra32', alpha: 'premultiply' }, { format: 'gray8' }, { format: 'mono1' },
    { format: 'rgb565', dither: 'floyd-steinberg' }, { format: 'rgb555' }, { colors: 16 }, { palette: 'spectra6' }, { palette: 'gray4' },
    { alpha: 'key', palette: 'bw' }, { format: 'auto' },
  ]) assert.deepEqual(getBMP(png, { ...srgb, ...options }), getBMP(converted, options), JSON.stringify(options));
  const few = { ...image, samples: image.samples.map((_, i) => [0, 100, 200, 255][i * 7 % 4]) };
  assert.equal(readInfo(encodePng(few, { first: [P3] }), { ...srgb, countColors: true }).colors,
    readInfo(encodePng({ ...few, samples: Uint16Array.from(decodePNG(encodePng(few, { first: [P3] }), srgb).data) }), { countColors: true }).colors);
});

test('a palette stays a palette, and gray stays gray', () => {
  for (const type of TYPES.filter(({ colorType }) => colorType === 0 || colorType === 3)) {
    const image = createImage({ ...type, width: 33, height: 7 });
    const png = encodePng(image, { first: [LINEAR] });
    const indexed = readBmp(getBMP(png, { ...srgb, format: 'indexed' }));
    assert.deepEqual(indexed.rgba, pixelsOf(png, srgb));
    assert.equal(readInfo(png, { ...srgb, format: 'auto' }).bmp.format, 'indexed');
    if (type.colorType === 0) assert.deepEqual(readBmp(getBMP(png, { ...srgb, format: 'gray8' })).rgba, pixelsOf(png, srgb));
  }
});

test('the background is sRGB, also below rows that are missing', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 200, height: 200 });
  const png = encodePng(image, { first: [LINEAR], level: 0 });
  const cut = png.subarray(0, Math.floor(png.length / 2));
  const options = { ...srgb, background: '#404040', salvage: true };
  const [rgba, whole] = [pixelsOf(cut, options), pixelsOf(png, srgb)];
  assert.deepEqual(Array.from(rgba.slice(-4)), [64, 64, 64, 255]);
  assert.deepEqual(rgba.slice(0, 4 * 200 * 50), whole.slice(0, 4 * 200 * 50));
});

test("Apple's variant is converted after it was restored", () => {
  const image = createImage({ colorType: 6, bitDepth: 8, width: 20, height: 20 });
  const plain = applePng(image);
  const restored = { ...image, samples: Uint16Array.from(decodePNG(plain).data) };
  const chunk = encodePng(image, { first: [P3] });
  const at = chunk.indexOf('cICP') - 4, into = plain.indexOf('IHDR') + 21;
  const png = Buffer.concat([plain.subarray(0, into), chunk.subarray(at, at + 16), plain.subarray(into)]);
  assert.deepEqual(getBMP(png, srgb), getBMP(encodePng(restored, { first: [P3] }), srgb));
});

test('long rows are converted as short ones are, whatever their filters', () => {
  for (const type of [{ colorType: 2, bitDepth: 8 }, { colorType: 4, bitDepth: 16 }, { colorType: 6, bitDepth: 16 }]) {
    const image = createImage({ ...type, width: 9000, height: 20 });
    const [plain, paeth] = [0, 4].map((filter) => encodePng(image, { filter, first: [LINEAR] }));
    for (const options of [srgb, { ...srgb, format: 'bgra32' }, { ...srgb, format: 'bgra32', alpha: 'premultiply' }]) {
      assert.ok(getBMP(paeth, options).equals(getBMP(plain, options)));
    }
  }
});

test('each way to a BMP gives the same bytes', async (t) => {
  const file = path.join(scratch(t), 'out.bmp');
  for (const type of [{ colorType: 2, bitDepth: 8 }, { colorType: 2, bitDepth: 16 }, { colorType: 4, bitDepth: 16 }]) {
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 2100, height: 150 }), { interlaced, first: [gama(100000)] });
      const bmp = getBMP(png, srgb);
      assert.notDeepEqual(bmp, getBMP(png));
      assert.ok((await getBMPAsync(png, srgb)).equals(bmp));
      const target = Buffer.alloc(bmp.length);
      getBMPInto(target, png, srgb);
      assert.ok(target.equals(bmp));
      const converter = createConverter(srgb);
      assert.ok(converter.getBMP(png).equals(bmp));
      assert.ok(converter.getBMP(png).equals(bmp));
      saveBMP(file, png, srgb);
      assert.ok(fs.readFileSync(file).equals(bmp));
      await saveBMPAsync(file, png, srgb);
      assert.ok(fs.readFileSync(file).equals(bmp));
    }
  }
});

test('raw pixels are sRGB, and icons convert their PNGs', () => {
  const image = createImage({ colorType: 6, bitDepth: 8, width: 16, height: 16 });
  const png = encodePng(image, { first: [P3] });
  const pixels = decodePNG(png, srgb);
  assert.deepEqual(encodeBMP(pixels, srgb), encodeBMP(pixels));
  assert.deepEqual(encodeICO([png], srgb), encodeICO([encodePng({ ...image, samples: Uint16Array.from(pixels.data) })]));
});

test('a converter that converts colours of one PNG leaves those of the next', () => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const converter = createConverter(srgb);
  converter.getBMP(encodePng(image, { first: [P3] }));
  assert.deepEqual(Buffer.from(converter.getBMP(encodePng(image))), getBMP(encodePng(image)));
});

test('--color-space srgb converts, and --info says from what', (t) => {
  const image = createImage({ colorType: 2, bitDepth: 8, width: 9, height: 9 });
  const png = encodePng(image, { first: [P3] });
  const place = workplace(t, { 'p3.png': png });
  const { status, stderr } = place.run(['--color-space', 'srgb', '-v', 'p3.png']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(fs.readFileSync(place.at('p3.bmp')), getBMP(png, srgb));
  assert.match(place.run(['--info', '--color-space', 'srgb', 'p3.png']).stdout, /; BMP bgr24, 24 bit, converted to sRGB from cICP, \d+ bytes\n/);
  assert.equal(JSON.parse(place.run(['--info', '--json', '--color-space', 'srgb', 'p3.png']).stdout).convertedFrom, 'cICP');
  assert.match(place.run(['--info', 'p3.png']).stderr, /; --color-space srgb converts them/);
});
