'use strict';

// What Node.js has its own way for. Browsers have lib/browser-host.js in this place.

const { AsyncResource } = require('node:async_hooks');
const { Buffer, constants } = require('node:buffer');
const os = require('node:os');
const process = require('node:process');
const util = require('node:util');

/** The most bytes that a result may have, and what says so. */
const maxLength = constants.MAX_LENGTH;
const maxLengthName = 'buffer.constants.MAX_LENGTH';

/** Memory for a result. */
const allocate = Buffer.allocUnsafeSlow;

/** A result of memory that is there. */
const wrap = (arrayBuffer, offset, length) => Buffer.from(arrayBuffer, offset, length);

/** A function that runs in the async context of now, whoever calls it. */
const bindToContext = (listener) => AsyncResource.bind(listener);

/** Calls a function of the caller: what it throws is nobody else's. */
const callLater = (callback, ...args) => process.nextTick(callback, ...args);

// On Windows the C library's numbers, which the addon has, are others than those of libuv.
function errnoName(errno) {
  const names = os.constants.errno;
  return util.getSystemErrorMap?.().get(-errno)?.[0] ??
    Object.keys(names).find((name) => names[name] === errno) ?? `errno ${errno}`;
}

/** As node:fs makes them: "ENOENT: no such file or directory, open 'x/y.bmp'". */
function fileError(errno, syscall, path, message) {
  const code = errnoName(errno);
  const text = util.getSystemErrorMap?.().get(-errno)?.[1] || message;
  const error = new Error(`${code}: ${text}, ${syscall} '${path}'`);
  return Object.assign(error, { errno: -errno, code, syscall, path });
}

/** A value for an error message. */
const inspect = (value) => util.inspect(value, { depth: 0, breakLength: Infinity });

/** What to do with something that holds the bytes of a PNG without being them. */
const hints = {
  text: 'Read a file with fs.readFileSync(name); decode base64 with Buffer.from(text, "base64")',
  stream: 'Collect the stream with await require("node:stream/consumers").buffer(stream)',
};

module.exports = {
  allocate, bindToContext, callLater, fileError, hints, inspect, maxLength, maxLengthName, wrap,
};
