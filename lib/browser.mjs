// png2bmp for browsers and other runtimes with WebAssembly and fetch: Uint8Arrays in and out. Described in
// browser.d.mts.

import { createRequire } from '../prebuilds/core.mjs';
import { openThread } from './browser/threads.mjs';

const require = createRequire({});

async function load(source, { worker } = {}) {
  // Written out, so that bundlers find the file.
  const module = await require('./browser/compile').compile(await source ?? new URL('../prebuilds/png2bmp.wasm', import.meta.url));
  const threads = globalThis.navigator?.hardwareConcurrency || 1;
  return () => require('./browser/library').createLibrary(module, {
    threads, openThread: (...given) => openThread(...given, worker),
  });
}

/** Undefined until WebAssembly is there. */
export let constants, errors, versions;

export const {
  init,
  getBMP,
  getBMPAsync,
  getBMPInto,
  createBMPStream,
  createConverter,
  readInfo,
  decodePNG,
  decodePNGAsync,
  encodeBMP,
  encodeBMPAsync,
  encodeICO,
  encodeICOAsync,
} = require('./browser/face').createFace({
  load,
  ready(library) {
    // One by one: Turbopack takes what is assigned by a pattern for constant.
    constants = library.constants;
    errors = library.errors;
    versions = library.versions;
  },
}).calls;
