'use strict';

// What the process gives. Not by require: bundles that are ECMAScript modules have none.

const { process } = globalThis;

/** A module of Node.js by its name; undefined in Node.js before 20.16 and 22.3. */
function builtin(name) {
  return process.getBuiltinModule?.(name);
}

/** An environment variable; undefined if it must not be read: Deno without --allow-env. */
function environmentVariable(name) {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

module.exports = { builtin, environmentVariable };
