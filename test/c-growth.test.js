'use strict';

// A program that was built with an older header works with a newer library.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const compiler = process.env.CC || 'cc';

/** What a release after this one may add: at the end of structures and lists, and in what reads and writes them. */
const ADDITIONS = [
  ['include/png2bmp.h', /\n\} png2bmp_options;/, '\n    uint64_t newer_option[64];\n} png2bmp_options;'],
  ['include/png2bmp.h', /\n\} png2bmp_png_info;/, '\n    uint64_t newer_fact[64];\n} png2bmp_png_info;'],
  ['include/png2bmp.h', /\n\} png2bmp_png_about;/, '\n    uint64_t newer_fact[64];\n} png2bmp_png_about;'],
  ['include/png2bmp.h', /\n\} png2bmp_bmp_info;/, '\n    uint64_t newer_fact[64];\n} png2bmp_bmp_info;'],
  ['include/png2bmp.h', /X\(PLAN, "ERR_PLAN", [^)]*\)/, '$& X(NEWER, "ERR_NEWER", "newer")'],
  ['include/png2bmp.h', /X\(ORIENTATION, [^)]*\)/, '$& X(NEWER_WARNING, "ERR_PNG_NEWER", "newer")'],
  ['src/plan/plan.c', /(\n {4}plan->memory = memory_of\(plan\)[^;]*;)/,
    `$1
    plan->png.newer_fact[63] = plan->about.newer_fact[63] = plan->bmp.newer_fact[63] = plan->options.newer_option[63];
    if (plan->options.newer_option[63] != 77)
        return report_error(file->report, PNG2BMP_ERR_NEWER, "the new option does not have its default");
    report_warning(file->report, false, PNG2BMP_ERR_NEWER_WARNING, "newer");`],
  ['src/plan/options.c', /(\n {4}\.size = sizeof\(png2bmp_options\),)/, '$1\n    .newer_option[63] = 77,'],
];

/** Builds the library of a tree in `folder`, and puts it where programs look for it. */
function build(tree, folder, into, ...flags) {
  execFileSync('make', ['-s', '-j2', 'lib', `BUILD=${folder}`, ...flags], { cwd: tree, stdio: 'pipe' });
  fs.mkdirSync(into);
  fs.copyFileSync(path.join(tree, folder, 'libpng2bmp.so'), path.join(into, 'libpng2bmp.so.1'));
}

test('a program works, and touches only its own memory, with a library that has more options, facts, errors and warnings', {
  skip: process.platform !== 'linux' && 'shared libraries of Linux',
}, (t) => {
  const root = scratch(t);
  const newer = path.join(root, 'newer');
  for (const name of ['include', 'src', 'build.mk', 'Makefile'])
    fs.cpSync(path.join(ROOT, name), path.join(newer, name), { recursive: true });
  for (const [name, from, to] of ADDITIONS) {
    const file = path.join(newer, name);
    const text = fs.readFileSync(file, 'utf8');
    assert.match(text, from, name);
    fs.writeFileSync(file, text.replace(from, to));
  }
  build(ROOT, 'build/c', path.join(root, 'lib-today'));
  build(newer, 'build/c', path.join(root, 'lib-newer'), 'CFLAGS=-O0');
  const program = path.join(root, 'program');
  execFileSync(compiler, ['-std=c11', '-g', '-Wall', '-Wextra', '-Werror', `-I${path.join(ROOT, 'include')}`, '-o', program,
    path.join(__dirname, 'kit/old-program.c'), path.join(root, 'lib-today/libpng2bmp.so.1'), '-Wl,--allow-shlib-undefined'], { stdio: 'pipe' });

  const extra = path.join(root, 'extra.png');
  fs.writeFileSync(extra, encodePng(createImage({ width: 9, height: 7, colorType: 6, bitDepth: 8 }), { streamTail: [1, 2, 3] }));
  const images = [path.join(ROOT, 'samples/sample.png'), extra];
  const run = (library, command, ...before) => spawnSync(command, [...before, ...images],
    { encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: path.join(root, library) } });
  const valgrind = spawnSync('valgrind', ['--version']).error ? [] : ['valgrind', '-q', '--error-exitcode=99', '--leak-check=full'];
  const today = run('lib-today', program);
  const then = run('lib-newer', ...valgrind, program);
  assert.equal(then.status, 0, then.stderr);
  assert.equal(then.stderr, '');
  assert.match(today.stdout, /^ERR_PNG_EXTRA_DATA 1 /m);
  assert.match(then.stdout, /^ERR_PNG_NEWER 0 newer$/m);
  assert.equal(then.stdout.replace(/^ERR_PNG_NEWER .*\n/gm, ''), today.stdout);
});
