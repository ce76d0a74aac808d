'use strict';

/* site/ without building it, since that needs VitePress: `npm run site` does. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { deadLinks } = require('../site/check');
const { pageFiles, prepare, sidebar } = require('../site/prepare');
const { anchorsOf } = require('./kit/doc-links');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const withoutWasm = !fs.existsSync(path.join(ROOT, 'prebuilds/png2bmp.wasm')) && 'npm run build:wasm has not run';

test('every page of docs/ is in the sidebar, and everything in the sidebar is there', () => {
  const names = fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
  const pages = pageFiles();
  for (const name of names) assert(pages.includes(`docs/${name}`), name);
  for (const page of pages) assert(fs.existsSync(path.join(ROOT, page)), page);
});

test('the pages of the site are made, and the sidebar leads to their headings', (t) => {
  const directory = scratch(t);
  prepare(directory);
  for (const { link } of sidebar().flatMap((group) => group.items)) {
    const [page, anchor] = link.split('#');
    const text = fs.readFileSync(path.join(directory, `${page}.md`), 'utf8');
    if (anchor !== undefined) assert(anchorsOf(text).includes(anchor), link);
  }
  const changes = fs.readFileSync(path.join(directory, 'changelog.md'), 'utf8');
  assert.match(changes, /\[the API\]\(\.\/api\.md\)/);
  assert(fs.existsSync(path.join(directory, 'call-costs.svg')));
});

test('the first page is the converter, with links to the pages of the site', { skip: withoutWasm }, (t) => {
  const directory = scratch(t);
  prepare(directory);
  const html = fs.readFileSync(path.join(directory, 'public/index.html'), 'utf8');
  assert.match(html, /<a href="guide">Guide<\/a>/);
  assert.match(html, /<a id="errors" href="errors">/); // where the codes of errors lead
  assert.match(html, /id="drop"/);
  assert(!fs.existsSync(path.join(directory, 'index.md')));
});

test('a dead link of the built site is found, under any base', (t) => {
  const directory = scratch(t);
  const write = (name, html) => fs.writeFileSync(path.join(directory, name), html);
  write('index.html', '<a href="/base/a">1</a><a href="/base/a#x&#x79;">2</a><a href="https://example.org/">3</a>' +
  '<a href="/a">4</a><a href="b.html">5</a><a href="/base/a#no">6</a><img src="/base/p.png">');
  write('a.html', '<h1 id="xy"></h1><a href="#xy">7</a><a href="/base/">8</a><a href="#z">9</a>');
  assert.deepEqual(deadLinks(directory, '/base/').map((text) => text.split(': ')[1]).sort(),
    ['#z', '/a', '/base/a#no', '/base/p.png', 'b.html']);
});
