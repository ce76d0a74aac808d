'use strict';

/* Runs the command line in a directory of its own. */

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { createImage } = require('./image');
const { assemble, encodePng } = require('./png-encoder');
const { scratch } = require('./scratch');

const PROGRAM = path.join(__dirname, '../../bin/png2bmp.js');

/* Far longer than any of the runs takes: it ends those that hang. */
const PATIENCE_MS = 180_000;

/** A good PNG of 5 x 3 pixels: 102 bytes as a 24-bit BMP. */
const TINY_PNG = encodePng(createImage({ width: 5, height: 3, colorType: 2, bitDepth: 8 }));
const TINY_BMP_BYTES = 54 + 16 * 3;

/** All-black RGB of any size, made quickly. */
function blackPng(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const scanlines = Buffer.alloc((1 + width * 3) * height);
  return assemble([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: zlib.deflateSync(scanlines, { level: 1 }) },
    { type: 'IEND' },
  ]);
}

/**
 * An empty directory that is removed when the test ends.
 *
 * @param {object} files path -> contents, created at once
 */
function workplace(t, files = {}) {
  const directory = scratch(t);
  const at = (name) => path.join(directory, name);
  for (const [name, contents] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), contents);
  }
  return {
    directory,
    at,
    read: (name) => fs.readFileSync(at(name)),
    exists: (name) => fs.existsSync(at(name)),
    /** All files below the directory, sorted. */
    list: () =>
      fs
        .readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) =>
          path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)),
        )
        .sort(),
    /** Runs to the end: { status, stdout, stderr }, text unless `encoding` is 'buffer'. */
    run: (args, options = {}) =>
      spawnSync(process.execPath, [PROGRAM, ...args], {
        cwd: directory,
        encoding: 'utf8',
        timeout: PATIENCE_MS,
        ...options,
      }),
    start: (args, options = {}) =>
      spawn(process.execPath, [PROGRAM, ...args], {
        cwd: directory,
        timeout: PATIENCE_MS,
        ...options,
      }),
  };
}

/** Why a test cannot run a program on a terminal here, or false: script(1) must exist and be able to get a
 * pseudo-terminal, which a container without /dev/pts does not have. */
function noTerminal() {
  const { error, status } = spawnSync('script', ['-qec', 'true', '/dev/null'], { input: '', stdio: 'pipe' });
  if (error) return 'needs script(1) of util-linux';
  return status !== 0 && 'needs a pseudo-terminal: /dev/pts';
}

module.exports = {
  PROGRAM,
  TINY_BMP_BYTES,
  TINY_PNG,
  blackPng,
  noTerminal,
  workplace,
};
