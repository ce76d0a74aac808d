// The calls with Uint8Arrays: in browsers (browser.d.mts), and everywhere in one file (inline.d.ts).

import type { Bytes, DecodeOptions, IconImage, IconOptions, Info, InfoOptions, Options, Source, StridedPixels } from './types.js';
import type * as types from './types.js';

export type {
  BlobSource, BodySource, Bytes, Color, ColorSpace, DecodeOptions, Density, Format, IconImage, IconKind, IconOptions, IconWarning,
  Info, InfoOptions, Options, PaletteEntry, PaletteName, Pixels, PngError, Source, StreamSource, StridedPixels, Warning,
} from './types.js';

/** The result of conversions: a Uint8Array in unshared memory, as `Response`, `Blob` and `fetch` require. */
export type OutputBuffer = Uint8Array & { readonly buffer: ArrayBuffer };

/** What `init` takes in addition to where the WebAssembly is. */
export interface InitOptions {
  /**
   * Where Web Workers are loaded from, if a policy allows none from `blob:` URLs, or a bundle has left them behind: a
   * copy of `lib/browser/worker.mjs` of this version, with `prebuilds/core.mjs`, from the page's own origin. A URL,
   * or a `TrustedScriptURL`.
   */
  worker?: string | object;
}

export type Converter = types.Converter<OutputBuffer>;

/** The result of `decodePNG`. */
export type DecodedPixels = types.DecodedPixels<OutputBuffer>;

/**
 * Converts a PNG.
 *
 * @param png the PNG; read in place
 * @returns the whole BMP file
 * @throws {PngError} a PNG that cannot be converted
 */
export function getBMP(png: Bytes, options?: Options): OutputBuffer;

/** As {@link getBMP}, on another thread. */
export function getBMPAsync(png: Source, options?: Options): Promise<OutputBuffer>;

/**
 * Converts a PNG into existing memory, so that one array can serve many images.
 *
 * @param target at least `readInfo(png, options).bmp.byteLength` bytes, which must not overlap `png`.
 *   After an error its contents are unspecified.
 * @returns the number of bytes written, from the beginning of `target`
 */
export function getBMPInto(target: Bytes, png: Bytes, options?: Options): number;

/**
 * Makes a converter. Its memory is as large as its largest outputs, and is freed with it. Use one
 * for each conversion that runs at a time.
 */
export function createConverter(options?: Options): Converter;

/** Two Web Streams: the bytes of a PNG go into `writable`, those of its BMP come out of `readable`. */
export interface BMPStream {
  readonly readable: ReadableStream<OutputBuffer>;
  readonly writable: WritableStream<Bytes>;

  /**
   * What {@link readInfo} gives, before the first byte, without reading any; `memory` includes a BMP that is held. Rejects
   * with what ends the stream before. It needs no handler.
   */
  readonly info: Promise<Info>;
}

/**
 * Makes a stream that converts: for `response.body.pipeThrough(createBMPStream({ topDown: true }))`. Its errors are those of
 * {@link getBMPAsync}; one of a wrong option is thrown at once, or is the stream's before `init` is done. `maxInputBytes` does
 * not apply. An image that is too large for its file is `ERR_PNG_TRUNCATED`, since the size of the file is not known.
 *
 * Rows leave as they are made if the BMP has them in the order of the PNG: with `topDown: true`, or without it if the image
 * is flipped or turned by 180 degrees. Otherwise the BMP is held until it is complete, leaves as one chunk, and counts for
 * `maxMemory`. So is one of an image that is interlaced, turned by 90 or 270 degrees, or flipped and dithered, or for
 * which colours are chosen; with `size` and `topDown: true` only the last.
 */
export function createBMPStream(options?: Options): BMPStream;

/** Reads only the chunks before the pixels; `png` may end there, unless colours are counted. */
export function readInfo(png: Bytes, options?: InfoOptions): Info;

/** Converts raw pixels to a BMP, with the formats and options of {@link getBMP}. */
export function encodeBMP(pixels: StridedPixels, options?: Options): OutputBuffer;

/** As {@link encodeBMP}, on another thread; `options.input` applies to `pixels.data`. */
export function encodeBMPAsync(pixels: StridedPixels, options?: Options): Promise<OutputBuffer>;

/**
 * Makes a Windows icon (`.ico`) or cursor (`.cur`) of several PNGs of at most 256 x 256 pixels. Every one is
 * decoded. An intact PNG of 8-bit RGBA that stays a PNG is copied; others are encoded anew.
 *
 * @throws what {@link getBMP} throws, with `image`, the place in the list
 */
export function encodeICO(images: readonly (Bytes | IconImage)[] | Bytes, options?: IconOptions): OutputBuffer;

/** As {@link encodeICO}, on another thread. The PNGs are copied before it returns. */
export function encodeICOAsync(images: readonly (Source | IconImage<Source>)[] | Source, options?: IconOptions): Promise<OutputBuffer>;

/** Reads a PNG into RGB or RGBA samples, top row first, without padding. */
export function decodePNG(png: Bytes, options?: DecodeOptions): DecodedPixels;

/** As {@link decodePNG}, on another thread. */
export function decodePNGAsync(png: Source, options?: DecodeOptions): Promise<DecodedPixels>;

export const errors: types.Errors;

export const constants: types.Constants;

/** The versions of this package and of the libdeflate in it. Undefined, as the two above, until `init` is done. */
export const versions: types.Versions;
