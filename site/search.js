'use strict';

// What the search of the site finds: the options of its index, and questions that it must answer.

const fs = require('node:fs');
const path = require('node:path');

const NOTES = /^notes\//; // about trials and figures, for engineers

// Words of readers for those of the documentation: who asks for one finds the other.
const WORDS = [
  [/\be-paper\b/i, 'e-ink eink epaper'],
  [/\bgr[ae]ys?\b/i, 'grey gray'],
  [/\blicence\b/i, 'license'],
  [/\bcolours?\b/i, 'color colour'],
  [/^Install\b/, 'how to install'],
];

const withoutTags = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"')
  .replace(/&amp;/g, '&').replace(/\u200b/g, '').replace(/\s+/g, ' ').trim();

/** The text with the words of readers. */
const withWords = (text) => [text, ...WORDS.filter(([pattern]) => pattern.test(text)).map(([, words]) => words)].join(' ');

const HEADING = /<h([1-6])[^>]*\bid="([^"]*)"[^>]*>(.*?)<a class="header-anchor".*?<\/a><\/h\1>/gs;
const ROW = /<tr data-names="([^"]*)">(.*?)<\/tr>/gs;

const sectionOf = (anchor, titles, html) => {
  const text = withoutTags(html);
  return { anchor, titles: [...titles.slice(0, -1), withWords(titles.at(-1))], text: withWords(text) };
};

/** The sections of a page, and each row of its tables that has a name as a section of its own. */
function* sectionsOf(html) {
  const headings = [...html.matchAll(HEADING)];
  let parents = [];
  for (const [i, { index, 0: { length }, 1: level, 2: anchor, 3: heading }] of headings.entries()) {
    parents = [...parents.slice(0, Number(level) - 1), withoutTags(heading)];
    const body = html.slice(index + length, headings[i + 1]?.index);
    yield sectionOf(anchor, parents, body.replace(ROW, ''));
    for (const [, names, row] of body.matchAll(ROW)) yield sectionOf(/<code id="(.*?)"/.exec(row)[1], [...parents, names], row);
  }
}

/** The words of a text; what is written with hyphens or underscores is one, too, and an option only that: 'colorspace' is
 * --color-space as well as colorSpace. VitePress hands these two functions to browsers as text. */
const tokenize = (text) => text.split(/\s+/).flatMap((part) => {
  const words = part.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (part.startsWith('--')) return [words.join('')];
  return /^[^\p{L}\p{N}]*[\p{L}\p{N}]+([-_][\p{L}\p{N}]+)+[^\p{L}\p{N}]*$/u.test(part) ? [...words, words.join('')] : words;
});

/** Where most names are explained, where readers begin, and what they seldom look for. */
const boostDocument = (id) => (/errors#(err|warn)_|api#options-|command-line#[\w-]+-/.test(id) ? 3
  : /\/(start|errors|guide|browsers)(#|$)/.test(id) ? 1.5 : /\/(decisions|changelog|contributing|reliability|releasing)(#|$)/.test(id) ? 0.5 : 1);

/** For VitePress. */
const SEARCH = {
  provider: 'local',
  options: {
    _render: (text, env, md) => (NOTES.test(env.relativePath) ? '' : md.render(text, env)),
    miniSearch: {
      _splitIntoSections: (file, html) => sectionsOf(html),
      // A name in a title is worth more than any number of times that texts mention it.
      searchOptions: { boost: { title: 8, titles: 2, text: 1 }, fuzzy: 0.2, prefix: true, boostDocument },
      options: { tokenize },
    },
  },
};

/** Queries, and what is to be found first. */
function questions() {
  const { OPTIONS } = require('../cli/options');
  const { errors } = require('..');
  const api = fs.readFileSync(path.join(__dirname, '../docs/api.md'), 'utf8');
  const [, table] = /^### Options$(.*?)^### /ms.exec(api);
  const properties = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const codes = [...Object.keys(errors.codes), ...Object.keys(errors.warnings)];
  const ofOption = (name) => new RegExp(`^command-line#.+-${name}$|^api#\\w*options-${name.replaceAll('-', '')}$`, 'i');
  return [
    ['how to install', /^start#install/], ['install', /^start#install/],
    ...['e-ink', 'eink', 'e-paper', 'epaper'].map((query) => [query, /^guide#(thermal-printers-and-)?e-paper/]),
    ['grey', /^(guide|palettes|api|command-line)/], ['license', /^start#licence/], ['licence', /^start#licence/],
    ['docker', /^start#in-docker/], ['error', /^errors/], ['browser', /browser/], ['favicon', /^guide/], ['NSIS', /^guide/],
    ...codes.map((code) => [code, new RegExp(`^errors#(err|warn)${code.replace(/^[A-Z]+/, '')}$`, 'i')]),
    ...OPTIONS.map(({ name }) => [`--${name}`, ofOption(name)]),
    ...properties.map((name) => [name, ofOption(name.replace(/[A-Z]/g, '-$&'))]),
  ];
}

/** The index as VitePress searches it, whose defaults these are. */
async function indexOf(directory) {
  const chunks = path.join(directory, 'assets/chunks');
  const name = fs.readdirSync(chunks).find((each) => each.startsWith('@localSearchIndexroot'));
  const { default: json } = await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(path.join(chunks, name), 'utf8'))}`);
  const MiniSearch = require(require.resolve('minisearch', { paths: [path.join(__dirname, 'node_modules')] }));
  return MiniSearch.loadJSON(json, {
    fields: ['title', 'titles', 'text'], storeFields: ['title', 'titles'], ...SEARCH.options.miniSearch.options,
    searchOptions: SEARCH.options.miniSearch.searchOptions,
  });
}

/** A sentence for each question that the built site's search answers wrongly. */
async function unanswered(directory, base) {
  const index = await indexOf(directory);
  const wrong = questions().flatMap(([query, wanted]) => {
    const found = index.search(query)[0]?.id.slice(base.length);
    return wanted.test(found) ? [] : [`search for ${query}: ${found}, not ${wanted.source}`];
  });
  const notes = Object.values(index.toJSON().documentIds).filter((id) => NOTES.test(id.slice(base.length)));
  return [...wrong, ...notes.map((id) => `search finds ${id}, which is for engineers`)];
}

module.exports = { SEARCH, questions, sectionsOf, unanswered };
