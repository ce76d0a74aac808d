// png2bmp for browsers and other runtimes with WebAssembly and fetch: Uint8Arrays in and out. Described in
// browser.d.mts.

import { createRequire } from '../prebuilds/core.mjs';
import { openThread } from './browser/threads.mjs';
import { compile } from './browser/compile.mjs';

/** The exports of lib/, except those that need a file system; undefined until init is done. */
let library;
let starting;

export let constants, errors, versions;

function build(module) {
  const given = {};
  const require = createRequire(given);
  const { Engine } = require('./wasm/engine');
  const { Pool } = require('./wasm/pool');
  const { toOutput } = require('./wasm/work');

  const engine = new Engine(module);
  const pool = new Pool({
    size: globalThis.navigator?.hardwareConcurrency || 1,
    open: (listener) => openThread(module, listener),
    runHere: ({ bytes, options }) => toOutput(engine, bytes, options),
  });
  const words = engine.words();
  const AUTO = 0; // the only CPU level
  Object.assign(given, words, require('./wasm/calls').createCalls(engine, pool).functions,
    { cpu: AUTO, versions: { ...words.versions, backend: 'wasm' } });
  return { ...require('./sync'), ...require('./async'), ...require('./facts'), ...require('./converter'), ...require('./ico') };
}

async function start(source) {
  library = build(await compile(source));
  ({ constants, errors, versions } = library);
}

export async function init(source) {
  starting ??= start(source);
  try {
    await starting;
  } catch (error) {
    starting = undefined; // another source may work
    throw error;
  }
}

function ready() {
  if (library === undefined) {
    throw new Error('png2bmp is not loaded yet: await init() before the first synchronous call');
  }
  return library;
}

export const getBMP = (png, options) => ready().getBMP(png, options);
export const getBMPInto = (target, png, options) => ready().getBMPInto(target, png, options);
export const createConverter = (options) => ready().createConverter(options);
export const readInfo = (png, options) => ready().readInfo(png, options);
export const decodePNG = (png, options) => ready().decodePNG(png, options);
export const encodeBMP = (pixels, options) => ready().encodeBMP(pixels, options);
export const encodeICO = (images, options) => ready().encodeICO(images, options);

/** A copy of what the caller may change while WebAssembly is being loaded, unless it was only borrowed. */
function kept(input, options) {
  if ((options?.input ?? 'borrow') === 'borrow') {
    return input;
  }
  try {
    return structuredClone(input);
  } catch {
    return input; // a Response, a stream, or something unsuitable
  }
}

const keptEach = (images) => (Array.isArray(images) ? images.map((each) => kept(each, { input: 'copy' })) : images);

async function whenReady(name, input, options) {
  await init();
  return library[name](input, options);
}

const asynchronous = (name) => (input, options) => (library === undefined
  ? whenReady(name, kept(input, options), options) : library[name](input, options));

export const getBMPAsync = asynchronous('getBMPAsync');
export const decodePNGAsync = asynchronous('decodePNGAsync');
export const encodeBMPAsync = asynchronous('encodeBMPAsync');

/** The PNGs are copied before it returns, as under Node.js. */
export const encodeICOAsync = (images, options) => (library === undefined
  ? whenReady('encodeICOAsync', keptEach(images), options) : library.encodeICOAsync(images, options));
