'use strict';

// A disk that becomes full in the middle of a save: a file system of 2 MiB in memory, which no other process
// sees, and a BMP of 2.7 MB in strips over an old file.
// node full-disk.js

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');

const { convertFile, getBMP, saveBMP } = require('../..');
const { largePng } = require('../kit/large-png');

function saveTo(directory) {
  const target = path.join(directory, 'out.bmp');
  fs.writeFileSync(target, 'old');
  const large = largePng({ width: 1000, height: 900 });
  const from = `${directory}.png`; // beside the full disk
  fs.writeFileSync(from, large);
  for (const save of [() => saveBMP(target, large), () => convertFile(from, target)]) {
    assert.throws(save, { code: 'ENOSPC', syscall: 'write', path: target });
  }
  fs.unlinkSync(from);
  assert.deepEqual(fs.readdirSync(directory), ['out.bmp']);
  assert.equal(fs.readFileSync(target, 'latin1'), 'old');
  const small = largePng({ width: 300, height: 200 });
  saveBMP(target, small);
  assert.ok(fs.readFileSync(target).equals(getBMP(small)));
  console.log('a full disk: ENOSPC, the old file was whole, no temporary file stayed');
}

const MOUNT = ['--mount', '--map-root-user', 'sh', '-c',
  'mount -t tmpfs -o size=2m none "$1" && shift && "$@"', 'sh'];

/** Runs this file again, with the directory as a file system of its own. */
function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-full-'));
  const run = (...command) =>
    spawnSync('unshare', [...MOUNT, directory, ...command], { stdio: ['ignore', 'inherit', 'pipe'] });
  if (run('true').status !== 0) {
    console.log('skipped - a full disk: this user may not mount');
  } else {
    const { status, stderr } = run(process.execPath, __filename, directory);
    process.stderr.write(stderr);
    process.exitCode = status ?? 1;
  }
  fs.rmdirSync(directory);
}

if (process.argv[2]) saveTo(process.argv[2]);
else main();
