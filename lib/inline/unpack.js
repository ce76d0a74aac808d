'use strict';

// What scripts/build-inline.js has packed: WebAssembly and a table of modules, deflated, as text.

const { builtin } = require('./builtin');

/** Four bytes as five characters from '#' on, without '<' and '\'. */
function bytesOf(text) {
  const digit = (at) => {
    const code = text.charCodeAt(at);
    return code - 35 - (code > 60) - (code > 92);
  };
  const bytes = new Uint8Array(text.length / 5 * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      value = value * 85 + digit(at + i);
    }
    view.setUint32(at / 5 * 4, value);
  }
  return bytes;
}

/** { wasm: its bytes, table: the source of the modules, thread: that of a thread, which has them } */
function partsOf(bytes, packed) {
  const table = new TextDecoder().decode(bytes.subarray(packed.wasmSize));
  return { wasm: bytes.subarray(0, packed.wasmSize), table, thread: `const sources=${table};${packed.thread}` };
}

const deflated = ({ text, size }) => bytesOf(text).subarray(0, size);

/** At once, or undefined where there is no node:zlib. */
function unpackNow(packed, zlib = builtin('node:zlib')) {
  return zlib && partsOf(new Uint8Array(zlib.inflateSync(deflated(packed))), packed);
}

async function unpack(packed) {
  const now = unpackNow(packed);
  if (now !== undefined) {
    return now;
  }
  const stream = new Blob([deflated(packed)]).stream().pipeThrough(new DecompressionStream('deflate'));
  return partsOf(new Uint8Array(await new Response(stream).arrayBuffer()), packed);
}

module.exports = { unpack, unpackNow };
