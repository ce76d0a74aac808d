'use strict';

// What the ES modules of lib/ export: the names in lib/index.js, and in lib/browser/face.js. `npm run api-docs` writes them.

const fs = require('node:fs');
const path = require('node:path');

const { createFace } = require('../lib/browser/face');

const lib = (name) => path.join(__dirname, '../lib', name);

/** The calls of the modules for browsers: those that save are only in prebuilds/inline. */
const faceCalls = Object.keys(createFace({}).calls);
const browserCalls = faceCalls.filter((name) => !name.startsWith('save'));

/** The text with the names in place of those between these braces. */
function withNames(text, before, names, after) {
  const start = text.indexOf(before) + before.length;
  const end = text.indexOf(after, start);
  return `${text.slice(0, start)}\n${names.map((name) => `  ${name},\n`).join('')}${text.slice(end)}`;
}

/** { file: text }, as they are to be. */
function make() {
  const read = (name) => fs.readFileSync(lib(name), 'utf8');
  const withCalls = (name) => withNames(read(name), 'export const {', browserCalls, "} = require('./browser/face')");
  return {
    [lib('index.mjs')]: withNames(read('index.mjs'), 'export const {', Object.keys(require('../lib')), '} = png2bmp;'),
    [lib('browser.mjs')]: withCalls('browser.mjs'),
    [lib('edge.mjs')]: withCalls('edge.mjs'),
  };
}

module.exports = { faceCalls, make };
