'use strict';

// From a file to a file: convertFile and convertFileAsync.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');

const { convertFile, convertFileAsync, getBMP, readInfo, saveBMP } = require('..');
const { MOST_FILES, filesConverter, startConversion } = require('../lib/convert-file');
const { isWasm, onlyAddon } = require('./kit/backend');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { assemble, encodePng, header, pngChunks } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const onWindows = process.platform === 'win32';
const needsPipes = onWindows && 'needs named pipes';

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);

/** Two names in a directory of the test, the first with these bytes. */
function files(t, bytes = png) {
  const directory = scratch(t);
  const from = path.join(directory, 'a.png');
  fs.writeFileSync(from, bytes);
  return { directory, from, to: path.join(directory, 'a.bmp') };
}

/** What a call threw, or false. */
async function errorOf(call) {
  try {
    await call();
    return false;
  } catch (error) {
    return error;
  }
}

// Both forms must do the same: every test runs with each.
const forms = {
  convertFile: async (...args) => convertFile(...args),
  convertFileAsync,
};

for (const [name, convert] of Object.entries(forms)) {
  test(`${name} writes the bytes of getBMP and gives what readInfo gives`, async (t) => {
    const { directory, from, to } = files(t);
    for (const options of [undefined, {}, { format: 'bgra32' }, { topDown: true }, { colors: 16 }, { fileHeader: false }]) {
      const info = await convert(from, to, options);
      assert.deepEqual(fs.readFileSync(to), getBMP(png, options));
      assert.deepEqual(info, readInfo(png, options));
    }
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
    assert.deepEqual(fs.readFileSync(from), png);
  });

  test(`${name} gives the colour space of the PNG, with the name of its profile`, async (t) => {
    for (const length of [1, 79]) {
      const name = 'x'.repeat(length);
      const data = Buffer.concat([Buffer.from(`${name}\0\0`), zlib.deflateSync(Buffer.alloc(200))]);
      const [ihdr, ...rest] = pngChunks(createImage({ width: 3, height: 3, colorType: 2, bitDepth: 8 }));
      const { from, to } = files(t, assemble([ihdr, { type: 'iCCP', data }, ...rest]));
      assert.equal((await convert(from, to)).colorSpace.profile, name);
    }
  });

  test(`${name} takes paths as string, Buffer or file: URL, and relative ones`, async (t) => {
    const { from, to } = files(t);
    const relative = (file) => path.relative(process.cwd(), file);
    for (const form of [(file) => file, Buffer.from, pathToFileURL, relative, (file) => Buffer.from(relative(file))]) {
      await convert(form(from), form(to));
      assert.deepEqual(fs.readFileSync(to), bmp);
      fs.unlinkSync(to);
    }
  });

  test(`${name} reads a descriptor from its position on, and leaves it open`, async (t) => {
    const { from, to } = files(t, Buffer.concat([Buffer.from('before'), png]));
    const fd = fs.openSync(from);
    t.after(() => fs.closeSync(fd));
    fs.readSync(fd, Buffer.alloc(6));
    await convert(fd, to);
    assert.deepEqual(fs.readFileSync(to), bmp);
    const again = await errorOf(() => convert(fd, to));
    assert.equal(again.code, 'ERR_PNG_SIGNATURE', 'it is at its end');
    assert.equal(fs.fstatSync(fd).isFile(), true);
  });

  test(`${name} refuses what is no path and no descriptor`, async (t) => {
    const { from, to } = files(t);
    for (const wrong of [undefined, null, {}, [], true, Symbol('x'), () => {}, 1n]) {
      assert.equal((await errorOf(() => convert(wrong, to))).code, 'ERR_INVALID_ARG_TYPE');
      assert.equal((await errorOf(() => convert(from, wrong))).code, 'ERR_INVALID_ARG_TYPE');
    }
    for (const wrong of [-1, 1.5, NaN, 2 ** 31]) {
      assert.equal((await errorOf(() => convert(wrong, to))).code, 'ERR_OUT_OF_RANGE');
    }
    assert.match((await errorOf(() => convert(`${from}\0`, to))).message, /^The "from" argument must be without null bytes/);
    assert.match((await errorOf(() => convert(from, `${to}\0`))).message, /^The "to" argument must be without null bytes/);
    assert.match((await errorOf(() => convert(png, to))).message, /call saveBMP\(path, png\)/);
    assert.match((await errorOf(() => convert(from, 1))).message, /^The "to" argument must be a string/);
    assert.match((await errorOf(() => convert(from, from))).message, /^The "to" argument must be a name for a BMP, not \.png/);
    assert.equal((await errorOf(() => convert(from, to, { formt: 'auto' }))).message,
      'Unknown option "formt". Did you mean "format"?');
  });

  test(`${name} fails as node:fs does where the PNG cannot be read`, async (t) => {
    const { directory, to } = files(t);
    const missing = path.join(directory, 'missing.png');
    for (const given of [missing, Buffer.from(missing)]) {
      assert.deepEqual({ ...await errorOf(() => convert(given, to)) },
        { errno: errnoOf(() => fs.readFileSync(missing)), code: 'ENOENT', syscall: 'open', path: missing });
    }
    const isDirectory = await errorOf(() => convert(directory, to));
    assert.deepEqual({ ...isDirectory },
      { errno: errnoOf(() => fs.readFileSync(directory)), code: 'EISDIR', syscall: 'read', path: directory });
    assert.equal(isDirectory.message, `EISDIR: illegal operation on a directory, read '${directory}'`);
    const through = path.join(directory, 'a.png', 'b.png');
    assert.equal((await errorOf(() => convert(through, to))).code, onWindows ? 'ENOENT' : 'ENOTDIR');
    assert.equal((await errorOf(() => convert('', to))).code, 'ENOENT');
    const closed = await errorOf(() => convert(12345, to));
    assert.equal(closed.code, 'EBADF');
    assert.equal(Object.hasOwn(closed, 'path'), false);
    assert.equal(fs.existsSync(to), false);
  });

  test(`${name} fails as a save does where the BMP cannot be written`, async (t) => {
    const { directory, from } = files(t);
    const to = path.join(directory, 'missing', 'a.bmp');
    const error = await errorOf(() => convert(from, to));
    assert.deepEqual({ ...error }, { ...await errorOf(() => saveBMP(to, png)) });
    assert.equal(error.path, to);
    assert.equal((await errorOf(() => convert(from, directory))).code, 'EISDIR');
  });

  test(`${name} leaves the old file and no temporary one when the PNG is refused`, async (t) => {
    const damaged = Buffer.from(png);
    damaged[damaged.length - 20] ^= 1; // in the last IDAT
    for (const bytes of [damaged, png.subarray(0, 100), Buffer.alloc(0), Buffer.from('text')]) {
      const { directory, from, to } = files(t, bytes);
      fs.writeFileSync(to, 'old');
      const error = await errorOf(() => convert(from, to));
      const same = await errorOf(() => getBMP(bytes));
      assert.deepEqual([error.name, error.code, error.message], [same.name, same.code, same.message]);
      assert.equal(fs.readFileSync(to, 'latin1'), 'old');
      assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
    }
  });

  test(`${name} takes flag, sync, salvage, strict, limits and onWarning as a save does`, async (t) => {
    const { from, to } = files(t, png.subarray(0, png.length - 12)); // without IEND
    const warnings = [];
    await convert(from, to, { onWarning: ({ code }) => warnings.push(code), sync: true });
    assert.deepEqual(warnings, ['WARN_PNG_END']);
    assert.equal((await errorOf(() => convert(from, to, { flag: 'wx' }))).code, 'EEXIST');
    assert.equal((await errorOf(() => convert(from, to, { strict: true }))).code, 'ERR_PNG_END');
    assert.equal((await errorOf(() => convert(from, to, { maxPixels: 100 }))).code, 'ERR_PIXEL_LIMIT');
    assert.equal((await errorOf(() => convert(from, to, { maxMemory: 0 }))).code, 'ERR_MEMORY_LIMIT');
    const fromElsewhere = Object.assign(new Error('mine'), { code: 'EFBIG', syscall: 'read' });
    for (const thrown of [new Error('mine'), fromElsewhere, 'text', null, undefined]) {
      assert.equal(await errorOf(() => convert(from, to, { onWarning() { throw thrown; } })), thrown);
    }
    fs.writeFileSync(from, png.subarray(0, png.length - 60));
    await convert(from, to, { salvage: true });
    assert.deepEqual(fs.readFileSync(to), getBMP(png.subarray(0, png.length - 60), { salvage: true }));
  });

  test(`${name} reads at most maxInputBytes`, async (t) => {
    const { from, to } = files(t);
    await convert(from, to, { maxInputBytes: png.length });
    const error = await errorOf(() => convert(from, to, { maxInputBytes: png.length - 1 }));
    assert.equal(error.code, 'ERR_OUT_OF_RANGE');
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, `The "from" argument must be a file of at most ${png.length - 1} bytes ` +
    `(option maxInputBytes). Received '${from}'`.slice(0, 200));
    const fd = fs.openSync(from);
    t.after(() => fs.closeSync(fd));
    assert.equal((await errorOf(() => convert(fd, to, { maxInputBytes: 100 }))).code, 'ERR_OUT_OF_RANGE');
    await convert(from, to, { maxInputBytes: Infinity });
  });

  test(`${name} tells no warnings of a file that cannot be read to its end`, async (t) => {
    const text = { type: 'tEXt', data: Buffer.from('a\0b') };
    const [ihdr, ...rest] = pngChunks(createImage({ width: 500, height: 500, colorType: 2, bitDepth: 8, fill: 'noise' }));
    const warns = assemble([ihdr, text, ...rest]);
    warns[33 + 8] ^= 1; // wrong CRC
    assert.ok(warns.length > 400000);
    const { from, to } = files(t, warns);
    for (const [maxInputBytes, code, expected] of [
      [300000, 'ERR_OUT_OF_RANGE', []], [1e6, undefined, ['WARN_PNG_ANCILLARY_CRC']]]) {
      const fd = fs.openSync(from);
      t.after(() => fs.closeSync(fd));
      const told = [];
      const error = await errorOf(() => convert(fd, to, { maxInputBytes, onWarning: (w) => told.push(w.code) }));
      assert.deepEqual([error.code, told], [code, expected]);
    }
  });

  test(`${name} refuses a large file by its beginning`, async (t) => {
    const { from, to } = files(t);
    const beginnings = [Buffer.from('no PNG'), assemble([
      header({ width: 100000, height: 100000, bitDepth: 8, colorType: 2 }), { type: 'IDAT', data: Buffer.alloc(70000) }])];
    for (const [i, code] of ['ERR_PNG_SIGNATURE', 'ERR_PIXEL_LIMIT'].entries()) {
      fs.writeFileSync(from, beginnings[i]);
      fs.truncateSync(from, 2 ** 33); // a hole: no bytes on the disk
      assert.equal((await errorOf(() => convert(from, to, { maxInputBytes: Infinity }))).code, code);
    }
  });

  test(`${name} replaces the PNG itself, by any of its names, when the BMP is complete`, async (t) => {
    for (const give of [(from) => from, (from, other) => fs.linkSync(from, other) ?? other,
      (from, other) => fs.symlinkSync(from, other) ?? other]) {
      const { directory, from } = files(t);
      const to = give(from, path.join(directory, 'b.bmp'));
      await convert(from, to, { forceExtension: true });
      assert.deepEqual(fs.readFileSync(to), bmp);
    }
    const { from } = files(t, png.subarray(0, 200));
    assert.equal((await errorOf(() => convert(from, from, { forceExtension: true }))).code, 'ERR_PNG_TRUNCATED');
    assert.equal(fs.readFileSync(from).length, 200);
  });

  test(`${name} follows links to the PNG`, { skip: onWindows && 'links need rights' }, async (t) => {
    const { directory, from, to } = files(t);
    fs.symlinkSync('a.png', path.join(directory, 'link.png'));
    await convert(path.join(directory, 'link.png'), to);
    assert.deepEqual(fs.readFileSync(to), bmp);
    fs.unlinkSync(from);
    assert.equal((await errorOf(() => convert(path.join(directory, 'link.png'), to))).code, 'ENOENT');
    const loop = path.join(directory, 'loop.png');
    fs.symlinkSync('loop.png', loop);
    assert.deepEqual({ ...await errorOf(() => convert(loop, to)) },
      { errno: errnoOf(() => fs.readFileSync(loop)), code: 'ELOOP', syscall: 'open', path: loop });
  });

  test(`${name} asks the permission model for both paths`, async (t) => {
    const { directory, from, to } = files(t);
    let denied;
    const had = Object.getOwnPropertyDescriptor(process, 'permission');
    t.after(() => (had ? Object.defineProperty(process, 'permission', had) : delete process.permission));
    Object.defineProperty(process, 'permission', {
      configurable: true, value: { has: (scope, file) => `${scope} ${file}` !== denied },
    });
    for (const [scope, file, permission] of [['fs.read', from, 'FileSystemRead'], ['fs.write', to, 'FileSystemWrite'],
      ['fs.write', directory, 'FileSystemWrite']]) {
      denied = `${scope} ${file}`;
      const { code, ...rest } = await errorOf(() => convert(from, to));
      assert.deepEqual({ code, ...rest }, { code: 'ERR_ACCESS_DENIED', permission, resource: file });
    }
    assert.equal(fs.existsSync(to), false);
  });

  test(`${name} stops before it begins when the signal is aborted`, async (t) => {
    const { from, to } = files(t);
    const error = await errorOf(() => convert(from, to, { signal: AbortSignal.abort('why') }));
    assert.deepEqual([error.name, error.cause], ['AbortError', 'why']);
    assert.equal(fs.existsSync(to), false);
  });
}

