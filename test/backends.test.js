'use strict';

// The two converters side by side: the addon, and WebAssembly (npm run build:wasm).

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const { Engine } = require('../lib/wasm/engine');
const { toFile } = require('../lib/wasm/to-file');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { crc32 } = require('./kit/checksums');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const root = path.resolve(__dirname, '..');
const wasm = path.join(root, 'prebuilds/png2bmp.wasm');
const needsLinux = process.platform !== 'linux' && 'priorities of threads are those of Linux';
const skip = !fs.existsSync(wasm) && 'needs prebuilds/png2bmp.wasm: npm run build:wasm';

/** What a script prints in a process with this backend; the script has `png2bmp`. */
function run(script, { backend, flags = [], cwd = root, setup = '' }) {
  const { stdout, stderr } = spawnSync(process.execPath,
    [...flags, '-e', `${setup};const png2bmp = require(${JSON.stringify(cwd)});${script}`],
    { encoding: 'utf8', cwd, timeout: 120_000, env: { ...process.env, PNG2BMP_BACKEND: backend } });
  return stdout.trim() || stderr;
}

/** A package with lib/ and these files. */
function packageWith(t, files) {
  const directory = scratch(t);
  fs.cpSync(path.join(root, 'lib'), path.join(directory, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "main": "lib/index.js" }');
  fs.mkdirSync(path.join(directory, 'prebuilds'));
  for (const [name, content] of Object.entries(files)) {
    fs.writeFileSync(path.join(directory, 'prebuilds', name), content);
  }
  return directory;
}

const png = encodePng(createImage({ width: 33, height: 19, colorType: 6, bitDepth: 8 }));
const CONVERT = `const png = Buffer.from('${png.toString('base64')}', 'base64');
  png2bmp.getBMPAsync(png).then((bmp) => console.log(png2bmp.versions.backend,
    bmp.length, bmp.equals(png2bmp.getBMP(png))));`;
const CONVERTED = `wasm ${54 + 19 * 100} true`;

test('PNG2BMP_BACKEND chooses, and versions.backend says which it is', { skip }, () => {
  for (const backend of ['native', 'wasm'])
    assert.equal(run('console.log(png2bmp.versions.backend)', { backend }), backend);
  assert.match(run('', { backend: 'java' }), /PNG2BMP_BACKEND.*'native', 'wasm', 'auto'/);
});

test('both give the same bytes: all types and formats, widths 1 to 67', { skip }, () => {
  const script = path.join(__dirname, 'kit/hash-conversions.js');
  const hashes = (backend) => execFileSync(process.execPath, [script],
    { encoding: 'utf8', env: { ...process.env, PNG2BMP_BACKEND: backend } });
  assert.equal(hashes('wasm'), hashes('native'));
});

test('both refuse to make a PNG of pixels that are no image of an icon, with the same words', { skip }, () => {
  const script = `const native = require('./lib/native');
    const values = Float64Array.from(native.options, ({ initial }) => initial);
    const refused = (width, height, channels, stride) => {
      const data = new Uint8Array(stride * height);
      try {
        native.encodePNG(data, data.length, values, undefined, width, height, channels, stride);
      } catch ({ code, message }) {
        console.log(code, message);
      }
    };
    refused(257, 1, 4, 4 * 257);
    refused(1, 257, 4, 4);
    refused(256, 256, 4, 4 * 256);`;
  const answers = ['native', 'wasm'].map((backend) => run(script, { backend }));
  assert.match(answers[0], /^ERR_PIXELS 257 x 1 pixels .* 256 x 256\nERR_PIXELS 1 x 257 .*256$/);
  assert.equal(answers[1], answers[0]);
});

test('Adler-32 is right for any length, of bytes that are all 255, too', { skip }, () => {
  const { Engine } = require('../lib/wasm/engine');
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const values = Float64Array.from(engine.words().options, ({ initial }) => initial);
  const sink = { write() {}, isCancelled: () => false };
  const from = (start, count) => Array.from({ length: count }, (_, i) => start + i);
  for (const width of [...from(1, 100), ...from(5500, 100), ...from(11050, 100), 100_000]) {
    const image = createImage({ width, height: 1, colorType: 0, bitDepth: 8, fill: 'noise' });
    for (const samples of [image.samples, image.samples.map(() => 255)]) {
      const source = encodePng({ ...image, samples }, { filter: 0 });
      assert.equal(engine.convert(source, { values }, () => sink).error, undefined, `${width} bytes`);
      const idat = source.indexOf('IDAT');
      source[idat + 4 + source.readUInt32BE(idat - 4) - 1] ^= 1; // the checksum's last byte
      source.writeUInt32BE(crc32(source.subarray(idat, idat + 4 + source.readUInt32BE(idat - 4))),
        idat + 4 + source.readUInt32BE(idat - 4));
      assert.match(engine.convert(source, { values }, () => sink).error.code, /ADLER32/);
    }
  }
});

test('CRC-32 is right for any length, wherever its bytes are', { skip }, () => {
  const { Engine } = require('../lib/wasm/engine');
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const values = Float64Array.from(engine.words().options, ({ initial }) => initial);
  const convert = (source) => engine.convert(source, { values }, () => ({ write() {}, isCancelled: () => false })).error?.code;
  // From 2048 bytes on they are folded, in vectors of 16, 512 vectors at a time.
  const lengths = [...Array.from({ length: 70 }, (_, i) => i), ...Array.from({ length: 20 }, (_, i) => 2040 + i), 3000,
    9231, 9232, 9248, 9263, 9264, 17424, 17440, 30_001];
  const source = encodePng(createImage({ width: 900, height: 180, colorType: 0, bitDepth: 8, fill: 'noise' }), { idat: lengths });
  assert.equal(convert(source), undefined);
  let at = source.indexOf('IDAT') + 4;
  for (const length of lengths) {
    const places = [0, 20, length >> 1, length - 900, length - 17, length - 1].filter((place) => place >= 0 && place < length);
    for (const place of new Set([...places, length + 3])) { // the last one in the checksum
      source[at + place] ^= 128;
      assert.equal(convert(source), 'ERR_PNG_CRC', `${length} bytes, ${place}`);
      source[at + place] ^= 128;
    }
    at += length + 12;
  }
});

test('matches of any distance and length are what they repeat', { skip }, () => {
  const { Engine } = require('../lib/wasm/engine');
  const { toOutput } = require('../lib/wasm/work');
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const values = Float64Array.from(engine.words().options, ({ initial }) => initial);
  const { samples: noise } = createImage({ width: 1 << 16, height: 1, colorType: 0, bitDepth: 8, fill: 'noise' });
  for (let distance = 1; distance <= 80; distance++) {
    const pieces = [];
    for (let length = 3, at = 0; length <= 258; length += length < 70 ? 1 : 47, at += distance + 3) {
      const group = noise.slice(at, at + distance);
      pieces.push(group, Array.from({ length }, (_, i) => group[i % distance]), noise.slice(at + distance, at + distance + 3));
    }
    const samples = pieces.flatMap((piece) => [...piece]);
    const image = { ...createImage({ width: samples.length, height: 1, colorType: 0, bitDepth: 8 }), samples };
    const { error, output } = toOutput(engine, encodePng(image, { filter: 0 }), { values });
    assert.equal(error, undefined);
    assert.deepEqual(samples.filter((sample, i) => sample !== output[54 + 3 * i]), [], `distance ${distance}`);
  }
});

test('options that change from call to call are read each time', { skip }, () => {
  const { Engine } = require('../lib/wasm/engine');
  const { toOutput } = require('../lib/wasm/work');
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const { options } = engine.words();
  const place = options.findIndex(({ name }) => name === 'topDown');
  const bottomUp = Float64Array.from(options, ({ initial }) => initial);
  const topDown = bottomUp.map((value, i) => (i === place ? 1 : value));
  const invalid = bottomUp.map((value, i) => (i === place ? 7 : value));
  const heightOf = (values) => {
    const { error, output } = toOutput(engine, png, { values });
    return error?.code ?? output.readInt32LE(22);
  };
  const answers = [bottomUp, bottomUp, topDown, invalid, invalid, topDown, topDown, bottomUp].map(heightOf);
  assert.deepEqual(answers, [19, 19, -19, 'ERR_OPTION', 'ERR_OPTION', -19, -19, 19]);
});

test('where the addon is missing, broken or not allowed, WebAssembly converts', { skip }, (t) => {
  const file = fs.readFileSync(wasm);
  const name = `${process.platform}-${process.arch}.node`;
  for (const files of [{}, { [name]: 'quarantined' }, { [name]: '' }]) {
    const cwd = packageWith(t, { 'png2bmp.wasm': file, ...files });
    assert.equal(run(CONVERT, { backend: '', cwd }), CONVERTED);
  }
  const other = "Object.defineProperty(process, 'platform', { value: 'plan9' })";
  const cwd = packageWith(t, { 'png2bmp.wasm': file });
  assert.equal(run(CONVERT, { backend: '', cwd, setup: other }), CONVERTED);
  assert.equal(run(CONVERT, { backend: '', flags: ['--no-addons'] }), CONVERTED);
});

test('PNG2BMP_BACKEND=wasm without the file says what is missing and what to do', (t) => {
  const script = "try { require('./lib') } catch ({ code, message }) { console.log(code, message) }";
  const { stdout } = spawnSync(process.execPath, ['-e', script],
    { encoding: 'utf8', cwd: packageWith(t, {}), env: { ...process.env, PNG2BMP_BACKEND: 'wasm' } });
  assert.match(stdout, /^ERR_NO_WASM .*png2bmp\.wasm is missing.*Without PNG2BMP_BACKEND.*build:wasm/);
});

test('under --permission WebAssembly converts, on this thread where no other is allowed', { skip }, () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const flags = [flag, '--allow-fs-read=*', '--no-warnings'];
  assert.equal(run(CONVERT, { backend: '', flags }), CONVERTED);
  assert.equal(run(CONVERT, { backend: '', flags: [...flags, '--allow-worker'] }), CONVERTED);
});

