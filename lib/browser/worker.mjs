// A thread of lib/browser/threads.mjs: the first message is the module, the others are requests.

import { createRequire } from '../../prebuilds/core.mjs';

const require = createRequire({});
const { createAnswerer } = require('./wasm/answer');
const { toOutput } = require('./wasm/work');

const post = (message, transfer) => globalThis.postMessage(message, transfer);

const run = (engine, { bytes, options }, isCancelled) => toOutput(engine, bytes, options, isCancelled);

globalThis.onmessage = ({ data: module }) => {
  const answer = createAnswerer(module, run, post);
  globalThis.onmessage = ({ data }) => answer(data);
  post('ready');
};