function errnoOf(call) {
  try {
    return call();
  } catch ({ errno }) {
    return errno;
  }
}

/** Writes the bytes into a pipe in pieces, with a pause before each. */
function writeSlowly(pipe, bytes, pieces) {
  const script = `const fs = require('fs'); const fd = fs.openSync(process.argv[1], 'w');
    const bytes = Buffer.from(process.argv[2], 'base64'); const size = Math.ceil(bytes.length / ${pieces});
    for (let i = 0; i < bytes.length; i += size) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
      fs.writeSync(fd, bytes, i, Math.min(size, bytes.length - i));
    }`;
  return spawn(process.execPath, ['-e', script, pipe, bytes.toString('base64')], { stdio: 'inherit' });
}

for (const [name, convert] of Object.entries(forms)) {
  test(`${name} waits for the writer of a pipe, and reads it to its end`, { skip: needsPipes }, async (t) => {
    const { directory, to } = files(t);
    const large = largePng({ width: 500, height: 500, noisy: 300 });
    const pipe = path.join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    writeSlowly(pipe, large.subarray(0, 90000), 4);
    const error = await errorOf(() => convert(pipe, to));
    const same = await errorOf(() => getBMP(large.subarray(0, 90000)));
    assert.equal(error.code, 'ERR_PNG_TRUNCATED');
    assert.equal(error.message, same.message);
    writeSlowly(pipe, png, 3);
    await convert(pipe, to);
    assert.deepEqual(fs.readFileSync(to), bmp);
  });
}

