'use strict';

// The converter in WebAssembly under Node.js: its file, its threads, its saves.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { errorFromNative } = require('../errors');
const { bytesOf } = require('../input');
const { pathFrom, workingDirectory } = require('../save-path');
const { createCalls } = require('./calls');
const { Engine } = require('./engine');
const { Pool } = require('./pool');
const { run } = require('./request');
const { bytesToFile, toFile } = require('./to-file');
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

/** Longer paths are refused by every system. */
const LONGEST_PLACE = 4095;

/** The absolute path of the file, unless it is too long. */
function placeOf(file) {
  const place = pathFrom(workingDirectory(), file);
  return place.length <= LONGEST_PLACE ? place : file;
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

  function saveBytes(view, length, values, onWarning, file) {
    settled(bytesToFile(engine, bytesOf(view, length), { values }, file, file), onWarning, saveBytes);
    return true;
  }

  async function startSave(request, view, length, values, onWarning, ticket, file) {
    const named = Buffer.from(file);
    await start(view, length, { ...request, options: { values }, place: placeOf(named), path: named }, onWarning, ticket);
    return true;
  }

  const saveAsync = (view, length, values, onWarning, _copy, ticket, file) =>
    startSave({}, view, length, values, onWarning, ticket, file);

  const saveBytesAsync = (view, length, values, onWarning, _copy, ticket, file) =>
    startSave({ asIs: true }, view, length, values, onWarning, ticket, file);

  return { ...engine.words(), ...functions, save, saveAsync, saveBytes, saveBytesAsync };
}

module.exports = { isWasmHere, loadWasm };
