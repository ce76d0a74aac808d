'use strict';

// saveBMPAsync of what comes in pieces: converted as it comes, and saved completely or not at all. With the backend under
// test, and by png2bmp/inline.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { Readable } = require('node:stream');
const test = require('node:test');
const { Worker } = require('node:worker_threads');

const png2bmp = require('..');
const { isWasm } = require('./kit/backend');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const { getBMP } = png2bmp;

const isPosix = process.platform !== 'win32';
const ROOT = path.join(__dirname, '..');

/** The file that each is loaded from. */
const LIBRARIES = { 'the package': ROOT, 'png2bmp/inline': path.join(ROOT, 'prebuilds/inline/inline.cjs') };

/** 4.3 MB of BMP: several strips of a save. */
const image = createImage({ colorType: 2, bitDepth: 8, width: 1600, height: 900, seed: 4 });
const large = encodePng(image, { idat: 20000 });
const small = encodePng(createImage({ colorType: 6, bitDepth: 8, width: 23, height: 17 }));

async function* pieces(bytes, size = 30000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A folder with an old file, which is what must be left of a save that fails. */
function folder(t) {
  const directory = scratch(t);
  const file = path.join(directory, 'a.bmp');
  fs.writeFileSync(file, 'old');
  const assertUntouched = () => {
    assert.equal(fs.readFileSync(file, 'latin1'), 'old');
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
  };
  return { directory, file, assertUntouched };
}

/** Waits until something is in a pipe. */
async function firstByte(reader) {
  for (let count = 0; count === 0;) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    try {
      count = fs.readSync(reader, Buffer.alloc(1));
    } catch (error) {
      assert.equal(error.code, 'EAGAIN');
    }
  }
}

