'use strict';

// The links of Markdown files, and the anchors that GitHub gives their headings.

const fs = require('node:fs');
const path = require('node:path');

const { slug: toSlug } = require('../../scripts/markdown');

/** The text without quotations: code blocks, inline code, comments. */
const unquoted = (text) => text.replace(/^(```+|~~~+).*?^\1\s*$/gms, '').replace(/<!--.*?-->/gs, '');
const withoutCode = (text) => unquoted(text).replace(/(`+)[^`].*?\1/gs, '');

/** The visible text of a heading: the text of its links, without emphasis and code marks. */
const shown = (heading) => heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');

/** The anchors of a page, as GitHub makes them. */
function anchorsOf(text) {
  const seen = new Map();
  const anchors = [];
  for (const [, heading] of unquoted(text).matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
    const slug = toSlug(shown(heading));
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.push(count === 0 ? slug : `${slug}-${count}`);
  }
  for (const [, id] of text.matchAll(/<\w+ [^>]*\b(?:id|name)="([^"]+)"/g)) anchors.push(id);
  return anchors;
}

/** The targets of all links and pictures of a page. */
function linksOf(text) {
  const plain = withoutCode(text);
  const inline = [...plain.matchAll(/\]\(<?([^)\s>]+)>?(?: +"[^"]*")?\)/g)];
  const references = [...plain.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  const html = [...plain.matchAll(/<(?:a|img)\b[^>]*\b(?:href|src)="([^"]+)"/g)];
  return [...inline, ...references, ...html].map(([, link]) => link);
}

const isElsewhere = (link) => /^[a-z][a-z+.-]*:/i.test(link);

/** A sentence for each link of the pages below `root` whose target does not exist there. */
function brokenLinks(root, pages) {
  const broken = [];
  for (const page of pages) {
    const text = fs.readFileSync(path.join(root, page), 'utf8');
    for (const link of linksOf(text).filter((each) => !isElsewhere(each))) {
      const [name, fragment] = link.split('#');
      const file = name === '' ? page : path.join(path.dirname(page), decodeURI(name));
      const where = path.join(root, file);
      if (file.startsWith('..') || !fs.existsSync(where)) broken.push(`${page}: ${link}: there is no such file`);
      else if (fragment !== undefined && file.endsWith('.md') &&
        !anchorsOf(fs.readFileSync(where, 'utf8')).includes(fragment)) {
        broken.push(`${page}: ${link}: there is no such heading`);
      }
    }
  }
  return broken;
}

module.exports = { anchorsOf, brokenLinks };
