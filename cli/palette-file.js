'use strict';

/* The colours in a file: of each kind of palette, and of PNGs and BMPs that have one. The page of examples/browser reads
 * files with this as well, so there is nothing of Node.js in it. */

/** The file has no colours that can be used; the message continues "the file ...". */
class PaletteFileError extends Error {}

const TABLE_BYTES = 256 * 3;
/* Hexen has 28 in its PLAYPAL, Heretic 19, Doom 14. */
const MOST_TABLES = 32;

const PIECE = 4096; // arguments that a call surely takes

/* A character for each byte. */
function latin1(bytes, from, to) {
  let text = '';
  for (let at = from; at < Math.min(to, bytes.length); at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(at + PIECE, to)));
  }
  return text;
}

/* Numbers at an offset, all of which must be in the file. */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const big16 = (bytes, at) => viewOf(bytes).getUint16(at);
const big32 = (bytes, at) => viewOf(bytes).getUint32(at);
const little16 = (bytes, at) => viewOf(bytes).getUint16(at, true);
const little32 = (bytes, at) => viewOf(bytes).getUint32(at, true);

/* From records of `size` bytes, of which these are red, green and blue. */
function records(bytes, count, size, [red, green, blue]) {
  return Array.from({ length: count },
    (_, i) => [bytes[size * i + red], bytes[size * i + green], bytes[size * i + blue]]);
}

const triples = (bytes) => records(bytes, Math.floor(bytes.length / 3), 3, [0, 1, 2]);

// ---- Text ---------------------------------------------------------------------------------------

/* No palette is longer: so that splitting a file of another kind into lines takes little memory. */
const MOST_TEXT = 1024 * 1024;

/* Without the byte order mark that Windows' editors put before it. */
const textOf = (bytes) => latin1(bytes, 0, MOST_TEXT).replace(/^\xef\xbb\xbf/, '');
const linesOf = (bytes) => textOf(bytes).split(/\r\n|\r|\n/).map((line) => line.trim());

/* "R G B" and anything after it; undefined if the line is something else. */
function numbersOf(line) {
  const [, ...numbers] = /^(\d+)\s+(\d+)\s+(\d+)(?!\S)/.exec(line) ?? [];
  return numbers.length === 3 ? numbers.map(Number) : undefined;
}

function colourOfLine(line, number, read) {
  const colour = read(line ?? '');
  if (colour === undefined) throw new PaletteFileError(`has no colour in line ${number}`);
  return colour;
}

/* GIMP: a line for each colour, "R G B name"; others are comments. */
const ofGimp = (bytes) => linesOf(bytes).map(numbersOf).filter(Boolean);

/* Paint Shop Pro: its name, its version 0100, the number of colours, and a line "R G B" for each. */
function ofJasc(bytes) {
  const [, , count, ...lines] = linesOf(bytes);
  if (!/^\d{1,3}$/.test(count)) throw new PaletteFileError('does not say in line 3 how many colours it has');
  return Array.from({ length: Number(count) }, (_, i) => colourOfLine(lines[i], i + 4, numbersOf));
}

const bytesOf = (digits) => digits.match(/../g).map((pair) => Number.parseInt(pair, 16));

/* Lospec's .hex has lines RRGGBB, Paint.NET's .txt lines AARRGGBB, and comments after ';'. A second column is what a
 * panel shows for the colour. */
function hexOf(line) {
  const [, color, seen] = /^#?(?:[0-9a-f]{2})?([0-9a-f]{6})(?:[ \t]+#?([0-9a-f]{6}))?$/i.exec(line) ?? [];
  if (color === undefined) return undefined;
  return seen === undefined ? bytesOf(color) : { color: bytesOf(color), seen: bytesOf(seen) };
}

const hexLines = (bytes) => linesOf(bytes).map((line, i) => ({ text: line.split(';')[0].trimEnd(), number: i + 1 }))
  .filter(({ text }) => text !== '');

const isHex = (bytes) => hexOf(hexLines(bytes)[0]?.text ?? '') !== undefined;
const ofHex = (bytes) => hexLines(bytes).map(({ text, number }) => colourOfLine(text, number, hexOf));

// ---- Tables -------------------------------------------------------------------------------------

/* Adobe: 256 colours, their number and the transparent one, two bytes each. */
const isAdobe = (bytes) => bytes.length === TABLE_BYTES + 4;

function ofAdobe(bytes) {
  const colours = triples(bytes.subarray(0, 3 * (big16(bytes, TABLE_BYTES) || 256)));
  const transparent = big16(bytes, TABLE_BYTES + 2); // 0xffff: none
  return transparent < colours.length ? Object.assign(colours, { transparent }) : colours;
}

/* 256 colours and nothing else: Adobe's older tables, Quake's palette.lmp; several one after the other are
 * Doom's PLAYPAL, whose first is the usual one. */