/** Of a PNG of fewer bytes than are read at once, and of more. */
for (const fill of ['gradients', 'noise']) {
  for (const [name, convert] of Object.entries(forms)) {
    test(`${name} counts a BMP that must be one piece, of ${fill}, for maxMemory`, async (t) => {
      const image = createImage({ width: 700, height: 600, bitDepth: 8, colorType: 2, fill });
      for (const [facts, options] of [[{ interlaced: true }, {}], [{}, { rotate: 90 }]]) {
        const whole = encodePng(image, facts);
        const { from, to, directory } = files(t, whole);
        fs.writeFileSync(to, 'old');
        const { memory, bmp: { byteLength } } = readInfo(whole, options);
        const refused = await errorOf(() => convert(from, to, { ...options, maxMemory: memory + byteLength - 1 }));
        assert.equal(refused.code, 'ERR_MEMORY_LIMIT');
        assert.equal(fs.readFileSync(to, 'latin1'), 'old');
        assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
        await convert(from, to, { ...options, maxMemory: memory + byteLength });
        assert.deepEqual(fs.readFileSync(to), getBMP(whole, options));
      }
    });
  }
}

const noisyImage = (facts) => encodePng(createImage({ width: 700, height: 600, bitDepth: 8, seed: 3, ...facts }));

