// png2bmp for runtimes that give WebAssembly as a module and start no Workers: the edge runtime of Next.js. As
// browser.mjs, without the files that it names, which bundlers for such runtimes cannot follow.

import { createRequire } from '../prebuilds/core.mjs';

const require = createRequire({});

function openThread() {
  throw new Error('no Workers here');
}

async function load(given) {
  const source = await given;
  if (!source) {
    throw new Error("png2bmp: await init(wasm) first, with import wasm from 'png2bmp/png2bmp.wasm?module'");
  }
  const module = await require('./browser/compile').compile(source);
  return () => require('./browser/library').createLibrary(module, { threads: 1, openThread });
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
