'use strict';

/*
 * The options of the command line: one table. Parsing, --help, the man page and
 * the shell completions are all made from it, so an option is one row here.
 *
 *   name      the long form, and in camelCase the key of its value
 *   short     one character
 *   value     what stands for its argument in the help; none: a flag
 *   read      (text, flag) -> value, or a UsageError; default: the text itself
 *   choices   { value: what it means }: the argument is one of these
 *   initial   the value when not given, for the help only: the library decides
 *   library   the name of the conversion option that it sets
 *   complete  'file' or 'directory': what the shells offer as argument
 *   excludes  names of options that make no sense beside it
 *   formats   the formats for which it means something; default: all
 *   help      one or two sentences
 */

const { parseArgs } = require('node:util');
const { newDirectoryText, oddWordText, parseErrorText } = require('./mistakes');

/** The command line is not understood: exit status 2. */
class UsageError extends Error {}

function integer(minimum, maximum) {
  return (text, flag) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new UsageError(`${flag} wants a whole number from ${minimum} to ${maximum}, not '${text}'`);
  };
}

/* '#' starts a comment in some shells and places, so it may be left out. */
function colour(text, flag) {
  const digits = text.replace(/^#/, '').toLowerCase();
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  if (/^[0-9a-f]{3}$/.test(digits)) return `#${digits.replace(/./g, '$&$&')}`;
  throw new UsageError(`${flag} wants a colour such as ffffff or fff, not '${text}'`);
}

function suffix(text, flag) {
  if (text === '' || /[/\\\0]/.test(text)) {
    throw new UsageError(`${flag} wants part of a file name, not '${text}'`);
  }
  return text.includes('.') ? text : `${text}.bmp`;
}

function notEmpty(text, flag) {
  if (text === '') throw new UsageError(`${flag} wants a name, and got an empty one`);
  return text;
}

const FORMATS = {
  bgr24: '24 bit without alpha: every program reads it',
  bgra32: '32 bit with alpha',
  indexed: '1 or 8 bit with a palette, for gray and palette images',
  auto: 'the smallest of these three that loses nothing',
  gray8: '8 bit luma with a gray palette',
  mono1: 'black and white, 1 bit: for thermal printers and e-paper',
  rgb565: '16 bit: for small displays',
};
const DEFAULT_FORMAT = 'bgr24';
const WITHOUT_ALPHA = Object.keys(FORMATS).filter((name) => name !== 'bgra32');
const BLACK_AND_WHITE = ['mono1'];

const GROUPS = [
  {
    title: 'Input and output',
    options: [
      {
        name: 'output', short: 'o', value: 'FILE', read: notEmpty, complete: 'file',
        excludes: ['out-dir'],
        help: "Write the BMP of the only input to FILE; '-' is standard output.",
      },
      {
        name: 'out-dir', short: 'd', value: 'DIR', read: notEmpty, complete: 'directory',
        help: 'Write below DIR, which is made if needed, and keep the tree: what was found in a '
          + 'directory keeps its path below that directory, a relative name its path, '
          + 'any other name only its last part. Written as one word, -dDIR, it must exist.',
      },
      {
        name: 'recursive', short: 'r',
        help: 'Convert every *.png below the directories named as inputs. Links to directories '
          + 'are not followed. What macOS adds (._*, __MACOSX) is left out. Of two files with '
          + 'one output (a.png, a.PNG) neither is converted.',
      },
      {
        name: 'suffix', value: 'S', read: suffix, initial: '.bmp',
        help: "What follows the input's name without .png; without a dot in S, .bmp follows S.",
      },
      {
        name: 'files-from', value: 'FILE', read: notEmpty, complete: 'file',
        help: "Read the names of more inputs from FILE, one a line; '-' is standard input. "
          + 'It may begin with a byte order mark.',
      },
      {
        name: 'null', short: '0',
        help: 'The names in --files-from end with a NUL byte, as find -print0 writes them.',
      },
      {
        name: 'force', short: 'f', excludes: ['skip-existing'],
        help: 'Overwrite outputs that exist. The default is to count them as errors.',
      },
      {
        name: 'skip-existing', short: 'n',
        help: 'Leave outputs that exist as they are, and count them as done.',
      },
      {
        name: 'sync', library: 'sync',
        help: 'Have each file on the disk (fsync) before it counts as written: slower, and safe '
          + 'when the machine fails.',
      },
    ],
  },
  {
    title: 'The BMP',
    options: [
      {
        name: 'format', value: 'FORMAT', initial: DEFAULT_FORMAT, library: 'format', choices: FORMATS,
        help: 'The kind of BMP to write.',
      },
      {
        name: 'alpha', value: 'RULE', initial: 'blend', library: 'alpha', formats: WITHOUT_ALPHA,
        choices: {
          blend: 'blended onto the background',
          drop: 'ignored: the colour as stored',
        },
        help: 'What becomes of transparency in formats without alpha.',
      },
      {
        name: 'background', value: 'COLOR', read: colour, initial: 'ffffff', library: 'background',
        formats: WITHOUT_ALPHA,
        help: "The colour under transparency: 3 or 6 hexadecimal digits, with or without '#'.",
      },
      {
        name: 'top-down', library: 'topDown',
        help: 'Store the first row first (negative height). Some programs cannot read it.',
      },
      {
        name: 'depth16', value: 'RULE', initial: 'round', library: 'depth16',
        choices: { round: 'the nearest value', truncate: 'the high byte' },
        help: 'How 16-bit samples become 8-bit ones.',
      },
      {
        name: 'dither', value: 'RULE', initial: 'floyd-steinberg', library: 'dither',
        formats: BLACK_AND_WHITE,
        choices: {
          'floyd-steinberg': 'by error diffusion',
          ordered: 'by a fixed pattern',
          none: 'white from the threshold on',
        },
        help: 'How mono1 chooses between black and white.',
      },
      {
        name: 'threshold', value: 'N', read: integer(0, 255), initial: '128', library: 'threshold',
        formats: BLACK_AND_WHITE,
        help: 'The luma from which on a pixel of mono1 is white.',
      },
      { name: 'invert', library: 'invert', formats: BLACK_AND_WHITE, help: 'Swap black and white in mono1.' },
    ],
  },
  {
    title: 'What is accepted',
    options: [
      {
        name: 'max-pixels', value: 'N', read: integer(1, Number.MAX_SAFE_INTEGER),
        initial: '268402689', library: 'maxPixels',
        help: 'Refuse images of more pixels, before any memory is taken for them.',
      },
      {
        name: 'max-memory', value: 'BYTES', read: integer(1, Number.MAX_SAFE_INTEGER),
        initial: '268435456', library: 'maxMemory',
        help: 'Refuse conversions that would take more memory beside PNG and BMP.',
      },
      {
        name: 'strict', library: 'strict',
        help: 'Refuse what is otherwise tolerated with a warning.',
      },
      {
        name: 'ignore-checksums', library: 'ignoreChecksums',
        help: 'Do not look at CRC-32 and Adler-32.',
      },
    ],
  },
  {
    title: 'How it runs',
    options: [
      {
        name: 'jobs', short: 'j', value: 'N', read: integer(1, 1023),
        initial: 'the number of processors',
        help: 'Convert at most N images at once; fewer when they would take too much memory, and '
          + 'always fewer than UV_THREADPOOL_SIZE where that is set.',
      },
      {
        name: 'fail-fast',
        help: 'Start nothing new after the first failure.',
      },
      {
        name: 'dry-run', excludes: ['info'],
        help: 'Check everything that can be known from the headers, and write nothing.',
      },
      {
        name: 'info',
        help: 'Say what each PNG is and what would be written, and write nothing.',
      },
    ],
  },
  {
    title: 'What it says',
    options: [
      {
        name: 'json',
        help: 'Write one line of JSON on standard output for each input, as it ends.',
      },
      { name: 'quiet', short: 'q', excludes: ['verbose'], help: 'Say nothing but errors.' },
      { name: 'verbose', short: 'v', help: 'Say every file that is written, and warnings.' },
      { name: 'help', short: 'h', help: 'Show this help.' },
      { name: 'version', short: 'V', help: 'Show the version.' },
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
  if (!row.value) return given;
  const flag = `--${row.name}`;
  if (row.choices && !Object.hasOwn(row.choices, given)) {
    throw new UsageError(`${flag} wants one of ${Object.keys(row.choices).join(', ')}, not '${given}'`);
  }
  return row.read ? row.read(given, flag) : given;
}

function split(args) {
  const options = Object.fromEntries(OPTIONS.map((row) => [row.name, toParseArgs(row)]));
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    const words = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
    const odd = words.map(oddWordText).find((text) => text !== undefined);
    throw new UsageError(odd ?? parseErrorText(error, OPTIONS.map((row) => row.name)));
  }
}

const isShort = ({ kind, rawName }) => kind === 'option' && !rawName.startsWith('--');

/* Short options in one word, `-fo`, or with their value in it, `-dout`: they may be the name of a file. */
function refuseOddWords(args, tokens) {
  for (const token of tokens.filter(isShort)) {
    const word = args[token.index];
    const text = oddWordText(word)
      ?? (token.inlineValue && token.name === 'out-dir' ? newDirectoryText(word, token.value) : undefined);
    if (text !== undefined) throw new UsageError(text);
  }
}

function refuseWithoutEffect(values) {
  const format = values.format ?? DEFAULT_FORMAT;
  for (const row of OPTIONS) {
    if (values[row.name] !== undefined && row.formats && !row.formats.includes(format)) {
      throw new UsageError(`--${row.name} has no effect on ${format}: it is for ${row.formats.join(', ')}`);
    }
  }
}

function refuseContradictions(values) {
  for (const row of OPTIONS) {
    const other = row.excludes?.find((name) => values[name] !== undefined);
    if (other && values[row.name] !== undefined) {
      throw new UsageError(`--${row.name} and --${other} contradict each other`);
    }
  }
}

/**
 * @param {string[]} args what follows the program's name
 * @returns {{ operands: string[], settings: object, conversion: object }}
 *   settings: what the command line itself looks at, by camelCase name;
 *   conversion: the options for the library
 * @throws {UsageError}
 */
function parseCommandLine(args) {
  const { values, positionals, tokens } = split(args);
  refuseOddWords(args, tokens);
  refuseContradictions(values);
  const settings = {};
  const conversion = {};
  for (const row of OPTIONS) {
    if (values[row.name] === undefined) continue;
    const value = readValue(row, values[row.name]);
    if (row.library) conversion[row.library] = value;
    else settings[keyOf(row.name)] = value;
  }
  refuseWithoutEffect(values);
  return { operands: positionals, settings, conversion };
}

module.exports = { GROUPS, OPTIONS, UsageError, parseCommandLine };
