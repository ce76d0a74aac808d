'use strict';

// Functions that are specific to Node.js. In browsers lib/browser/host.js takes this file's place.

const { builtin } = require('./environment');

const { AsyncResource } = builtin('node:async_hooks') ?? require('node:async_hooks');
const { Buffer, constants } = builtin('node:buffer') ?? require('node:buffer');
const os = builtin('node:os') ?? require('node:os');
const { process } = globalThis;
const util = builtin('node:util') ?? require('node:util');

/** The maximum size of a result in bytes, and what sets the limit. */
const maxLength = constants.MAX_LENGTH;
const maxLengthName = 'buffer.constants.MAX_LENGTH';

/** Memory for a result. */
const allocate = Buffer.allocUnsafeSlow;

/** A result in existing memory. */
const wrap = (arrayBuffer, offset, length) => Buffer.from(arrayBuffer, offset, length);

/** A function that runs in the current async context, whoever calls it. */
const bindToContext = (listener) => AsyncResource.bind(listener);

/** Calls a function of the caller: what it throws must not reach anybody else. */
const callLater = (callback, ...args) => process.nextTick(callback, ...args);

/** The number that node:fs uses, its name, and its meaning: [-2, 'ENOENT', 'no such file or directory']. On
 * Windows the addon has the C library's numbers, which differ from those of node:fs. */
function systemError(errno) {
  const known = util.getSystemErrorMap?.();
  if (known?.has(-errno)) {
    return [-errno, ...known.get(-errno)];
  }
  const names = os.constants.errno;
  const code = Object.keys(names).find((name) => names[name] === errno) ?? `errno ${errno}`;
  const named = [...known ?? []].find(([, [name]]) => name === code);
  return named ? [named[0], ...named[1]] : [-errno, code, undefined];
}

/** The same messages as from node:fs: "ENOENT: no such file or directory, open 'x/y.bmp'". */
function fileError(number, syscall, path, message) {
  const [errno, code, text] = systemError(number);
  const where = path === undefined ? '' : ` '${path}'`; // a descriptor has no path
  const error = new Error(`${code}: ${text || message}, ${syscall}${where}`);
  return Object.assign(error, { errno, code, syscall }, path === undefined ? undefined : { path });
}

/** A value for an error message. */
const inspect = (value) => util.inspect(value, { depth: 0, breakLength: Infinity });

/** What to do with something that is not bytes but contains them. */
const hints = {
  file: 'Read the file of a URL with fs.readFileSync(new URL(url))',
  json: 'Make bytes of it with Buffer.from(x)',
  text: 'Read a file with fs.readFileSync(name); decode base64 with Buffer.from(text, "base64")',
  stream: 'Collect the stream with await require("node:stream/consumers").buffer(stream)',
};

module.exports = {
  allocate, bindToContext, callLater, fileError, hints, inspect, maxLength, maxLengthName, wrap,
};
