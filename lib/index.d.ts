/// <reference types="node" />

import type { Duplex } from 'node:stream';

import type * as types from './types.js';

export type {
  BlobSource, BodySource, Bytes, Color, ColorSpace, Density, Format, IconImage, IconKind, IconWarning, Info, PaletteEntry, PaletteName,
  Path, Pixels, PngError, SaveOptions, Source, StreamSource, StridedPixels, Warning,
} from './types.js';

import type { Bytes, IconImage, Info, Path, SaveOptions, Source, StridedPixels } from './types.js';

/** The result of conversions: a Buffer in unshared memory, as `Response`, `Blob` and `fetch` require. */
export type OutputBuffer = Buffer & { readonly buffer: ArrayBuffer };

/** Options of the conversions. */
export interface Options extends types.Options, SaveOptions {}

/** Options of `readInfo`. */
export interface InfoOptions extends types.InfoOptions, SaveOptions {}

/** Options of `decodePNG`: those of `getBMP`, with `channels` in place of `format`. */
export interface DecodeOptions extends types.DecodeOptions, SaveOptions {}

export interface IconOptions extends types.IconOptions, SaveOptions {}

export type Converter = types.Converter<OutputBuffer>;

/** The result of `decodePNG`. */
export type DecodedPixels = types.DecodedPixels<OutputBuffer>;

// Of several overloads the last is the one with options alone: errors of TypeScript are about it.

/** Receives either an error or the result, once, after the call has returned. */
export type Callback<T> = (error: Error | null, result?: T) => void;

/**
 * Converts a PNG.
 *
 * @param png the PNG; read in place
 * @param length bytes of it to use; default: all
 * @returns the whole BMP file
 * @throws {PngError} a PNG that cannot be converted
 */
export function getBMP(png: Bytes, length: number | undefined, options?: Options): OutputBuffer;
export function getBMP(png: Bytes, options?: Options): OutputBuffer;

/** As {@link getBMP}, on a worker thread. Without a callback it returns a promise. */
export function getBMPAsync(
  png: Source,
  length: number | undefined,
  options?: Options,
): Promise<OutputBuffer>;
export function getBMPAsync(png: Source, callback: Callback<OutputBuffer>): void;
export function getBMPAsync(
  png: Source,
  options: Options | number | undefined,
  callback: Callback<OutputBuffer>,
): void;
export function getBMPAsync(
  png: Source,
  length: number | undefined,
  options: Options | undefined,
  callback: Callback<OutputBuffer>,
): void;
export function getBMPAsync(png: Source, options?: Options): Promise<OutputBuffer>;

/**
 * Converts a PNG into existing memory, so that one Buffer can serve many images.
 *
 * @param target at least `readInfo(png, options).bmp.byteLength` bytes, which must not overlap `png`.
 *   After an error its contents are unspecified.
 * @returns the number of bytes written, from the beginning of `target`
 */
export function getBMPInto(target: Bytes, png: Bytes, options?: Options): number;

/**
 * Makes a converter. Its memory is as large as its largest outputs, and is freed with it. Use one
 * for each conversion that runs at a time: of more than 1000 in a thread, the others give new memory
 * each time, as {@link getBMP} does.
 */
export function createConverter(options?: Options): Converter;

/**
 * Converts a PNG into a file: afterwards the complete BMP is there, or the previous file is
 * untouched. Devices, pipes, descriptors (`/dev/fd/3`) and mount points are written in place.
 *
 * @returns true
 * @throws {PngError} a PNG that cannot be converted
 * @throws an error like those of `node:fs`, with `code`, `errno`, `syscall` and `path`
 */
export function saveBMP(
  path: Path,
  png: Bytes,
  length: number | undefined,
  options?: Options,
): true;
export function saveBMP(path: Path, png: Bytes, options?: Options): true;

/** As {@link saveBMP}, on a worker thread. Without a callback it returns a promise. */
export function saveBMPAsync(
  path: Path,
  png: Source,
  length: number | undefined,
  options?: Options,
): Promise<true>;
export function saveBMPAsync(path: Path, png: Source, callback: Callback<true>): void;
export function saveBMPAsync(
  path: Path,
  png: Source,
  options: Options | number | undefined,
  callback: Callback<true>,
): void;
export function saveBMPAsync(
  path: Path,
  png: Source,
  length: number | undefined,
  options: Options | undefined,
  callback: Callback<true>,
): void;
export function saveBMPAsync(path: Path, png: Source, options?: Options): Promise<true>;

/**
 * Converts a PNG in a file into a file, which is written as {@link saveBMP} writes it. The PNG is read in pieces, outside
 * of JavaScript, so that memory does not grow with it; with `salvage`, and in WebAssembly, it is held as a whole.
 * `maxInputBytes` limits it, and a longer one is an error with the code `ERR_OUT_OF_RANGE`.
 *
 * @param from a path; or a descriptor, read from its position on and left open. Pipes and devices are read to their end
 * @param to may be the same file: it is replaced when the BMP is complete
 * @returns what {@link readInfo} gives for the PNG
 * @throws {PngError} a PNG that cannot be converted
 * @throws an error like those of `node:fs`, with `code`, `errno`, `syscall` and `path`: of `from`, or of `to`
 */
export function convertFile(from: Path | number, to: Path, options?: Options): Info;

