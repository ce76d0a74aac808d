'use strict';

// The command line as a door: options become arguments by its own table.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const { OPTIONS } = require('../../cli/options');
const { newFile, outcomeOf, takeFile } = require('./doors');
const { normal } = require('./reference');

const PROGRAM = path.join(__dirname, '../../bin/png2bmp.js');

const hex = (color) => color.map((value) => value.toString(16).padStart(2, '0')).join('');

const TEXTS = {
  background: (value) => hex(value),
  palette: (value, given, { seen }) => (typeof given === 'string' ? given
    : value.map((color, i) => (seen ? `${hex(color)}=${hex(seen[i])}` : hex(color))).join()),
  seen: (value, given) => given,
  density: (value, given) => (typeof given === 'number' ? String(given) : undefined),
};

/** The arguments for an option; undefined: it cannot be said. */
function argumentsFor(name, value, given, settings) {
  const row = OPTIONS.find(({ library }) => library === name);
  if (row === undefined) return undefined;
  if (!row.value) return value === (row.gives ?? true) ? [`--${row.name}`] : [];
  const text = (TEXTS[name] ?? String)(value, given, settings);
  return text === undefined || text === 'Infinity' || text === '0' ? undefined : [`--${row.name}`, text];
}

/** Whether options are given without those that they need on the command line, where the library takes their default. */
function lackOthers(names) {
  const rows = OPTIONS.filter(({ library }) => names.includes(library));
  return rows.some(({ needs }) => needs !== undefined && !rows.some(({ name }) => needs.includes(name)));
}

/** Only what converts: the command line explains a refusal in its own words. */
async function commandLine(lib, { png, options, directory, wanted }) {
  if (!wanted.bytes) return undefined;
  const settings = normal(options);
  if (options.format === undefined) delete settings.format;
  const args = Object.keys(options).map((name) => argumentsFor(name, settings[name], options[name], settings));
  if (args.includes(undefined) || lackOthers(Object.keys(options)) || (options.strict && options.salvage)) return undefined;
  const [input, output] = [newFile({ directory }).replace('.bmp', '.png'), newFile({ directory })];
  fs.writeFileSync(input, png);
  const run = spawnSync(process.execPath, [PROGRAM, ...args.flat(), '--output', output, input],
    { encoding: 'utf8', env: { ...process.env, PNG2BMP_BACKEND: lib.versions.backend } });
  fs.unlinkSync(input);
  const outcome = await outcomeOf(() => {
    if (run.status !== 0) throw Object.assign(new Error(run.stderr), { code: `exit status ${run.status}` });
    return takeFile(output);
  });
  return { ...outcome, warnings: wanted.warnings };
}

module.exports = { commandLine };
