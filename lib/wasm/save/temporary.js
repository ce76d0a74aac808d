'use strict';

// The temporary file that becomes the target when it is complete, and leftovers of killed processes, with
// node:fs: the counterpart of src/save/temporary_posix.c.
//
// Node.js has no file locks, so a leftover is recognised only by its age, both here and by the addon: the
// number of a host that does not exist marks such files.

const { builtin } = require('../../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const crypto = builtin('node:crypto') ?? require('node:crypto');
const fs = builtin('node:fs') ?? require('node:fs');
const { process } = globalThis;

const { onWindows } = require('./place');

// As in src/save/temporary_posix.c.
const NAME_BYTES = 80;
const MARK = /^\..*\.png2bmp-[0-9a-f]{8}-\d+-[0-9a-f]{16}$/s;
const NO_HOST = 'ffffffff';
// Every strip that is written updates the time of a file.
const LEFTOVER_MS = 60 * 60 * 1000;
// Searching for leftovers takes at most a hundredth of the time.
const REST = 100;
const MOST_DIRECTORIES = 256;

/** How many bytes of the name to use: no incomplete UTF-8 character. */
function shortened(name) {
  let length = Math.min(name.length, NAME_BYTES);
  while (length > 0 && (name[length] & 0xc0) === 0x80) {
    length--;
  }
  return name.subarray(0, length);
}

function nameFor(target) {
  const mark = `.png2bmp-${NO_HOST}-${process.pid}-${crypto.randomBytes(8).toString('hex')}`;
  return Buffer.concat([Buffer.from('.'), shortened(target), Buffer.from(mark)]);
}

function isLeftover(entry, own) {
  return entry.isFile() && own.mtimeMs - entry.mtimeMs > LEFTOVER_MS &&
    (onWindows || entry.uid === process.geteuid() || process.geteuid() === 0);
}

function sweep(own, directory) {
  for (const name of fs.readdirSync(directory.path, 'buffer')) {
    if (MARK.test(name.toString('latin1'))) {
      const file = directory.at(name);
      const entry = fs.lstatSync(file, { throwIfNoEntry: false });
      // By the clock of the file system, which has just set the time of our own file.
      if (entry !== undefined && isLeftover(entry, fs.fstatSync(own.fd))) {
        fs.rmSync(file, { force: true });
      }
    }
  }
}

/** When each directory may be searched again. */
const restUntil = new Map();

function sweepNowAndThen(own, directory) {
  const { dev, ino } = fs.statSync(directory.path);
  const key = `${dev} ${ino}`;
  const start = performance.now();
  if (start < restUntil.get(key)) {
    return;
  }
  try {
    sweep(own, directory);
  } catch {
    // A directory that may be written to but not read: other users can clean it up.
  }
  if (restUntil.size >= MOST_DIRECTORIES) {
    restUntil.clear();
  }
  const end = performance.now();
  restUntil.set(key, end + REST * (end - start));
}

/** { fd, path } of a new file next to the target. */
function openTemporary({ directory, name }, mode) {
  const path = directory.at(nameFor(name));
  const own = { fd: fs.openSync(path, 'wx', mode), path };
  sweepNowAndThen(own, directory);
  return own;
}

module.exports = { openTemporary };
