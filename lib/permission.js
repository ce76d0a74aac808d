'use strict';

// Node.js's permission model covers node:fs, but not the files that the addon opens: they are checked here.

const { Buffer } = require('node:buffer');
const path = require('node:path');
const process = require('node:process');

const { toPath } = require('./save-path');

// The same error as from node:fs.
function accessDenied(resource) {
  const message = 'Access to this API has been restricted. ' +
    'Use --allow-fs-write to manage permissions.';
  return Object.assign(new Error(message),
    { code: 'ERR_ACCESS_DENIED', permission: 'FileSystemWrite', resource });
}

/** The bytes of a file name, as toPath makes them; throws if this process may not write there. A save makes a
 * temporary file next to the target, so the directory must be writable, too. */
function toWritablePath(given) {
  const bytes = toPath(given);
  if (process.permission !== undefined) {
    const file = path.resolve(Buffer.from(bytes).toString());
    const denied = [file, path.dirname(file)].find((each) => !process.permission.has('fs.write', each));
    if (denied !== undefined) {
      throw accessDenied(denied);
    }
  }
  return bytes;
}

module.exports = { toWritablePath };