const isTables = ({ length }) => length > 0 && length % TABLE_BYTES === 0 && length <= MOST_TABLES * TABLE_BYTES;
const ofTables = (bytes) => triples(bytes.subarray(0, TABLE_BYTES));

/* Microsoft: in the chunk "data" the version 0x0300, the number of colours, and R G B and flags of each. */
const isRiff = (bytes) => latin1(bytes, 0, 4) === 'RIFF' && latin1(bytes, 8, 12) === 'PAL ';

function ofRiff(bytes) {
  for (let at = 12; at + 12 <= bytes.length;) {
    const length = little32(bytes, at + 4);
    if (latin1(bytes, at, at + 4) === 'data') {
      const count = little16(bytes, at + 10);
      if (4 + 4 * count > Math.min(length, bytes.length - at - 8)) break;
      return records(bytes.subarray(at + 12), count, 4, [0, 1, 2]);
    }
    at += 8 + length + length % 2;
  }
  throw new PaletteFileError('is a RIFF palette that ends before its colours do');
}

// ---- Pictures -----------------------------------------------------------------------------------

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

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
  return length <= TABLE_BYTES && end + 4 <= bytes.length &&
    crc32(bytes.subarray(at + 4, end)) === big32(bytes, end);
}

/* The PLTE chunk. */
function ofPng(bytes) {
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length; at += 12 + big32(bytes, at)) {
    const length = big32(bytes, at);
    if (latin1(bytes, at + 4, at + 8) === 'PLTE') {
      if (!isIntact(bytes, at, length)) throw new PaletteFileError('is a PNG whose palette (PLTE) is damaged');
      return triples(bytes.subarray(at + 8, at + 8 + length));
    }
  }
  throw new PaletteFileError('is a PNG without a palette');
}

const BMP_FILE_HEADER = 14;
const OS2_HEADER = 12; // its colours have three bytes
const isBmp = (bytes) => latin1(bytes, 0, 2) === 'BM' && bytes.length >= 30;

/* Of a header that is long enough, the number of colours that are used; 0: all that the bits can count. */
const usedColours = (bytes, header) => (header >= 36 && bytes.length >= 50 ? little32(bytes, 46) : 0);

function ofBmp(bytes) {
  const header = little32(bytes, BMP_FILE_HEADER);
  const bits = little16(bytes, header === OS2_HEADER ? 24 : 28);
  if (bits === 0 || bits > 8) throw new PaletteFileError('is a BMP without a palette');
  const at = BMP_FILE_HEADER + header;
  const size = header === OS2_HEADER ? 3 : 4;
  const room = Math.floor((Math.min(little32(bytes, 10), bytes.length) - at) / size);
  const count = Math.min(usedColours(bytes, header) || 1 << bits, 1 << bits, room);
  if (count < 1) throw new PaletteFileError('is a BMP that ends before its palette does');
  return records(bytes.subarray(at), count, size, [2, 1, 0]);
}

// ---- Which it is --------------------------------------------------------------------------------

/* The first that fits: what has a signature comes before what is told by its length. */
const KINDS = [
  { fits: (bytes) => latin1(bytes, 0, 8) === PNG_SIGNATURE, colours: ofPng },
  { fits: isBmp, colours: ofBmp },
  { fits: isRiff, colours: ofRiff },
  { fits: (bytes) => textOf(bytes).startsWith('JASC-PAL'), colours: ofJasc },
  { fits: (bytes) => textOf(bytes).startsWith('GIMP Palette'), colours: ofGimp },
  { fits: isHex, colours: ofHex },
  { fits: isAdobe, colours: ofAdobe },
  { fits: isTables, colours: ofTables },
];

/**
 * @param {Uint8Array} bytes the file
 * @returns {Array} 2 to 256 colours [R, G, B], 0 to 255 each, or { color, seen } of two; its property `transparent` is
 *   the index of the one that the file says is
 * @throws {PaletteFileError}
 */
function coloursOfFile(bytes) {
  const kind = KINDS.find(({ fits }) => fits(bytes));
  if (kind === undefined) {
    throw new PaletteFileError('is no palette of GIMP (.gpl), Paint Shop Pro or Windows (.pal), Paint.NET (.txt), ' +
      'Photoshop (.act) or Lospec (.hex), no table of 768 bytes, and no PNG or BMP');
  }
  const colours = kind.colours(bytes);
  if (colours.length < 2 || colours.length > 256) {
    throw new PaletteFileError(`has ${colours.length} colours; there must be 2 to 256`);
  }
  const odd = colours.findIndex((colour) => Array.isArray(colour) && colour.some((v) => v > 255));
  if (odd >= 0) throw new PaletteFileError(`has a colour that is not from 0 to 255: ${colours[odd].join(' ')}`);
  return colours;
}

module.exports = { PaletteFileError, coloursOfFile };
