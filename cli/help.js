'use strict';

/* The words around the table of options, and --help made of both. */

const { GROUPS } = require('./options');

const SUMMARY = 'convert PNG images to BMP';

const USAGE = [
  ['IN.png', '[OUT.bmp]'],
  ['-d DIR', 'IN.png...'],
  ['-r', '[-d DIR]', 'DIR...'],
];

const DESCRIPTION = [
  'Each IN.png becomes IN.bmp beside it, unless a second name that ends in .bmp, --output or '
  + "--out-dir say otherwise. '-' as the input is standard input, and as the output standard "
  + 'output; standard input is written to standard output unless an output is named.',
  'Standard input, pipes and devices are checked as they come: what is no PNG, or is over a limit, '
  + 'is refused without reading on. Of several PNGs in one stream only the first is converted, with '
  + 'a warning (--verbose).',
  'File names need not be UTF-8. Control characters, and those that change the direction of text, '
  + 'are shown as ? and escaped in --json.',
  'A file whose name begins with - is given as ./-name, or after --. An option that has no effect '
  + 'on the chosen format is refused.',
  'An output appears under its name only when it is whole: a failed or interrupted conversion '
  + 'leaves what was there before.',
  'A single input is reported on standard output with its size and the time it took. For many, '
  + 'nothing is said but failures, beside a progress bar where standard error is a terminal.',
];

const EXIT_STATUS = [
  ['0', 'all is well'],
  ['1', 'some of many inputs failed'],
  ['2', 'the command line is not understood; nothing was written'],
  ['65', 'a single input: it is not a good PNG, or is refused by an option'],
  ['66', 'a single input: it cannot be read'],
  ['73', 'a single input: the output exists or cannot be written'],
  ['130', 'interrupted (SIGINT); 128 + N for other signals'],
  ['141', 'who read standard output went away'],
];

/* The keys of a line of --json. */
const JSON_KEYS = [
  ['input', 'the name of the PNG'],
  ['output', "the name of the BMP; '-' is standard output (not with --info)"],
  ['ok', 'false: there is an error'],
  ['skipped', 'true: the output existed, and --skip-existing was given'],
  ['width, height', 'pixels'],
  ['bytes', 'the size of the BMP'],
  ['format', 'the format of the BMP, never auto'],
  ['ms', 'milliseconds from the first look at the input to the end'],
  ['warnings', 'a list of { code, message }: what was tolerated'],
  ['error', '{ code, message }: ERR_PNG_CRC and the like for the PNG, ENOENT and the like for files'],
  ['bitDepth, colorType, interlaced, bitsPerPixel', 'only with --info: of the PNG, and of the BMP'],
];

const EXAMPLES = [
  ['png2bmp photo.png', 'writes photo.bmp'],
  ['png2bmp - < in.png > out.bmp', 'as a filter'],
  ['png2bmp -r -d bmp icons', 'writes bmp/a/b.bmp for icons/a/b.png'],
  ['find . -name "*.png" -print0 | png2bmp -0 --files-from - -n', 'converts what is new'],
];

const WIDTH = 79;
const HELP_COLUMN = 26;

/** Text in lines of at most `width` characters. */
function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

function flags({ short, name, value }) {
  return `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`;
}

/** The help of an option with its choices and default: a list of sentences. */
function sentences({ help, choices, initial }) {
  const list = [help];
  for (const [choice, meaning] of Object.entries(choices ?? {})) list.push(`${choice}: ${meaning}.`);
  if (initial !== undefined) list.push(`Default: ${initial}.`);
  return list;
}

function beside(left, lines) {
  const column = ' '.repeat(HELP_COLUMN);
  const fits = left.length < HELP_COLUMN - 1;
  const first = fits ? [left.padEnd(HELP_COLUMN) + lines[0]] : [left, column + lines[0]];
  return [...first, ...lines.slice(1).map((line) => column + line)];
}

function optionLines(row) {
  const text = sentences(row).flatMap((sentence) => wrap(sentence, WIDTH - HELP_COLUMN));
  return beside(`  ${flags(row)}`, text);
}

function usageLines() {
  return USAGE.map((words, i) => `${i === 0 ? 'usage:' : '      '} png2bmp [OPTION]... ${words.join(' ')}`);
}

function helpText() {
  const options = GROUPS.flatMap(({ title, options: rows }) => ['', `${title}:`, ...rows.flatMap(optionLines)]);
  const exits = EXIT_STATUS.map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  const examples = EXAMPLES.flatMap(([command, effect]) => [`  ${command}`, `      ${effect}`]);
  return [
    ...usageLines(),
    '',
    ...DESCRIPTION.flatMap((paragraph) => [...wrap(paragraph, WIDTH), '']).slice(0, -1),
    ...options,
    '',
    'Exit status:',
    ...exits,
    '',
    'Examples:',
    ...examples,
    '',
  ].join('\n');
}

module.exports = {
  DESCRIPTION, EXAMPLES, EXIT_STATUS, JSON_KEYS, SUMMARY, USAGE, flags, helpText, sentences,
};
