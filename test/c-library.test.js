'use strict';

// The C library as users get it: `make install`, then pkg-config and a compiler.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { getBMP } = require('..');

const ROOT = path.join(__dirname, '..');
const sample = path.join(ROOT, 'samples/sample.png');
const compiler = process.env.CC || 'cc';

const options = { skip: process.platform !== 'linux' && 'the Makefile makes libraries for Linux' };

const destination = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-install-'));
const library = path.join(destination, 'opt/png2bmp/lib');
test.after(() => fs.rmSync(destination, { recursive: true }));

// Nothing of the repository except the example: it includes and links what was installed.
function pkgConfig(...args) {
  const env = {
    ...process.env,
    PKG_CONFIG_PATH: path.join(library, 'pkgconfig'),
    PKG_CONFIG_SYSROOT_DIR: destination,
  };
  return execFileSync('pkg-config', [...args, 'png2bmp'], { encoding: 'utf8', env })
    .trim().split(/\s+/).filter(Boolean);
}

function compile(name, ...libraries) {
  const program = path.join(destination, name);
  execFileSync(compiler, ['-std=c11', '-Wall', '-Wextra', '-Werror', '-o', program,
    path.join(ROOT, 'examples/c/convert.c'), ...pkgConfig('--cflags'), ...libraries],
  { cwd: destination, stdio: 'pipe' });
  return program;
}

function run(program, ...args) {
  return spawnSync(program, args, {
    cwd: destination, encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: library },
  });
}

/** What a file says of its shared libraries: 'NEEDED' ones, or its own 'SONAME'. */
function dynamic(file, tag) {
  return [...execFileSync('readelf', ['-dW', file], { encoding: 'utf8' }).matchAll(new RegExp(`\\(${tag}\\).*\\[(.*)\\]`, 'g'))]
    .map((match) => match[1]).join(' ');
}

function assertConverts(program) {
  const { status, stderr } = run(program, sample, 'sample.bmp');
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const bmp = fs.readFileSync(path.join(destination, 'sample.bmp'));
  assert.ok(bmp.equals(getBMP(fs.readFileSync(sample))));
}

test('make install puts header, libraries and png2bmp.pc under DESTDIR and PREFIX', options, () => {
  // A build of its own, and a quick one.
  execFileSync('make', ['-s', 'install', `DESTDIR=${destination}`, 'PREFIX=/opt/png2bmp',
    'BUILD=build/c-install', 'CFLAGS=-O1'], { cwd: ROOT, stdio: 'pipe' });
  const { version } = require('../package.json');
  assert.deepEqual(fs.readdirSync(path.join(destination, 'opt/png2bmp/include')), ['png2bmp.h']);
  assert.deepEqual(fs.readdirSync(library).sort(), ['cmake', 'libpng2bmp.a', 'libpng2bmp.so',
    `libpng2bmp.so.${version.split('.')[0]}`, `libpng2bmp.so.${version}`, 'pkgconfig']);
  assert.equal(dynamic(path.join(library, 'libpng2bmp.so'), 'SONAME'), `libpng2bmp.so.${version.split('.')[0]}`);
  assert.deepEqual(pkgConfig('--modversion'), [version]);
});

test('a prefix that was not that of the build is in png2bmp.pc all the same; make uninstall leaves nothing', options, () => {
  const other = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-prefix-'));
  const make = (...args) => execFileSync('make', ['-s', ...args, 'BUILD=build/c-install', 'CFLAGS=-O1'],
    { cwd: ROOT, stdio: 'pipe' });
  try {
    make('lib');
    make('install', `PREFIX=${other}`);
    const text = fs.readFileSync(path.join(other, 'lib/pkgconfig/png2bmp.pc'), 'utf8');
    assert.match(text, new RegExp(`^prefix=${other}$`, 'm'));
    assert.match(text, new RegExp(`^libdir=${other}/lib$`, 'm'));
    make('uninstall', `PREFIX=${other}`);
    const left = fs.readdirSync(other, { recursive: true, withFileTypes: true });
    assert.deepEqual(left.filter((entry) => !entry.isDirectory()), []);
  } finally {
    fs.rmSync(other, { recursive: true });
  }
});

test('the example converts with the shared library', options, () => {
  const program = compile('shared', ...pkgConfig('--libs'));
  assert.match(execFileSync('ldd', [program], { encoding: 'utf8', env: { LD_LIBRARY_PATH: library } }),
    /libpng2bmp\.so\.\d+ => /);
  assertConverts(program);
});

test('pkg-config --static gives the archive, for programs that are static as a whole or not', options, () => {
  const program = compile('archive', ...pkgConfig('--libs', '--static'));
  assert.doesNotMatch(dynamic(program, 'NEEDED'), /png2bmp/);
  assertConverts(program);
  assertConverts(compile('static', '-static', ...pkgConfig('--libs', '--static')));
});

test('the example says what is wrong with a file', options, () => {
  fs.writeFileSync(path.join(destination, 'bad.png'), fs.readFileSync(sample).subarray(0, 999));
  const program = compile('errors', ...pkgConfig('--libs'));
  const bad = run(program, 'bad.png', 'bad.bmp');
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /^bad\.png: ERR_PNG_TRUNCATED: .+\n$/);
  assert.ok(!fs.existsSync(path.join(destination, 'bad.bmp')));
  assert.match(run(program, 'none.png', 'none.bmp').stderr, /^none\.png: No such file/);
  assert.equal(run(program).status, 2);
});

