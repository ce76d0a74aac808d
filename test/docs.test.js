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

test('the limit in docs/memory-and-threads.md lets no fourth conversion in', async () => {
  const { code } = blocks('docs/memory-and-threads.md').find((block) => block.code.includes('queue.shift'));
  let running = 0;
  let most = 0;
  const getBMPAsync = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
  };
  const convert = new Function('require', `${code}; return convert;`)(() => ({ getBMPAsync }));
  const all = [];
  // Newcomers at every turn of the event loop, some of them just as a place becomes free.
  for (let i = 0; i < 50; i++) {
    all.push(convert(), convert().then(() => convert()));
    await (i % 2 ? Promise.resolve() : new Promise(setImmediate));
  }
  await Promise.all(all);
  assert.strictEqual(most, 3);
});
