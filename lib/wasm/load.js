'use strict';

// The converter in WebAssembly under Node.js: its file, its threads, its saves.

const { builtin } = require('../environment');

const fs = builtin('node:fs') ?? require('node:fs');
const os = builtin('node:os') ?? require('node:os');
const path = builtin('node:path') ?? require('node:path');

const { errorFromNative } = require('../errors');
const { createCalls } = require('./calls');
const { Engine } = require('./engine');
const { FeedThreads } = require('./feed-threads');
const { createFeeds } = require('./feeds');
const { packedParts } = require('./packed');
const { Pool } = require('./pool');
const { openFed, run } = require('./request');
const { createSavePieces } = require('./save-pieces');
const { createSaves } = require('./saves');
const { openThread } = require('./threads');

/** Whether a bundler has left no folder, as in ECMAScript modules, or another one than that of this file. The name is
 * written out, without the help of node:path, so that bundlers and tracers find the file. */
const hasWasm = () => typeof __dirname === 'string' && fs.existsSync(`${__dirname}/../../prebuilds/png2bmp.wasm`);

// Not written out: ncc would bring this file along, but not those that it requires.
const folderOf = () => __dirname;
const hasThreads = () => typeof __dirname === 'string' && fs.existsSync(path.join(folderOf(), '../wasm/answer.js'));

/** Whether the package contains WebAssembly. */
function isWasmHere() {
  return hasWasm() || packedParts() !== undefined;
}

function compile() {
  if (typeof WebAssembly === 'undefined') {
    const text = 'png2bmp has no WebAssembly: this process runs without it (--jitless), and no addon was loaded';
    throw Object.assign(new Error(text), { code: 'ERR_NO_WASM' });
  }
  return new WebAssembly.Module(
    hasWasm() ? fs.readFileSync(`${__dirname}/../../prebuilds/png2bmp.wasm`) : packedParts().wasm);
}

function loadWasm() {
  const module = compile();
  const engine = new Engine(module);
  const shortage = engine.shortage();
  if (shortage !== undefined) {
    throw errorFromNative('ERR_OUT_OF_MEMORY', `out of memory: ${shortage}`);
  }
  const started = {
    size: os.availableParallelism?.() ?? os.cpus().length,
    open: (listener) => openThread(module, listener, hasThreads() ? undefined : packedParts()?.thread),
  };
  const pool = new Pool({ ...started, runHere: (request) => run(engine, request) });
  const calls = createCalls(engine, pool);
  const words = engine.words();
  const feeds = createFeeds({
    engine, module, facts: words.facts.length, settled: calls.settled, threads: new FeedThreads(started), openFed,
  });
  const saves = { ...createSaves({ engine, ...calls, ...feeds }), savePieces: createSavePieces(module, calls.settled) };
  return { ...words, ...calls.functions, ...feeds.functions, ...saves };
}

module.exports = { isWasmHere, loadWasm };
