'use strict';

const process = require('node:process');

/** An environment variable; undefined if it must not be read: Deno without --allow-env. */
function environmentVariable(name) {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

module.exports = { environmentVariable };
