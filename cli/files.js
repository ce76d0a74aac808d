'use strict';

/* Reading PNG files: the part that tells what the image is at once, the rest
 * when its turn has come. */

const fs = require('node:fs');
const { addAbortSignal } = require('node:stream');
const { STANDARD_STREAM } = require('./inputs');

/* Most PNGs have less than 1 kB before the first IDAT, and most icons and many
 * screenshots are smaller than this as a whole. */
const HEAD_BYTES = 65536;

function readFully(fd, size) {
  const bytes = Buffer.allocUnsafeSlow(size);
  let done = 0;
  while (done < size) {
    const count = fs.readSync(fd, bytes, done, size - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/**
 * The first bytes of a regular file, read at once, on this thread.
 * @returns {{ bytes: Buffer, size: number } | undefined} size: of the whole file;
 *   undefined: not a regular file, so reading might block
 */
function readHead(file) {
  /* asked before the file is opened: opening a pipe waits for its writer */
  const stat = fs.statSync(file);
  if (stat.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: is a directory (--recursive converts what is in it), read '${file}'`),
      { code: 'EISDIR', syscall: 'read', path: file });
  }
  if (!stat.isFile()) return undefined;
  const fd = fs.openSync(file, 'r');
  try {
    return { bytes: readFully(fd, Math.min(stat.size, HEAD_BYTES)), size: stat.size };
  } finally {
    fs.closeSync(fd);
  }
}

async function readStandardInput(signal) {
  const chunks = [];
  for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** All the bytes, read on the thread pool. */
function readAll(file, signal) {
  return file === STANDARD_STREAM ? readStandardInput(signal) : fs.promises.readFile(file, { signal });
}

module.exports = { readAll, readHead };
