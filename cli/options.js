'use strict';

/*
 * The options of the command line in one table, which parsing, --help, the man page
 * and the shell completions are made from: a new option is a new row here.
 *
 *   name      the long form, and in camelCase the key of its value
 *   short     one character
 *   value     the name of its argument in the help; a flag has none
 *   range     [least, most]: the argument is a whole number
 *   read      (text, flag) -> value, or a UsageError; default: the text itself
 *   choices   { value: what it means }: the argument is one of these
 *   synonyms  { what others write: the choice that is meant }, for the error
 *   initial   the default, for the help only: the library decides
 *   library   the name of the conversion option that it sets: src/plan/option_table.h says what that is, and
 *             test/option-table.test.js holds range, choices, initial and help to it
 *   gives     what a flag sets it to; default: true
 *   complete  'file' or 'directory': what shells complete the argument with
 *   words     what they offer besides
 *   excludes  names of options that contradict it
 *   needs     names of options, without any of which it has no effect
 *   icons     false: it has no effect with --ico and --cur
 *   help      one or two sentences
 *   brief     the same in a few words, for --help: the options that most people need
 */

const { parseArgs } = require('node:util');
const { UsageError, newDirectoryText, oddWordText, parseErrorText, singleDashText, wrongChoiceText } = require('./mistakes');
const metadata = require('./metadata');
const { NAMES: PALETTES, readPalette } = require('./palette');

function integer([least, most], text, flag) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} needs a whole number from ${least} to ${most}, not '${text}'`);
}

const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function bytes(text, flag) {
  const [, digits, unit] = /^(\d+)([KMG]?)$/i.exec(text) ?? [];
  const value = Number(digits) * UNITS[unit?.toUpperCase()];
  if (value >= 1 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw new UsageError(`${flag} needs a number of bytes, such as 1000000, 64M or 1G, not '${text}'`);
}

function positive(text, flag) {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new UsageError(`${flag} needs a number above 0, not '${text}'`);
}

/* '#' starts a comment in some shells, so it may be omitted. */
function colour(text, flag) {
  const digits = text.replace(/^#/, '').toLowerCase();
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  if (/^[0-9a-f]{3}$/.test(digits)) return `#${digits.replace(/./g, '$&$&')}`;
  throw new UsageError(`${flag} needs a colour such as ffffff or fff, not '${text}'`);
}

function keyIndex(text, flag) {
  if (text === 'last' || text === 'none') return text;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw new UsageError(`${flag} needs a whole number from 0 to 255, last or none, not '${text}'`);
}

/* 'X,Y[:X,Y]...' */
function hotspots(text, flag) {
  if (!/^\d{1,3},\d{1,3}(:\d{1,3},\d{1,3})*$/.test(text)) {
    throw new UsageError(`${flag} needs X,Y for each input, such as 4,2 or 4,2:8,4, not '${text}'`);
  }
  return text.split(':').map((point) => {
    const [x, y] = point.split(',').map(Number);
    return { x, y };
  });
}

/* 'N,N,...' */
function sides(text, flag) {
  const list = text.split(',').map(Number);
  if (/^\d{1,3}(,\d{1,3})*$/.test(text) && list.length <= 64 && list.every((side) => side >= 1 && side <= 256)) return list;
  throw new UsageError(`${flag} needs up to 64 sides from 1 to 256, such as 16,32,48,256, not '${text}'`);
}

/* 'WxH', or one of the two. */
function size(text, flag) {
  if (!/^([1-9]\d{0,9}x|x[1-9]\d{0,9}|[1-9]\d{0,9}x[1-9]\d{0,9})$/.test(text)) {
    throw new UsageError(`${flag} needs a size in pixels such as 800x480, 800x or x480, not '${text}'`);
  }
  return text;
}

function suffix(text, flag) {
  if (text === '' || /[/\\\0]/.test(text)) {
    throw new UsageError(`${flag} needs part of a file name, not '${text}'`);
  }
  return text.includes('.') ? text : `${text}.bmp`;
}

function notEmpty(text, flag) {
  if (text === '') throw new UsageError(`${flag} needs a name, not an empty string`);
  return text;
}

