'use strict';

// The converter in WebAssembly under Node.js: its file, its threads, its saves.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { errorFromNative } = require('../errors');
const { createCalls } = require('./calls');
const { Engine } = require('./engine');
const { createFeeds } = require('./feeds');
const { Pool } = require('./pool');
const { run } = require('./request');
const { createSaves } = require('./saves');
const { openThread } = require('./threads');

/** Whether the package contains the file. */
function isWasmHere() {
  return fs.existsSync(path.join(__dirname, '../../prebuilds/png2bmp.wasm'));
}

// Written out, so that bundlers and tracers find the file.
function compile() {
  if (typeof WebAssembly === 'undefined') {
    const text = 'png2bmp has no WebAssembly: this process runs without it (--jitless), and no addon was loaded';
    throw Object.assign(new Error(text), { code: 'ERR_NO_WASM' });
  }
  return new WebAssembly.Module(
    fs.readFileSync(path.join(__dirname, '../../prebuilds/png2bmp.wasm')));
}

function loadWasm() {
  const module = compile();
  const engine = new Engine(module);
  const shortage = engine.shortage();
  if (shortage !== undefined) {
    throw errorFromNative('ERR_OUT_OF_MEMORY', `out of memory: ${shortage}`);
  }
  const pool = new Pool({
    size: os.availableParallelism?.() ?? os.cpus().length,
    open: (listener) => openThread(module, listener),
    runHere: (request) => run(engine, request),
  });
  const calls = createCalls(engine, pool);
  const words = engine.words();
  const feeds = createFeeds({ openEngine: () => new Engine(module), facts: words.facts.length, settled: calls.settled });
  return { ...words, ...calls.functions, ...createSaves(engine, calls), ...feeds };
}

module.exports = { isWasmHere, loadWasm };
