'use strict';

const os = require('node:os');
const util = require('node:util');

/** A PNG that cannot be converted, or not as asked: `code` says which way. */
class PngError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
PngError.prototype.name = 'PngError';

/** Rejects a conversion that its AbortSignal stopped. */
class AbortError extends Error {
  constructor(cause) {
    super('The operation was aborted', { cause });
    this.code = 'ABORT_ERR';
  }
}
AbortError.prototype.name = 'AbortError';

function withCode(error, code) {
  error.code = code;
  return error;
}

function show(value) {
  if (typeof value === 'function') {
    return `function ${value.name || '(anonymous)'}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `an instance of ${value.constructor?.name || 'Object'}`;
  }
  const text = util.inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** TypeError: `kind` ('argument', 'option') `name` is not what is wanted. */
function argumentTypeError(kind, name, wanted, given) {
  const message = `The "${name}" ${kind} must be ${wanted}. Received ${show(given)}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** TypeError: the right type, a value that is not among those wanted. */
function argumentValueError(kind, name, wanted, given) {
  const list = Array.isArray(wanted) ? `one of ${wanted.map((w) => `'${w}'`).join(', ')}` : wanted;
  const message = `The "${name}" ${kind} must be ${list}. Received ${show(given)}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** RangeError: a number outside of its range. */
function rangeError(kind, name, wanted, given) {
  const message = `The "${name}" ${kind} must be ${wanted}. Received ${show(given)}`;
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

function errnoName(errno) {
  const names = os.constants.errno;
  return Object.keys(names).find((name) => names[name] === errno) || `errno ${errno}`;
}

// As node:fs makes them: "ENOENT: no such file or directory, open 'x/y.bmp'".
function fileError(errno, syscall, path, message) {
  const code = errnoName(errno);
  const text = util.getSystemErrorMap?.().get(-errno)?.[1] || message;
  const error = new Error(`${code}: ${text}, ${syscall} '${path}'`);
  return Object.assign(error, { errno: -errno, code, syscall, path });
}

const classes = {
  ERR_INVALID_ARG_VALUE: TypeError,
  ERR_OUT_OF_RANGE: RangeError,
  ERR_OUT_OF_MEMORY: RangeError,
};

/** Called by the addon for every error that it throws or rejects with. */
function errorFromNative(code, message, errno, syscall, path) {
  const error = errno !== undefined ? fileError(errno, syscall, path, message)
    : classes[code] ? withCode(new classes[code](message), code)
      : new PngError(code, message);
  Error.captureStackTrace?.(error, errorFromNative);
  return error;
}

module.exports = {
  PngError, AbortError, argumentTypeError, argumentValueError, rangeError, errorFromNative,
};
