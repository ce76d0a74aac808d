'use strict';

/* The argument of --palette: a name, colours, or a file that contains colours. */

const fs = require('node:fs');
const { UsageError } = require('./mistakes');
const { PaletteFileError, coloursOfFile } = require('./palette-file');

/* The library's palettes: a test compares the two lists. */
const NAMES = ['bw', 'bwr', 'bwy', 'bwry', 'gray4', 'gray16', 'acep7', 'spectra6', 'vga16', 'web216'];

/* Each as it is written, or written=seen. */
const COLORS = /^#?[0-9a-f]{6}(=#?[0-9a-f]{6})?(,#?[0-9a-f]{6}(=#?[0-9a-f]{6})?)+$/i;
/* Of a longer file only the beginning is read: palettes are shorter, and in pictures they stand before the pixels. */
const MOST_BYTES = 16 * 1024 * 1024;

function beginningOf(name) {
  const file = fs.openSync(name, 'r');
  try {
    const pieces = [];
    for (let left = MOST_BYTES; left > 0;) {
      const piece = Buffer.alloc(Math.min(left, 64 * 1024));
      const length = fs.readSync(file, piece);
      if (length === 0) break;
      pieces.push(piece.subarray(0, length));
      left -= length;
    }
    return Buffer.concat(pieces);
  } finally {
    fs.closeSync(file);
  }
}

function readFile(text, flag) {
  try {
    return beginningOf(text);
  } catch (error) {
    const forms = `one of ${NAMES.join(', ')}, colours such as 000000,ffffff, or a file`;
    throw new UsageError(error.code === 'ENOENT' ? `${flag} needs ${forms}, and there is no '${text}'`
      : `${flag} cannot read '${text}': ${error.message}`);
  }
}

function entry(text) {
  const [color, seen] = text.split('=').map((digits) => `#${digits.replace('#', '')}`);
  return seen === undefined ? color : { color, seen };
}

/** @returns {string|Array} as the library takes `palette` */
function readPalette(text, flag) {
  if (NAMES.includes(text)) return text;
  if (COLORS.test(text)) return text.split(',').map(entry);
  try {
    return coloursOfFile(readFile(text, flag));
  } catch (error) {
    if (error instanceof PaletteFileError) throw new UsageError(`${flag}: '${text}' ${error.message}`);
    throw error;
  }
}

module.exports = { NAMES, readPalette };
