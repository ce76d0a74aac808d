'use strict';

// Copies the repository's Markdown files to the source directory of the site: pages by their routes, pictures
// next to them, and links to other files as links to the repository.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { GROUPS, routeOf } = require('./pages');

const ROOT = path.join(__dirname, '..');
const REPOSITORY = require('../package.json').homepage.split('#')[0];
const CONVERTER = 'examples/browser/publish.sh';

const exists = (file) => fs.existsSync(path.join(ROOT, file));

/** The files that become pages. */
function pageFiles() {
  const pages = GROUPS.flatMap((group) => group.pages).filter((page) => !page.optional || exists(page.file));
  return [...new Set(pages.map((page) => page.file))];
}

/** The sidebar for VitePress. */
function sidebar() {
  return GROUPS.map(({ text, pages }) => ({
    text,
    items: pages.filter((page) => !page.optional || exists(page.file)).map((page) => ({
      text: page.text,
      link: `/${routeOf(page.file).replace(/\.md$/, '')}${page.anchor ? `#${page.anchor}` : ''}`,
    })),
  }));
}

const isPicture = (file) => /\.(svg|png)$/.test(file);
const isElsewhere = (link) => /^([a-z][a-z+.-]*:|#|$)/i.test(link);

/** Converts a link of the page `from` for the site. If it leads to a picture, adds that to `pictures`. */
function siteLink(link, from, pages, pictures) {
  if (isElsewhere(link)) return link;
  const [name, fragment] = link.split('#');
  const file = path.posix.join(path.posix.dirname(from), name);
  const end = fragment === undefined ? '' : `#${fragment}`;
  const toRoute = (route) => {
    const relative = path.posix.relative(path.posix.dirname(routeOf(from)), route);
    return `${relative.startsWith('.') ? '' : './'}${relative}${end}`;
  };
  if (pages.includes(file)) return toRoute(routeOf(file));
  if (!exists(file)) throw new Error(`${from}: ${link}: there is no such file`);
  if (isPicture(file) && !file.startsWith('samples/')) {
    pictures.add(file);
    return toRoute(routeOf(file));
  }
  const kind = fs.statSync(path.join(ROOT, file)).isDirectory() ? 'tree' : 'blob';
  return `${REPOSITORY}/${kind}/main/${file}${end}`;
}

/** The text with every link outside of code replaced by `change`. */
function changeLinks(text, change) {
  return text.split(/(^```.*?^```$|`[^`\n]+`)/gms)
    .map((part, i) => (i % 2 ? part : part.replace(/\]\(([^)\s]+)/g, (_, link) => `](${change(link)}`)))
    .join('');
}

function write(directory, name, content) {
  const file = path.join(directory, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

/** The links of the converter's page to the pages of the site. */
const SITE_LINKS = `<nav aria-label="Documentation">
      <a href="start">Start</a>
      <a href="guide">Guide</a>
      <a id="errors" href="errors">Errors</a>
      <a href="api">API</a>
      <a href="command-line">Command line</a>
      <a href="${REPOSITORY}">Source</a>
    </nav>`;

/** Makes the page of examples/browser the first page of the site, from `directory`, whose files are copied as they
 * are. Returns false if it has not been built. */
function publishConverter(directory) {
  if (!exists(CONVERTER) || !exists('prebuilds/png2bmp.wasm')) return false;
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  execFileSync(path.join(ROOT, CONVERTER), [directory], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const page = path.join(directory, 'index.html');
  const text = fs.readFileSync(page, 'utf8');
  const linked = text.replace(/<nav .*?<\/nav>/s, SITE_LINKS);
  if (linked === text) throw new Error(`${page} has no <nav> for the links of the site`);
  fs.writeFileSync(page, linked);
  return true;
}

/** The first page where WebAssembly has not been built. */
const WITHOUT_CONVERTER = `---
layout: home
hero:
  name: png2bmp
  text: PNG to BMP
  tagline: The converter is here after npm run build:wasm.
  actions:
    - { theme: brand, text: Install and convert, link: /start }
    - { theme: alt, text: Guides by task, link: /guide }
    - { theme: alt, text: API, link: /api }
---
`;

/** Fills `directory`, which is emptied first. */
function prepare(directory) {
  fs.rmSync(directory, { recursive: true, force: true });
  const pages = pageFiles();
  const pictures = new Set();
  for (const file of pages) {
    const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
    write(directory, routeOf(file), changeLinks(text, (link) => siteLink(link, file, pages, pictures)));
  }
  for (const file of pictures) write(directory, routeOf(file), fs.readFileSync(path.join(ROOT, file)));
  if (!publishConverter(path.join(directory, 'public'))) write(directory, 'index.md', WITHOUT_CONVERTER);
}

module.exports = { pageFiles, prepare, sidebar };
