'use strict';

// Converters: createConverter(options) and its two calls.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const { createConverter, getBMP } = require('..');
const { isWasm, onlyAddon } = require('./kit/backend');
const { TYPES, createImage, typeName } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { encodePng } = require('./kit/png-encoder');
const { tellsOfLeaks } = require('./kit/resident-memory');

const pngOf = (width, height, type = { colorType: 2, bitDepth: 8 }) =>
  encodePng(createImage({ width, height, ...type }));

const small = pngOf(16, 16);
const medium = pngOf(200, 150);
const busy = { code: 'ERR_INVALID_STATE', message: /wait for its conversion to end/ };

test('a converter gives the bytes that getBMP gives, for every type and format', async () => {
  for (const format of ['bgr24', 'bgra32', 'gray8', 'mono1', 'rgb565']) {
    const converter = createConverter({ format });
    for (const type of TYPES) {
      const png = pngOf(33, 17, type);
      const expected = getBMP(png, { format });
      assert.ok(converter.getBMP(png).equals(expected), `${typeName(type)} ${format}`);
      const later = await converter.getBMPAsync(png);
      assert.ok(later.equals(expected), `${typeName(type)} ${format}, asynchronous`);
    }
  }
});

test('outputs of growing and shrinking sizes, past huge pages, are right', async () => {
  const converter = createConverter();
  for (const png of [small, medium, largePng({ width: 1500, height: 1400, noisy: 20 }), small,
    largePng({ width: 2500, height: 1400, noisy: 20 }), medium]) {
    assert.ok(converter.getBMP(png).equals(getBMP(png)));
    assert.ok((await converter.getBMPAsync(png)).equals(getBMP(png)));
  }
});

test('the next call writes to the same memory', () => {
  const converter = createConverter();
  const first = converter.getBMP(small);
  const other = pngOf(16, 16, { colorType: 6, bitDepth: 8 });
  const second = converter.getBMP(other);
  assert.equal(first.buffer, second.buffer);
  assert.ok(first.equals(getBMP(other)), 'the earlier result shows the bytes of the later one');
});

test('the result is a Buffer that Response and Blob accept', async () => {
  const bmp = createConverter().getBMP(medium);
  assert.ok(Buffer.isBuffer(bmp));
  assert.equal((await new Response(bmp).arrayBuffer()).byteLength, bmp.length);
  assert.equal(new Blob([bmp]).size, bmp.length);
});

test('options are read once', () => {
  const options = { background: '#ff0000' };
  const converter = createConverter(options);
  const png = pngOf(9, 9, { colorType: 6, bitDepth: 8 });
  options.background = '#00ff00';
  assert.ok(converter.getBMP(png).equals(getBMP(png, { background: '#ff0000' })));
});

