'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const { cpuLevels } = require('./kit/cpu-levels');

const SCRIPT = path.join(__dirname, 'kit', 'hash-conversions.js');

function hashesAt(level) {
  const env = { ...process.env, PNG2BMP_CPU: level };
  return JSON.parse(execFileSync(process.execPath, [SCRIPT], { env, encoding: 'utf8' }));
}

// A level that this CPU lacks falls back to a lower one, so all of them can be requested anywhere.
test('every CPU level gives the bytes of plain C: all types, formats, widths 1 to 67', () => {
  assert(cpuLevels.includes('avx2'));
  const plain = hashesAt('scalar');
  for (const level of cpuLevels.filter((name) => name !== 'scalar')) assert.deepEqual(hashesAt(level), plain, level);
});
