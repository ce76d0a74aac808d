'use strict';

// Builds the site of the documentation into build/site/dist, out of site/src, which it makes (VitePress
// wants its packages above the pages).
//     npm run site [-- --base /sub/path/] [--serve]
// The first page is the converter of examples/browser, where `npm run build:wasm` has run.
// --serve shows it at http://127.0.0.1:4173/. What it needs is in site/package.json, and is installed
// there on the first run.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { deadLinks } = require('./check');
const { prepare } = require('./prepare');
const { unanswered } = require('./search');

const SOURCE = path.join(__dirname, 'src');
const DIST = path.join(__dirname, '../build/site/dist');

const { values } = parseArgs({
  options: { base: { type: 'string', default: '/' }, serve: { type: 'boolean', default: false } },
});
const base = `/${values.base}/`.replace(/\/+/g, '/');

const run = (program, ...args) => execFileSync(program, args, {
  cwd: __dirname, stdio: 'inherit', env: { ...process.env, SITE_BASE: base },
});

if (!fs.existsSync(path.join(__dirname, 'node_modules/vitepress'))) {
  run('npm', 'ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
}
async function main() {
  prepare(SOURCE);
  const vitepress = path.join(__dirname, 'node_modules/vitepress/bin/vitepress.js');
  run(process.execPath, vitepress, 'build', '.');
  const problems = [...deadLinks(DIST, base), ...await unanswered(DIST, base)];
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exitCode = 1;
    return;
  }
  console.log(`${path.relative(process.cwd(), DIST)}: for ${base}, every link checked, and what the search finds`);
  if (values.serve) run(process.execPath, vitepress, 'preview', '.', '--host', '127.0.0.1');
}

main();
