import type { InitOptions } from './web.js';

export * from './web.js';

/** Where the WebAssembly may come from: a compiled module, its bytes, its URL, a `fetch` of it. */
export type WasmSource = WebAssembly.Module | ArrayBufferView | ArrayBuffer | string | URL | Response;

/**
 * Loads the WebAssembly. Synchronous calls, `constants`, `errors` and `versions` are there when it
 * is done; asynchronous calls wait for it by themselves.
 *
 * @param source where from; default: the file next to this module, which bundlers find
 */
export function init(source?: WasmSource | PromiseLike<WasmSource> | null, options?: InitOptions): Promise<void>;
