'use strict';

// Builds the addon under AddressSanitizer and UndefinedBehaviorSanitizer, and runs with it the
// tests of the API, of worker threads, and test/stress/. Node.js itself is not instrumented,
// so leaks are left to test/workers.test.js.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const folder = path.join(root, 'build/sanitize');
const addon = path.join(folder, 'png2bmp.node');
const compiler = process.env.CC || 'gcc';

function lines(script) {
  return execFileSync(process.execPath, [path.join(__dirname, script)], {
    cwd: root, encoding: 'utf8',
  }).trim().split('\n');
}

function headers() {
  const prefix = path.resolve(fs.realpathSync(process.execPath), '../..');
  return path.join(prefix, 'include/node');
}

function build() {
  fs.mkdirSync(folder, { recursive: true });
  execFileSync(compiler, [
    '-shared', '-fPIC', '-std=c11', '-O1', '-g1', '-fno-omit-frame-pointer',
    '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined',
    '-DNAPI_VERSION=8', '-DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED',
    '-Iinclude', '-Isrc', `-I${headers()}`,
    ...lines('sources.js'), '-o', addon, ...lines('libdeflate.js'),
  ], { cwd: root, stdio: 'inherit' });
}

function runtime(name) {
  return execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
}

function tests() {
  const inFolder = (name) => fs.readdirSync(path.join(root, name))
    .filter((file) => file.endsWith('.test.js')).map((file) => path.join(name, file));
  const wanted = /^test\/(api-(sync|async|options|save)|workers)\./;
  return [...inFolder('test').filter((file) => wanted.test(file)), ...inFolder('test/stress')];
}

build();
const result = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...tests()], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PNG2BMP_TEST_ADDON: addon,
    NODE_OPTIONS: `--require ${path.join(root, 'test/kit/use-addon.js')}`,
    LD_PRELOAD: `${runtime('libasan.so')} ${runtime('libubsan.so')}`,
    ASAN_OPTIONS: 'detect_leaks=0',
  },
});
process.exitCode = result.status ?? 1;
