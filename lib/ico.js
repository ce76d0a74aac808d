'use strict';

// Windows icons and cursors: several PNGs in one file. Small ones become BMPs, which every version reads;
// larger ones stay PNGs, which Windows Vista and later read. Facts: "The evolution of the ICO file format",
// R. Chen, 2010.

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { allocate } = require('./host');
const { optional, toBytes } = require('./input');
const { isAnyArrayBuffer } = require('./kinds');
const { readable } = require('./options');
const { getBMP, readInfo } = require('./sync');

const DIRECTORY_BYTES = 6;
const ENTRY_BYTES = 16;
const INFO_HEADER_BYTES = 40;
const LARGEST_SIDE = 256;
// Larger ones would take 64 kB and more; programs that show them read PNG.
const LARGEST_DIB = 128;
const MOST_IMAGES = 65535;
const LARGEST_FILE = 2 ** 32 - 1;

const types = { __proto__: null, icon: 1, cursor: 2 };

// ---- Arguments ----------------------------------------------------------------------------------

function hotspotOf({ x, y }, { width, height }, name) {
  if (!(Number.isInteger(x) && x >= 0 && x < width && Number.isInteger(y) && y >= 0 && y < height)) {
    throw rangeError('property', `${name}.hotspot`, `{ x, y } inside the image of ${width} x ${height}`, { x, y });
  }
  return { x, y };
}

/** Whether it is { png, hotspot } and not a PNG. */
function isImage(item) {
  return typeof item === 'object' && item !== null && !ArrayBuffer.isView(item) && !isAnyArrayBuffer(item) &&
    optional(item, 'png') !== undefined;
}

/** The properties of an item of the list, each read once: getters are code of the caller. */
function readItem(item) {
  if (!isImage(item)) {
    return { given: item, spot: { x: 0, y: 0 } };
  }
  const { png } = item;
  const hotspot = optional(item, 'hotspot');
  const { x, y } = hotspot === undefined ? { x: 0, y: 0 } : hotspot ?? {};
  return { given: png, spot: { x, y } };
}

/** { png, width, height, hotspot } of what readItem has read. */
function toImage({ given, spot }, place) {
  const name = `images[${place}]`;
  const png = toBytes(name, given);
  const info = readInfo(png);
  if (info.width > LARGEST_SIDE || info.height > LARGEST_SIDE) {
    throw argumentValueError('argument', name, `at most ${LARGEST_SIDE} x ${LARGEST_SIDE} pixels`,
      `${info.width} x ${info.height}`);
  }
  return { png, width: info.width, height: info.height, hotspot: hotspotOf(spot, info, name) };
}

function readImages(images) {
  if (!Array.isArray(images)) {
    throw argumentTypeError('argument', 'images', 'an array of PNGs', images);
  }
  const { length } = images;
  if (length === 0 || length > MOST_IMAGES) {
    throw argumentValueError('argument', 'images', `a list of 1 to ${MOST_IMAGES} PNGs`, images);
  }
  // Holes as well; and all code of the caller runs before anything is counted.
  return Array.from({ length }, (_, i) => readItem(images[i])).map(toImage);
}

function typeOf(options) {
  const { type = 'icon', ...others } = { __proto__: null, ...readable(options) };
  if (typeof type !== 'string' || types[type] === undefined) {
    throw argumentValueError('option', 'type', Object.keys(types), type);
  }
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw argumentValueError('option', unknown, 'omitted: type is the only option of encodeICO', others[unknown]);
  }
  return types[type];
}

// ---- One image ----------------------------------------------------------------------------------

/** One bit per pixel, bottom row first, rows of whole 32-bit words: set where the pixel is transparent. */
function maskOf(pixels, width, height) {
  const stride = Math.ceil(width / 32) * 4;
  const mask = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[(y * width + x) * 4 + 3] === 0) {
        mask[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
      }
    }
  }
  return mask;
}

/** A DIB of twice the height: the pixels, then the mask. */
function toDib({ png, width, height }) {
  const dib = getBMP(png, { format: 'bgra32', header: 'info', fileHeader: false });
  const mask = maskOf(dib.subarray(INFO_HEADER_BYTES), width, height);
  const header = new DataView(dib.buffer, dib.byteOffset, INFO_HEADER_BYTES);
  header.setInt32(8, 2 * height, true);
  header.setUint32(20, dib.length - INFO_HEADER_BYTES + mask.length, true);
  return [dib, mask];
}

/** The bytes of an image in the file, in pieces. */
function toPieces(image) {
  return Math.max(image.width, image.height) <= LARGEST_DIB ? toDib(image) : [image.png];
}

const lengthOf = (pieces) => pieces.reduce((sum, { length }) => sum + length, 0);

function writeEntry(head, at, { width, height, hotspot }, isCursor, size, offset) {
  head.setUint8(at, width % LARGEST_SIDE); // 0 means 256
  head.setUint8(at + 1, height % LARGEST_SIDE);
  head.setUint16(at + 4, isCursor ? hotspot.x : 1, true); // or planes
  head.setUint16(at + 6, isCursor ? hotspot.y : 32, true); // or bits per pixel
  head.setUint32(at + 8, size, true);
  head.setUint32(at + 12, offset, true);
}

/** The directory: everything before the images. */
function directoryOf(type, list, sizes) {
  const head = new DataView(new ArrayBuffer(DIRECTORY_BYTES + ENTRY_BYTES * list.length));
  head.setUint16(2, type, true);
  head.setUint16(4, list.length, true);
  let offset = head.byteLength;
  list.forEach((image, i) => {
    writeEntry(head, DIRECTORY_BYTES + ENTRY_BYTES * i, image, type === types.cursor, sizes[i], offset);
    offset += sizes[i];
  });
  return new Uint8Array(head.buffer);
}

/** An offset has 32 bits. */
function checkTotal(size) {
  if (size > LARGEST_FILE) {
    throw rangeError('argument', 'images', `at most ${LARGEST_FILE} bytes in all`, size);
  }
}

function join(pieces) {
  const file = allocate(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

/** An .ico or .cur file of PNGs, the smallest image first. */
function encodeICO(images, options = {}) {
  const type = typeOf(options);
  const list = readImages(images).sort((a, b) => a.width - b.width || a.height - b.height);
  const parts = list.map(toPieces);
  const pieces = [directoryOf(type, list, parts.map(lengthOf)), ...parts.flat()];
  checkTotal(lengthOf(pieces));
  return join(pieces);
}

module.exports = { encodeICO };
