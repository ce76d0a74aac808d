'use strict';

// src/plan/option_table.h says what the options are. What people read about them is elsewhere: the types, and the
// help of the command line.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { encodeICO, readInfo } = require('..');
const { OPTIONS } = require('../cli/options');
const { table } = require('../lib/options');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');

const png = encodePng(createImage({ width: 2, height: 2, colorType: 6, bitDepth: 8 }));
const types = ['types', 'index'].map((name) => fs.readFileSync(path.join(__dirname, `../lib/${name}.d.ts`), 'utf8')).join('\n');

const isOffered = (name) => !/^$|^raw-/.test(name);
const literal = (value) => (typeof value === 'number' ? `${value}` : `'${value}'`);
const isGiven = ({ initial, least, most }) => initial >= least && initial <= most;
const hex = (color) => color.toString(16).padStart(6, '0');

/** By kind, in the order of host_option_kind: what types and help say of a row, and values other than the default. */
const KINDS = [
  {
    type: ({ choices }) => choices.filter(isOffered).map(literal).join(' | '),
    initial: ({ choices, initial }) => choices[initial],
    others: ({ choices, initial }) => choices.filter((name, i) => i !== initial && isOffered(name)),
  },
  { type: () => 'boolean', initial: ({ initial }) => `${initial === 1}`, others: ({ initial }) => [initial === 0] },
  {
    type: () => 'number',
    initial: (row) => (isGiven(row) ? `${row.initial}` : ''),
    others: ({ least, most, initial }) => [least, most].filter((value) => value !== initial),
  },
  { type: () => 'number | bigint', initial: ({ initial }) => `${initial}`, others: () => [1e9] },
  { type: () => 'Color', initial: ({ initial }) => hex(initial), others: () => ['#123'] },
];
const [CHOICE, FLAG, NUMBER] = [0, 1, 2];

const rows = table.filter(({ isOfLib }) => !isOfLib);
const kindOf = (row) => KINDS[row.kind];

/** { meaning, type } of a property of Options or SaveOptions; `Format` and the like are written out. */
function declared(name) {
  const body = [...types.matchAll(/^export interface (?:Save)?Options \{\n(.*?)^\}/gms)].map(([, text]) => text).join('');
  const [, meaning, type] = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+${name}\\?: ([^;]*) \\| undefined;`, 's').exec(body) ??
    assert.fail(`'${name}' is not in Options or SaveOptions`);
  const alias = /^[A-Z]\w+/.exec(type)?.[0];
  const written = alias === undefined ? undefined : new RegExp(`^export type ${alias} = ('[^;]*);`, 'm').exec(types)?.[1];
  return { meaning: meaning.replace(/\s*\n\s*\* ?/g, ' '), type: written === undefined ? type : type.replace(alias, written) };
}

const inOrder = (type) => type.split(' | ').sort();
const commandOf = (name) => OPTIONS.find(({ library }) => library === name) ?? assert.fail(`no row in cli/options.js sets '${name}'`);
/** The text of --help all for a row. */
const helpOf = ({ help, choices = {} }) => [help, ...Object.entries(choices).flat()].join(' ');

test('the types have each option of the table, with its kind and its default', () => {
  assert.ok(rows.length > 15);
  for (const row of rows) {
    const { meaning, type } = declared(row.name);
    // of a number some values may be listed
    if (!(row.kind === NUMBER && /^\d+( \| \d+)*$/.test(type))) assert.deepEqual(inOrder(type), inOrder(kindOf(row).type(row)), row.name);
    const initial = kindOf(row).initial(row);
    if (initial !== '') assert.match(meaning, new RegExp(`[Dd]efault \`?'?#?${initial}\\b|\`'${initial}'\` \\(default\\)`), row.name);
  }
});

test('the command line has each option of the table, with its range, its choices and its default', () => {
  for (const row of rows) {
    const { choices, gives, initial, name, range, value } = commandOf(row.name);
    assert.equal(value === undefined, row.kind === FLAG, name);
    if (row.kind === FLAG) assert.equal(gives ?? true, row.initial === 0, `--${name} gives what is not the default`);
    else assert.equal(initial ?? '', kindOf(row).initial(row), `the default of --${name}`);
    if (row.kind === CHOICE) assert.deepEqual(Object.keys(choices).sort(), row.choices.filter(isOffered).map(String).sort(), name);
    if (row.kind === NUMBER && choices === undefined) assert.deepEqual(range, [row.least, row.most], name);
  }
});

test('ranges are in the types', () => {
  for (const row of rows.filter(({ kind }) => kind === NUMBER)) {
    const { meaning, type } = declared(row.name);
    const { least, most } = row;
    if (type === 'number') assert.match(meaning, new RegExp(`\\b${least} to ${most}\\b`), row.name);
    else assert.deepEqual([Number(type.split(' | ')[0]), Number(type.split(' | ').at(-1))], [least, most], row.name);
  }
});

/** What an option applies to, in the words of an error; undefined: to everything. */
function scopeOf(name, values) {
  for (const value of values) {
    for (const format of ['bgr24', 'gray8']) {
      try {
        readInfo(png, { format, [name]: value });
      } catch ({ message }) {
        const words = message.split(`'${name}' applies only to `)[1];
        if (words !== undefined) return words;
      }
    }
  }
  return undefined;
}

test('what an option applies to is in its type and in its help', () => {
  const scopes = [...rows.map((row) => [row.name, kindOf(row).others(row)]), ['palette', ['bw']]]
    .map(([name, values]) => [name, scopeOf(name, values)]).filter(([, words]) => words !== undefined);
  assert.ok(scopes.length >= 7, `${scopes.length}`);
  for (const [name, words] of scopes) {
    const named = [...words.matchAll(/'([\w-]+)'/g)].map(([, word]) => word);
    assert.ok(named.length > 0);
    for (const word of named) {
      assert.match(declared(name).meaning, new RegExp(`\\b${word}\\b`), `the type of '${name}' does not tell of ${word}`);
      assert.match(helpOf(commandOf(name)), new RegExp(`\\b${word}\\b`), `the help of '${name}' does not tell of ${word}`);
    }
  }
});

test('the options that icons refuse are the same in the library and on the command line', () => {
  for (const row of [...rows.filter(({ name }) => name !== 'format'), { name: 'density', kind: NUMBER, least: 1, most: 72 }]) {
    const [value] = kindOf(row).others(row);
    const isRefused = () => {
      try {
        encodeICO([png], { [row.name]: value });
        return false;
      } catch ({ message }) {
        return message.includes('icons have it one way only');
      }
    };
    assert.equal(isRefused(), commandOf(row.name).icons === false, row.name);
  }
});
