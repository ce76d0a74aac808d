'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert');

const ROOT = path.join(__dirname, '..');
const programs = fs.readdirSync(path.join(__dirname, 'c'))
  .filter((name) => name.endsWith('.c'))
  .map((name) => `build/c/${path.parse(name).name}`);

test('the C tests are built', () => {
  execFileSync('make', ['-s', ...programs], { cwd: ROOT, stdio: 'pipe' });
});

for (const program of programs) {
  test(`${program} finds nothing wrong`, () => {
    const { status, stdout } = spawnSync(path.join(ROOT, program), { cwd: ROOT, encoding: 'utf8' });
    assert.strictEqual(status, 0, stdout.split('\n').filter((line) => !line.startsWith('ok'))
      .slice(-20).join('\n'));
  });
}
