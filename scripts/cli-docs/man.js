'use strict';

/* The man page, from the same table and text as --help. */

const { version } = require('../../package.json');
const {
  DESCRIPTION, EXAMPLES, EXIT_STATUS, JSON_KEYS, SUMMARY, USAGE, sentences,
} = require('../../cli/help');
const { GROUPS } = require('../../cli/options');

/* In roff a backslash starts an escape, '-' is a hyphen, and a line that starts with '.' or "'" is a request. */
function roff(text) {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/'/g, '\\(aq')
    .replace(/^\./, '\\&.');
}

const bold = (text) => `\\fB${roff(text)}\\fR`;
const italic = (text) => `\\fI${roff(text)}\\fR`;

const usageWord = (word) => (/^\[?-/.test(word)
  ? word.replace(/(\[?)(-\w)(.*)/, (_, open, flag, rest) => open + bold(flag) + italic(rest))
  : italic(word));

function synopsis() {
  return USAGE.flatMap((words, i) => [
    ...(i > 0 ? ['.br'] : []),
    [bold('png2bmp'), '[\\fIOPTION\\fR]...', ...words.map(usageWord)].join(' '),
  ]);
}

function optionEntry(row) {
  const { short, name, value } = row;
  const argument = value ? `=${italic(value)}` : '';
  const names = [short ? bold(`-${short}`) : '', bold(`--${name}`) + argument].filter(Boolean);
  const [help, ...more] = sentences(row).map(roff);
  return ['.TP', names.join(', '), help, ...more.flatMap((sentence) => ['.br', sentence])];
}

function manPage() {
  const lines = [
    '.\\" Made by scripts/make-cli-docs.js from cli/options.js and cli/help.js.',
    `.TH PNG2BMP 1 "" "png2bmp ${version}" "User Commands"`,
    '.SH NAME',
    `png2bmp \\- ${SUMMARY}`,
    '.SH SYNOPSIS',
    ...synopsis(),
    '.SH DESCRIPTION',
    ...DESCRIPTION.flatMap((paragraph) => ['.PP', roff(paragraph)]).slice(1),
    '.SH OPTIONS',
    ...GROUPS.flatMap(({ title, options }) => [`.SS ${title}`, ...options.flatMap(optionEntry)]),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([code, meaning]) => ['.TP', bold(code), roff(meaning)]),
    '.SH JSON',
    'Each line that \\fB\\-\\-json\\fR writes is an object. Keys without a meaning are absent:',
    ...JSON_KEYS.flatMap(([keys, meaning]) => ['.TP', bold(keys), roff(meaning)]),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([command, effect]) => ['.TP', bold(command), roff(effect)]),
  ];
  return `${lines.join('\n')}\n`;
}

module.exports = { manPage };
