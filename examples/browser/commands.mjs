// The same conversion as a command and as a script of Node.js.

const FLAGS = { topDown: '--top-down', invert: '--invert', exact: '--exact' };

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

/** 'a.png' -> 'a.bmp' */
export const outputName = (name, kind) => name.replace(/(\.png)?$/i, `.${kind}`);

/** The command for the files with these names: { output: 'bmp' or 'ico', options }. */
export function commandOf({ output, options }, names) {
  const words = ['png2bmp', ...wordsOf(options)];
  if (output === 'ico') words.push('--ico');
  if (output === 'ico' || names.length === 1) words.push('-o', operand(outputName(names[0], output)));
  return [...words, ...names.map(operand)].map(quoted).join(' ');
}

const literal = (value) => (Array.isArray(value) ? `[${value.map(literal).join(', ')}]`
  : typeof value === 'object' ? `{ color: ${literal(value.color)}, seen: ${literal(value.seen)} }`
    : typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : String(value));

function objectOf(options) {
  const members = Object.entries(options).map(([name, value]) => `${name}: ${literal(value)}`);
  return members.length > 0 ? `, { ${members.join(', ')} }` : '';
}

/** The script for the first of the files. */
export function scriptOf({ output, options }, names) {
  const read = `fs.readFileSync(${literal(names[0])})`;
  const call = output === 'ico' ? 'saveICO' : 'saveBMP';
  return [
    "const fs = require('node:fs');",
    `const { ${call} } = require('png2bmp');`,
    '',
    `${call}(${literal(outputName(names[0], output))}, ${output === 'ico' ? `[${read}]` : read}${objectOf(options)});`,
  ].join('\n');
}