const FORMATS = {
  bgr24: '24 bit without alpha, read by every program',
  bgra32: '32 bit with alpha',
  indexed: '1, 4 or 8 bit with a palette: see --colors and --palette',
  auto: 'the smallest of these three without loss; alpha is kept, except with --alpha drop or key',
  gray8: '8 bit luma with a gray palette',
  mono1: 'black and white, 1 bit: for thermal printers and e-paper',
  rgb565: '16 bit: for small displays',
  rgb555: '16 bit with 5 bits each',
};
const ICONS = ['ico', 'cur'];
const ICON_FORMATS = ['bgra32', 'indexed'];

const GROUPS = [
  {
    title: 'Input and output',
    options: [
      {
        name: 'output', short: 'o', value: 'FILE', read: notEmpty, complete: 'file',
        excludes: ['out-dir'],
        brief: 'the output, for one input',
        help: "Write the BMP of the only input to FILE; '-' is standard output.",
      },
      {
        name: 'out-dir', short: 'd', value: 'DIR', read: notEmpty, complete: 'directory', icons: false,
        brief: 'write into DIR',
        help: 'Write the BMPs into DIR, which is created if needed, and keep the directory structure: ' +
          'files found by --recursive keep their path below the named directory, relative names ' +
          'keep their path, other names only their last part. Written as -dDIR, DIR must exist.',
      },
      {
        name: 'recursive', short: 'r', icons: false,
        brief: 'convert *.png in directories and below',
        help: 'Convert every *.png in the named directories and below. Links to directories are ' +
          'not followed, and metadata of macOS (._*, __MACOSX) is skipped. Two files with the ' +
          'same output (a.png, a.PNG) are both refused.',
      },
      {
        name: 'suffix', value: 'S', read: suffix, initial: '.bmp', icons: false,
        help: "Replace .png in the input's name with S. If S has no dot, .bmp is added.",
      },
      {
        name: 'files-from', value: 'FILE', read: notEmpty, complete: 'file',
        help: "Read more input names from FILE, one per line; '-' is standard input. A byte " +
          'order mark is ignored.',
      },
      {
        name: 'null', short: '0',
        help: 'Names in --files-from end with a NUL byte, as written by find -print0.',
      },
      {
        name: 'force', short: 'f', excludes: ['skip-existing'],
        brief: 'overwrite outputs',
        help: 'Overwrite existing outputs. By default they are errors.',
      },
      {
        name: 'force-extension', library: 'forceExtension',
        help: 'Write the output even if its name ends like another kind of picture: a BMP as .png or .ico, ' +
          'an icon as .bmp.',
      },
      {
        name: 'skip-existing', short: 'n',
        help: 'Skip inputs whose output exists.',
      },
      {
        name: 'update', short: 'u', excludes: ['force', 'skip-existing'],
        brief: 'overwrite outputs that are older',
        help: 'Overwrite outputs that are older than their inputs, and leave others as they are.',
      },
      {
        name: 'sync', library: 'sync',
        help: 'Flush each file to the disk (fsync) before it counts as written: slower, but safe ' +
          'if the machine crashes.',
      },
    ],
  },
  {
    title: 'The BMP',
    options: [
      {
        name: 'format', value: 'FORMAT', initial: 'bgr24', library: 'format', choices: FORMATS,
        brief: true,
        help: 'The kind of BMP to write.',
      },
      {
        name: 'alpha', value: 'RULE', initial: 'blend', library: 'alpha', icons: false,
        choices: {
          blend: 'blend with the background',
          drop: 'ignore it, and keep the stored colour',
          key: 'each pixel is opaque or the background: no soft edges',
          premultiply: 'bgra32: multiply colours by alpha',
        },
        brief: true,
        help: 'How transparency is handled.',
      },
      {
        name: 'alpha-threshold', value: 'N', range: [1, 255], initial: '128', library: 'alphaThreshold',
        help: 'With --alpha key, the lowest alpha that is opaque.',
      },
      {
        name: 'key-index', value: 'N', read: keyIndex, library: 'keyIndex', needs: ['palette', 'colors'], icons: false,
        words: ['0', 'last', 'none'],
        help: 'With --alpha key, the entry of --palette or --colors that transparent pixels get, and no others: 0 to ' +
          "255, or last. It is the background's colour. The default: of --palette, the first of this colour, or one " +
          'more; of a .act file, the one that it says is transparent; of --colors, 0. With none, there is no such entry. ' +
          'Without a palette, an opaque pixel of this colour is a warning (WARN_KEY_COLLISION), except with none.',
      },
      {
        name: 'background', value: 'COLOR', read: colour, initial: 'ffffff', library: 'background', icons: false,
        brief: 'under transparent pixels; ffffff',
        help: "The colour under transparent pixels: 3 or 6 hexadecimal digits, with or without '#'.",
      },
      {
        name: 'top-down', library: 'topDown', icons: false,
        help: 'Store the top row first (negative height). Some programs cannot read this.',
      },
      {
        name: 'rotate', value: 'TURN', library: 'rotate',
        choices: {
          0: 'not at all, without a warning where Exif asks for it',
          90: 'clockwise', 180: 'upside down', 270: 'counterclockwise',
          exif: "as the PNG's Exif says, if it comes before the pixels, mirroring included",
        },
        synonyms: { '-90': 270, '-180': 180, '-270': 90, auto: 'exif' },
        read: (text) => (text === 'exif' ? text : Number(text)),
        help: 'Turn the image, before it is resized and its colours are reduced.',
      },
      { name: 'flip', library: 'flip', help: 'Mirror the image, after it was turned: the top goes to the bottom.' },
      { name: 'flop', library: 'flop', help: 'Mirror the image, after it was turned: the left goes to the right.' },
      {
        name: 'size', value: 'WxH', read: size, library: 'size', icons: false,
        brief: 'resize: 800x480, 800x or x480',
        help: 'The size of the BMP in pixels, such as 800x480. One side alone, 800x or x480, keeps the ratio. ' +
          "Colours are reduced afterwards, and the image's own palette is not kept.",
      },
      {
        name: 'fit', value: 'RULE', initial: 'cover', library: 'fit', needs: ['size', 'sizes'],
        choices: {
          cover: 'all of it is covered: what sticks out is cut off',
          contain: 'all of the image is seen: around it is --background, or nothing if the format has alpha',
          fill: 'the image is stretched',
          none: 'the image is as large as it was: cut off, or surrounded as with contain',
        },
        help: 'How the image gets its --size, or with --sizes each of them, where the default is contain.',
      },
      {
        name: 'position', value: 'PLACE', initial: 'center', library: 'position', needs: ['size', 'sizes'],
        choices: {
          center: 'the middle', top: 'the middle above', 'right top': 'a corner', right: 'the middle on the right',
          'right bottom': 'a corner', bottom: 'the middle below', 'left bottom': 'a corner', left: 'the middle on the left',
          'left top': 'a corner',
        },
        help: 'Which part of the image is seen, or where it is in --size, after it was turned.',
      },
      {
        name: 'kernel', value: 'KIND', initial: 'smooth', library: 'kernel', needs: ['size', 'sizes'],
        choices: { smooth: 'light, averaged', nearest: 'one pixel: for pixel art' },
        help: 'What pixels of another --size are made of.',
      },
      {
        name: 'depth16', value: 'RULE', initial: 'round', library: 'depth16',
        choices: { round: 'to the nearest value', truncate: 'to the high byte' },
        help: 'How 16-bit samples are reduced to 8 bits.',
      },
      {
        name: 'colors', value: 'N', range: [2, 256], library: 'colors',
        brief: 'the best N colours for the image: 2 to 256',
        help: 'Choose the best N colours for the image. The format is indexed.',
      },
      {
        name: 'palette', value: 'PALETTE', read: readPalette, library: 'palette', complete: 'file',
        words: PALETTES,
        brief: 'a name (bw, gray16, spectra6, ...), colours or a file',
        help: `Use these colours and no others, in this order: one of ${PALETTES.join(', ')}; colours ` +
          'such as 000000,ffffff,ff0000, each followed by =RRGGBB if the panel shows that for it (see --seen); ' +
          'or a file: a palette (.gpl, .pal, .act, .hex, .txt), a table of 768 ' +
          'bytes, or a PNG or BMP with a palette. The format is indexed, unless --format bgr24 is given.',
      },
      {
        name: 'seen', value: 'WHAT', library: 'seen', needs: ['palette'],
        choices: { measured: 'what was measured of a panel with --palette acep7, bwry or spectra6' },
        help: 'What the panel shows for the colours of --palette: pixels are matched with that.',
      },
      {
        name: 'tone', value: 'RULE', initial: 'fit', library: 'tone', needs: ['palette'],
        choices: {
          fit: "is brought into the range from the panel's black to its white",
          none: 'stays as it is',
        },
        help: 'What becomes of the light of the picture, if --palette has what is seen.',
      },
      {
        name: 'bits', value: 'N', library: 'bits',
        choices: { 1: '2 colours', 4: '16 colours', 8: '256 colours' },
        read: (text) => Number(text),
        help: 'Bits per pixel of indexed. The default: the fewest that hold --colors or --palette; with ' +
          'neither, the PNG\'s bit depth (4 for 2, 8 for 16).',
      },
      {
        name: 'dither', value: 'RULE', library: 'dither',
        choices: {
          'floyd-steinberg': 'error diffusion: the default for mono1, --colors and --palette',
          atkinson: 'error diffusion with more contrast',
          ordered: 'a fixed pattern',
          none: 'the nearest colour: the default for rgb565 and rgb555',
        },
        brief: true,
        help: 'How colours are reduced.',
      },
      {
        name: 'exact', library: 'exact', needs: ['palette', 'colors'], icons: false,
        help: 'A pixel whose colour is not in --palette, or is one too many for --colors, is an error that names it.',
      },
      {
        name: 'light', value: 'KIND', library: 'light',
        choices: {
          linear: 'light, as the eye adds it up: the default for a --palette with what is seen',
          srgb: 'samples as they are stored, which makes dithered pictures lighter: the default for others',
        },
        help: 'In which numbers dithering makes and carries errors, unless --dither is none.',
      },
      {
        name: 'threshold', value: 'N', range: [0, 255], initial: '128', library: 'threshold', icons: false,
        help: 'The lowest luma that is white in mono1.',
      },
      { name: 'invert', icons: false, library: 'invert', help: 'Swap black and white in mono1.' },
      {
        name: 'header', value: 'KIND', library: 'header', icons: false,
        choices: {
          info: '40 bytes, read by every program: the default except for bgra32',
          v4: '108 bytes, sRGB: the default for bgra32',
          v5: '124 bytes, sRGB',
        },
        help: 'The header of the BMP.',
      },
      {
        name: 'color-space', value: 'RULE', initial: 'keep', library: 'colorSpace',
        choices: {
          keep: 'samples as in the PNG',
          srgb: 'converted to sRGB, which programs take a BMP for, from what the PNG says (cICP, else its ICC ' +
            'profile, else sRGB, else gAMA and cHRM)',
        },
        help: 'The colours that are written.',
      },
      {
        name: 'profile', value: 'RULE', initial: 'srgb', library: 'profile', icons: false,
        choices: {
          srgb: 'sRGB, whatever the PNG says',
          embed: "the PNG's ICC profile, embedded: sets --header v5; sRGB if there is none",
        },
        help: 'What a v5 header says about the colours, which it does not change. With --color-space srgb, ' +
          'only a profile that could not be converted is embedded.',
      },
      {
        name: 'density', value: 'DPI', read: positive, library: 'density', icons: false,
        brief: 'pixels per inch',
        help: 'Pixels per inch, instead of the density in the PNG.',
      },
      {
        name: 'no-file-header', library: 'fileHeader', gives: false, icons: false,
        help: 'Omit the 14-byte file header: a DIB, for clipboards and resources.',
      },
      {
        name: 'container', value: 'KIND', initial: 'bmp', library: 'container', icons: false,
        choices: {
          bmp: 'headers and palette',
          dib: 'the same without the file header, as --no-file-header',
          rows: 'nothing: bare rows for drivers of displays and printers, bottom row first without --top-down',
        },
        help: 'What is around the rows.',
      },
      {
        name: 'row-align', value: 'N', initial: '4', library: 'rowAlign', needs: ['container'], icons: false,
        choices: { 1: 'no padding', 2: 'of 16 bits', 4: 'as in a BMP' },
        read: (text) => Number(text),
        help: 'With --container rows, pad each row to a multiple of N bytes.',
      },
    ],
  },
  {
    title: 'Icons and cursors',
    options: [
      {
        name: 'ico', excludes: ['cur'],
        brief: 'make an icon of all inputs',
        help: 'Write all inputs into one Windows icon, --output FILE: at most 256 x 256 pixels each. ' +
          '--format is bgra32 or, with a palette, indexed.',
      },
      { name: 'cur', help: 'The same for a cursor.' },
      {
        name: 'hotspot', value: 'X,Y', read: hotspots, needs: ['cur'],
        help: 'The hot spot of a cursor, in pixels from the left and from the top; of several inputs, one for ' +
          'each in their order: X,Y:X,Y. Default: 0,0.',
      },
      {
        name: 'sizes', value: 'N,N,...', read: sides, library: 'sizes', needs: ICONS,
        brief: 'make 16,32,48,256 of one PNG',
        help: 'Make all images of the one input: squares with these sides, such as 16,24,32,48,64,256.',
      },
      {
        name: 'ico-order', value: 'ORDER', initial: 'size', library: 'order', needs: ICONS,
        choices: { size: 'the smallest first', given: 'as the inputs are named' },
        help: 'The order of the images.',
      },
      {
        name: 'ico-png', value: 'WHICH', initial: 'large', library: 'png', needs: ICONS,
        choices: {
          none: 'for Windows XP, and programs that do not read PNG',
          large: 'those of more than 128 pixels',
          all: 'the smallest file',
        },
        help: 'Which images of 32 bits are PNGs in the file; the others are bitmaps with a mask.',
      },
    ],
  },
  {
    title: 'Limits and checks',
    options: [
      {
        name: 'max-pixels', value: 'N', range: [1, Number.MAX_SAFE_INTEGER],
        initial: '268402689', library: 'maxPixels',
        help: 'Refuse images with more pixels, before allocating memory.',
      },
      {
        name: 'max-memory', value: 'BYTES', read: bytes,
        initial: '268435456', library: 'maxMemory',
        help: 'Refuse conversions that need more memory in addition to PNG and BMP. K, M and G stand ' +
          'for 1024, 1024 K and 1024 M.',
      },
      {
        name: 'strict', library: 'strict',
        brief: 'warnings are errors',
        help: 'Treat warnings as errors, except those of colours that a BMP cannot tell of (WARN_PNG_COLOR_SPACE).',
      },
      {
        name: 'salvage', library: 'salvage', excludes: ['strict'],
        brief: 'keep the rows of a damaged PNG',
        help: 'Keep what is left of a damaged PNG; the missing rows have the colour of the background.',
      },
      {
        name: 'ignore-checksums', library: 'ignoreChecksums',
        help: 'Do not check CRC-32 and Adler-32.',
      },
    ],
  },
  {
    title: 'Operation',
    options: [
      {
        name: 'jobs', short: 'j', value: 'N', range: [1, 1023], icons: false,
        initial: 'the number of processors',
        help: 'Convert at most N images at once. Fewer are converted when they need too much memory, ' +
          'and always fewer than UV_THREADPOOL_SIZE if that is set.',
      },
      {
        name: 'fail-fast', icons: false,
        help: 'Start no more conversions after the first failure.',
      },
      {
        name: 'dry-run', excludes: ['info'], icons: false,
        brief: 'say what would be written',
        help: 'Check what can be checked without reading the pixels, and write nothing.',
      },
      {
        name: 'info', icons: false,
        brief: 'describe the PNGs, write nothing',
        help: `Describe each PNG (size, type, ${metadata.NAMES.join(', ')}) ` +
          'and the BMP that would be written, and write nothing. Only what comes before the pixels is read, ' +
          'so damage and warnings further on are not seen.',
      },
      {
        name: 'count-colors', needs: ['info'], icons: false,
        help: 'With --info, count the different pixels (R G B A, 8 bits each) of each PNG, as far as 256.',
      },
    ],
  },
  {
    title: 'Messages',
    options: [
      {
        name: 'json',
        brief: 'a line of JSON for each input',
        help: 'Write one line of JSON per input to standard output.',
      },
      { name: 'quiet', short: 'q', excludes: ['verbose'], brief: 'errors only', help: 'Print errors only, no warnings.' },
      { name: 'verbose', short: 'v', brief: 'every file that is written', help: 'Print every file that is written.' },
      { name: 'help', short: 'h', brief: 'this; --help all: everything', help: 'Show the most used options; --help all shows everything.' },
      { name: 'version', short: 'V', brief: 'the version', help: 'Show the version.' },
    ],
  },
];

