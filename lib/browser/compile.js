'use strict';

// Where the WebAssembly comes from in browsers.

function isModule(source) {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]';
}

function startsWith(bytes, text) {
  const start = new Uint8Array(bytes).subarray(0, text.length);
  return String.fromCharCode(...start) === text;
}

async function bytesOf(response) {
  if (!response.ok) {
    throw new Error(`png2bmp: ${response.url} is not there: ${response.status} ${response.statusText}`);
  }
  const bytes = await response.arrayBuffer();
  if (!startsWith(bytes, '\0asm')) {
    const start = JSON.stringify(String.fromCharCode(...new Uint8Array(bytes).subarray(0, 15)));
    throw new Error(`png2bmp: ${response.url} is not WebAssembly: it begins with ${start}. ` +
      "Is it the server's page for missing files? init(url) takes another address");
  }
  return bytes;
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
