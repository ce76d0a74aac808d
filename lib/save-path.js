'use strict';

// The path of a save, as it was given.

const { Buffer } = require('node:buffer');
const { fileURLToPath } = require('node:url');

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { isAnyArrayBuffer, isUint8Array } = require('./kinds');

/** Longer than any system takes. Node.js ends the process when it makes a string of 2^31 bytes. */
const LONGEST_PATH = 65535;

/** (path, png) in this order, which is easily taken for the other. */
function checkOrder(path, png) {
  if (typeof png === 'string' && (ArrayBuffer.isView(path) || isAnyArrayBuffer(path))) {
    throw argumentTypeError('argument', 'path', 'first and the PNG second: they are swapped', path);
  }
}

/** The bytes of a file name: string, Buffer, or file: URL, as node:fs takes them. */
function toPath(path) {
  const name = path?.href !== undefined ? fileURLToPath(path) : path;
  if (typeof name !== 'string' && !isUint8Array(name)) {
    throw argumentTypeError('argument', 'path', 'a string, a Buffer or a file: URL', path);
  }
  if (name.length > LONGEST_PATH) {
    throw rangeError('argument', 'path', `at most ${LONGEST_PATH} bytes long`, name.length);
  }
  const bytes = Buffer.from(name);
  if (bytes.includes(0)) {
    throw argumentValueError('argument', 'path', 'without null bytes', path);
  }
  return bytes;
}

module.exports = { checkOrder, toPath };
