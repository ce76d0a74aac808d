// Threads for lib/wasm/pool.js in browsers.

import { createRequire } from '../../prebuilds/core.mjs';

const require = createRequire({});
const { portOf } = require('./browser/port');

/** Starts a thread; throws if that is not allowed. listener: see portOf. */
export function openThread(module, listener) {
  // Written out, so that bundlers find the file.
  return portOf(new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' }), module, listener);
}