test('where no thread is allowed, a stream is saved as it comes, too, and what fails leaves nothing', { skip }, (t) => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const directory = scratch(t);
  const script = `
    const fs = require('node:fs');
    const png = Buffer.from('${png.toString('base64')}', 'base64');
    async function* pieces(end) { for (let at = 0; at < end; at += 100) yield png.subarray(at, Math.min(end, at + 100)); }
    (async () => {
      const file = ${JSON.stringify(path.join(directory, 'a.bmp'))};
      await png2bmp.saveBMPAsync(file, pieces(png.length));
      const equal = fs.readFileSync(file).equals(png2bmp.getBMP(png));
      const { code } = await png2bmp.saveBMPAsync(file, pieces(png.length - 60)).catch((error) => error);
      console.log(equal, code, fs.readdirSync(${JSON.stringify(directory)}).join());
    })();`;
  const flags = [flag, '--allow-fs-read=*', `--allow-fs-write=${directory}*`, '--no-warnings'];
  assert.equal(run(script, { backend: 'wasm', flags }), 'true ERR_PNG_TRUNCATED a.bmp');
});

test('the event loop turns while WebAssembly converts on its threads', { skip }, () => {
  const script = `
    const { largePng } = require('./test/kit/large-png');
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    const png = largePng({ width: 4000, height: 3000, noisy: 1500 });
    (async () => {
      await png2bmp.getBMPAsync(png);
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      await Promise.all([1, 2, 3].map(() => png2bmp.getBMPAsync(png)));
      clearInterval(timer);
      console.log(turns >= 10, turns);
    })();`;
  assert.match(run(script, { backend: 'wasm' }), /^true/);
});