test('wrong options are told when the converter is made', () => {
  assert.throws(() => createConverter({ fromat: 'mono1' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => createConverter({ format: 'gif' }), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('while it is busy a converter refuses both calls, and takes them afterwards', async () => {
  const converter = createConverter();
  const running = converter.getBMPAsync(medium);
  assert.throws(() => converter.getBMP(small), busy);
  await assert.rejects(converter.getBMPAsync(small), busy);
  assert.ok((await running).equals(getBMP(medium)));
  assert.ok(converter.getBMP(small).equals(getBMP(small)));
});

test('in its own onWarning, and in getters of its signal, a converter refuses both calls', async () => {
  const withoutEnd = medium.subarray(0, medium.length - 12);
  const refusals = [];
  const made = {};
  function refuse() {
    if (made.converter === undefined) return; // it is being made
    assert.throws(() => made.converter.getBMP(small), busy);
    refusals.push(assert.rejects(made.converter.getBMPAsync(small), busy));
  }
  const converter = made.converter = createConverter({
    onWarning: () => refuse(),
    signal: { get aborted() { refuse(); return false; }, addEventListener() {}, removeEventListener() {} },
  });
  for (let i = 0; i < 2; i++) { // with memory of its own from the second time on
    assert.ok(converter.getBMP(withoutEnd).equals(getBMP(withoutEnd)));
    assert.ok((await converter.getBMPAsync(withoutEnd)).equals(getBMP(withoutEnd)));
  }
  await Promise.all(refusals);
  assert.ok(refusals.length >= 6, `${refusals.length} calls were refused`);
});

test('a callback that throws leaves the converter idle', () => {
  const converter = createConverter({ onWarning: () => { throw new Error('mine'); } });
  assert.throws(() => converter.getBMP(medium.subarray(0, medium.length - 12)), /mine/);
  assert.ok(converter.getBMP(small).equals(getBMP(small)));
});

test('any number of converters can be alive', { skip: !tellsOfLeaks && 'a checker' }, () => {
  const script = `
    const { createConverter, getBMP } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const png = require('fs').readFileSync(0);
    const wanted = getBMP(png);
    const converters = [];
    (async () => {
      for (let i = 0; i < 14000; i++) {
        converters.push(createConverter());
        if (!converters[i].getBMP(png).equals(wanted)) throw new Error('wrong bytes');
      }
      for (const i of [0, 13999]) {
        if (!(await converters[i].getBMPAsync(png)).equals(wanted)) throw new Error('wrong bytes later');
      }
      console.log('all');
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { input: small, encoding: 'utf8' });
  assert.deepEqual({ stdout, stderr }, { stdout: 'all\n', stderr: '' });
});

test('after an error a converter goes on', async () => {
  const converter = createConverter();
  const cut = medium.subarray(0, medium.length - 40);
  assert.throws(() => converter.getBMP(cut), { code: 'ERR_PNG_TRUNCATED' });
  await assert.rejects(converter.getBMPAsync(cut), { code: 'ERR_PNG_TRUNCATED' });
  assert.throws(() => converter.getBMP('text'), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(converter.getBMPAsync('text'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.ok(converter.getBMP(medium).equals(getBMP(medium)));
});

test('a signal stops a running conversion, and refuses those after it', async () => {
  const abort = new AbortController();
  const converter = createConverter({ signal: abort.signal });
  const running = converter.getBMPAsync(largePng({ width: 2000, height: 2000, noisy: 1000 }));
  abort.abort();
  await assert.rejects(running, { code: 'ABORT_ERR' });
  assert.throws(() => converter.getBMP(small), { code: 'ABORT_ERR' });
  await assert.rejects(converter.getBMPAsync(small), { code: 'ABORT_ERR' });
});

test('warnings are told once, by both calls', async () => {
  const told = [];
  const converter = createConverter({ onWarning: ({ code }) => told.push(code) });
  const withoutEnd = medium.subarray(0, medium.length - 12);
  converter.getBMP(withoutEnd);
  await converter.getBMPAsync(withoutEnd);
  assert.deepEqual(told, ['WARN_PNG_END', 'WARN_PNG_END']);
});

test('a Blob is collected', async () => {
  const bmp = await createConverter().getBMPAsync(new Blob([medium]));
  assert.ok(bmp.equals(getBMP(medium)));
});

test('a PNG in the memory of the output is refused', async () => {
  const converter = createConverter();
  const { buffer, byteOffset } = converter.getBMP(medium);
  const inside = Buffer.from(buffer, byteOffset, small.length);
  small.copy(inside);
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /copy it first/ };
  assert.throws(() => converter.getBMP(inside), refused);
  assert.ok(converter.getBMP(Buffer.from(inside)).equals(getBMP(small)));
});

test('a PNG in the memory is refused from the first byte of the output to its last, and converted next to it', () => {
  for (const length of [small.length, small.length + 2000]) { // trailing bytes are a warning
    const png = Buffer.concat([small, Buffer.alloc(length - small.length)]);
    const size = getBMP(png).length;
    const converter = createConverter();
    const { buffer, byteOffset: start } = converter.getBMP(medium);
    const at = (offset) => {
      const inside = Buffer.from(buffer, offset, png.length);
      png.copy(inside);
      return inside;
    };
    for (const offset of [start, start + 1, start + size - 1]) {
      assert.throws(() => converter.getBMP(at(offset)), { code: 'ERR_INVALID_ARG_VALUE' }, `at ${offset}`);
    }
    const after = at(start + size);
    assert.ok(converter.getBMP(after).equals(getBMP(png)));
    assert.ok(after.equals(png), 'and is as it was');
  }
});

test('nobody can take the memory away while another thread writes to it',
  { skip: onlyAddon('gives memory of its own') }, async () => {
    const converter = createConverter();
    const { buffer } = await converter.getBMPAsync(medium);
    const running = converter.getBMPAsync(medium);
    for (const attempt of [
      () => structuredClone(buffer, { transfer: [buffer] }),
      () => new MessageChannel().port1.postMessage(0, [buffer]),
      () => buffer.transfer(),
      () => buffer.resize(0),
    ]) {
      try {
        attempt();
      } catch { /* some versions refuse, others do nothing */ }
      assert.ok(buffer.byteLength > 0, String(attempt));
    }
    assert.ok((await running).equals(getBMP(medium)));
  });

test('converters do not share memory', () => {
  const a = createConverter();
  const b = createConverter();
  assert.notEqual(a.getBMP(small).buffer, b.getBMP(small).buffer);
});

test('converters that are dropped in a synchronous loop do not pile up', { skip: !tellsOfLeaks && 'a checker' }, () => {
  const script = `
    const { createConverter } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const png = require('fs').readFileSync(0);
    for (let i = 0; i < 150; i++) createConverter().getBMP(png);
    console.log(process.resourceUsage().maxRSS / 1024);`;
  const png = largePng({ width: 1500, height: 1000, noisy: 1 });
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { input: png, encoding: 'utf8' });
  assert.ok(Number(stdout) < 350, `${stdout} MiB at most, of 640 if nothing were freed; ${stderr}`);
});

/** What a converter gives in a process that V8 refuses WebAssembly memory, in [program, arguments]. */
function convertedBy(program, args) {
  const script = `
    const { createConverter, getBMP, readInfo } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const png = require('fs').readFileSync(0);
    const converter = createConverter({ format: 'bgra32' });
    const wanted = getBMP(png, { format: 'bgra32' });
    console.log(converter.getBMP(png).equals(wanted), converter.getBMP(png).equals(wanted));
    converter.getBMPAsync(png).then((bmp) => console.log(bmp.equals(wanted)), (error) => console.log(error.message));`;
  const { stdout, stderr } = spawnSync(program, [...args, '-e', script], { input: medium, encoding: 'utf8' });
  return stdout + stderr.replace(/^Warning: disabling.*\n/gm, '');
}

test('a converter works in a process without WebAssembly, in memory of its own for each image',
  { skip: onlyAddon('is WebAssembly') }, () => {
    assert.equal(convertedBy(process.execPath, ['--jitless']), 'true true\ntrue\n');
  });

// V8 reserves 8 GiB or more of address space for each WebAssembly memory.
test('a converter and asynchronous calls work where address space is limited',
  { skip: process.platform !== 'linux' || process.arch !== 'x64' || !tellsOfLeaks ? 'needs ulimit -v, and no checker' : false },
  () => {
    const limit = isWasm ? 20e6 : 2e6; // KiB: one memory, or none
    const args = ['-c', `ulimit -v ${limit}; exec "$0" "$@"`, process.execPath];
    assert.equal(convertedBy('bash', args), 'true true\ntrue\n');
  });
