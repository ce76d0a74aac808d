'use strict';

/* The text around the table of options, and --help and --help all, made from both. */

const metadata = require('./metadata');
const { GROUPS } = require('./options');

const SUMMARY = 'convert PNG images to BMP';

const USAGE = [
  ['IN.png', '[OUT.bmp]'],
  ['-d DIR', 'IN.png...'],
  ['-r', '[-d DIR]', 'DIR...'],
];

const DESCRIPTION = [
  'Each IN.png is converted to IN.bmp in the same directory, unless a second name that ends in ' +
  ".bmp, --output or --out-dir says otherwise. '-' is standard input or standard output. Standard " +
  'input is converted to standard output unless an output is named; if it is a file or a pipe and there is ' +
  'no other input, it need not be named.',
  'Standard input, pipes and devices are converted as they come: data that is not a PNG, or over a ' +
  'limit, is refused at once. On standard output, rows that come in the order of the BMP (--top-down, --flip) ' +
  'leave before the PNG ends, even if the rest is damaged. If a stream has several PNGs, only the first is ' +
  'converted, with a warning.',
  'On Windows, where shells leave wildcards (*.png) to programs, they are expanded.',
  'File names need not be UTF-8. Control characters and characters that change the direction of text ' +
  'are printed as ? and escaped in --json.',
  'A file whose name begins with - must be written as ./-name or after --. Options that have no ' +
  'effect on the chosen format are refused.',
  'An output appears under its name only when it is complete: if a conversion fails or is ' +
  'interrupted, the previous file remains.',
  'For a single input, the size of the BMP and the time are printed on standard output. For several, or one ' +
  'that takes long, a progress bar is shown if standard error is a terminal. Failures and warnings are printed ' +
  'on standard error, a line each, with a code that the documentation explains.',
];

const EXIT_STATUS = [
  ['0', 'success'],
  ['1', 'at least one of several inputs failed'],
  ['2', 'usage error; nothing was written'],
  ['65', 'single input: it is not a valid PNG, or a limit refuses it'],
  ['66', 'single input: it cannot be read'],
  ['73', 'single input: the output exists or cannot be written'],
  ['130', 'interrupted (SIGINT); 128 + N for other signals'],
  ['141', 'closed standard output (SIGPIPE)'],
];

/* The keys of a line of --json. */
const JSON_KEYS = [
  ['input', 'the name of the PNG'],
  ['output', "the name of the BMP; '-' is standard output (not with --info)"],
  ['ok', 'false: there is an error'],
  ['skipped', 'true: the output existed and was left as it was (--skip-existing, --update)'],
  ['width, height', 'pixels'],
  ['bytes', 'the size of the BMP'],
  ['format', 'the format of the BMP, never auto'],
  ['ms', 'milliseconds from opening the input to the end'],
  ['warnings', 'a list of { code, message }'],
  ['error', '{ code, message }; codes such as ERR_PNG_CRC for the PNG, ENOENT for files'],
  ['png', 'only with --info, and --rotate or --size: { width, height } of the PNG; those outside are of the BMP'],
  ['bitDepth, colorType, interlaced, bitsPerPixel', 'only with --info: the type of the PNG and of the BMP'],
  [metadata.KEYS.join(', '), 'only with --info: metadata of the PNG'],
  ['convertedFrom', 'only with --info and --color-space srgb: the chunk that samples are converted from; without it they stay'],
  ['inputs', 'the names of the PNGs of an icon, which has one line; its error and warnings say which file they are about'],
  ['colors', "only with --count-colors: 1 to 256, or 'many'"],
];

const EXAMPLES = [
  ['png2bmp photo.png', 'writes photo.bmp'],
  ['png2bmp < in.png > out.bmp', 'as a filter'],
  ['png2bmp -r -d bmp icons', 'writes bmp/a/b.bmp for icons/a/b.png'],
  ['find . -name "*.png" -print0 | png2bmp -0 --files-from - -n', 'converts new files only'],
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

/* The choices, the default first. */
function briefText({ brief, choices, initial }) {
  if (brief !== true) return brief;
  const names = Object.keys(choices);
  return [...names.filter((name) => name === initial), ...names.filter((name) => name !== initial)].join(', ');
}

/** What fits a screen: the options with a brief text, and the names of the others. */
function shortHelp() {
  const rows = GROUPS.flatMap(({ options }) => options);
  const others = rows.filter(({ brief }) => !brief).map(({ name }) => `--${name}`).join(', ');
  return [
    ...usageLines(),
    '',
    ...rows.filter(({ brief }) => brief).flatMap((row) =>
      beside(`  ${flags(row)}`, wrap(briefText(row), WIDTH - HELP_COLUMN))),
    '',
    ...wrap(`Others: ${others}.`, WIDTH),
    "Explained by 'png2bmp --help all' and 'man png2bmp'.",
    '',
  ].join('\n');
}

/** All of it. */
function wholeHelp() {
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
  DESCRIPTION, EXAMPLES, EXIT_STATUS, JSON_KEYS, SUMMARY, USAGE, flags, sentences, shortHelp, wholeHelp,
};