test('on Linux the threads of WebAssembly have a lower priority than the event loop, whatever that has', {
  skip: skip || needsLinux,
}, () => {
  const script = `
    require('node:os').setPriority(NICE);
    const fs = require('node:fs');
    const niceOf = (task) => Number(fs.readFileSync('/proc/self/task/' + task + '/stat', 'utf8')
      .replace(/^.*[)] /, '').split(' ')[16]);
    const own = niceOf(process.pid);
    png2bmp.getBMPAsync(Buffer.from('${png.toString('base64')}', 'base64')).then(() => {
      const all = fs.readdirSync('/proc/self/task').map(niceOf);
      console.log(niceOf(process.pid) === own, all.filter((nice) => nice === Math.min(19, own + 10)).length);
    });`;
  const own = os.getPriority();
  for (const nice of new Set([own, 15, 19].map((each) => Math.max(own, each)))) {
    assert.match(run(script.replace('NICE', nice), { backend: 'wasm' }), /^true [1-9]/, `nice ${nice}`);
  }
});

test('a PNG that is given away is not copied for a thread', { skip }, () => {
  const script = `
    const png = Buffer.from('${png.toString('base64')}', 'base64');
    const SIZE = 64 * 2 ** 20;
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    async function heldBy(input) {
      const bytes = new Uint8Array(SIZE);
      bytes.set(png);
      // What was held before would be given back at any time.
      for (let i = 0; i < 200 && process.memoryUsage().arrayBuffers > 1.5 * SIZE; i++) {
        gc();
        await new Promise((resolve) => { setTimeout(resolve, 10); });
      }
      const before = process.memoryUsage().arrayBuffers;
      const converting = png2bmp.getBMPAsync(bytes, { input });
      const held = process.memoryUsage().arrayBuffers - before;
      await converting;
      return Math.round(held / SIZE);
    }
    (async () => console.log(await heldBy('transfer'), await heldBy('borrow')))();`;
  assert.equal(run(script, { backend: 'wasm' }), '0 1');
});

