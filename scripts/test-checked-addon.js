'use strict';

// node scripts/test-checked-addon.js [address|thread|memcheck]
//
// Builds the addon for a checker, and runs tests of it: 'address' (AddressSanitizer and
// UndefinedBehaviorSanitizer) those of the API, of worker threads, and test/stress/; 'thread'
// (ThreadSanitizer) those of the asynchronous calls; 'memcheck' (valgrind) those of the API and of
// worker threads. Conversions to every format are under memcheck in C (npm run test:memcheck);
// inside Node.js they would take a quarter of an hour. Node.js itself is not instrumented: under
// 'address', leaks are left to test/workers.test.js, and races between Node.js and the addon's
// input, which are the caller's with input: 'borrow', do not show under 'thread'.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const modes = {
  address: {
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
    runtimes: ['libasan.so', 'libubsan.so'],
    env: { ASAN_OPTIONS: 'detect_leaks=0' },
    tests: /^test\/(api-(sync|async|options|save)|workers|stress\/.*)\.test\.js$/,
    commands: sanitized,
  },
  thread: {
    flags: ['-fsanitize=thread'],
    runtimes: ['libtsan.so'],
    env: { TSAN_OPTIONS: 'ignore_noninstrumented_modules=1' },
    tests: /^test\/api-(async|save)\.test\.js$/,
    commands: sanitized,
  },
  memcheck: {
    flags: [],
    runtimes: [],
    env: {},
    tests: /^test\/(api-(sync|async|options|save)|workers)\.test\.js$/,
    commands: underMemcheck,
  },
};
const mode = process.argv[2] || 'address';
const { flags, runtimes, env, tests, commands } = modes[mode];
const folder = path.join(root, 'build/checked', mode);
const addon = path.join(folder, 'png2bmp.node');
const compiler = process.env.CC || 'gcc';

/** By the Makefile's recipe. UBSan takes minutes over what is unrolled: `make sanitize` has that. */
function build() {
  const checked = ['-DPNG2BMP_POISON', '-O1', '-g1', '-fno-omit-frame-pointer', ...flags].join(' ');
  const withoutUb = flags.some((flag) => flag.includes('undefined')) ? ' -fno-sanitize=undefined' : '';
  execFileSync('make', [
    '-s', `-j${os.availableParallelism()}`, 'addon', `CC=${compiler}`,
    `ADDON=${path.relative(root, addon)}`, `ADDON_BUILD=${path.relative(root, folder)}`,
    `OPTIMIZE=${checked}`, `OPTIMIZE_UNROLLED=${checked}${withoutUb}`,
    `ADDON_LDFLAGS=-shared ${flags.join(' ')}`,
  ], { cwd: root, stdio: 'inherit' });
}

function runtime(name) {
  return execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
}

function testFiles() {
  return ['test', 'test/stress'].flatMap((name) =>
    fs.readdirSync(path.join(root, name)).map((file) => `${name}/${file}`))
    .filter((file) => tests.test(file));
}

// ThreadSanitizer needs fixed addresses: no address space randomisation.
function sanitized(files) {
  return [['setarch', '-R', process.execPath, '--test', '--test-concurrency=1', ...files]];
}

// One process per file, without the test runner's own.
function underMemcheck(files) {
  const valgrind = [
    'valgrind', '--quiet', '--error-exitcode=1', '--smc-check=all-non-file', '--num-callers=30',
    '--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite',
    '--suppressions=test/kit/node.supp',
  ];
  return files.map((file) => [...valgrind, process.execPath, file]);
}

function run([command, ...args]) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      PNG2BMP_TEST_CHECKER: process.argv[2] || 'address',
      PNG2BMP_ADDON: addon,
      PNG2BMP_BACKEND: 'native',
      LD_PRELOAD: runtimes.map(runtime).join(' '),
    },
  });
  return status === 0;
}

build();
process.exitCode = commands(testFiles()).map(run).every(Boolean) ? 0 : 1;
