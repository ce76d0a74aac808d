// Where browsers get the WebAssembly.

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
 * promise of these; by default, from the file next to this one. */
export async function compile(given) {
  const source = await given;
  if (isModule(source)) {
    return source;
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return WebAssembly.compile(source);
  }
  if (typeof source?.arrayBuffer === 'function') {
    return WebAssembly.compile(await bytesOf(source));
  }
  // Written out, so that bundlers find the file.
  const url = source ?? new URL('../../prebuilds/png2bmp.wasm', import.meta.url);
  return WebAssembly.compile(await bytesOf(await fetch(url)));
}