test('a process ends although it has converted on threads', { skip }, () => {
  const script = `png2bmp.getBMPAsync(Buffer.from('${png.toString('base64')}', 'base64'))
    .then(() => console.log('done'));
    process.on('exit', () => console.log('gone'));`;
  assert.equal(run(script, { backend: 'wasm' }), 'done\ngone');
});

test('WebAssembly memory keeps to the input and 4 MiB, however large the image', { skip }, () => {
  const { Engine } = require('../lib/wasm/engine');
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const memories = [];
  let written = 0;
  const values = Float64Array.from(engine.words().options,
    ({ name, initial }) => (name.startsWith('max') ? Infinity : initial));
  const convert = (input, options) => engine.convert(input, { values, ...options }, () => ({
    write(rows) {
      memories.push(rows.buffer.byteLength);
      written += rows.length;
    },
    isCancelled: () => false,
  }));
  const large = largePng({ width: 8000, height: 6000, noisy: 100 });
  assert.equal(convert(large).error, undefined);
  assert.equal(written, 54 + 8000 * 6000 * 3);
  const most = large.length + 4 * 1024 * 1024;
  assert.ok(memories.at(-1) <= most, `${memories.at(-1)} bytes for an input of ${large.length}`);

  const pixels = { width: 4096, height: 2560, channels: 4, stride: 16384 };
  assert.equal(convert(new Uint8Array(40 * 1024 * 1024), { pixels }).error, undefined);
  assert.ok(memories.at(-1) > 32 * 1024 * 1024);
  assert.equal(convert(large).error, undefined);
  assert.ok(memories.at(-1) <= most, 'an instance of more than 32 MiB was kept');
});

test('the memory of an instance that is dropped is free at once', { skip }, () => {
  const script = `
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const SIZE = 64 * 2 ** 20;
    const png = Buffer.from('${png.toString('base64')}', 'base64');
    const isHeldAfter = async (work) => {
      work();
      for (let i = 0; i < 200 && process.memoryUsage().external > SIZE; i++) {
        gc();
        await new Promise((resolve) => { setTimeout(resolve, 10); });
      }
      return process.memoryUsage().external > SIZE;
    };
    isHeldAfter(() => png2bmp.getBMP(Buffer.concat([png, Buffer.alloc(SIZE)]))).then(console.log);`;
  assert.equal(run(script, { backend: 'wasm' }), 'false');
});

test('a process that exits while a thread saves bytes leaves no part of them', { skip }, (t) => {
  const directory = scratch(t);
  const file = path.join(scratch(t), 'a.png');
  fs.writeFileSync(file, largePng({ width: 4000, height: 3000, noisy: 100 }));
  const script = `
    const fs = require('node:fs');
    process.chdir(${JSON.stringify(directory)});
    png2bmp.saveBMPAsync('a.bmp', fs.readFileSync(${JSON.stringify(file)}));
    (function exitWhenItSaves() {
      if (fs.readdirSync('.').length > 0) process.exit();
      setTimeout(exitWhenItSaves, 1);
    })();`;
  assert.equal(run(script, { backend: 'wasm' }), '');
  assert.deepEqual(fs.readdirSync(directory).filter((name) => name !== 'a.bmp'), []);
});

test('messages use only the conversions that wasm/messages.c has', () => {
  const folder = path.join(root, 'src');
  const sources = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.c') &&
    name.split(path.sep)[0] !== 'save'); // not in WebAssembly
  let count = 0;
  for (const name of sources) {
    const code = fs.readFileSync(path.join(folder, name), 'utf8').replace(/\/\*[^]*?\*\//g, '');
    for (const [text] of code.matchAll(/"(?:[^"\\\n]|\\.)*"/g)) {
      if (text.startsWith('"%PDF') || text.startsWith('"%89PNG')) continue; // signatures
      for (const [conversion] of text.matchAll(/%[^"%a-zA-Z]*(?:[hlzjtL]*[a-zA-Z"]|%)/g)) {
        count++;
        assert.match(conversion, /^%(s|%|\d*(z|l|ll)?[ux])$/, `${name}: ${text}`);
      }
    }
  }
  assert.ok(count > 80, `${count} conversions`);
});

