'use strict';

/* docs/command-line.md, from the same table and text as --help. */

const {
  DESCRIPTION, EXAMPLES, EXIT_STATUS, JSON_KEYS, USAGE, flags, sentences,
} = require('../../cli/help');
const { GROUPS } = require('../../cli/options');

/* '<' would start a tag, '|' a cell, '*' emphasis. */
const cell = (text) => text.replace(/[|<*]/g, '\\$&');

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

const optionRow = (row) => [`\`${flags(row).trim()}\``, sentences(row).map(cell).join('<br>')];

function commandLinePage() {
  const lines = [
    '<!-- Made by scripts/make-cli-docs.js from cli/options.js and cli/help.js. -->',
    '',
    '# The command line',
    '',
    ...USAGE.map((words) => `- \`png2bmp [OPTION]... ${words.join(' ')}\``),
    ...DESCRIPTION.flatMap((paragraph) => ['', paragraph]),
    '',
    '## Options',
    ...GROUPS.flatMap(({ title, options }) => [
      '', `### ${title}`, '', ...table(['option', 'meaning'], options.map(optionRow)),
    ]),
    '',
    '## Exit status',
    '',
    ...table(['status', 'meaning'], EXIT_STATUS.map(([code, meaning]) => [code, cell(meaning)])),
    '',
    '## JSON',
    '',
    'Each line that `--json` writes is an object. Keys without a meaning are absent:',
    '',
    ...table(['key', 'meaning'], JSON_KEYS.map(([keys, meaning]) => [`\`${keys}\``, cell(meaning)])),
    '',
    '## Examples',
    '',
    ...table(['command', 'effect'], EXAMPLES.map(([command, effect]) => [
      `\`${command.replace(/\|/g, '\\|')}\``, cell(effect),
    ])),
    '',
    '## Completion',
    '',
    'The package has completions in `completions/`: source `png2bmp.bash`, or put it into',
    '`~/.local/share/bash-completion/completions/`, `_png2bmp` into a directory of zsh\'s `fpath`,',
    '`png2bmp.fish` into `~/.config/fish/completions/`.',
  ];
  return `${lines.join('\n')}\n`;
}

module.exports = { commandLinePage };