const OPTIONS = GROUPS.flatMap((group) => group.options);

const keyOf = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

function toParseArgs(row) {
  const config = { type: row.value ? 'string' : 'boolean' };
  return row.short ? { ...config, short: row.short } : config;
}

function readValue(row, given) {
  if (!row.value) return row.gives ?? given;
  const flag = `--${row.name}`;
  if (row.choices && !Object.hasOwn(row.choices, given)) throw new UsageError(wrongChoiceText(row, given));
  if (row.range) return integer(row.range, given, flag);
  return row.read ? row.read(given, flag) : given;
}

function split(args) {
  const options = Object.fromEntries(OPTIONS.map((row) => [row.name, toParseArgs(row)]));
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    const words = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
    const odd = words.map((word) => oddWordText(word) ?? singleDashText(word, OPTIONS)).find(Boolean);
    throw new UsageError(odd ?? parseErrorText(error, words, OPTIONS));
  }
}

const isShort = ({ kind, rawName }) => kind === 'option' && !rawName.startsWith('--');

/* Short options in one word, `-fo`, or with their value, `-dout`: the word may be a file name. */
function refuseOddWords(args, tokens) {
  for (const token of tokens.filter(isShort)) {
    const word = args[token.index];
    const text = oddWordText(word) ?? singleDashText(word, OPTIONS) ??
      (token.inlineValue && token.name === 'out-dir' ? newDirectoryText(word, token.value) : undefined);
    if (text !== undefined) throw new UsageError(text);
  }
}

