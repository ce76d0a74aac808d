'use strict';

// The code blocks of the documentation, run as a reader would run them.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { scratch } = require('./scratch');

const ROOT = path.join(__dirname, '../..');
const scripts = require('../../package.json').scripts;

/** { language, code } of every code block of a page. */
function blocks(page) {
  const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .map(([, language, code]) => ({ language, code }));
}

/** Makes the packages of a node_modules directory available in another one. */
function linkPackages(from, to) {
  const names = fs.existsSync(from) ? fs.readdirSync(from) : [];
  for (const name of names.filter((each) => !each.startsWith('.'))) {
    fs.symlinkSync(path.join(from, name), path.join(to, name));
  }
}

/** A directory in which png2bmp is installed, as a module and as a command, along with the packages of
 * `modules`, a node_modules directory. */
function newPlace(t, modules) {
  const place = scratch(t);
  fs.mkdirSync(path.join(place, 'node_modules/.bin'), { recursive: true });
  fs.mkdirSync(path.join(place, 'samples'));
  fs.copyFileSync(path.join(ROOT, 'samples/sample.png'), path.join(place, 'samples/sample.png'));
  fs.symlinkSync(ROOT, path.join(place, 'node_modules/png2bmp'));
  fs.symlinkSync(path.join(ROOT, 'bin/png2bmp.js'), path.join(place, 'node_modules/.bin/png2bmp'));
  linkPackages(modules, path.join(place, 'node_modules'));
  return place;
}

function run(place, command, ...args) {
  const PATH = `${place}/node_modules/.bin:${path.dirname(process.execPath)}:${process.env.PATH}`;
  return execFileSync(command, args,
    { cwd: place, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, PATH } });
}

/** Lines that a reader types in the repository, not next to a picture: CI runs ./setup.sh; each `npm run`
 * must exist, and so must each program of the repository. */
function isForTheRepository(line) {
  const script = /^npm run ([\w:-]+)|^npm (start|test)\b/.exec(line);
  if (script) {
    const name = script[1] ?? script[2];
    assert(name in scripts, `there is no "npm run ${name}"`);
    return true;
  }
  const file = /^((?:\.\/|\.ci\/|[\w-]+\/)[\w./-]+)/.exec(line);
  if (file) {
    assert(fs.existsSync(path.join(ROOT, file[1])), `there is no ${file[1]}`);
    return true;
  }
  return /^(make|git|apt-get|sudo|cd|node|MALLOC_|valgrind|CC=)\b/.test(line) || line === '';
}

function runShell(place, code) {
  const lines = code.replace(/\\\n/g, ' ').split('\n').map((line) => line.replace(/\s+#.*$|^#.*/, '').trim());
  for (const line of lines.filter((each) => !isForTheRepository(each))) {
    run(place, 'sh', '-c', line);
  }
}

function runC(place, code) {
  fs.writeFileSync(path.join(place, 'example.c'), code);
  execFileSync('make', ['-s', 'build/c/libpng2bmp.a'], { cwd: ROOT, stdio: 'pipe' });
  const libdeflate = run(ROOT, 'node', 'scripts/libdeflate.js').trim();
  run(place, 'cc', '-std=c11', '-Wall', '-Wextra', '-Werror', `-I${ROOT}/include`, 'example.c',
    '-o', 'example', `${ROOT}/build/c/libpng2bmp.a`, libdeflate);
  run(place, './example');
}

const runners = {
  js: (place, code) => run(place, process.execPath, '-e', code),
  sh: runShell,
  c: runC,
};

/** Runs a block in a new directory; a block in another language than js, sh or c is only text. */
function runBlock(t, modules, { language, code }) {
  runners[language](newPlace(t, modules), code);
}

function isCode({ language }) {
  return language in runners;
}

module.exports = { ROOT, blocks, isCode, newPlace, run, runBlock };
