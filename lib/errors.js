'use strict';

const { fileError, inspect } = require('./host');

/** A PNG that cannot be converted, or not with these options: `code` says why. */
class PngError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
PngError.prototype.name = 'PngError';

/** Rejects a conversion that was stopped by its AbortSignal. */
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

/** A name that may be anything. */
const nameOr = (name, other) => (typeof name === 'string' && name !== '' ? name : other);

function show(value) {
  if (typeof value === 'function') {
    return `function ${nameOr(value.name, '(anonymous)')}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `an instance of ${nameOr(value.constructor?.name, 'Object')}`;
  }
  const text = inspect(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** TypeError: `kind` ('argument', 'option') `name` has the wrong type. */
function argumentTypeError(kind, name, wanted, given) {
  const message = `The "${name}" ${kind} must be ${wanted}. Received ${show(given)}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** TypeError: the right type, but not one of the allowed values. */
function argumentValueError(kind, name, wanted, given) {
  const list = Array.isArray(wanted) ? `one of ${wanted.map((w) => inspect(w)).join(', ')}` : wanted;
  const message = `The "${name}" ${kind} must be ${list}. Received ${show(given)}`;
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** RangeError: a number out of range. */
function rangeError(kind, name, wanted, given) {
  const message = `The "${name}" ${kind} must be ${wanted}. Received ${show(given)}`;
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

const classes = {
  ERR_INVALID_ARG_VALUE: TypeError,
  ERR_OUT_OF_RANGE: RangeError,
  ERR_OUT_OF_MEMORY: RangeError,
};

/** Called by the addon, and for WebAssembly, to make every error that is thrown or rejected with. */
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