function refuseForIcons(values) {
  const icon = ICONS.find((name) => values[name] !== undefined);
  if (icon && values.format !== undefined && !ICON_FORMATS.includes(values.format)) {
    throw new UsageError(`--format ${values.format} is not for icons: they have ${ICON_FORMATS.join(' or ')}`);
  }
  const other = OPTIONS.find(({ name, icons }) => icons === false && values[name] !== undefined);
  if (icon !== undefined && other !== undefined) throw new UsageError(`--${other.name} has no effect with --${icon}`);
}

function refuseContradictions(values) {
  for (const row of OPTIONS) {
    if (row.needs && values[row.name] !== undefined && row.needs.every((name) => values[name] === undefined)) {
      throw new UsageError(`--${row.name} has no effect without --${row.needs.join(' or --')}`);
    }
    const other = row.excludes?.find((name) => values[name] !== undefined);
    if (other && values[row.name] !== undefined) {
      throw new UsageError(`--${row.name} and --${other} cannot be used together`);
    }
  }
}

/* The transparent colour of a .act file is the key, if nothing else was asked for. */
function withTransparent(conversion) {
  const { alpha, format = 'indexed', palette } = conversion;
  const index = palette?.transparent;
  if (alpha !== 'key' || index === undefined) return conversion;
  const background = `#${Buffer.from(palette[index]).toString('hex')}`;
  return { background, ...format === 'indexed' ? { keyIndex: index } : {}, ...conversion };
}

/**
 * @param {string[]} args the command line without the program's name
 * @returns {{ operands: string[], settings: object, conversion: object }}
 *   settings: what the command line itself uses, by camelCase name;
 *   conversion: the options for the library
 * @throws {UsageError}
 */
function parseCommandLine(args) {
  const { values, positionals, tokens } = split(args);
  refuseOddWords(args, tokens);
  refuseForIcons(values);
  refuseContradictions(values);
  const settings = {};
  const conversion = {};
  for (const row of OPTIONS) {
    if (values[row.name] === undefined) continue;
    const value = readValue(row, values[row.name]);
    if (row.library) conversion[row.library] = value;
    else settings[keyOf(row.name)] = value;
  }
  return { operands: positionals, settings, conversion: withTransparent(conversion) };
}

module.exports = { GROUPS, OPTIONS, UsageError, parseCommandLine };
