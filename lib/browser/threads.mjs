// Threads for lib/wasm/pool.js in browsers.

import { createRequire } from '../../prebuilds/core.mjs';

const require = createRequire({});
const { isElsewhere, workerFrom } = require('./browser/elsewhere');
const { portOf } = require('./browser/port');
const { workerAt } = require('./browser/workers');

// Where this file is. webpack puts it into a bundle, and would write here where it was on the machine that bundled.
const here = import.meta.webpack ? undefined : import.meta.url;

function startWorker() {
  if (isElsewhere(here)) {
    return workerFrom(new URL('worker.mjs', here));
  }
  try {
    // Written out, so that bundlers find the file.
    return new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
  } catch (error) {
    if (here === undefined || globalThis.trustedTypes === undefined) {
      throw error;
    }
    return workerFrom(new URL('worker.mjs', here));
  }
}

/** Starts a thread; throws if that is not allowed. listener: see portOf; address: of a file in place of worker.mjs. */
export function openThread(module, listener, address) {
  return portOf(address === undefined ? startWorker() : workerAt(address), module, listener);
}