test('messages of errors and warnings are the same', { skip }, () => {
  const script = `const { TYPES, createImage } = require('./test/kit/image');
    const { encodePng } = require('./test/kit/png-encoder');
    const png = encodePng(createImage({ width: 33, height: 19, colorType: 6, bitDepth: 8 }));
    const say = (change, options) => {
      const bytes = Buffer.from(png);
      change?.(bytes);
      try {
        png2bmp.getBMP(bytes, { onWarning: console.log, ...options });
      } catch (error) {
        console.log(error.message);
      }
    };
    const at = (name) => png.indexOf(name);
    say(null, { maxPixels: 3 });
    say((bytes) => bytes.writeUInt8(0, 0));
    say((bytes) => bytes.writeUInt32BE(0, at('IHDR') + 4));
    say((bytes) => bytes.writeUInt32BE(1, at('IHDR') + 17));
    say((bytes) => bytes.writeUInt32BE(0x0badcafe, at('IDAT') - 8));
    say((bytes) => bytes.write('I\\x01%T', at('IDAT'), 'latin1'));
    say((bytes) => bytes.writeUInt32BE(1, bytes.length - 4));
    say((bytes) => bytes.write('Adobe %s %u', 0));`;
  const said = run(script, { backend: 'wasm' });
  assert.equal(said, run(script, { backend: 'native' }));
  assert.match(said, /627 pixels; maxPixels allows 3\n/);
  assert.match(said, /0badcafe/);
});

test('what a killed save left is removed when it is an hour old, and not before', { skip }, (t) => {
  const directory = scratch(t);
  const out = path.join(directory, 'a.bmp');
  const left = '.a.bmp.png2bmp-ffffffff-1-0123456789abcdef';
  const old = path.join(directory, left);
  const script = `png2bmp.saveBMP(${JSON.stringify(out)}, Buffer.from('${png.toString('base64')}', 'base64'))`;
  fs.writeFileSync(old, 'half');
  run(script, { backend: 'wasm' });
  assert.deepEqual(fs.readdirSync(directory).sort(), [left, 'a.bmp']);
  const hours = (Date.now() - 2 * 3600_000) / 1000;
  fs.utimesSync(old, hours, hours);
  run(script, { backend: 'wasm' });
  assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
});

test('a save by WebAssembly copies and plans the PNG once, and so does one that fails', { skip }, (t) => {
  const folder = scratch(t);
  const cicp = { type: 'cICP', data: Buffer.from([9, 16, 0, 1]) };
  const png = encodePng(createImage({ width: 40, height: 30, colorType: 6, bitDepth: 8 }), { first: [cicp] });
  const engine = new Engine(new WebAssembly.Module(fs.readFileSync(wasm)));
  const values = engine.words().options.map(({ initial }) => initial);
  const convert = engine.convert.bind(engine);
  const copied = [];
  engine.convert = (bytes, ...others) => {
    copied.push(bytes.length);
    return convert(bytes, ...others);
  };
  const save = (name) => {
    copied.length = 0;
    const file = Buffer.from(path.join(folder, name));
    const { error, warnings } = toFile(engine, png, { values }, file, file);
    assert.deepEqual(copied, [png.length], name);
    assert.deepEqual(warnings.map(({ code }) => code), ['WARN_PNG_COLOR_SPACE'], name);
    return error;
  };
  assert.equal(save('good.bmp'), undefined);
  assert.equal(fs.statSync(path.join(folder, 'good.bmp')).size, 54 + 120 * 30);
  const { code, syscall, errno } = save('missing/bad.bmp');
  assert.deepEqual({ code, syscall, errno }, { code: 'ERR_FILE', syscall: 'open', errno: os.constants.errno.ENOENT });
  assert.equal(save('again.bmp'), undefined);
});

test('a save whose thread could not be started is closed where it goes on, if the process ends', async () => {
  const { createFeeds } = require('../lib/wasm/feeds');
  const elsewhere = { ask: async () => undefined, close: async () => {} };
  let isClosed = false;
  const png = { opened: {}, * steps() { yield { warnings: [], numbers: [] }; }, close() { isClosed = true; } };
  const { functions, open, places } = createFeeds({ threads: { hold: () => elsewhere }, openFed: () => png, settled: (outcome) => outcome, facts: 0 });
  const stream = open({ wantsWhole: true });
  places.add(stream.place);
  await functions.stepAsync(new Uint8Array(1), 1, stream, undefined, false, 0, true, undefined, new Float64Array(9));
  assert.ok(!places.has(elsewhere)); // nobody would answer
  for (const place of places) place.close();
  assert.ok(isClosed);
});
