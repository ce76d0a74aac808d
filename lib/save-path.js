'use strict';

// The path of a save.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const path = builtin('node:path') ?? require('node:path');
const { process } = globalThis;
const { fileURLToPath } = builtin('node:url') ?? require('node:url');

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { isBytes, isUint8Array } = require('./kinds');

/** Longer than any system accepts. Node.js ends the process if it has to make a string of 2^31 bytes. */
const LONGEST_PATH = 65535;

/** Detects (png, path), an order that is easily confused with (path, png). */
function checkOrder(file, png) {
  if (typeof png === 'string' && isBytes(file)) {
    throw argumentTypeError('argument', 'path', 'the first argument and the PNG the second: they are swapped', file);
  }
}

/** As fileURLToPath sees it, from any realm. What all objects inherit is not the path's own. */
function isUrl(value) {
  return typeof value === 'object' && typeof value?.href === 'string' && value.href !== Object.prototype.href &&
    !isUint8Array(value);
}

/** The bytes of a file name: string, Buffer, or file: URL, as node:fs takes them. argument: its name. */
function toPath(given, argument = 'path') {
  const name = isUrl(given) ? fileURLToPath(given) : given;
  if (typeof name !== 'string' && !isUint8Array(name)) {
    throw argumentTypeError('argument', argument, 'a string, a Buffer or a file: URL', given);
  }
  if (name.length > LONGEST_PATH) {
    throw rangeError('argument', argument, `at most ${LONGEST_PATH} bytes long`, name.length);
  }
  const bytes = Buffer.from(name);
  if (bytes.includes(0)) {
    throw argumentValueError('argument', argument, 'without null bytes', given);
  }
  return bytes;
}

/** The bytes of the working directory's name; undefined if it was removed. */
function workingDirectory() {
  try {
    return Buffer.from(process.cwd() + path.sep);
  } catch {
    return undefined;
  }
}

/** The path as it is from the directory that workingDirectory() gave: the process may change to another before
 * the file is opened. */
function pathFrom(directory, file) {
  const isRelative = file.length > 0 && !path.isAbsolute(file.toString('latin1'));
  return isRelative && directory !== undefined ? Buffer.concat([directory, file]) : file;
}

/** A function that gives the path which leads from the directory of later to where `file` leads from that of now. */
function pathFromHere(file) {
  const directory = workingDirectory();
  return () => (directory !== undefined && !workingDirectory()?.equals(directory) ? pathFrom(directory, file) : file);
}

module.exports = { checkOrder, pathFrom, pathFromHere, toPath, workingDirectory };
