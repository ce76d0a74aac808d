'use strict';

// The inside of a thread that was made of text, in any runtime.

const { builtin } = require('../environment');

if (builtin('node:worker_threads') === undefined) {
  require('../browser/thread');
} else {
  require('../wasm/worker');
}