for (const [name, convert] of Object.entries(forms)) {
  test(`${name} reads a large PNG in pieces, and writes the bytes of getBMP`, async (t) => {
    for (const [facts, ...all] of [
      [{ colorType: 2 }, {}, { topDown: true }, { colors: 16 }, { format: 'rgb565' }, { salvage: true }, { maxMemory: 700000 }],
      [{ colorType: 2, interlaced: true }, {}, { format: 'mono1', dither: 'floyd-steinberg' }],
      [{ colorType: 6 }, { format: 'bgra32' }, { alpha: 'blend', background: '#f00' }],
    ]) {
      const large = noisyImage(facts);
      assert.ok(large.length > 700000);
      const { directory, from, to } = files(t, large);
      for (const options of all) {
        assert.deepEqual(await convert(from, to, options), readInfo(large, options));
        assert.ok(fs.readFileSync(to).equals(getBMP(large, options)), JSON.stringify([facts, options]));
      }
      await convert(from, from, { forceExtension: true });
      assert.ok(fs.readFileSync(from).equals(getBMP(large)));
      assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
    }
  });

  test(`${name} gives errors and warnings of a large PNG as getBMP does, and leaves the old file`, async (t) => {
    const large = noisyImage({ colorType: 2 });
    const damaged = Buffer.from(large);
    damaged[600000] ^= 1;
    const cases = [large.subarray(0, 300000), large.subarray(0, large.length - 8), damaged,
      Buffer.concat([large, large]), Buffer.concat([Buffer.alloc(1000), large])];
    for (const bytes of cases) {
      const { directory, from, to } = files(t, bytes);
      fs.writeFileSync(to, 'old');
      for (const options of [{}, { salvage: true }, { strict: true }, { maxMemory: 100000 }]) {
        const [told, expected] = [[], []];
        const wanted = await errorOf(() => getBMP(bytes, { ...options, onWarning: (w) => expected.push(w) }));
        const error = await errorOf(() => convert(from, to, { ...options, onWarning: (w) => told.push(w) }));
        assert.deepEqual([error.code, error.message], [wanted.code, wanted.message]);
        assert.deepEqual(told, expected);
        if (wanted) assert.equal(fs.readFileSync(to, 'latin1'), 'old');
        fs.writeFileSync(to, 'old');
      }
      assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
    }
  });

  test(`${name} writes a large BMP into a pipe in its order`, { skip: needsPipes }, async (t) => {
    const large = noisyImage({ colorType: 2 });
    const { directory, from } = files(t, large);
    const [pipe, copy] = [path.join(directory, 'pipe'), path.join(directory, 'copy')];
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('sh', ['-c', 'cat "$0" > "$1"', pipe, copy]);
    const end = new Promise((resolve) => reader.on('close', resolve));
    const fd = fs.openSync(pipe, 'r+'); // so that there is a reader from the beginning
    await convert(from, pipe);
    fs.closeSync(fd);
    await end;
    assert.ok(fs.readFileSync(copy).equals(getBMP(large)));
  });
}

