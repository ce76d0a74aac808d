'use strict';

// wasm/memory.c, compiled alone: malloc and its like, against what they have to hold.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { createRandom } = require('./kit/random');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const skip = !fs.existsSync('/usr/lib/wasm32-wasi/libc.a') && 'needs clang and wasi-libc: npm run build:wasm';

/** { malloc, free, calloc, realloc, memory } of a memory that grows to so many bytes. */
function compile(t, mostBytes) {
  const file = path.join(scratch(t), 'memory.wasm');
  const { status, stderr } = spawnSync('clang', ['--target=wasm32-wasi', '-mexec-model=reactor', '-O2', '-mbulk-memory',
    `-Wl,--max-memory=${mostBytes}`, ...['malloc', 'free', 'calloc', 'realloc'].map((name) => `-Wl,--export=${name}`),
    '-o', file, path.join(ROOT, 'wasm/memory.c')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const module = new WebAssembly.Module(fs.readFileSync(file));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  return new WebAssembly.Instance(module).exports;
}

/** Fills a block with bytes of its own. */
function mark(library, address, size, value) {
  new Uint8Array(library.memory.buffer).fill(value, address, address + size);
  return { address, size, value };
}

function checkMark(library, { address, size, value }) {
  assert.ok(Buffer.alloc(size, value).equals(new Uint8Array(library.memory.buffer, address, size)), `${size} bytes at ${address}`);
}

test('blocks of WebAssembly are aligned, apart from each other, and keep their bytes, also when they move', { skip }, (t) => {
  const mostBytes = 512 * 1024;
  const library = compile(t, mostBytes);
  const random = createRandom(1);
  const blocks = [];
  const put = (address, size, i) => {
    assert.equal(address % 16, 0);
    blocks.push(mark(library, address, size, i % 251));
  };
  const take = () => {
    const [block] = blocks.splice(random.below(blocks.length), 1);
    checkMark(library, block);
    return block;
  };
  const sizes = [0, 1, 15, 16, 17, 300, 5000, 70_000];
  const sizeOf = () => { const most = sizes[random.below(sizes.length)]; return most - random.below(Math.min(most, 16) + 1); };
  let failures = 0;
  for (let i = 0; i < 10_000; i++) {
    const size = sizeOf();
    const what = random.below(blocks.length > 60 ? 8 : 4);
    if (what === 0) {
      const address = library.calloc(1, size);
      if (address === 0) { failures++; continue; }
      checkMark(library, { address, size, value: 0 });
      put(address, size, i);
    } else if (what === 1 && blocks.length > 0) {
      const block = take();
      const address = library.realloc(block.address, size);
      if (address === 0) { failures++; blocks.push(block); continue; }
      checkMark(library, { address, size: Math.min(size, block.size), value: block.value });
      put(address, size, i);
    } else if (what <= 3) {
      const address = library.malloc(size);
      if (address === 0) failures++;
      else put(address, size, i);
    } else {
      library.free(take().address);
    }
  }
  assert.ok(failures > 0, 'the limit is reached, too');
  assert.ok(library.memory.buffer.byteLength <= mostBytes);
  while (blocks.length > 0) library.free(take().address);
  library.free(0);
  const whole = library.malloc(library.memory.buffer.byteLength - 4 * 65536);
  assert.notEqual(whole, 0, 'what was freed is one block again');
});

test('memory of WebAssembly grows by what is missing, and a size that no block can have is refused', { skip }, (t) => {
  const mostBytes = 4 * 1024 * 1024;
  const library = compile(t, mostBytes);
  for (const size of [0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, mostBytes]) {
    assert.equal(library.malloc(size), 0);
    assert.equal(library.realloc(0, size), 0);
  }
  assert.equal(library.calloc(0x10000, 0x10000), 0);
  const before = library.memory.buffer.byteLength;
  const first = library.malloc(1_000_000);
  assert.ok(library.memory.buffer.byteLength - before <= 1_000_000 + 65536);
  library.free(first);
  const larger = library.malloc(1_500_000);
  assert.equal(larger, first, 'the free bytes at the end are the first of it');
  assert.ok(library.memory.buffer.byteLength - before <= 1_500_000 + 2 * 65536);
});
