'use strict';

// What encodeICO is given: images and options, checked.

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { optional, toBytes } = require('./input');
const { isBytes } = require('./kinds');
const { oneOf, readOptions, readable } = require('./options');
const { readInfo } = require('./sync').calls;

const LARGEST_SIDE = 256;
const MOST_IMAGES = 65535;

const TYPES = { __proto__: null, icon: 1, cursor: 2 };
const ORDERS = ['size', 'given'];
const PNG_RULES = ['none', 'large', 'all'];
const FORMATS = ['bgra32', 'indexed'];

// ---- Options ------------------------------------------------------------------------------------

/** Options of getBMP that each image may have for itself. */
const OF_INDEXED = ['bits', 'colors', 'palette', 'seen', 'dither', 'light', 'tone', 'alphaThreshold'];
const OF_KIND = ['format', ...OF_INDEXED];

/** Options of getBMP that an icon decides by itself. */
const DECIDED = [
  'alpha', 'keyIndex', 'background', 'topDown', 'header', 'profile', 'density', 'fileHeader', 'container', 'rowAlign', 'threshold', 'invert', 'exact', 'input',
  'size',
];

const MOST_SIZES = 64;

/** Those of the properties that are there. */
function pick(object, names) {
  const given = {};
  for (const name of names) {
    const value = optional(object, name);
    if (value !== undefined) {
      given[name] = value;
    }
  }
  return given;
}

/** { format, bits, ... }, with the format that they are for. */
function kindOf(given) {
  const ofIndexed = OF_INDEXED.find((name) => given[name] !== undefined);
  const format = oneOf('format', FORMATS, given.format ?? (ofIndexed === undefined ? 'bgra32' : 'indexed'));
  if (format !== 'indexed' && ofIndexed !== undefined) {
    throw argumentValueError('option', ofIndexed, "omitted: it applies only to format 'indexed'", given[ofIndexed]);
  }
  readOptions(given); // throws
  return { ...given, format };
}

/** An image's own kind, for the rest that of all images. */
const kindOfImage = (own, common) => (Object.keys(own).length === 0 ? common
  : kindOf(own.format === 'bgra32' || common.format === 'bgra32' ? own : { ...common, ...own }));

function refuseDecided(given) {
  const name = DECIDED.find((each) => given[each] !== undefined);
  if (name !== undefined) {
    throw argumentValueError('option', name, 'omitted: icons have it one way only', given[name]);
  }
}

const isSide = (value) => Number.isInteger(value) && value >= 1 && value <= LARGEST_SIDE;

/** A list of sides; undefined: each image as it is. */
function readSizes(sizes) {
  const sides = Array.isArray(sizes) ? Array.from(sizes) : [];
  if (sizes !== undefined && !(sides.length >= 1 && sides.length <= MOST_SIZES && sides.every(isSide))) {
    throw argumentValueError('option', 'sizes', `a list of 1 to ${MOST_SIZES} whole numbers from 1 to ${LARGEST_SIDE}`, sizes);
  }
  return sizes === undefined ? undefined : sides;
}

/** The options of decodePNG for an image with this side; undefined: as it is. All of the image is seen, unless `fit`
 * says otherwise. */
const withSide = (decoding, side) => (side === undefined ? decoding
  : { fit: 'contain', ...decoding, size: { width: side, height: side } });

/** { type, order, png, sizes, kind, decoding }: type is the number in the file, decoding the options of decodePNG. */
function readIconOptions(options = {}) {
  const { type = 'icon', order = 'size', png = 'large', sizes, ...others } = { __proto__: null, ...readable(options) };
  refuseDecided(others);
  const given = pick(others, OF_KIND);
  const kind = kindOf(given);
  const decoding = Object.fromEntries(Object.entries(others).filter(([name, value]) => !OF_KIND.includes(name) && value !== undefined));
  readOptions(decoding); // throws
  return {
    type: TYPES[oneOf('type', Object.keys(TYPES), type)],
    order: oneOf('order', ORDERS, order),
    png: oneOf('png', PNG_RULES, png),
    sizes: readSizes(sizes),
    kind,
    decoding,
  };
}

// ---- Images -------------------------------------------------------------------------------------

function checkHotspot({ x, y }, { width, height }, name) {
  if (!(Number.isInteger(x) && x >= 0 && x < width && Number.isInteger(y) && y >= 0 && y < height)) {
    throw rangeError('property', `${name}.hotspot`, `{ x, y } inside the image of ${width} x ${height}`, { x, y });
  }
}

const nameOf = (index) => `images[${index}]`;

/** The PNG of { png, hotspot }; undefined if the item is itself a PNG. */
const pngIn = (item) => (typeof item === 'object' && item !== null && !isBytes(item) ? optional(item, 'png') : undefined);

/** { x, y } as they are: checked when the image's size is known. */
function readHotspot(item) {
  const hotspot = optional(item, 'hotspot');
  const { x, y } = hotspot === undefined ? { x: 0, y: 0 } : hotspot ?? {};
  return { x, y };
}

function readItem(item, index) {
  const png = pngIn(item);
  return png === undefined ? { png: item, hotspot: { x: 0, y: 0 }, kind: {}, index }
    : { png, hotspot: readHotspot(item), kind: pick(item, OF_KIND), index };
}

/** { png, hotspot, kind, index } of each item of the list, or of the one PNG that `sizes` are made of: bytes, or an object that has them. Holes are read as
 * well; and all code of the caller (getters) runs before anything is counted. */
function readList(given, sizes) {
  const images = sizes === undefined || Array.isArray(given) ? given : [given];
  if (!Array.isArray(images)) {
    throw argumentTypeError('argument', 'images', 'an array of PNGs', images);
  }
  const { length } = images;
  if (length === 0 || length > MOST_IMAGES) {
    throw argumentValueError('argument', 'images', `a list of 1 to ${MOST_IMAGES} PNGs`, images);
  }
  if (sizes !== undefined && length > 1) {
    throw argumentValueError('argument', 'images', "one PNG, of which 'sizes' makes all images", images);
  }
  return Array.from({ length }, (_, index) => readItem(images[index], index));
}

/** With `sizes`, an item for each: { ..., side }. Only one of them warns. */
const eachSize = (list, sizes) => (sizes === undefined ? list
  : list.flatMap((item) => sizes.map((side, i) => ({ ...item, side, isQuiet: i > 0 }))));

/** The image with its size and type. */
function readImage({ png, hotspot, kind, index, side, isQuiet }, common) {
  const name = nameOf(index);
  const bytes = toBytes(name, png);
  const { width, height, bitDepth, colorType } = readInfo(bytes, { ...withSide(common.decoding, side), onWarning: undefined });
  if (width > LARGEST_SIDE || height > LARGEST_SIDE) {
    throw argumentValueError('argument', name, `at most ${LARGEST_SIDE} x ${LARGEST_SIDE} pixels`, `${width} x ${height}`);
  }
  const own = kindOfImage(kind, common.kind);
  if (own.format === 'indexed' && common.png === 'all') {
    throw argumentValueError('option', 'png', "'none' or 'large' with format 'indexed': PNGs in icons have 32 bits", 'all');
  }
  checkHotspot(hotspot, { width, height }, name);
  return { png: bytes, width, height, bitDepth, colorType, kind: own, index, hotspot, side, isQuiet };
}

module.exports = { LARGEST_SIDE, TYPES, eachSize, nameOf, readIconOptions, readImage, readList, withSide };