test('memory does not grow with the PNG or the BMP, in the library and on the command line', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, (t) => {
  const { directory, from, to } = files(t, largePng({ width: 6000, height: 4000, noisy: 4000 }));
  const [small, tell] = [path.join(directory, 'small.png'), path.join(directory, 'tell.js')];
  fs.writeFileSync(small, png);
  fs.writeFileSync(tell, `process.on('exit', () => process.stdout.write(
    /VmHWM:\\s*(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'latin1'))[1]));`);
  const peak = (...args) => Number(execFileSync(process.execPath, ['-r', tell, ...args], { encoding: 'utf8' }));
  const library = JSON.stringify(path.resolve(__dirname, '..'));
  const call = (file) => ['-e', `require(${library}).convertFile(...process.argv.slice(1))`, file, to];
  const command = (file) => [path.join(__dirname, '../bin/png2bmp.js'), '-q', '-f', '-o', to, file];
  assert.ok(fs.statSync(from).size > 15e6);
  for (const form of isWasm ? [call] : [call, command]) { // the command line starts a thread for the large one
    const [most, least] = [peak(...form(from)), peak(...form(small))];
    assert.ok(most - least < 8000, `${most} kB, and ${least} kB for a small PNG`);
  }
});

test('standard input may be a pipe or a file', { skip: needsPipes }, (t) => {
  const { from, to } = files(t);
  const library = JSON.stringify(path.resolve(__dirname, '..'));
  for (const source of ['0', '"/dev/stdin"']) {
    for (const command of ['cat "$1" | "$0" -e "$3" "$2"', '"$0" -e "$3" "$2" < "$1"']) {
      const script = `require(${library}).convertFile(${source}, process.argv[1])`;
      execFileSync('sh', ['-c', command, process.execPath, from, to, script]);
      assert.deepEqual(fs.readFileSync(to), bmp);
      fs.unlinkSync(to);
    }
  }
});

