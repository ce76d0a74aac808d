'use strict';

// Tables of the site: each row that is about one code, option or property can be linked to, and each cell has the
// head of its column, which phones show before it (.vitepress/theme/style.css).

const { slug } = require('../scripts/markdown');

const MOST_COLUMNS = 4; // wider tables, of figures, are read across, and scroll
const CODE_OR_OPTION = /^(?:ERR|WARN)_\w+$|--[a-z][\w-]*/;
const OF_API = /^[A-Za-z]\w*$/; // a property: elsewhere such a word may be anything

/** The names that a row is about, { token, name }: those of its first cell, if that is code. */
function namesIn(cell, pattern) {
  if (cell.children?.[0]?.type !== 'code_inline') return [];
  return cell.children.filter(({ type }) => type === 'code_inline')
    .map((token) => ({ token, name: pattern.exec(token.content)?.[0] })).filter(({ name }) => name !== undefined);
}

/** Codes of errors keep their name, the others follow their heading, which tells properties of one name apart. */
const idOf = (name, heading) => (/^(ERR|WARN)_/.test(name) ? slug(name) : `${heading}-${slug(name.replace(/^-+/, ''))}`);

const textOf = (inline) => inline.children.map(({ content }) => content).join('');

/** The rows of the table that begins at `start`: { open: the token of the row, cells: [{ open, inline }] }. */
function rowsOf(tokens, start) {
  const rows = [];
  for (let i = start; tokens[i].type !== 'table_close'; i++) {
    if (tokens[i].type === 'tr_open') rows.push({ open: tokens[i], cells: [] });
    if (/^t[hd]_open$/.test(tokens[i].type)) rows.at(-1).cells.push({ open: tokens[i], inline: tokens[i + 1] });
  }
  return rows;
}

function nameTable(tokens, start, { heading, pattern, taken }) {
  const [head, ...rows] = rowsOf(tokens, start);
  const labels = head.cells.map(({ inline }) => textOf(inline));
  for (const { open, cells } of rows) {
    if (labels.length <= MOST_COLUMNS) cells.forEach((cell, i) => cell.open.attrSet('data-head', labels[i]));
    const names = namesIn(cells[0].inline, pattern);
    const free = names.filter(({ name }) => !taken.has(idOf(name, heading)));
    for (const { token, name } of free) {
      taken.add(idOf(name, heading));
      token.attrSet('id', idOf(name, heading));
    }
    if (free.length > 0) open.attrSet('data-names', names.map(({ name }) => name).join(' '));
  }
}

/** A plugin for markdown-it, after the one that gives headings their anchors. */
function namedRows(md) {
  md.core.ruler.push('named_rows', ({ tokens, env }) => {
    let heading = '';
    const pattern = env.relativePath === 'api.md' ? OF_API : CODE_OR_OPTION;
    const taken = new Set(tokens.map((token) => token.attrGet('id')).filter(Boolean));
    tokens.forEach((token, i) => {
      if (token.type === 'heading_open') heading = token.attrGet('id') ?? heading;
      if (token.type === 'table_open') nameTable(tokens, i, { heading, pattern, taken });
    });
  });
}

module.exports = { namedRows };
