'use strict';

/* The argument of --palette: a name, colours, or a file that contains colours. */

const fs = require('node:fs');
const { UsageError } = require('./mistakes');

/* The library's palettes: a test compares the two lists. */
const NAMES = ['bw', 'bwr', 'bwy', 'bwry', 'gray4', 'gray16', 'acep7', 'spectra6', 'vga16', 'web216'];

const COLORS = /^#?[0-9a-f]{6}(,#?[0-9a-f]{6})+$/i;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const ACT_BYTES = 256 * 3;

const triples = (bytes) => Array.from({ length: Math.floor(bytes.length / 3) },
  (_, i) => [...bytes.subarray(3 * i, 3 * i + 3)]);

/* GIMP: a line for each colour, "R G B name"; others are comments. */
function ofGimp(text) {
  return text.split(/\r?\n/).map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)(\s|$)/.exec(line))
    .filter(Boolean).map(([, r, g, b]) => [r, g, b].map(Number));
}

/* Adobe: 256 colours, optionally followed by their number and the transparent one, two bytes each. */
function ofAdobe(bytes) {
  const count = bytes.length > ACT_BYTES ? bytes.readUInt16BE(ACT_BYTES) : 256;
  return triples(bytes.subarray(0, 3 * (count || 256)));
}

/* PNG specification, annex D: of a few hundred bytes. (zlib.crc32 is not in Node.js 20.) */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function isIntact(bytes, at, length) {
  const end = at + 8 + length;
  return end + 4 <= bytes.length && crc32(bytes.subarray(at + 4, end)) === bytes.readUInt32BE(end);
}

/* The PLTE chunk of a PNG; undefined if it is damaged. */
function ofPng(bytes) {
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'PLTE')
      return isIntact(bytes, at, length) ? triples(bytes.subarray(at + 8, at + 8 + length)) : undefined;
  }
  return [];
}

function ofFile(bytes) {
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return ofPng(bytes);
  if (bytes.toString('latin1', 0, 12) === 'GIMP Palette') return ofGimp(bytes.toString('latin1'));
  if (bytes.length === ACT_BYTES || bytes.length === ACT_BYTES + 4) return ofAdobe(bytes);
  return undefined;
}

function readFile(text, flag) {
  try {
    return fs.readFileSync(text);
  } catch (error) {
    const forms = `one of ${NAMES.join(', ')}, colours such as 000000,ffffff, or a file`;
    throw new UsageError(error.code === 'ENOENT' ? `${flag} needs ${forms}, and there is no '${text}'`
      : `${flag} cannot read '${text}': ${error.message}`);
  }
}

/** @returns {string|number[][]} as the library takes `palette` */
function readPalette(text, flag) {
  if (NAMES.includes(text)) return text;
  if (COLORS.test(text)) return text.split(',').map((color) => `#${color.replace('#', '')}`);
  const colors = ofFile(readFile(text, flag));
  if (colors === undefined) {
    throw new UsageError(`${flag}: '${text}' is no GIMP palette, no color table of 768 or 772 bytes, and no PNG ` +
      'whose PLTE chunk is intact');
  }
  if (colors.length < 2 || colors.length > 256 || colors.flat().some((v) => v > 255)) {
    throw new UsageError(`${flag}: '${text}' has ${colors.length} colours; there must be 2 to 256, 0 to 255 each`);
  }
  return colors;
}

module.exports = { NAMES, readPalette };
