'use strict';

/** A response that is not a BMP. Status 499 is never sent, since nobody would read it. */
class HttpError extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}

const clientGone = () => new HttpError(499, 'ERR_CLIENT_GONE', 'The client has gone');
const sendTimeout = () => new HttpError(499, 'ERR_SEND_TIMEOUT', 'The client did not read the BMP in time');

// Errors that png2bmp may throw. Every other ERR_PNG_ code is 422: a PNG, but a damaged one.
const statuses = {
  ERR_INVALID_ARG_VALUE: 400,
  ERR_INVALID_ARG_TYPE: 400,
  ERR_OUT_OF_RANGE: 400,
  ERR_OPTION: 400,
  ERR_PIXEL_LIMIT: 413,
  ERR_MEMORY_LIMIT: 413,
  ERR_OUTPUT_LIMIT: 413,
  ERR_PNG_SIGNATURE: 415,
  ERR_FORMAT: 422,
  ERR_OUT_OF_MEMORY: 503,
};

function toHttpError(error) {
  if (error instanceof HttpError) {
    return error;
  }
  const status = statuses[error.code] ?? (/^ERR_PNG_/.test(error.code) ? 422 : 500);
  if (status === 500) {
    return new HttpError(500, 'ERR_INTERNAL', 'Something went wrong here');
  }
  return new HttpError(status, error.code, error.message, status === 503 ? { 'Retry-After': 1 } : {});
}

module.exports = { HttpError, clientGone, sendTimeout, toHttpError };