test('an abort ends the wait for named pipes: no thread and no process waits for their writers', { skip: needsPipes }, (t) => {
  const { directory, to } = files(t);
  const pipes = ['empty', 'begun'].map((name) => path.join(directory, name));
  execFileSync('mkfifo', pipes);
  const script = `const fs = require('fs');
    const [library, to, empty, begun] = process.argv.slice(1);
    const { convertFileAsync } = require(library);
    fs.writeSync(fs.openSync(begun, 'r+'), Buffer.from([0x89, 0x50])); // a writer that writes no more
    const stop = new AbortController();
    const conversions = [empty, begun, empty, begun].map((pipe) => convertFileAsync(pipe, to, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    Promise.allSettled(conversions).then(async (all) => {
      await fs.promises.readdir('.'); // on a thread of the pool
      console.log(all.map(({ reason }) => reason?.name).join(' '));
    });`;
  const library = path.resolve(__dirname, '..');
  const stdout = execFileSync(process.execPath, ['-e', script, library, to, ...pipes], { encoding: 'latin1', timeout: 60_000 });
  assert.equal(stdout, 'AbortError AbortError AbortError AbortError\n');
  assert.equal(fs.existsSync(to), false);
});

test('an abort ends the wait for a pipe that was given open', {
  skip: needsPipes || onlyAddon('node:fs waits in read'),
}, async (t) => {
  const { directory, to } = files(t);
  const pipe = path.join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const fd = fs.openSync(pipe, 'r+'); // a writer that writes nothing
  t.after(() => fs.closeSync(fd));
  const stop = new AbortController();
  const waiting = convertFileAsync(fd, to, { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(waiting, { name: 'AbortError' });
  assert.equal(fs.existsSync(to), false);
});

test('after an abort nothing reads the descriptor: its number may be another file\'s', { skip: onWindows && 'numbers are of the C library' }, (t) => {
  const { directory, from, to } = files(t);
  const other = path.join(directory, 'other');
  fs.writeFileSync(other, 'all of it');
  const pipe = path.join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const script = `const fs = require('fs');
    const [library, from, to, other, pipe] = process.argv.slice(1);
    const { convertFileAsync } = require(library);
    fs.open(pipe, 'r', () => {}); // the only thread of the pool waits for a writer
    const fd = fs.openSync(from);
    const stop = new AbortController();
    const waiting = convertFileAsync(fd, to, { signal: stop.signal });
    setImmediate(() => {
      stop.abort();
      fs.openSync(pipe, 'r+'); // which comes now
    });
    waiting.catch(({ name }) => {
      fs.closeSync(fd);
      const again = fs.openSync(other);
      process.on('exit', () => console.log(name, again === fd, fs.readFileSync(again, 'latin1')));
    });`;
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const library = path.resolve(__dirname, '..');
  assert.equal(execFileSync(process.execPath, ['-e', script, library, from, to, other, pipe], { env, encoding: 'latin1', timeout: 60_000 }),
    'AbortError true all of it\n');
});

test('an abort while a file is converted leaves the old one', async (t) => {
  const { directory, from, to } = files(t, largePng({ width: 3000, height: 2000 }));
  fs.writeFileSync(to, 'old');
  const stop = new AbortController();
  const conversion = convertFileAsync(from, to, { signal: stop.signal });
  stop.abort();
  await assert.rejects(conversion, { name: 'AbortError' });
  assert.equal(fs.readFileSync(to, 'latin1'), 'old');
  assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
});

test('convertFileAsync calls its callback with the facts, or with the error', async (t) => {
  const { from, to } = files(t);
  const called = (...args) => new Promise((resolve) => {
    assert.equal(convertFileAsync(...args, (...results) => resolve(results)), undefined);
  });
  assert.deepEqual(await called(from, to), [null, readInfo(png)]);
  assert.deepEqual(await called(from, to, { format: 'gray8' }), [null, readInfo(png, { format: 'gray8' })]);
  const [error, ...rest] = await called(`${from}x`, to);
  assert.deepEqual([error.code, rest], ['ENOENT', []]);
  assert.throws(() => convertFileAsync(1.5, to, () => {}), { code: 'ERR_OUT_OF_RANGE' });
});

test('relative paths mean what they meant at the call, whatever process.chdir does then', async (t) => {
  const [first, second] = [files(t), files(t, encodePng(createImage({ width: 5, height: 5, colorType: 0, bitDepth: 8 })))];
  const home = process.cwd();
  t.after(() => process.chdir(home));
  const conversions = [];
  for (let i = 0; i < 20; i++) {
    process.chdir(i % 2 ? second.directory : first.directory);
    conversions.push(convertFileAsync('a.png', `${i}.bmp`));
  }
  process.chdir(home);
  await Promise.all(conversions);
  for (let i = 0; i < 20; i++) {
    const { directory, from } = i % 2 ? second : first;
    assert.deepEqual(fs.readFileSync(path.join(directory, `${i}.bmp`)), getBMP(fs.readFileSync(from)));
  }
});

test('errors name relative paths as they were given, whatever process.chdir does then', async (t) => {
  const home = process.cwd();
  t.after(() => process.chdir(home));
  for (const bytes of [png, noisyImage({ colorType: 2 })]) {
    const { directory } = files(t, bytes);
    process.chdir(directory);
    const errors = [['a.png', 'missing/a.bmp'], ['b.png', 'b.bmp']].map((names) => errorOf(() => convertFileAsync(...names)));
    process.chdir(home);
    for (const [i, file] of ['missing/a.bmp', 'b.png'].entries()) {
      const { code, path: named, message } = await errors[i];
      assert.deepEqual([code, named], ['ENOENT', file]);
      assert.equal(message, `ENOENT: no such file or directory, open '${file}'`);
    }
  }
});

test('a file that shrinks and grows while it is read gives its BMP or an error, and never half of one', async (t) => {
  const large = largePng({ width: 400, height: 400 });
  const { from, to } = files(t, large);
  const whole = getBMP(large);
  const worker = new Worker(`const fs = require('node:fs');
    const { workerData: { from, large } } = require('node:worker_threads');
    const fd = fs.openSync(from, 'r+');
    for (;;) {
      fs.ftruncateSync(fd, Math.floor(Math.random() * large.length));
      fs.writeSync(fd, large, 0, large.length, 0);
      fs.ftruncateSync(fd, large.length + 100000);
      fs.ftruncateSync(fd, large.length);
    }`, { eval: true, workerData: { from, large } });
  for (let i = 0; i < 60; i++) {
    const error = await errorOf(() => (i % 2 ? convertFileAsync(from, to) : convertFile(from, to)));
    if (!error) assert.ok(fs.readFileSync(to).equals(whole));
    else assert.match(error.code, /^ERR_PNG_/);
  }
  await worker.terminate();
});

test('many conversions into one file leave one whole file', async (t) => {
  const { directory, from, to } = files(t);
  await Promise.all(Array.from({ length: 64 }, () => convertFileAsync(from, to)));
  assert.deepEqual(fs.readFileSync(to), bmp);
  assert.deepEqual(fs.readdirSync(directory), ['a.bmp', 'a.png']);
});

test('no descriptor is left, whatever became of the conversion', {
  skip: !fs.existsSync('/proc/self/fd') && 'needs /proc',
}, async (t) => {
  const { directory, from, to } = files(t);
  const count = () => fs.readdirSync('/proc/self/fd').length;
  const before = count();
  for (const source of [from, directory, `${from}x`, '/dev/null', '/dev/zero']) {
    await errorOf(() => convertFile(source, to));
    await errorOf(() => convertFile(source, path.join(directory, 'x/y.bmp')));
    if (!onlyAddon('threads of WebAssembly have descriptors of their own')) await errorOf(() => convertFileAsync(source, to));
  }
  assert.equal(count(), before);
});

test('the command line sees how many bytes of a PNG have been converted', {
  skip: needsPipes,
}, async (t) => {
  const large = encodePng(createImage({ width: 700, height: 700, colorType: 2, bitDepth: 8, seed: 1 }));
  const half = 512 * 1024;
  assert.ok(large.length > 2 * half);
  const { directory, to } = files(t);
  const pipe = path.join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { promise, bytesDone } = startConversion(pipe, to);
  assert.equal(bytesDone(), 0);
  const writer = await fs.promises.open(pipe, 'w');
  await writer.write(large.subarray(0, half));
  while (bytesDone() === 0) await Promise.race([nextTurn(), promise]);
  assert.ok(bytesDone() >= 256 * 1024 - 1 && bytesDone() <= half, `${bytesDone()} bytes`);
  await writer.writeFile(large.subarray(half));
  await writer.close();
  assert.equal((await promise).width, 700);
  assert.deepEqual(fs.readFileSync(to), getBMP(large));
});

test('the command line converts several files with one call, up to one with warnings and not from one that fails', {
  skip: onlyAddon('there is no such call'),
}, (t) => {
  const directory = scratch(t);
  const warned = [];
  const convert = filesConverter({ flag: 'wx', onWarning: ({ code }) => warned.push(code) });
  const name = (text, end) => path.join(directory, `${text}.${end}`);
  const write = (text, bytes) => {
    fs.writeFileSync(name(text, 'png'), bytes);
    return [name(text, 'png'), name(text, 'bmp')];
  };
  const written = () => fs.readdirSync(directory).filter((file) => file.endsWith('.bmp')).sort();
  const good = Array.from({ length: MOST_FILES }, (_, i) => write(`good${i + 10}`, png)).flat();
  assert.deepEqual([...convert(good)], Array(MOST_FILES).fill(bmp.length));
  assert.equal(written().length, MOST_FILES);
  for (const file of written()) assert.deepEqual(fs.readFileSync(path.join(directory, file)), bmp);

  fs.writeFileSync(name('there', 'bmp'), 'old');
  const warns = write('warns', png.subarray(0, -12));
  assert.deepEqual([...convert([...write('a', png), ...warns, ...write('b', png)])], [bmp.length, bmp.length]);
  assert.deepEqual(warned, ['WARN_PNG_END']);
  for (const failing of [write('there', png), write('bad', png.subarray(0, 50)), [name('none', 'png'), name('none', 'bmp')]]) {
    assert.deepEqual([...convert([...write(`c${written().length}`, png), ...failing, ...write('d', png)])], [bmp.length]);
    assert.deepEqual([...convert(failing)], []);
  }
  assert.equal(fs.readFileSync(name('there', 'bmp'), 'latin1'), 'old');
  assert.deepEqual(written().filter((file) => /^[bd]/.test(file)), []);
  assert.equal(warned.length, 1, 'nothing is said of what was not converted');
});
