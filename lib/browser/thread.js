'use strict';

// The inside of a Web Worker: the first message is the module, the others are requests.

const { createAnswerer } = require('../wasm/answer');
const work = require('../wasm/in-memory');

const post = (message, transfer) => globalThis.postMessage(message, transfer);

globalThis.onmessage = ({ data: given }) => {
  const answer = createAnswerer(given, work, post);
  globalThis.onmessage = ({ data }) => answer(data);
  post('ready');
};
