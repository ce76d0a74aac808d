'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pathToFileURL } = require('node:url');

const zlib = require('node:zlib');
const { constants, getBMP, readInfo, saveBMP, saveBMPAsync, errors } = require('..');
const { createImage } = require('./kit/image');
const { assemble, encodePng, header } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);
const damaged = Buffer.from(png);
damaged[damaged.length - 20] ^= 1; // in the last IDAT

// Both forms must do the same: every test runs with each.
const forms = {
  saveBMP: async (...args) => saveBMP(...args),
  saveBMPAsync,
};

for (const [name, save] of Object.entries(forms)) {
  test(`${name} writes the bytes of getBMP and gives true`, async (t) => {
    const file = path.join(scratch(t), 'image.bmp');
    assert.equal(await save(file, png), true);
    assert.deepEqual(fs.readFileSync(file), bmp);
    assert.equal(await save(file, png, png.length), true);
    assert.equal(await save(file, png, { format: 'bgra32' }), true);
    assert.deepEqual(fs.readFileSync(file), getBMP(png, { format: 'bgra32' }));
    await save(file, Buffer.concat([png, png]), png.length, { topDown: true });
    assert.deepEqual(fs.readFileSync(file), getBMP(png, { topDown: true }));
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['image.bmp']);
  });

  test(`${name} takes a path as string, Buffer or file: URL, of any letters`, async (t) => {
    const directory = scratch(t);
    const file = path.join(directory, 'Übung ü 漢字 %20#.bmp');
    for (const form of [file, Buffer.from(file), new Uint8Array(Buffer.from(file)),
      pathToFileURL(file)]) {
      await save(form, png);
      assert.deepEqual(fs.readFileSync(file), bmp);
      fs.unlinkSync(file);
    }
    assert.deepEqual(fs.readdirSync(directory), []);
  });

  test(`${name} takes a relative path and a very long one`, async (t) => {
    const directory = scratch(t);
    const file = path.relative(process.cwd(), path.join(directory, 'a.bmp'));
    await save(file, png);
    assert.deepEqual(fs.readFileSync(file), bmp);
    const long = path.join(directory, 'x'.repeat(200), 'y'.repeat(200));
    fs.mkdirSync(long, { recursive: true });
    await save(path.join(long, 'z.bmp'), png);
    assert.deepEqual(fs.readdirSync(long), ['z.bmp']);
  });

  test(`${name} refuses a path that is none`, async () => {
    for (const wrong of [5, null, undefined, {}, ['a.bmp']]) {
      await assert.rejects(async () => save(wrong, png), {
        name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /"path"/,
      });
    }
    await assert.rejects(async () => save('a\0b.bmp', png), {
      code: 'ERR_INVALID_ARG_VALUE', message: /null bytes/,
    });
    await assert.rejects(async () => save(new URL('https://example.org/a.bmp'), png), {
      code: 'ERR_INVALID_URL_SCHEME',
    });
  });

  test(`${name} fails as node:fs does where there is no such directory`, async (t) => {
    const file = path.join(scratch(t), 'missing', 'a.bmp');
    const theirs = await fs.promises.writeFile(file, bmp).catch((error) => error);
    await assert.rejects(save(file, png), (error) => {
      assert.equal(Object.getPrototypeOf(error), Error.prototype);
      assert.deepEqual({ ...error }, { ...theirs });
      assert.equal(error.message, theirs.message);
      return true;
    });
  });

  test(`${name} leaves a directory in the way, and what is in it, as it was`, async (t) => {
    const directory = scratch(t);
    const file = path.join(directory, 'a.bmp');
    fs.mkdirSync(file);
    fs.writeFileSync(path.join(file, 'inside'), 'kept');
    await assert.rejects(save(file, png), (error) => {
      assert.match(error.code, /^(EISDIR|ENOTEMPTY|EEXIST)$/);
      assert.equal(error.path, file);
      assert.equal(typeof error.syscall, 'string');
      assert.ok(error.errno < 0);
      return true;
    });
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
    assert.equal(fs.readFileSync(path.join(file, 'inside'), 'utf8'), 'kept');
  });

  test(`${name} leaves the old file and no temporary one when the PNG is damaged`, async (t) => {
    const directory = scratch(t);
    const file = path.join(directory, 'a.bmp');
    fs.writeFileSync(file, 'the old file');
    await assert.rejects(save(file, damaged), errors.PngError);
    await assert.rejects(save(file, png.subarray(0, 100)), errors.PngError);
    assert.equal(fs.readFileSync(file, 'utf8'), 'the old file');
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
  });

  test(`${name} replaces an existing file`, async (t) => {
    const file = path.join(scratch(t), 'a.bmp');
    fs.writeFileSync(file, 'x'.repeat(100000));
    await save(file, png);
    assert.deepEqual(fs.readFileSync(file), bmp);
  });
}