test('the shared library shows its public functions only', options, () => {
  const names = execFileSync('nm', ['-D', '--defined-only', path.join(library, 'libpng2bmp.so')],
    { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ').at(-1))
    .filter((name) => !/^PNG2BMP_[\d.]+$/.test(name)); // the versions themselves
  const header = fs.readFileSync(path.join(ROOT, 'include/png2bmp.h'), 'utf8');
  const declared = [...header.matchAll(/^PNG2BMP_API [\w ]+[ *](png2bmp_\w+)\(/gm)].map((m) => m[1]);
  assert.deepEqual(names.map((name) => name.split('@@')[0]).sort(), declared.sort(),
    'src/png2bmp.map names what the header declares');
  for (const name of names) assert.match(name, /@@PNG2BMP_\d+\.\d+$/);
});

test('every name that the static library shows begins with png2bmp_', options, () => {
  const names = execFileSync('nm', ['-g', '--defined-only', path.join(library, 'libpng2bmp.a')],
    { encoding: 'utf8' }).split('\n').filter((line) => / [A-Z] /.test(line))
    .map((line) => line.split(' ').at(-1));
  assert.ok(names.includes('png2bmp_run'));
  assert.deepEqual(names.filter((name) => !name.startsWith('png2bmp_')), []);
});

function compileText(text, extension, command, ...flags) {
  const file = path.join(destination, `header.${extension}`);
  fs.writeFileSync(file, text);
  execFileSync(command, [...flags, '-Wall', '-Wextra', '-Werror', '-Wpedantic', '-c', '-o', `${file}.o`,
    ...pkgConfig('--cflags'), file], { stdio: 'pipe' });
}

const PROGRAM = `#include <png2bmp.h>
int main(void) {
  png2bmp_options options;
  png2bmp_plan *plan = png2bmp_plan_new();
  png2bmp_options_init(&options);
  return png2bmp_plan_make(plan, 0, 0, &options, 0) == PNG2BMP_OK;
}
`;

test('header and library say their version, as text and as a number', options, () => {
  const { version } = require('../package.json');
  const [major, minor, patch] = version.split(/[.-]/).map(Number);
  fs.writeFileSync(path.join(destination, 'version.c'), `#include <png2bmp.h>
#include <stdio.h>
#if PNG2BMP_VERSION_NUMBER < 10000
#error too old
#endif
int main(void) {
  printf("%d.%d.%d %d %s %u %s", PNG2BMP_VERSION_MAJOR, PNG2BMP_VERSION_MINOR, PNG2BMP_VERSION_PATCH,
    PNG2BMP_VERSION_NUMBER, PNG2BMP_VERSION, (unsigned)png2bmp_version_number(), png2bmp_version());
  return 0;
}
`);
  execFileSync(compiler, ['-o', 'version', 'version.c', ...pkgConfig('--cflags', '--libs')], { cwd: destination });
  const number = major * 10000 + minor * 100 + patch;
  assert.equal(run(path.join(destination, 'version')).stdout,
    `${major}.${minor}.${patch} ${number} ${version} ${number} ${version}`);
});

test('without libdeflate, make says what to install, not what a compiler could not find', options, () => {
  const { status, stderr } = spawnSync('make', ['-s', '-j2', 'lib', 'BUILD=build/c-none', 'DEFLATE_CFLAGS=-nostdinc'],
    { cwd: ROOT, encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /^png2bmp needs libdeflate, .*libdeflate-dev.*\.\/setup\.sh/);
  assert.doesNotMatch(stderr, /fatal error/);
});

test('the header is C99 without extensions', options, () => {
  compileText(PROGRAM, 'c', compiler, '-std=c99');
});

test('the header is C++', {
  skip: options.skip || (spawnSync('c++', ['--version']).error && 'there is no C++ compiler'),
}, () => {
  compileText(PROGRAM, 'cpp', 'c++', '-std=c++11');
});

test('find_package(png2bmp) finds what make install installed', {
  skip: options.skip || (spawnSync('cmake', ['--version']).error && 'there is no cmake'),
}, () => {
  const project = path.join(destination, 'project');
  fs.mkdirSync(project);
  fs.copyFileSync(path.join(ROOT, 'examples/c/convert.c'), path.join(project, 'convert.c'));
  fs.writeFileSync(path.join(project, 'CMakeLists.txt'), `cmake_minimum_required(VERSION 3.10)
project(convert C)
find_package(png2bmp ${require('../package.json').version.split('-')[0]} REQUIRED)
add_executable(convert convert.c)
target_link_libraries(convert png2bmp::png2bmp)
add_executable(convert_static convert.c)
target_link_libraries(convert_static png2bmp::png2bmp_static)
`);
  const cmake = (...args) => execFileSync('cmake', args, { cwd: project, stdio: 'pipe' });
  cmake('-S', '.', '-B', 'build', `-DCMAKE_PREFIX_PATH=${destination}/opt/png2bmp`);
  cmake('--build', 'build');
  assertConverts(path.join(project, 'build/convert'));
  assertConverts(path.join(project, 'build/convert_static'));
  assert.match(dynamic(path.join(project, 'build/convert'), 'NEEDED'), /png2bmp/);
  assert.doesNotMatch(dynamic(path.join(project, 'build/convert_static'), 'NEEDED'), /png2bmp/);
});

test('src/inflate/inflate_fixed.c is as its script makes it', () => {
  assert.equal(fs.readFileSync(path.join(__dirname, '../src/inflate/inflate_fixed.c'), 'utf8'),
    require('../scripts/make-fixed-codes').generate());
});
