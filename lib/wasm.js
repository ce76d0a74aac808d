'use strict';

// The converter in WebAssembly under Node.js: its file, its threads, its saves.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');

const { errorFromNative } = require('./errors');
const { bytesOf } = require('./input');
const { createCalls } = require('./wasm-calls');
const { Engine } = require('./wasm-engine');
const { Pool } = require('./wasm-pool');
const { run } = require('./wasm-request');
const { toFile } = require('./wasm-save');
const { openThread } = require('./wasm-threads');

/** Whether the package contains the file. */
function isWasmHere() {
  return fs.existsSync(path.join(__dirname, '../prebuilds/png2bmp.wasm'));
}

// Written out, so that bundlers and tracers find the file.
function compile() {
  if (typeof WebAssembly === 'undefined') {
    const text = 'png2bmp has no WebAssembly: this process runs without it (--jitless), and no addon was loaded';
    throw Object.assign(new Error(text), { code: 'ERR_NO_WASM' });
  }
  return new WebAssembly.Module(
    fs.readFileSync(path.join(__dirname, '../prebuilds/png2bmp.wasm')));
}

/** The absolute path of the file: the process may change its directory before the thread loads it. */
function placeOf(file) {
  if (path.isAbsolute(file.toString('latin1')) || file.length === 0) {
    return file;
  }
  const place = Buffer.concat([Buffer.from(process.cwd() + path.sep), file]);
  return place.length < 4096 ? place : file;
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
  const { functions, settled, start } = createCalls(engine, pool);

  function save(view, length, values, onWarning, file) {
    settled(toFile(engine, bytesOf(view, length), { values }, file, file), onWarning, save);
    return true;
  }

  async function saveAsync(view, length, values, onWarning, _copy, ticket, file) {
    const named = Buffer.from(file);
    await start(view, length, { options: { values }, place: placeOf(named), path: named }, onWarning, ticket);
    return true;
  }

  return { ...engine.words(), ...functions, save, saveAsync };
}

module.exports = { isWasmHere, loadWasm };