test('saveBMPAsync calls its callback with true, or with the error', async (t) => {
  const file = path.join(scratch(t), 'a.bmp');
  const outcome = (...args) => new Promise((resolve) => {
    const returned = saveBMPAsync(...args, (...given) => resolve({ returned, given }));
  });
  assert.deepEqual(await outcome(file, png), { returned: undefined, given: [null, true] });
  assert.deepEqual(await outcome(file, png, png.length), { returned: undefined, given: [null, true] });
  assert.deepEqual(fs.readFileSync(file), bmp);
  const { given } = await outcome(path.join(file, 'b.bmp'), png);
  assert.equal(given.length, 1);
  assert.equal(given[0].code, 'ENOTDIR');
});

test('the path may be written over as soon as saveBMPAsync has returned', async (t) => {
  const file = path.join(scratch(t), 'a.bmp');
  const bytes = Buffer.from(file);
  const promise = saveBMPAsync(bytes, png);
  bytes.fill('x');
  await promise;
  assert.deepEqual(fs.readFileSync(file), bmp);
});

test('many saves into one file at once leave one whole file', async (t) => {
  const directory = scratch(t);
  const file = path.join(directory, 'a.bmp');
  const options = [{}, { topDown: true }, { format: 'bgra32' }, { format: 'gray8' }];
  const jobs = Array.from({ length: 40 }, (_, i) => saveBMPAsync(file, png, options[i % 4]));
  await Promise.all(jobs);
  const written = fs.readFileSync(file);
  assert.ok(options.some((o) => getBMP(png, o).equals(written)));
  assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
});

test('a name that ends like another kind of picture is refused, unless forceExtension is set', async (t) => {
  const directory = scratch(t);
  const at = (name) => path.join(directory, name);
  for (const name of ['out.png', 'OUT.JPG', 'app.ico']) {
    const wanted = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /a name for a BMP, not \.(png|jpg|ico)/ };
    for (const file of [at(name), Buffer.from(at(name)), pathToFileURL(at(name))]) {
      assert.throws(() => saveBMP(file, png), wanted);
      await assert.rejects(saveBMPAsync(file, png), wanted);
    }
    saveBMP(at(name), png, { forceExtension: true });
    await saveBMPAsync(at(name), png, png.length, { forceExtension: true });
  }
  assert.throws(() => saveBMP(at('a.cur'), png), /saveICO with type: .cursor. makes cursors/);
  assert.throws(() => saveBMP(at('a.bmp'), png, { forceExtension: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  for (const name of ['a', 'a.dib', 'a.rle', 'a.bin', 'a.png.tmp', 'png', '.png2']) {
    saveBMP(at(name), png);
  }
  assert.ok(constants.otherExtensions.includes('png') && !constants.otherExtensions.includes('bmp'));
});

test('strips are counted: rows of a save that are wider than maxMemory are refused', async (t) => {
  const file = path.join(scratch(t), 'wide.bmp');
  const width = 30_000_000; // a scanline of 3.75 MB, a row of 90 MB
  const png = assemble([
    header({ width, height: 2, bitDepth: 1, colorType: 0 }),
    { type: 'IDAT', data: zlib.deflateSync(Buffer.alloc(2 * (width / 8 + 1))) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
  const options = { format: 'bgr24', maxMemory: 32 << 20 };
  assert.ok(readInfo(png, options).memory < options.maxMemory);
  assert.throws(() => saveBMP(file, png, options), { code: 'ERR_MEMORY_LIMIT' });
  await assert.rejects(saveBMPAsync(file, png, options), { code: 'ERR_MEMORY_LIMIT' });
  saveBMP(file, png, { ...options, maxMemory: 110 << 20 }); // one row is in memory, not two
  assert.equal(fs.statSync(file).size, readInfo(png, options).bmp.byteLength);
});

test('a row of 2 GiB is written, or refused with a code', (t) => {
  const width = 715_827_884; // 3 bytes each: 2^31 and 4 more
  const png = assemble([
    header({ width, height: 1, bitDepth: 1, colorType: 0 }),
    { type: 'IDAT', data: zlib.deflateSync(Buffer.alloc(Math.ceil(width / 8) + 1), { level: 1 }) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
  assert.throws(() => saveBMP(path.join(scratch(t), 'row.bmp'), png, { format: 'bgr24', maxPixels: 1e9 }),
    ({ code }) => ['ERR_MEMORY_LIMIT', 'ERR_OUT_OF_MEMORY'].includes(code));
});

test('the memory that readInfo announces is enough as maxMemory, for BMPs of many strips', () => {
  const png = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 601, height: 300 }));
  for (const options of [{}, { format: 'mono1' }, { palette: 'spectra6' }, { topDown: true }]) {
    const maxMemory = readInfo(png, options).memory;
    assert.deepEqual(getBMP(png, { ...options, maxMemory }), getBMP(png, options));
  }
});
