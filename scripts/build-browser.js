'use strict';

// Makes prebuilds/core.mjs, the part of lib/ that converts in browsers, as one ECMAScript module, as small as it is readable.
//
// node scripts/build-browser.js

const fs = require('node:fs');
const path = require('node:path');

const { collect, loader, tableOf, withoutComments } = require('./js-modules');

const output = path.join(__dirname, '../prebuilds/core.mjs');

// The modules that lib/browser.mjs, its threads.mjs and worker.mjs start with.
const ENTRIES = ['browser/compile', 'browser/face', 'browser/library', 'browser/port', 'browser/thread'];

fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, `// Made of lib/, whose comments are left out, by scripts/build-browser.js.
${withoutComments(`const sources = ${tableOf(collect(ENTRIES, { inPlaceOf: { host: 'browser/host' } }))};\n${loader()}`)}
export { createRequire };
`);
