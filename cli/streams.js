'use strict';

/* Inputs that may be endless. No thread waits for their bytes: a read that has begun in node:fs keeps the process
 * until it ends, whatever has become of the conversion. */

const fs = require('node:fs');
const { addAbortSignal } = require('node:stream');
const { STANDARD_STREAM, toPath } = require('./names');
const { FLAGS, hasPipes, streamOfPipe } = require('../lib/pipe');

/** undefined if there is none. */
function statOfStandardInput() {
  try {
    return fs.fstatSync(0);
  } catch {
    return undefined;
  }
}

/* For a directory, process.stdin is an empty stream. */
function standardInput() {
  if (!statOfStandardInput()?.isDirectory()) return process.stdin;
  const message = 'EISDIR: is a directory (to convert its files, name it and add --recursive), read';
  throw Object.assign(new Error(message), { code: 'EISDIR', syscall: 'read' });
}

function openNamed(file) {
  if (!hasPipes) return fs.createReadStream(toPath(file));
  const { ReadStream, isatty } = require('node:tty'); /* here, since it brings node:net */
  const fd = fs.openSync(toPath(file), FLAGS);
  if (isatty(fd)) return new ReadStream(fd);
  return fs.fstatSync(fd).isFIFO() ? streamOfPipe(fd) : fs.createReadStream('', { fd });
}

/**
 * Reads standard input, a device, a pipe, or any other file.
 * @throws an error of the system
 */
function openStream(file, signal) {
  return addAbortSignal(signal, file === STANDARD_STREAM ? standardInput() : openNamed(file));
}

module.exports = { openStream, statOfStandardInput };
