'use strict';

// The inside of a Web Worker: the first message is the module, the others are requests.

const { createAnswerer } = require('../wasm/answer');
const { toOutput } = require('../wasm/work');

const post = (message, transfer) => globalThis.postMessage(message, transfer);

const run = (engine, { bytes, options }, isCancelled) => toOutput(engine, bytes, options, isCancelled);

globalThis.onmessage = ({ data: given }) => {
  const answer = createAnswerer(given, run, post);
  globalThis.onmessage = ({ data }) => answer(data);
  post('ready');
};
