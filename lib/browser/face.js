'use strict';

// The calls of the modules for browsers, which may be there before WebAssembly is.

const { createStreams } = require('./streams');

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

const keptEach = (images) => (Array.isArray(images) ? images.map((each) => kept(each, { input: 'copy' }))
  : kept(images, { input: 'copy' }));

/**
 * { calls, library }: init, getBMP and the others, saves included, which only some libraries have; and library(), which
 * gives the exports of lib/ if they can be had at once. load(source, options), what init takes, gives a promise of a
 * function that makes them, loadNow() such a function at once, or undefined. ready(library) is told when they are there.
 */
function createFace({ load, loadNow = () => undefined, ready = () => {} }) {
  let made;
  let starting;

  function make(library) {
    if (made === undefined) {
      made = library();
      ready(made);
    }
  }

  async function init(source, options) {
    starting ??= load(source, options).then(make);
    try {
      await starting;
    } catch (error) {
      starting = undefined; // another source may work
      throw error;
    }
  }

  function library() {
    const now = made === undefined ? loadNow() : undefined;
    if (now !== undefined) {
      make(now);
    }
    return made;
  }

  function loaded() {
    if (library() === undefined) {
      throw new Error('png2bmp is not loaded yet: await init() before the first synchronous call');
    }
    return made;
  }

  async function whenReady(name, args) {
    await init();
    return made[name](...args);
  }

  /** keep(...args) gives the arguments as they are to be when WebAssembly is there; others than its own are left out. */
  const later = (name, keep) => (...args) => (made === undefined
    ? whenReady(name, keep(...args)) : made[name](...args.slice(0, keep.length)));

  const keepInput = (input, options) => [kept(input, options), options];
  // The PNGs of an icon are copied before it returns, as under Node.js.
  const keepImages = (images, options) => [keptEach(images), options];

  const calls = {
    init,
    getBMP: (png, options) => loaded().getBMP(png, options),
    getBMPAsync: later('getBMPAsync', keepInput),
    getBMPInto: (target, png, options) => loaded().getBMPInto(target, png, options),
    createBMPStream: (options) => createStreams(options, library() === undefined ? init() : undefined),
    createConverter: (options) => loaded().createConverter(options),
    readInfo: (png, options) => loaded().readInfo(png, options),
    decodePNG: (png, options) => loaded().decodePNG(png, options),
    decodePNGAsync: later('decodePNGAsync', keepInput),
    encodeBMP: (pixels, options) => loaded().encodeBMP(pixels, options),
    encodeBMPAsync: later('encodeBMPAsync', keepInput),
    encodeICO: (images, options) => loaded().encodeICO(images, options),
    encodeICOAsync: later('encodeICOAsync', keepImages),
    saveBMP: (path, png, options) => loaded().saveBMP(path, png, options),
    saveBMPAsync: later('saveBMPAsync', (path, input, options) => [path, ...keepInput(input, options)]),
    saveICO: (path, images, options) => loaded().saveICO(path, images, options),
    saveICOAsync: later('saveICOAsync', (path, images, options) => [path, ...keepImages(images, options)]),
  };
  return { calls, library };
}

module.exports = { createFace };
