'use strict';

// Lists what a whole process allocates while a 4000 x 3000 image is converted in it, with a
// library between the process and malloc.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const { onlyAddon } = require('./kit/backend');
const { largePng, unpooled } = require('./kit/large-png');

const width = 4000;
const height = 3000;
const bmpSize = 54 + width * 3 * height;
const png = unpooled(largePng({ width, height, noisy: 1500 }));

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-zero-copy-'));
const library = path.join(directory, 'allocations.so');
const file = path.join(directory, 'image.png');
fs.writeFileSync(file, png);
test.after(() => fs.rmSync(directory, { recursive: true }));

function compileLibrary() {
  const source = path.join(__dirname, 'kit/allocations.c');
  const args = ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'];
  return spawnSync(process.env.CC || 'cc', args).status === 0;
}

const skip = onlyAddon('threads get a copy of the PNG') || (process.platform !== 'linux' && 'needs LD_PRELOAD') ||
  (!compileLibrary() && 'the library does not compile here');

/** The sizes of all allocations of 1 MiB and more while `expression` is evaluated. */
function allocationsOf(expression) {
  const script = `
    const fs = require('node:fs');
    const png2bmp = require(${JSON.stringify(path.resolve(__dirname, '..'))});
    const png = fs.readFileSync(${JSON.stringify(file)});
    const target = Buffer.alloc(${bmpSize}, 1);
    const out = ${JSON.stringify(path.join(directory, 'image.bmp'))};
    (async () => {
      fs.writeSync(3, 'begin\\n');
      await (${expression});
      fs.writeSync(3, 'end\\n');
    })();
  `;
  const { output, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, LD_PRELOAD: library },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  assert.equal(status, 0, stderr);
  const [, lines] = /begin\n([^]*)end\n/.exec(output[3]);
  return lines.split('\n').filter(Boolean).map((line) => Number(line.split(' ')[1]));
}

const cases = {
  'getBMP allocates the result and nothing else':
    ['png2bmp.getBMP(png)', [bmpSize]],
  'getBMPAsync borrows: it allocates the result and nothing else':
    ['png2bmp.getBMPAsync(png)', [bmpSize]],
  'getBMPAsync with transfer allocates the result and nothing else':
    ["png2bmp.getBMPAsync(png, { input: 'transfer' })", [bmpSize]],
  'getBMPInto allocates nothing': ['png2bmp.getBMPInto(target, png)', []],
  'saveBMP allocates nothing': ['png2bmp.saveBMP(out, png)', []],
  'saveBMPAsync allocates nothing': ['png2bmp.saveBMPAsync(out, png)', []],
  'readInfo allocates nothing': ['png2bmp.readInfo(png)', []],
  'decodePNG allocates the pixels and nothing else':
    ['png2bmp.decodePNG(png, { channels: 3 })', [width * height * 3]],
  'encodeBMPAsync allocates the result and nothing else':
    [`png2bmp.encodeBMPAsync({ data: target, width: ${width}, height: ${height}, channels: 3 })`,
      [bmpSize]],
};

for (const [name, [expression, sizes]] of Object.entries(cases)) {
  test(`${name} (a PNG of ${png.length} bytes, a BMP of ${bmpSize})`, { skip }, () => {
    assert.deepEqual(allocationsOf(expression), sizes);
  });
}

test('the count sees the copy that input: copy makes', { skip }, () => {
  const sizes = allocationsOf("png2bmp.getBMPAsync(png, { input: 'copy' })");
  assert.deepEqual(sizes, [bmpSize, png.length]);
});

test('the result itself is what the addon wrote to, and not a copy of it', { skip: onlyAddon('rows leave WebAssembly memory by a copy') }, () => {
  const { getBMP } = require('..');
  const before = process.memoryUsage().arrayBuffers;
  const bmp = getBMP(png);
  const after = process.memoryUsage().arrayBuffers;
  assert.equal(bmp.buffer.byteLength, bmpSize);
  assert.ok(after - before <= bmpSize, `${after - before} bytes more in ArrayBuffers`);
});

// The addon writes past the cache where the memory of a Buffer has been used before.
test('a BMP in memory that has been used before has the same bytes', () => {
  const { getBMP } = require('..');
  const image = largePng({ width: 701, height: 400, colorType: 0, noisy: 701 });
  const first = getBMP(image);
  const past = first.length * 200;
  for (let made = 0; made < past; made += first.length) {
    assert.equal(getBMP(image).compare(first), 0, `after ${made} bytes`);
  }
});
