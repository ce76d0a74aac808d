'use strict';

/* Reads PNG files: the header at once, the rest when it is needed. */

const fs = require('node:fs');
const { addAbortSignal } = require('node:stream');
const { STANDARD_STREAM } = require('./inputs');
const { toPath } = require('./names');
const { hasWildcard } = require('./wildcards');

/* Most PNGs have less than 1 kB before the first IDAT, and most icons and many
 * screenshots are smaller than this as a whole. */
const HEAD_BYTES = 65536;

const SIGNATURE_BYTES = 8;

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

function noSuchFile(file) {
  const why = !hasWildcard(file) ? 'no such file or directory'
    : process.platform === 'win32' ? 'no file matches these wildcards'
      : 'no such file (wildcards are for the shell, which expands them if they are not quoted)';
  return Object.assign(new Error(`ENOENT: ${why}, open '${file}'`), { code: 'ENOENT', syscall: 'open', path: file });
}

/**
 * The first bytes of a regular file, read at once, on this thread.
 * @returns {{ bytes: Buffer, size: number } | undefined} size: of the whole file;
 *   undefined: not a regular file, so reading might block
 */
function readHead(file) {
  /* before the file is opened, since opening a pipe waits for its writer */
  const stat = fs.statSync(toPath(file), { throwIfNoEntry: false });
  if (stat === undefined) throw noSuchFile(file);
  if (stat.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: is a directory (use --recursive to convert its files), read '${file}'`),
      { code: 'EISDIR', syscall: 'read', path: file });
  }
  if (!stat.isFile()) return undefined;
  const fd = fs.openSync(toPath(file), 'r');
  try {
    return { bytes: readFully(fd, Math.min(stat.size, HEAD_BYTES)), size: stat.size };
  } finally {
    fs.closeSync(fd);
  }
}

/** A stream that may be endless: standard input, a device, a pipe. */
function openStream(file, signal) {
  const stream = file === STANDARD_STREAM ? process.stdin : fs.createReadStream(toPath(file));
  return addAbortSignal(signal, stream);
}

/**
 * Reads a stream to its end and checks it meanwhile: first when there is a signature, then each time the
 * amount has doubled.
 *
 * @param {(head: Buffer) => number} check throws if there is no point in reading on; otherwise returns
 *   how many bytes there may be in all
 */
async function readStream(file, signal, check) {
  const chunks = [];
  let size = 0;
  let checkAt = SIGNATURE_BYTES;
  let limit = Infinity;
  for await (const chunk of openStream(file, signal)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) throw tooLong(limit);
    if (size < checkAt) continue;
    limit = check(Buffer.concat(chunks));
    checkAt = limit === Infinity ? 2 * size : Infinity;
  }
  return Buffer.concat(chunks);
}

function tooLong(limit) {
  const message = `the stream has more than ${limit} bytes, far more than an image of this size needs`;
  return Object.assign(new Error(message), { code: 'ERR_INPUT_LIMIT' });
}

/** All the bytes of a regular file, read on the thread pool. */
function readFile(file, signal) {
  return fs.promises.readFile(toPath(file), { signal });
}

module.exports = { readFile, readHead, readStream };
