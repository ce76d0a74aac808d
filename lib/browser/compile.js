'use strict';

// Where the WebAssembly comes from in browsers.

function isModule(source) {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]';
}

async function bytesOf(response) {
  if (!response.ok) {
    throw new Error(`png2bmp: ${response.url} is not there: ${response.status} ${response.statusText}`);
  }
  return response.arrayBuffer();
}

/** Returns a promise of a WebAssembly.Module, given one that is compiled, bytes, a URL, a Response, or a
 * promise of these. */
async function compile(given) {
  const source = await given;
  if (isModule(source)) {
    return source;
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return WebAssembly.compile(source);
  }
  return WebAssembly.compile(await bytesOf(typeof source.arrayBuffer === 'function' ? source : await fetch(source)));
}

module.exports = { compile };