/** As {@link convertFile}, on a worker thread, which reads, converts and writes. Without a callback it returns a
 * promise. */
export function convertFileAsync(from: Path | number, to: Path, callback: Callback<Info>): void;
export function convertFileAsync(
  from: Path | number,
  to: Path,
  options: Options | undefined,
  callback: Callback<Info>,
): void;
export function convertFileAsync(from: Path | number, to: Path, options?: Options): Promise<Info>;

/**
 * A stream of Node.js: the bytes of a PNG in, those of its BMP out, converted on a worker thread as they come. A chunk
 * must not change until it has been taken, which the callback of `write` tells: one of at most 64 KiB is copied, so that
 * the next may come while it is converted; a longer one is read in place. `maxInputBytes` and the options of files do not
 * apply.
 *
 * Rows leave as they are made if the BMP has them in the order of the PNG: with `topDown: true`, or without it if the image
 * is flipped or turned by 180 degrees. Otherwise the BMP is held until it is complete, and counts for `maxMemory`. So is
 * one of an image that is interlaced, turned by 90 or 270 degrees, or flipped and dithered, or for which colours are
 * chosen; with `size` and `topDown: true` only the last.
 */
export interface BMPStream extends Duplex {
  /** `'info'`: what {@link readInfo} gives, once, before the first byte. `memory` includes a BMP that is held. */
  on(event: 'info', listener: (info: Info) => void): this;
  on(event: string | symbol, listener: (...args: any[]) => void): this;
  once(event: 'info', listener: (info: Info) => void): this;
  once(event: string | symbol, listener: (...args: any[]) => void): this;
}

/**
 * Makes a stream that converts: for `stream.pipeline`. Its errors are those of {@link getBMPAsync}; one of a wrong option
 * is thrown at once. An image that is too large for its file is `ERR_PNG_TRUNCATED`, since the size of the file is not known.
 */
export function createBMPStream(options?: Options): BMPStream;

/** Reads only the chunks before the pixels; `png` may end there, unless colours are counted. */
export function readInfo(png: Bytes, options?: InfoOptions): Info;

/** Converts raw pixels to a BMP, with the formats and options of {@link getBMP}. */
export function encodeBMP(pixels: StridedPixels, options?: Options): OutputBuffer;

/** As {@link encodeBMP}, on a worker thread; `options.input` applies to `pixels.data`. */
export function encodeBMPAsync(pixels: StridedPixels, callback: Callback<OutputBuffer>): void;
export function encodeBMPAsync(
  pixels: StridedPixels,
  options: Options | undefined,
  callback: Callback<OutputBuffer>,
): void;
export function encodeBMPAsync(pixels: StridedPixels, options?: Options): Promise<OutputBuffer>;

/**
 * Makes a Windows icon (`.ico`) or cursor (`.cur`) of several PNGs of at most 256 x 256 pixels, or of one PNG of any
 * size with `sizes`. Every one is
 * decoded. An intact PNG of 8-bit RGBA that stays a PNG is copied; others are encoded anew.
 *
 * @throws what {@link getBMP} throws, with `image`, the place in the list
 */
export function encodeICO(images: readonly (Bytes | IconImage)[] | Bytes, options?: IconOptions): OutputBuffer;

/** As {@link encodeICO}, on a worker thread. The PNGs are copied before it returns. */
export function encodeICOAsync(
  images: readonly (Source | IconImage<Source>)[] | Source,
  callback: Callback<OutputBuffer>,
): void;
export function encodeICOAsync(
  images: readonly (Source | IconImage<Source>)[] | Source,
  options: IconOptions | undefined,
  callback: Callback<OutputBuffer>,
): void;
export function encodeICOAsync(
  images: readonly (Source | IconImage<Source>)[] | Source,
  options?: IconOptions,
): Promise<OutputBuffer>;

/** As {@link encodeICO}, into a file, as {@link saveBMP} writes it. */
export function saveICO(path: Path, images: readonly (Bytes | IconImage)[] | Bytes, options?: IconOptions): true;

/** As {@link saveICO}, on a worker thread. Without a callback it returns a promise. */
export function saveICOAsync(
  path: Path,
  images: readonly (Source | IconImage<Source>)[] | Source,
  callback: Callback<true>,
): void;
export function saveICOAsync(
  path: Path,
  images: readonly (Source | IconImage<Source>)[] | Source,
  options: IconOptions | undefined,
  callback: Callback<true>,
): void;
export function saveICOAsync(
  path: Path,
  images: readonly (Source | IconImage<Source>)[] | Source,
  options?: IconOptions,
): Promise<true>;

/** Reads a PNG into RGB or RGBA samples, top row first, without padding. */
export function decodePNG(png: Bytes, options?: DecodeOptions): DecodedPixels;

/** As {@link decodePNG}, on a worker thread. */
export function decodePNGAsync(png: Source, callback: Callback<DecodedPixels>): void;
export function decodePNGAsync(
  png: Source,
  options: DecodeOptions | undefined,
  callback: Callback<DecodedPixels>,
): void;
export function decodePNGAsync(png: Source, options?: DecodeOptions): Promise<DecodedPixels>;

export const errors: types.Errors;

export const constants: types.Constants;

/** The versions of this package and of the libdeflate in it; `backend` says which of the two converts. */
export const versions: types.Versions;
