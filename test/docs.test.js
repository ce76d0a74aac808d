'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { errors } = require('..');
const api = require('../scripts/make-api-docs');
const { ROOT, blocks, isCode, runBlock } = require('./kit/doc-blocks');

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md',
  ...fs.readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)];

for (const page of pages.filter((each) => each !== 'docs/comparison.md')) { // test/comparison
  blocks(page).forEach((block, index) => {
    if (isCode(block)) {
      test(`block ${index + 1} of ${page} (${block.language}) runs as it stands`, (t) => {
        runBlock(t, path.join(ROOT, 'node_modules'), block);
      });
    }
  });
}

test('every link of the documentation leads to a file', () => {
  for (const page of pages) {
    const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      const file = path.join(ROOT, path.dirname(page), link);
      assert(fs.existsSync(file), `${page} links to ${link}, which is not there`);
    }
  }
});

test('docs/api.md is as npm run api-docs makes it', () => {
  assert.strictEqual(fs.readFileSync(api.OUTPUT, 'utf8'), api.make());
});

test('docs/errors.md has every code and no other', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
  const table = text.slice(text.indexOf('## Codes'), text.indexOf('## Warnings'));
  const listed = [...table.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);
  assert.deepStrictEqual(listed.sort(), Object.keys(errors.codes).sort());
});
