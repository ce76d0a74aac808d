'use strict';

// lib/host.js for browsers, which uses only the language.

const maxLength = Infinity; // engines differ, and report it when memory is allocated
const maxLengthName = 'the engine takes';

const allocate = (size) => new Uint8Array(size);

const wrap = (arrayBuffer, offset, length) => new Uint8Array(arrayBuffer, offset, length);

const bindToContext = (listener) => listener;

const callLater = (callback, ...args) => queueMicrotask(() => callback(...args));

function inspect(value) {
  if (typeof value === 'string') {
    return `'${JSON.stringify(value).slice(1, -1)}'`;
  }
  if (Array.isArray(value)) {
    return `[ ${Array.from(value.slice(0, 20), inspect).join(', ')} ]`;
  }
  if (typeof value === 'object' && value !== null) {
    return '[Object]';
  }
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

const hints = {
  file: 'Browsers read no files by name: take one from an <input type="file">',
  json: 'Make bytes of it with Uint8Array.from(x.data)',
  text: 'Get the bytes of a URL with await (await fetch(url)).arrayBuffer()',
  stream: 'Collect the stream with await new Response(stream).arrayBuffer()',
};

module.exports = {
  allocate, bindToContext, callLater, hints, inspect, maxLength, maxLengthName, wrap,
};
