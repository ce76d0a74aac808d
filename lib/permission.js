'use strict';

// Node.js's permission model covers node:fs, but not the files that the addon opens: they are checked here.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const path = builtin('node:path') ?? require('node:path');
const { process } = globalThis;

const { toPath } = require('./save-path');

// The same error as from node:fs.
function accessDenied(kind, resource) {
  const message = `Access to this API has been restricted. Use --allow-fs-${kind.toLowerCase()} to manage permissions.`;
  return Object.assign(new Error(message),
    { code: 'ERR_ACCESS_DENIED', permission: `FileSystem${kind}`, resource });
}

const resolved = (bytes) => path.resolve(Buffer.from(bytes).toString());

/** The bytes of a file name, as toPath makes them; throws if this process may not write there. A save makes a
 * temporary file next to the target, so the directory must be writable, too. */
function toWritablePath(given, argument) {
  const bytes = toPath(given, argument);
  if (process.permission !== undefined) {
    const file = resolved(bytes);
    const denied = [file, path.dirname(file)].find((each) => !process.permission.has('fs.write', each));
    if (denied !== undefined) {
      throw accessDenied('Write', denied);
    }
  }
  return bytes;
}

/** The same for a file that is read. */
function toReadablePath(given, argument) {
  const bytes = toPath(given, argument);
  if (process.permission !== undefined && !process.permission.has('fs.read', resolved(bytes))) {
    throw accessDenied('Read', resolved(bytes));
  }
  return bytes;
}

module.exports = { toReadablePath, toWritablePath };
