'use strict';

// The calls of the module for browsers, and saves, in one file that needs no other: prebuilds/inline/. Described in
// lib/inline.d.ts.

const { compile } = require('../browser/compile');
const { createFace } = require('../browser/face');
const { createLibrary } = require('../browser/library');
const { portOf } = require('../browser/port');
const { workerAt, workerOf } = require('../browser/workers');
const { builtin } = require('../environment');
const { unpack, unpackNow } = require('./unpack');

// ---- Threads ----------------------------------------------------------------------------------

/** openThread(module, listener) for Web Workers of this source, or of the page's own address. */
function webThreads(source, address) {
  return (module, listener) => portOf(address === undefined ? workerOf(source) : workerAt(address), module, listener);
}

function threadsOf(source, address) {
  const threads = builtin('node:os')?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  const openThread = builtin('node:worker_threads') === undefined ? webThreads(source, address)
    : (module, listener) => require('./files').openThread(module, listener, source);
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

/** The modules of scripts/build-inline.js that are packed are in `sources` from now on, in which all others are. */
function addPacked(sources, table) {
  const added = builtin('node:vm').runInThisContext(`(${table})`);
  Object.assign(sources, { ...added, ...sources });
}

function build(sources, module, { table, thread }, address) {
  const threads = threadsOf(thread, address);
  if (builtin('node:fs') === undefined) {
    return { ...createLibrary(module, threads), ...WITHOUT_FILES };
  }
  addPacked(sources, table);
  const { work, createSaves, saves } = require('./files');
  const library = createLibrary(module, { ...threads, work, more: createSaves });
  return { ...library, ...saves() };
}

/** createInline(packed, ready), as createFace, and parts(zlib), from what scripts/build-inline.js has packed and the modules outside. */
function inlineWith(sources) {
  return function createInline(packed, ready) {
    async function load(source, { worker } = {}) {
      const parts = await unpack(packed);
      const module = await compile(await source ?? parts.wasm);
      return () => build(sources, module, parts, worker);
    }

    function loadNow() {
      const parts = unpackNow(packed);
      return parts && (() => build(sources, new WebAssembly.Module(parts.wasm), parts));
    }

    return { ...createFace({ load, loadNow, ready }), parts: (zlib) => unpackNow(packed, zlib) };
  };
}

module.exports = { inlineWith };
