'use strict';

// Windows icons and cursors: several images in one file. Facts: as in lib/icon-entry.js.

const {
  bindWarnings, calls: { decodePNGAsync, getBMPAsync }, encodePNGAsync, settle, sortArguments,
} = require('./async');
const { collect, isCollectable } = require('./collect');
const { errorFromNative, rangeError } = require('./errors');
const { allocate } = require('./host');
const {
  LARGEST_SIDE, TYPES, eachSize, nameOf, readIconOptions, readImage, readList, withSide,
} = require('./icon-arguments');
const { toEntry } = require('./icon-entry');
const { checkStillThere, toBytes } = require('./input');
const { readOptions } = require('./options');
const { throwIfAborted } = require('./signals');
const { calls: { getBMP, decodePNG }, encodePNG } = require('./sync');

const DIRECTORY_BYTES = 6;
const ENTRY_BYTES = 16;
const MOST_BYTES = 0xffffffff; // offsets have 32 bits

// ---- The file -----------------------------------------------------------------------------------

const lengthOf = (pieces) => pieces.reduce((sum, { length }) => sum + length, 0);

/** The number of colours, where a byte can say it. */
const colorCountOf = (bits) => (bits < 8 ? 1 << bits : 0);

function writeDirectoryEntry(head, at, { width, height, hotspot, bits, size }, isCursor, offset) {
  head.setUint8(at, width % LARGEST_SIDE); // 0 means 256
  head.setUint8(at + 1, height % LARGEST_SIDE);
  head.setUint8(at + 2, colorCountOf(bits));
  head.setUint16(at + 4, isCursor ? hotspot.x : 1, true); // or planes
  head.setUint16(at + 6, isCursor ? hotspot.y : bits, true);
  head.setUint32(at + 8, size, true);
  head.setUint32(at + 12, offset, true);
}

/** Everything before the images. */
function directoryOf(type, entries) {
  const head = new DataView(new ArrayBuffer(DIRECTORY_BYTES + ENTRY_BYTES * entries.length));
  head.setUint16(2, type, true);
  head.setUint16(4, entries.length, true);
  let offset = head.byteLength;
  entries.forEach((entry, i) => {
    writeDirectoryEntry(head, DIRECTORY_BYTES + ENTRY_BYTES * i, entry, type === TYPES.cursor, offset);
    offset += entry.size;
  });
  return new Uint8Array(head.buffer);
}

function allocateFile(size) {
  if (size > MOST_BYTES) {
    throw rangeError('argument', 'images', `at most ${MOST_BYTES} bytes in all`, size);
  }
  try {
    return allocate(size);
  } catch {
    throw errorFromNative('ERR_OUT_OF_MEMORY', `the icon needs a Buffer of ${size} bytes: out of memory`);
  }
}

function join(head, entries) {
  const file = allocateFile(entries.reduce((sum, { size }) => sum + size, head.length));
  let at = 0;
  const append = (piece) => {
    file.set(piece, at);
    at += piece.length;
  };
  append(head);
  entries.forEach(({ pieces, size, index }) => {
    checkStillThere(nameOf(index), pieces[0], pieces.length === 1 ? size : 0); // a copied PNG
    pieces.forEach(append);
  });
  return file;
}

// ---- Its images ---------------------------------------------------------------------------------

/** Errors and warnings say which image they are about, except errors of the caller's own code that cannot be
 * changed. */
function ofImage(index, error) {
  const isOfImage = error instanceof Error && error.code !== 'ABORT_ERR' && Object.isExtensible(error);
  return isOfImage ? Object.assign(error, { image: index }) : error;
}

function optionsOfImage(common, { index, side, isQuiet }) {
  const { onWarning, ...decoding } = withSide(common, side);
  return onWarning === undefined || isQuiet ? decoding
    : { ...decoding, onWarning: (warning) => onWarning({ ...warning, image: index }) };
}

function readImageOf(item, common) {
  try {
    return readImage(item, common);
  } catch (error) {
    throw ofImage(item.index, error);
  }
}

function* toEntryOf(image, { png, decoding }) {
  try {
    const { bits, pieces } = yield* toEntry(image, png, optionsOfImage(decoding, image));
    return { ...image, bits, pieces, size: lengthOf(pieces) };
  } catch (error) {
    throw ofImage(image.index, error);
  }
}

const bySize = (a, b) => a.width - b.width || a.height - b.height;

function* toFile(list, common) {
  const images = eachSize(list, common.sizes).map((item) => readImageOf(item, common));
  if (common.order === 'size') {
    images.sort(bySize);
  }
  const entries = [];
  for (const image of images) {
    entries.push(yield* toEntryOf(image, common));
  }
  return join(directoryOf(common.type, entries), entries);
}

// ---- Steps: see lib/icon-entry.js -----------------------------------------------------------------

const here = { getBMP, decodePNG, encodePNG };
const elsewhere = { getBMP: getBMPAsync, decodePNG: decodePNGAsync, encodePNG: encodePNGAsync };

function doHere(steps) {
  let step = steps.next();
  while (!step.done) {
    let result;
    try {
      result = step.value(here);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(result);
  }
  return step.value;
}

async function doElsewhere(steps) {
  let step = steps.next();
  while (!step.done) {
    let result;
    try {
      result = await step.value(elsewhere);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(result);
  }
  return step.value;
}

// ---- The calls ------------------------------------------------------------------------------------

/** An .ico or .cur file. */
function encodeICO(images, options) {
  const common = readIconOptions(options);
  throwIfAborted(common.decoding.signal);
  return doHere(toFile(readList(images, common.sizes), common));
}

/** The item with bytes of its own, so that the caller may change his. */
async function withOwnBytes(item, options) {
  try {
    const bytes = isCollectable(item.png) ? await collect(item.png, options)
      : new Uint8Array(toBytes(nameOf(item.index), item.png));
    return { ...item, png: bytes };
  } catch (error) {
    throw ofImage(item.index, error);
  }
}

async function startICO(list, common) {
  throwIfAborted(common.decoding.signal);
  const options = readOptions(common.decoding);
  const own = await Promise.all(list.map((item) => withOwnBytes(item, options)));
  return doElsewhere(toFile(own, common));
}

/** The promise of encodeICOAsync; throws for wrong arguments. */
function beginICO(images, options) {
  const common = readIconOptions(options);
  const list = readList(images, common.sizes);
  return startICO(list, { ...common, decoding: bindWarnings(common.decoding) });
}

function encodeICOAsync(images, ...rest) {
  const [, options, callback] = sortArguments(undefined, ...rest);
  return settle(callback, () => beginICO(images, options));
}

module.exports = { beginICO, encodeICO, encodeICOAsync };
