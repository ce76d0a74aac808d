'use strict';

// profile: 'embed': the ICC profile of the PNG in the BMP.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const sharp = require('sharp');

const { readBmp } = require('./kit/bmp-reader');
const { findMagick } = require('./kit/bmp-programs');
const { workplace } = require('./kit/cli');
const { TYPES, createImage, typeName } = require('./kit/image');
const { iccProfile, profileChunk } = require('./kit/icc');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');
const {
  constants, createConverter, decodePNG, encodeBMP, getBMP, getBMPAsync, getBMPInto, readInfo, saveBMP, saveBMPAsync,
} = require('..');

const FORMATS = ['bgr24', 'bgra32', 'indexed', 'gray8', 'mono1', 'rgb565', 'rgb555', 'auto'];
const MOST = 4 * 1024 * 1024;
const image = createImage({ colorType: 6, bitDepth: 8, width: 7, height: 5 });
const embed = { profile: 'embed' };

const withProfile = (profile, options) => encodePng(image, { first: [profileChunk(profile, options)] });

function warned(png, options) {
  const warnings = [];
  const bmp = getBMP(png, { ...embed, onWarning: (warning) => warnings.push(warning), ...options });
  return { bmp, warnings };
}

for (const type of TYPES) {
  test(`${typeName(type)}: every format has the profile, and the pixels of header 'v5'`, () => {
    const profile = iccProfile();
    for (const interlaced of [false, true]) {
      const png = encodePng(createImage({ ...type, width: 13, height: 6 }), { interlaced, first: [profileChunk(profile)] });
      for (const format of FORMATS) {
        for (const topDown of [false, true]) {
          const { bmp, warnings } = warned(png, { format, topDown });
          const wanted = readBmp(getBMP(png, { format, topDown, header: 'v5' }));
          const found = readBmp(bmp);
          assert.deepEqual(found.profile, profile);
          assert.deepEqual(found.rgba, wanted.rgba);
          assert.deepEqual(found.palette, wanted.palette);
          assert.deepEqual(warnings, []);
          assert.equal(readInfo(png, { ...embed, format, topDown }).bmp.byteLength, bmp.length);
        }
      }
    }
  });
}

test('each way to a BMP writes the same profile, of any length', async (t) => {
  const file = path.join(scratch(t), 'out.bmp');
  const large = createImage({ colorType: 2, bitDepth: 8, width: 700, height: 600 });
  for (const length of [132, 133, 65536, 300000, MOST]) {
    const profile = iccProfile({ length });
    // Not as noise: a stream of more than 4 MiB would be too long.
    if (length === MOST) profile.fill(7, 132);
    for (const interlaced of [false, true]) {
      const png = encodePng(large, { interlaced, filter: 0, first: [profileChunk(profile)] });
      const bmp = getBMP(png, embed);
      assert.ok(readBmp(bmp).profile.equals(profile), `${length} bytes`);
      assert.ok((await getBMPAsync(png, embed)).equals(bmp));
      const target = Buffer.alloc(bmp.length + 1, 0xa5);
      assert.equal(getBMPInto(target, png, embed), bmp.length);
      assert.ok(target.subarray(0, -1).equals(bmp) && target.at(-1) === 0xa5);
      const converter = createConverter(embed);
      assert.ok(converter.getBMP(png).equals(bmp));
      assert.ok((await converter.getBMPAsync(png)).equals(bmp));
      saveBMP(file, png, embed);
      assert.ok(fs.readFileSync(file).equals(bmp));
      await saveBMPAsync(file, png, embed);
      assert.ok(fs.readFileSync(file).equals(bmp));
      assert.ok(getBMP(png, { ...embed, fileHeader: false }).equals(bmp.subarray(14)));
    }
  }
});

test('without a profile in the PNG the BMP has header v5 and is in sRGB', () => {
  const { bmp, warnings } = warned(encodePng(image));
  assert.deepEqual(bmp, getBMP(encodePng(image), { header: 'v5' }));
  assert.deepEqual(warnings, []);
});

