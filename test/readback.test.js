'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { PROGRAMS, WINE_PROGRAMS, verdict } = require('./kit/bmp-programs');
const { testReadback } = require('./kit/bmp-readback');
const { VARIANTS } = require('./kit/bmp-variants');

// The BMPs as programs of other people see them, pixel by pixel. Those of Windows are in test/wine.

PROGRAMS.forEach(testReadback);

const ALL = [...PROGRAMS, ...WINE_PROGRAMS];

test('docs/decisions.md says which program reads which BMP', () => {
  const page = fs.readFileSync(path.join(__dirname, '../docs/decisions.md'), 'utf8');
  const rows = VARIANTS.map((variant) =>
    `| ${[variant.name, ...ALL.map((program) => verdict(program, variant))].join(' | ')} |`);
  const head = `| BMP | ${ALL.map(({ name }) => name).join(' | ')} |`;
  assert.ok(page.includes(`${head}\n|${' --- |'.repeat(ALL.length + 1)}\n${rows.join('\n')}\n`),
    `the table should be:\n${head}\n${rows.join('\n')}`);
});
