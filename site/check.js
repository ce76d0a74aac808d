'use strict';

// Checks that every link of the built site leads to a file, and to an element if it has a fragment.

const fs = require('node:fs');
const path = require('node:path');

const decode = (text) => text.replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(parseInt(code, 16)))
  .replace(/&amp;/g, '&').replace(/&quot;/g, '"');

const links = (html) => [...html.matchAll(/<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, link]) => decode(link));
const ids = (html) => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id)));

/** The file that a server would send for a path. */
function fileOf(directory, pathname) {
  const file = path.join(directory, pathname);
  return [file, `${file}.html`, path.join(file, 'index.html')].find((each) => fs.existsSync(each) && fs.statSync(each).isFile());
}

/** A sentence for each dead link. `base` is the path that the site is served at. */
function deadLinks(directory, base) {
  const pages = fs.readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.html'));
  const html = new Map(pages.map((name) => [path.join(directory, name), fs.readFileSync(path.join(directory, name), 'utf8')]));
  const dead = [];
  for (const [file, text] of html) {
    const here = new URL(`${base}${path.relative(directory, file)}`, 'http://site');
    for (const link of links(text)) {
      const target = new URL(link, here);
      if (target.host !== 'site') continue;
      const inside = target.pathname.startsWith(base) ? decodeURI(target.pathname.slice(base.length)) : undefined;
      const found = inside === undefined ? undefined : fileOf(directory, inside || 'index.html');
      const id = decodeURIComponent(target.hash.slice(1));
      if (found === undefined) dead.push(`${here.pathname}: ${link}: there is no such page`);
      else if (id !== '' && html.has(found) && !ids(html.get(found)).has(id)) dead.push(`${here.pathname}: ${link}: there is no such heading`);
    }
  }
  return dead;
}

module.exports = { deadLinks };
