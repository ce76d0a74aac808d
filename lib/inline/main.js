'use strict';

// png2bmp/inline: the calls of the module for browsers, and saves, in one file that needs no other. Described in
// lib/inline.d.ts.

const { compile } = require('../browser/compile');
const { createFace } = require('../browser/face');
const { createLibrary } = require('../browser/library');
const { portOf } = require('../browser/port');
const { builtin } = require('./builtin');
const { unpack, unpackNow } = require('./unpack');

// ---- Threads ----------------------------------------------------------------------------------

/** openThread(module, listener) for Web Workers of this source. */
function webThreads(source) {
  let url;
  return (module, listener) => {
    url ??= URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    return portOf(new globalThis.Worker(url), module, listener);
  };
}

function threadsOf(source) {
  const threads = builtin('node:os')?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  const openThread = builtin('node:worker_threads') === undefined ? webThreads(source)
    : (module, listener) => require('../wasm/threads').openThread(module, listener, source);
  return { threads, openThread };
}

// ---- Files ------------------------------------------------------------------------------------

function noFiles() {
  const text = 'png2bmp has no file system here: saves need node:fs, which Node.js (20.16 and later), Deno and Bun have';
  throw Object.assign(new Error(text), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
}

const noFilesLater = async () => noFiles();

const WITHOUT_FILES = { saveBMP: noFiles, saveBMPAsync: noFilesLater, saveICO: noFiles, saveICOAsync: noFilesLater };

// ---- The library --------------------------------------------------------------------------------

function build(module, thread) {
  const threads = threadsOf(thread);
  if (builtin('node:fs') === undefined) {
    return { ...createLibrary(module, threads), ...WITHOUT_FILES };
  }
  const more = (engine, calls) => require('../wasm/saves').createSaves(engine, calls);
  const library = createLibrary(module, { ...threads, runHere: require('../wasm/request').run, more });
  return { ...library, ...require('../save') };
}

/** As createFace, from what scripts/build-inline.js has packed. */
function createInline(packed, ready) {
  async function load(source) {
    const { wasm, thread } = await unpack(packed);
    const module = await compile(await source ?? wasm);
    return () => build(module, thread);
  }

  function loadNow() {
    const parts = unpackNow(packed);
    return parts && (() => build(new WebAssembly.Module(parts.wasm), parts.thread));
  }

  return createFace({ load, loadNow, ready });
}

module.exports = { createInline };
