'use strict';

// What scripts/build-inline.js has packed: WebAssembly and a table of modules, deflated, as text.

const { builtin } = require('../environment');

/** `size` bytes: 13 bits are two characters, of the 91 from '!' on without '"', '<' and '\\'. */
function bytesOf(text, size) {
  const digit = (at) => {
    const code = text.charCodeAt(at);
    return code - 33 - (code > 34) - (code > 60) - (code > 92);
  };
  const bytes = new Uint8Array(size);
  let held = 0;
  let bits = 0;
  let to = 0;
  for (let at = 0; at < text.length; at += 2) {
    held = held << 13 | (digit(at) * 91 + digit(at + 1));
    bits += 13;
    while (bits >= 8) {
      bits -= 8;
      bytes[to++] = held >> bits; // of which the array takes 8 bits
    }
    held &= (1 << bits) - 1;
  }
  return bytes;
}

/** { wasm: its bytes, table: the source of the modules, thread: that of a thread, which has them } */
function partsOf(bytes, packed) {
  const table = new TextDecoder().decode(bytes.subarray(packed.wasmSize));
  return { wasm: bytes.subarray(0, packed.wasmSize), table, thread: `const sources=${table};${packed.thread}` };
}

const deflated = ({ text, size }) => bytesOf(text, size);

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
