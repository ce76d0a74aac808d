'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { errors } = require('..');
const api = require('../scripts/make-api-docs');
const modules = require('../scripts/module-names');
const { ROOT, blocks, isCode, runBlock } = require('./kit/doc-blocks');
const { anchorsOf, brokenLinks } = require('./kit/doc-links');
const { scratch } = require('./kit/scratch');

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md',
  ...fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)];

const ELSEWHERE = ['docs/comparison.md', 'docs/guide.md']; // test/comparison, guide.test.js

for (const page of pages.filter((each) => !ELSEWHERE.includes(each))) {
  blocks(page).forEach((block, index) => {
    if (isCode(block)) {
      test(`block ${index + 1} of ${page} (${block.language}) runs as it is`, (t) => {
        runBlock(t, path.join(ROOT, 'node_modules'), block);
      });
    }
  });
}

test('README and docs/ have at most 26 000 words beside the notes for engineers', () => {
  const counted = pages.filter((page) => page === 'README.md' || /^docs\/[^/]+$/.test(page));
  const words = counted.flatMap((page) => fs.readFileSync(path.join(ROOT, page), 'utf8').split(/\s+/)).filter((word) => /[A-Za-z0-9]/.test(word));
  assert(words.length <= 26_000, `${words.length}: say what is there already in one place, and link to it`);
});

/* Every Markdown file of the project, whether documentation or not. */
function allPages() {
  const left = new Set(['node_modules', '.git', 'build', 'out', 'coverage', 'dist']);
  return fs.readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => !left.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? fs.readdirSync(path.join(ROOT, entry.name), { recursive: true })
      .map((name) => path.join(entry.name, name)) : [entry.name]))
    .filter((name) => name.endsWith('.md') && !name.split(path.sep).some((part) => left.has(part)));
}

test('every link of a Markdown file leads to a file, and to a heading of it', () => {
  const found = allPages();
  for (const page of pages) assert(found.includes(page), page);
  assert.deepStrictEqual(brokenLinks(ROOT, found), []);
});

test('headings have the anchors that GitHub gives them', () => {
  const text = ['# What 1.0 promises', '## `getBMP(png[, length][, options])`', '## A, b & c: d_e - f', '## A, b & c: d_e - f',
    '```', '# not one', '```', '## [Link](x.md) *text*', '## Größe'].join('\n');
  assert.deepStrictEqual(anchorsOf(text), ['what-10-promises', 'getbmppng-length-options',
    'a-b--c-d_e---f', 'a-b--c-d_e---f-1', 'link-text', 'größe']);
});

test('a link to nowhere is found, and one that is only quoted is not followed', (t) => {
  const root = scratch(t);
  fs.writeFileSync(path.join(root, 'b.md'), '# There\n');
  fs.writeFileSync(path.join(root, 'a.md'), ['# Here', '[1](b.md) [2](b.md#there) [3](#here) [4](https://example.org/x)',
    '[5](c.md) [6](b.md#here) [7](#there) ![8](d.png "title") [9](../../x)', '`[10](e.md)`', '```', '[11](f.md)', '```',
    '<a href="g.md">12</a>', '[13]: h.md'].join('\n'));
  assert.deepStrictEqual(brokenLinks(root, ['a.md']).map((text) => text.split(': ')[1]),
    ['c.md', 'b.md#here', '#there', 'd.png', '../../x', 'h.md', 'g.md']);
});

test('docs/api.md and the names of ES modules are as npm run api-docs makes them', () => {
  assert.strictEqual(fs.readFileSync(api.OUTPUT, 'utf8'), api.make());
  for (const [file, text] of Object.entries(modules.make())) assert.strictEqual(fs.readFileSync(file, 'utf8'), text);
});

test('docs/errors.md has every code and no other, those of warnings with that of their error', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
  const [, table, warnings] = text.split(/^## (?=Codes|Warnings|Other errors)/m);
  const pairs = [...warnings.matchAll(/^\| `(WARN_\w+)`<br>`(ERR_\w+)` \|/gm)].map(([, warning, error]) => [warning, error]);
  for (const [warning, error] of pairs) assert.strictEqual(warning.replace('WARN', 'ERR'), error);
  const listed = [...table.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);
  assert.deepStrictEqual([...listed, ...pairs.map(([, error]) => error)].sort(), Object.keys(errors.codes).sort());
  assert.deepStrictEqual(pairs.map(([warning]) => warning).sort(), Object.keys(errors.warnings).sort());
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
  // New calls at every turn of the event loop, some of them just when a place becomes free.
  for (let i = 0; i < 50; i++) {
    all.push(convert(), convert().then(() => convert()));
    await (i % 2 ? Promise.resolve() : new Promise(setImmediate));
  }
  await Promise.all(all);
  assert.strictEqual(most, 3);
});
