'use strict';

// Web Workers that are started by an address, where `new Worker(new URL(...))` is not allowed or says too little.

let policy;

/** Text as pages with Trusted Types want it: by the policy 'png2bmp', which is made when it is first needed. */
function trusted(address) {
  policy ??= globalThis.trustedTypes?.createPolicy('png2bmp', { createScriptURL: (text) => text });
  return policy?.createScriptURL(address) ?? address;
}

function start(address, options) {
  return new globalThis.Worker(typeof address === 'string' ? trusted(address) : address, options);
}

/** address: of a module, as a string, a URL, or a TrustedScriptURL of the page's own. */
const workerAt = (address) => start(address instanceof URL ? address.href : address, { type: 'module' });

const blobs = new Map();

function blobOf(source) {
  if (!blobs.has(source)) {
    blobs.set(source, URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  }
  return blobs.get(source);
}

/** source: a script without imports, which old browsers start, too. */
const workerOf = (source) => start(blobOf(source));

module.exports = { blobOf, workerAt, workerOf };
