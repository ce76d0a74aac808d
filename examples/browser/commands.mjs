// The same conversion as a command and as a script of Node.js.

const FLAGS = { topDown: '--top-down', invert: '--invert', exact: '--exact', flip: '--flip', flop: '--flop', salvage: '--salvage' };

const flagOf = (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Colours without '#', which starts a comment in some shells. */
function argument(value) {
  if (Array.isArray(value)) return value.map(argument).join(',');
  if (typeof value === 'object') return `${argument(value.color)}=${argument(value.seen)}`;
  return String(value).replace(/^#/, '');
}

const NAMES_OF_ICONS = { png: 'icoPng' }; // on the command line

function wordsOf(options) {
  return Object.entries(options).flatMap(([name, value]) => (name in FLAGS ? [FLAGS[name]]
    : [flagOf(NAMES_OF_ICONS[name] ?? name), argument(value)]));
}

/** A word for sh. */
function quoted(word) {
  return /^[\w.,/:=+-]+$/.test(word) ? word : `'${word.replace(/'/g, '\'\\\'\'')}'`;
}

/** A file name that is not taken for an option. */
const operand = (name) => (name.startsWith('-') ? `./${name}` : name);
/** A name without an ending could be that of a palette. */
const paletteOperand = (name) => (name.includes('.') ? operand(name) : `./${name}`);

/** The end of the name of what is written: 'bmp', 'ico', 'dib', or of bare rows 'bin'. */
const endOf = ({ output, options }) => ({ dib: 'dib', rows: 'bin' }[options.container] ?? output);

/** 'a.png' -> 'a.bmp' */
export const outputName = (name, settings) => name.replace(/(\.png)?$/i, `.${endOf(settings)}`);

/** How the command is told what to write, other than a.bmp for a.png. */
function outputWords(settings, names) {
  if (settings.output === 'ico' || names.length === 1) return ['-o', operand(outputName(names[0], settings))];
  return endOf(settings) === 'bmp' ? [] : ['--suffix', `.${endOf(settings)}`];
}

/** The command for the files with these names, with settings as settingsOf makes them. Sizes are those of one file. */
export function commandOf(settings, names) {
  const { output, options, paletteFile } = settings;
  const inputs = options.sizes === undefined ? names : names.slice(0, 1);
  const words = ['png2bmp', ...wordsOf(paletteFile === undefined ? options : { ...options, palette: paletteOperand(paletteFile) })];
  if (output === 'ico') words.push('--ico');
  return [...words, ...outputWords(settings, inputs), ...inputs.map(operand)].map(quoted).join(' ');
}

const literal = (value) => (Array.isArray(value) ? `[${value.map(literal).join(', ')}]`
  : typeof value === 'object' ? `{ color: ${literal(value.color)}, seen: ${literal(value.seen)} }`
    : typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : String(value));

function objectOf(options) {
  const members = Object.entries(options).map(([name, value]) => `${name}: ${literal(value)}`);
  return members.length > 0 ? `, { ${members.join(', ')} }` : '';
}

/** The script for the first of the files. */
export function scriptOf(settings, names) {
  const { output, options } = settings;
  const read = `fs.readFileSync(${literal(names[0])})`;
  const call = output === 'ico' ? 'saveICO' : 'saveBMP';
  return [
    "const fs = require('node:fs');",
    `const { ${call} } = require('png2bmp');`,
    '',
    `${call}(${literal(outputName(names[0], settings))}, ${output === 'ico' ? `[${read}]` : read}${objectOf(options)});`,
  ].join('\n');
}
