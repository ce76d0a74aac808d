'use strict';

// Modules of Node.js, where there are some. Not by require: a bundler would follow it.

/** A module of Node.js, Deno or Bun by its name; undefined elsewhere, and in Node.js before 20.16. There, in a thread
 * that was made of text, `require` is a global. */
function builtin(name) {
  const { process } = globalThis;
  return process?.versions?.node === undefined ? undefined : (process.getBuiltinModule ?? globalThis.require)?.(name);
}

module.exports = { builtin };
