'use strict';

// Web Workers of modules from another origin, as that of a CDN.

const { blobOf, workerAt } = require('./workers');

/** Whether a file at this address is from another origin than the page's. */
function isElsewhere(address) {
  return /^https?:/.test(address) && globalThis.location !== undefined && new URL(address).origin !== globalThis.location.origin;
}

/** Browsers start Workers of the page's own origin only, which may import modules from others. */
function workerFrom({ href }) {
  return workerAt(isElsewhere(href) ? blobOf(`import ${JSON.stringify(href)};`) : href);
}

module.exports = { isElsewhere, workerFrom };