test('the default is srgb, which does not read the profile', () => {
  const png = withProfile(Buffer.from('no profile'));
  assert.deepEqual(getBMP(png, { profile: 'srgb', strict: true }), getBMP(png));
  assert.deepEqual(constants.profiles, ['srgb', 'embed']);
});

test('the rendering intent of the profile is that of the header', () => {
  const images = 4, graphics = 2, business = 1, absolute = 8;
  for (const [intent, wanted] of [images, graphics, business, absolute, images].entries())
    assert.equal(getBMP(withProfile(iccProfile({ intent })), embed).readUInt32LE(122), wanted, `intent ${intent}`);
});

test('an option with which a profile has no effect is an error', () => {
  const png = withProfile(iccProfile());
  for (const header of ['info', 'v4']) {
    for (const format of ['bgr24', 'auto'])
      assert.throws(() => getBMP(png, { ...embed, header, format }), { code: 'ERR_OPTION', message: /'v5'/ });
  }
  assert.throws(() => decodePNG(png, embed), { code: 'ERR_OPTION', message: /no header/ });
  assert.throws(() => encodeBMP(decodePNG(png), embed), { code: 'ERR_OPTION', message: /no profile/ });
  assert.throws(() => getBMP(png, { profile: 'Embed' }), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('what cannot be embedded is left out with a warning, and with strict an error', () => {
  const profile = iccProfile();
  const changed = (change) => {
    const copy = Buffer.from(profile);
    change(copy);
    return profileChunk(copy);
  };
  const stream = zlib.deflateSync(profile);
  const damaged = Buffer.from(stream);
  damaged[damaged.length - 1] ^= 1;
  const method = profileChunk(profile);
  method.data[5] = 1;
  const cases = [
    [{ type: 'iCCP', data: Buffer.alloc(0) }, 'has no name'],
    [{ type: 'iCCP', data: Buffer.alloc(100) }, 'has no name'],
    [profileChunk(profile, { name: 'n'.repeat(80) }), 'has no name'],
    [{ type: 'iCCP', data: Buffer.from('name\0') }, 'compression method'],
    [method, 'compression method'],
    [profileChunk(profile, { stream: Buffer.from('not zlib') }), 'damaged'],
    [profileChunk(profile, { stream: stream.subarray(0, 90) }), 'damaged'],
    [profileChunk(profile, { stream: stream.subarray(0, -1) }), 'damaged'],
    [profileChunk(profile, { stream: damaged }), 'damaged'],
    [profileChunk(profile.subarray(0, 127)), 'damaged'],
    [changed((bytes) => bytes.writeUInt32BE(profile.length + 1)), 'damaged'],
    [changed((bytes) => bytes.writeUInt32BE(131)), 'not an ICC profile'],
    [changed((bytes) => bytes.write('ACSP', 36)), 'not an ICC profile'],
    [changed((bytes) => bytes.write('GRAY', 16)), 'not for RGB'],
    [changed((bytes) => bytes.write('CMYK', 16)), 'not for RGB'],
    [profileChunk(Buffer.concat([iccProfile({ length: 132 }), Buffer.alloc(MOST)])), undefined],
    [changed((bytes) => bytes.writeUInt32BE(MOST + 1)), 'longer than 4 MiB'],
    [profileChunk(profile, { stream: Buffer.concat([stream, Buffer.alloc(MOST)]) }), 'longer than 4 MiB'],
  ];
  const plain = getBMP(encodePng(image), { header: 'v5' });
  for (const [chunk, words] of cases) {
    const png = encodePng(image, { first: [chunk] });
    const { bmp, warnings } = warned(png);
    if (words === undefined) { // more bytes than the profile says are nobody's
      assert.deepEqual(warnings, []);
      assert.deepEqual(readBmp(bmp).profile, iccProfile({ length: 132 }));
      continue;
    }
    assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_PROFILE'], words);
    assert.match(warnings[0].message, new RegExp(`^iCCP at byte 33 is left out: .*${words}`));
    assert.deepEqual(bmp, plain);
    assert.throws(() => getBMP(png, { ...embed, strict: true }), { code: 'ERR_PNG_PROFILE' });
    assert.equal(warned(png, { profile: 'srgb' }).warnings.length, 0);
  }
});

test('a profile of a chunk with a wrong CRC is ignored, as the chunk is', () => {
  const png = withProfile(iccProfile(), { crcXor: 1 });
  const { bmp, warnings } = warned(png);
  assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_ANCILLARY_CRC']);
  assert.deepEqual(bmp, getBMP(encodePng(image), { header: 'v5' }));
  assert.deepEqual(readBmp(getBMP(png, { ...embed, ignoreChecksums: true })).profile, iccProfile());
});

test('the first of two profiles is embedded, and of the same name in readInfo', () => {
  const [first, second] = [iccProfile(), iccProfile({ seed: 2 })];
  const png = encodePng(image, { first: [profileChunk(first, { name: 'one' }), profileChunk(second, { name: 'two' })] });
  assert.deepEqual(readBmp(getBMP(png, embed)).profile, first);
  assert.equal(readInfo(png).colorSpace.profile, 'one');
});

test('the memory for a profile is announced, and limited by maxMemory', () => {
  const png = withProfile(iccProfile({ length: 300000 }));
  const memory = readInfo(png, embed).memory;
  assert.ok(memory > readInfo(png).memory + 200000, `${memory}`);
  assert.equal(getBMP(png, { ...embed, maxMemory: memory }).length, readInfo(png, embed).bmp.byteLength);
  assert.throws(() => getBMP(png, { ...embed, maxMemory: memory - 1 }), { code: 'ERR_MEMORY_LIMIT' });
});

test('a salvaged BMP has the profile', () => {
  const png = withProfile(iccProfile());
  const { bmp, warnings } = warned(png.subarray(0, -40), { salvage: true });
  assert.deepEqual(readBmp(bmp).profile, iccProfile());
  assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_SALVAGED']);
});

test('readInfo needs no more of the PNG than what comes before the pixels', () => {
  const png = withProfile(iccProfile());
  const head = png.subarray(0, png.indexOf('IDAT') + 4);
  assert.deepEqual(readInfo(head, embed), readInfo(png, embed));
});

test('--profile embed on the command line', (t) => {
  const place = workplace(t, { 'a.png': withProfile(iccProfile()) });
  assert.equal(place.run(['--profile', 'embed', 'a.png']).status, 0);
  assert.deepEqual(readBmp(place.read('a.bmp')).profile, iccProfile());
});

test('options that contradict each other are a mistake on the command line, not a bad PNG', (t) => {
  const place = workplace(t, { 'a.png': withProfile(iccProfile()) });
  const { status, stderr } = place.run(['--profile', 'embed', '--header', 'v4', 'a.png']);
  assert.equal(status, 2);
  assert.match(stderr, /--profile embed requires --header v5/);
  assert.equal(place.exists('a.bmp'), false);
});

// ---- Other programs ----------------------------------------------------------------------------

/** A PNG of another program with the profile of another program, and the BMP of it. */
async function fromSharp(t) {
  const png = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#36a' } })
    .withIccProfile('p3').png().toBuffer();
  const { icc } = await sharp(png).metadata();
  const file = path.join(scratch(t), 'p3.bmp');
  saveBMP(file, png, { ...embed, strict: true });
  return { icc, file };
}

test('the profile that sharp wrote is embedded unchanged', async (t) => {
  const { icc, file } = await fromSharp(t);
  assert.deepEqual(readBmp(fs.readFileSync(file)).profile, icc);
});

test('ImageMagick reads the same profile', { skip: !findMagick() && 'needs ImageMagick' }, async (t) => {
  const { icc, file } = await fromSharp(t);
  assert.deepEqual(execFileSync(findMagick(), [file, 'icc:-']), icc);
});

const skipExifTool = spawnSync('exiftool', ['-ver']).status !== 0 && 'needs ExifTool: apt-get install libimage-exiftool-perl';

test('ExifTool reads the same profile', { skip: skipExifTool }, async (t) => {
  const { icc, file } = await fromSharp(t);
  assert.deepEqual(execFileSync('exiftool', ['-icc_profile', '-b', file]), icc);
});
