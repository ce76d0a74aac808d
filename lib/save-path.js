'use strict';

// The path of a save.

const { Buffer } = require('node:buffer');
const { fileURLToPath } = require('node:url');

const { argumentTypeError, argumentValueError, rangeError } = require('./errors');
const { isAnyArrayBuffer, isUint8Array } = require('./kinds');

/** Longer than any system accepts. Node.js ends the process if it has to make a string of 2^31 bytes. */
const LONGEST_PATH = 65535;

/** Detects (png, path), an order that is easily confused with (path, png). */
function checkOrder(path, png) {
  if (typeof png === 'string' && (ArrayBuffer.isView(path) || isAnyArrayBuffer(path))) {
    throw argumentTypeError('argument', 'path', 'the first argument and the PNG the second: they are swapped', path);
  }
}

/** As fileURLToPath sees it, from any realm. What all objects inherit is not the path's own. */
function isUrl(path) {
  return typeof path === 'object' && typeof path?.href === 'string' && path.href !== Object.prototype.href &&
    !isUint8Array(path);
}

/** The bytes of a file name: string, Buffer, or file: URL, as node:fs takes them. */
function toPath(path) {
  const name = isUrl(path) ? fileURLToPath(path) : path;
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
