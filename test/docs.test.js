'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { errors } = require('..');
const api = require('../scripts/make-api-docs');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const scripts = require('../package.json').scripts;

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md',
  ...fs.readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)];

/** { language, code } of every code block of a page. */
function blocks(page) {
  const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .map(([, language, code]) => ({ language, code }));
}

/** A directory in which png2bmp is installed, as a module and as a command. */
function newPlace(t) {
  const place = scratch(t);
  fs.mkdirSync(path.join(place, 'node_modules/.bin'), { recursive: true });
  fs.mkdirSync(path.join(place, 'samples'));
  fs.copyFileSync(path.join(ROOT, 'samples/sample.png'), path.join(place, 'samples/sample.png'));
  fs.symlinkSync(ROOT, path.join(place, 'node_modules/png2bmp'));
  fs.symlinkSync(path.join(ROOT, 'bin/png2bmp.js'), path.join(place, 'node_modules/.bin/png2bmp'));
  const sharp = path.join(ROOT, 'node_modules/sharp');
  if (fs.existsSync(sharp)) {
    fs.symlinkSync(sharp, path.join(place, 'node_modules/sharp'));
  }
  return place;
}

function run(place, command, ...args) {
  const PATH = `${place}/node_modules/.bin:${path.dirname(process.execPath)}:${process.env.PATH}`;
  return execFileSync(command, args,
    { cwd: place, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, PATH } });
}

/** Lines that a reader types in the repository, not beside a picture: CI runs ./setup.sh, each
 * `npm run` must be there, and each program of the repository, too. */
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

for (const page of pages) {
  blocks(page).forEach(({ language, code }, index) => {
    if (language in runners) {
      test(`block ${index + 1} of ${page} (${language}) runs as it stands`, (t) => {
        runners[language](newPlace(t), code);
      });
    }
  });
}

test('every link of the documentation leads to a file', () => {
  for (const page of pages) {
    const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      const file = path.join(ROOT, path.dirname(page), link);
      assert(fs.existsSync(file), `${page} links to ${link}, which is not there`);
    }
  }
});

test('docs/api.md is as npm run api-docs makes it', () => {
  assert.strictEqual(fs.readFileSync(api.OUTPUT, 'utf8'), api.make());
});

test('docs/errors.md has every code and no other', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
  const table = text.slice(text.indexOf('## Codes'), text.indexOf('## Warnings'));
  const listed = [...table.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);
  assert.deepStrictEqual(listed.sort(), Object.keys(errors.codes).sort());
});
