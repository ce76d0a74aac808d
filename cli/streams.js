'use strict';

/* Inputs that may be endless. No thread waits for their bytes: a read that has begun in node:fs keeps the process
 * until it ends, whatever has become of the conversion. */

const fs = require('node:fs');
const { addAbortSignal } = require('node:stream');
const { STANDARD_STREAM, toPath } = require('./names');

/* O_NONBLOCK: opening does not wait for the writer of a pipe, or the carrier of a line. */
const FLAGS = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

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

/* Windows has other pipes, and Bun's Socket gets nothing from a descriptor. */
const onNode = process.platform !== 'win32' && process.versions.bun === undefined && process.versions.deno === undefined;

function openNamed(file) {
  if (!onNode) return fs.createReadStream(toPath(file));
  const { ReadStream, isatty } = require('node:tty'); /* here, since it brings node:net */
  const { Socket } = require('node:net');
  const fd = fs.openSync(toPath(file), FLAGS);
  if (isatty(fd)) return new ReadStream(fd);
  return fs.fstatSync(fd).isFIFO() ? new Socket({ fd, readable: true, writable: false }) : fs.createReadStream('', { fd });
}

/**
 * Reads standard input, a device, a pipe, or any other file.
 * @throws an error of the system
 */
function openStream(file, signal) {
  return addAbortSignal(signal, file === STANDARD_STREAM ? standardInput() : openNamed(file));
}

module.exports = { openStream, statOfStandardInput };