for (const [where, library] of Object.entries(LIBRARIES)) {
  const isAddon = library === ROOT && !isWasm;
  const skip = !fs.existsSync(library) && 'needs WebAssembly: npm run build:wasm, npm run build';
  const { getBMPAsync, readInfo, saveBMPAsync } = skip ? png2bmp : require(library);

  test(`${where}: the file is the BMP of getBMP, whatever the source and the options`, { skip }, async (t) => {
    const { file } = folder(t);
    const interlaced = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 60, height: 50 }), { interlaced: true });
    for (const png of [large, small, interlaced]) {
      for (const options of [{}, { topDown: true, format: 'bgra32' }, { colors: 8 }, { size: '40x30', fit: 'fill' }, { salvage: true }]) {
        const wanted = getBMP(png, options);
        for (const source of [pieces(png), Readable.from([png], { objectMode: false }), new Blob([png]), new Response(png)]) {
          if (source instanceof Response && png === large) continue;
          assert.equal(await saveBMPAsync(file, source, options), true);
          assert.ok(wanted.equals(fs.readFileSync(file)), JSON.stringify(options));
        }
      }
    }
  });

  test(`${where}: strips are in the temporary file before the last bytes have come`, { skip }, async (t) => {
    const { directory, file } = folder(t);
    let early = 0;
    async function* slow() {
      yield large.subarray(0, large.length * 0.7);
      const [temporary] = fs.readdirSync(directory).filter((name) => name !== 'a.bmp');
      early = fs.statSync(path.join(directory, temporary)).blocks * 512;
      yield large.subarray(large.length * 0.7);
    }
    await saveBMPAsync(file, slow());
    assert.ok(early > 1_000_000, `${early} bytes`);
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
    assert.ok(getBMP(large).equals(fs.readFileSync(file)));
  });

  test(`${where}: whatever fails leaves the old file and nothing else`, { skip }, async (t) => {
    const { file, assertUntouched } = folder(t);
    const broken = new Error('the source is broken');
    async function* breaks() {
      yield large.subarray(0, large.length / 2);
      throw broken;
    }
    const wrong = Buffer.from(large);
    wrong.fill(0, large.length * 0.8);
    for (const [source, options, error] of [
      [pieces(large.subarray(0, -5000)), {}, { code: 'ERR_PNG_TRUNCATED' }],
      [pieces(wrong), {}, { name: 'PngError' }],
      [breaks(), {}, broken],
      [pieces(large), { maxInputBytes: large.length - 1 }, { code: 'ERR_OUT_OF_RANGE' }],
      [pieces(large), { maxPixels: 1000 }, { code: 'ERR_PIXEL_LIMIT' }],
      [pieces(large), { flag: 'wx' }, { code: 'EEXIST', path: file }],
      [pieces(Buffer.from('no PNG at all')), {}, { code: 'ERR_PNG_SIGNATURE' }],
      [pieces(Buffer.alloc(0)), {}, { code: 'ERR_PNG_SIGNATURE' }],
    ]) {
      await assert.rejects(saveBMPAsync(file, source, options), error);
      assertUntouched();
    }
    const nowhere = path.join(file, '../none/a.bmp');
    await assert.rejects(saveBMPAsync(nowhere, pieces(small)), { code: 'ENOENT', syscall: 'open', path: nowhere });
  });

  test(`${where}: signal ends a save whose source goes on, and nothing is left when its promise rejects`, { skip }, async (t) => {
    const { file, assertUntouched } = folder(t);
    for (const share of [0.01, 0.5, 0.95]) {
      const controller = new AbortController();
      async function* source() {
        yield large.subarray(0, large.length * share);
        setImmediate(() => controller.abort());
        yield large.subarray(large.length * share, -100);
        await new Promise(() => {});
      }
      await assert.rejects(saveBMPAsync(file, source(), { signal: controller.signal }), { name: 'AbortError' });
      assertUntouched();
    }
  });

  test(`${where}: a BMP that must be one piece counts for maxMemory`, { skip }, async (t) => {
    const { file, assertUntouched } = folder(t);
    for (const [png, options] of [[encodePng(image, { interlaced: true }), {}], [large, { rotate: 90 }]]) {
      const { memory, bmp: { byteLength } } = readInfo(png, options);
      fs.writeFileSync(file, 'old');
      await assert.rejects(saveBMPAsync(file, pieces(png), { ...options, maxMemory: memory + byteLength - 1 }), { code: 'ERR_MEMORY_LIMIT' });
      assertUntouched();
      await saveBMPAsync(file, pieces(png), { ...options, maxMemory: memory + byteLength });
      assert.ok(fs.readFileSync(file).equals(getBMP(png, options)));
    }
  });

  test(`${where}: warnings are those of getBMP`, { skip }, async (t) => {
    const { file } = folder(t);
    const png = Buffer.concat([small, small]);
    const codes = { wanted: [], told: [] };
    getBMP(png, { onWarning: ({ code }) => codes.wanted.push(code) });
    await saveBMPAsync(file, pieces(png, 100), { onWarning: ({ code }) => codes.told.push(code) });
    assert.ok(codes.wanted.length > 0);
    assert.deepEqual(codes.told, codes.wanted);
  });

  test(`${where}: a relative path is that of the call, wherever the process goes while the PNG comes`, { skip }, async (t) => {
    const { directory, file } = folder(t);
    const before = process.cwd();
    t.after(() => process.chdir(before));
    process.chdir(directory);
    async function* source() {
      process.chdir(before);
      yield small;
    }
    const saved = saveBMPAsync('a.bmp', source());
    await saved;
    assert.ok(getBMP(small).equals(fs.readFileSync(file)));
  });

  test(`${where}: a pipe gets the whole BMP`, { skip: skip || (!isPosix && 'no named pipes') }, async (t) => {
    const { directory } = folder(t);
    const pipe = path.join(directory, 'pipe.bmp');
    execFileSync('mkfifo', [pipe]);
    const read = fs.promises.readFile(pipe);
    await saveBMPAsync(pipe, pieces(large));
    assert.ok(getBMP(large).equals(await read));
  });

  test(`${where}: pipes whose readers are slow keep no other PNG waiting`, { skip: skip || (!isPosix && 'no named pipes') }, async (t) => {
    const { directory } = folder(t);
    const slow = new AbortController();
    const saves = Array.from({ length: isAddon ? 1 : os.availableParallelism() }, async (_, index) => {
      const pipe = path.join(directory, `${index}.bmp`);
      execFileSync('mkfifo', [pipe]);
      const reader = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      t.after(() => fs.closeSync(reader));
      const saved = assert.rejects(saveBMPAsync(pipe, pieces(large), { signal: slow.signal }), { name: 'AbortError' });
      return { saved, reader };
    });
    for (const { reader } of await Promise.all(saves)) await firstByte(reader);
    const late = setTimeout(() => slow.abort(), 60_000);
    const given = new AbortController();
    const endless = getBMPAsync((async function* source() {
      yield small.subarray(0, 20);
      given.abort();
      yield await new Promise(() => {});
    })(), { signal: given.signal });
    await assert.rejects(endless, { name: 'AbortError' });
    assert.ok(getBMP(small).equals(await getBMPAsync(pieces(small))));
    assert.equal(slow.signal.aborted, false);
    clearTimeout(late);
    slow.abort();
    await Promise.all((await Promise.all(saves)).map(({ saved }) => saved));
  });

  test(`${where}: what has been given no bytes yet does not keep the process`, { skip }, (t) => {
    const script = `
      const { createBMPStream, getBMPAsync, saveBMPAsync } = require(${JSON.stringify(library)});
      const nothing = new Promise(() => {});
      async function* never() { yield await nothing; }
      saveBMPAsync('a.bmp', never());
      getBMPAsync(never());
      globalThis.kept = [createBMPStream(), nothing]; // which would end the thread if they were garbage
    `;
    const { status, signal } = spawnSync(process.execPath, ['-e', script], { cwd: scratch(t), timeout: 60_000 });
    assert.deepEqual({ status, signal }, { status: 0, signal: null });
  });

  for (const [how, last] of [['has nothing else to do', ''], ['exits', 'process.exit();'], ['exits during a step', 'setImmediate(process.exit);']]) {
    test(`${where}: a process that ${how} leaves no part of a save`, { skip: skip || (isAddon && last && 'the addon is not told of it') }, (t) => {
      const { directory, assertUntouched } = folder(t);
      const png = path.join(scratch(t), 'a.png');
      fs.writeFileSync(png, large);
      const script = `
        const fs = require('node:fs');
        const { saveBMPAsync } = require(${JSON.stringify(library)});
        const png = fs.readFileSync(${JSON.stringify(png)});
        process.on('exit', () => console.log(fs.readdirSync('.').length));
        async function* source() {
          yield png.subarray(0, png.length / 4);
          ${last}
          yield png.subarray(png.length / 4, png.length - 100);
          await new Promise(() => {});
        }
        saveBMPAsync('a.bmp', source());
      `;
      const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: directory, encoding: 'utf8' });
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '2\n', stderr: '' });
      assertUntouched();
    });
  }

  test(`${where}: a thread that ends while it saves leaves no file`, { skip: !isAddon && 'threads of WebAssembly end with it, and nothing can be done' }, async (t) => {
    const { directory, file, assertUntouched } = folder(t);
    const script = `
      const { workerData, parentPort } = require('node:worker_threads');
      const { saveBMPAsync } = require(${JSON.stringify(library)});
      async function* source() {
        yield Buffer.from(workerData.png.subarray(0, workerData.png.length / 2));
        parentPort.postMessage('half');
        await new Promise((resolve) => setInterval(resolve, 100000));
      }
      for (const file of workerData.files) saveBMPAsync(file, source());
    `;
    const before = process.cwd();
    t.after(() => process.chdir(before));
    process.chdir(directory);
    const worker = new Worker(script, { eval: true, workerData: { png: large, files: [file, 'a.bmp'] } });
    let halves = 0;
    await new Promise((resolve) => {
      worker.on('message', () => {
        halves++;
        if (halves === 2) resolve();
      });
    });
    assert.equal(fs.readdirSync(directory).length, 3);
    await worker.terminate();
    assertUntouched();
  });
}
