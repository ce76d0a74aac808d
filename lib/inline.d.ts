// The types of prebuilds/inline/inline.mjs and inline.cjs, next to which scripts/build-inline.js copies them.

import type { Bytes, IconImage, IconOptions, Options, Path, SaveOptions, Source } from './types.js';
import type { InitOptions } from './web.js';

export * from './web.js';
export type { Path, SaveOptions } from './types.js';

/**
 * Loads the WebAssembly in this file. Asynchronous calls do it by themselves, synchronous ones where there is
 * `node:zlib`; elsewhere they need it done before, as do `constants`, `errors` and `versions` of the ES module.
 *
 * @param source a `WebAssembly.Module`, the bytes of one or its URL, where the runtime compiles none from bytes
 */
export function init(source?: object | string | null, options?: InitOptions): Promise<void>;

/**
 * Converts a PNG into a file: afterwards the complete BMP is there, or the previous file is untouched. Where there is
 * no `node:fs`, this and the other saves throw or reject with ERR_FEATURE_UNAVAILABLE_ON_PLATFORM.
 */
export function saveBMP(path: Path, png: Bytes, options?: Options & SaveOptions): true;

/** As {@link saveBMP}, on another thread. */
export function saveBMPAsync(path: Path, png: Source, options?: Options & SaveOptions): Promise<true>;

/** As {@link encodeICO}, into a file, as {@link saveBMP} writes it. */
export function saveICO(path: Path, images: readonly (Bytes | IconImage)[] | Bytes, options?: IconOptions & SaveOptions): true;

/** As {@link saveICO}, on another thread. */
export function saveICOAsync(
  path: Path,
  images: readonly (Source | IconImage<Source>)[] | Source,
  options?: IconOptions & SaveOptions,
): Promise<true>;
