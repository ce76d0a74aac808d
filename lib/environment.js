'use strict';

const process = require('node:process');

/** An environment variable; undefined where it may not be read: Deno without --allow-env. */
function environmentVariable(name) {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

module.exports = { environmentVariable };
