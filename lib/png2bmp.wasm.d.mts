import type { WasmSource } from './browser.mjs';

/** The WebAssembly, for `init`: what it is depends on the bundler (a URL, bytes, a module). */
declare const wasm: WasmSource;
export default wasm;
