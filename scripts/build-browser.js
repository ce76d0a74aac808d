'use strict';

// Makes prebuilds/core.mjs, the part of lib/ that converts in browsers, as one ECMAScript module without comments.
//
//   node scripts/build-browser.js
//   node scripts/build-browser.js --small    as it is published: by terser, with short names

const path = require('node:path');
const process = require('node:process');

const { collect, loader, minify, tableOf, withoutComments } = require('./js-modules');
const { replaceFile } = require('./replace-file');

const output = path.join(__dirname, '../prebuilds/core.mjs');

// The modules that lib/browser.mjs, lib/edge.mjs, threads.mjs and worker.mjs start with.
const ENTRIES = ['browser/compile', 'browser/elsewhere', 'browser/face', 'browser/library', 'browser/port', 'browser/thread'];

const HEAD = '// Made of lib/ by scripts/build-browser.js.\n';
const code = `const sources = ${tableOf(collect(ENTRIES, { inPlaceOf: { host: 'browser/host' } }))};
${loader()}
export { createRequire };
`;

async function main() {
  const text = process.argv.includes('--small') ? await minify(code, true) : withoutComments(code);
  replaceFile(output, `${HEAD}${text}`);
}

main();
