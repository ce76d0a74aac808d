// What is the same everywhere: under Node.js (index.d.ts) and elsewhere (web.d.ts). `Output` is the type of
// the bytes that calls give.

/** The bytes of a PNG, read in place. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** A `Blob` or `File`. */
export interface BlobSource {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A web `ReadableStream`. */
export interface StreamSource {
  getReader(): { read(): Promise<{ done: boolean; value?: any }>; cancel(reason?: any): Promise<void> };
}

/** A `Response` or `Request` whose body has not been read. */
export interface BodySource {
  readonly body: StreamSource | AsyncIterable<Uint8Array | string> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What asynchronous calls take: the bytes of a PNG, or something that gives them. A Node.js stream
 * is an `AsyncIterable`. `getBMPAsync`, `saveBMPAsync` and `decodePNGAsync` convert pieces as they come, and with `salvage`
 * hold the whole PNG; others collect them first. */
export type Source = Bytes | BlobSource | BodySource | StreamSource | AsyncIterable<any>;

/** `'#rgb'`, `'#rrggbb'`, or three whole numbers from 0 to 255. */
export type Color =
  | string
  | readonly [r: number, g: number, b: number]
  | { readonly r: number; readonly g: number; readonly b: number };

/** The kinds of BMP that can be written. */
export type Format = 'bgr24' | 'bgra32' | 'indexed' | 'gray8' | 'mono1' | 'rgb565' | 'rgb555';

/** A colour of a palette; `seen` is what a panel shows for it, by which pixels are matched. */
export type PaletteEntry = Color | { readonly color: Color; readonly seen?: Color | undefined };

/** Named palettes: black and white, with red or yellow or both; 4 and 16 grays; e-paper of seven and six
 * colours; the 16 colours of VGA and Windows; the 216 of the web. */
export type PaletteName = 'bw' | 'bwr' | 'bwy' | 'bwry' | 'gray4' | 'gray16' | 'acep7' | 'spectra6' |
  'vga16' | 'web216';

/** What was tolerated in a PNG. */
export interface Warning {
  /** One of the keys of `errors.warnings`, such as `'WARN_PNG_END'`. */
  code: string;
  /** A sentence that includes the position. */
  message: string;
}

/** A file name, as in `node:fs`: a string, a `Buffer` with its bytes, or a `file:` URL. */
export type Path = string | Uint8Array | URL;

/** What saves do with their files, where there are some. Other calls ignore it. */
export interface SaveOptions {
  /** For saves, as in `node:fs`: `'w'` (default) replaces an existing file; `'wx'` fails
   * with `EEXIST`, even if the file appears during the conversion. */
  flag?: 'w' | 'wx' | undefined;
  /** For saves: `true` waits until the file and its directory are on the disk (fsync), so that
   * they survive a crash of the machine; default `false`. */
  sync?: boolean | undefined;
  /** For saves: `true` accepts a name that ends like another kind of picture, which is refused otherwise:
   * one of `constants.otherExtensions` for a BMP; for an icon these without `.ico`, and `.bmp`; for a cursor these
   * without `.cur`, and `.bmp`. Default `false`. */
  forceExtension?: boolean | undefined;
}

/** Options of the conversions. */
export interface Options {
  /**
   * - `'bgr24'` (default): 40-byte header, 24 bit, read by every program.
   * - `'bgra32'`: BITMAPV4HEADER, BI_BITFIELDS, straight alpha.
   * - `'indexed'`: 1, 4 or 8 bit with a palette: the image's own colours, or see `colors` and
   *   `palette`, either of which makes this format the default.
   * - `'auto'`: the smallest of these three without loss. Alpha is kept, unless `alpha` is `'drop'`
   *   or `'key'`.
   * - `'gray8'`: luma, 8 bit with a gray palette.
   * - `'mono1'`: black and white, 1 bit; see `dither`, `threshold`, `invert`.
   * - `'rgb565'`: 16 bit, BI_BITFIELDS; `'rgb555'`: 16 bit, BI_RGB.
   */
  format?: Format | 'auto' | undefined;
  /** How transparency is handled where the format has no alpha: `'blend'` (default) with `background`;
   * `'drop'`: ignore it and keep the stored colour; `'key'`: each pixel gets either its stored colour or
   * the background, by `alphaThreshold`, without soft edges. For `'bgra32'`: `'premultiply'`. */
  alpha?: 'blend' | 'drop' | 'key' | 'premultiply' | undefined;
  /** `alpha: 'key'`: the lowest alpha that is opaque, 1 to 255; default 128. */
  alphaThreshold?: number | undefined;
  /**
   * With `alpha: 'key'` and a `palette` or `colors`, transparent pixels get an entry of their own, which is exactly
   * the background's colour: no other pixel gets it, and `colors` chooses the others. This is its index for
   * `'indexed'`: a number, or `'last'`; an entry of `palette` that is there is replaced. Default: of `palette`, the
   * first of this colour, or one more at its end; of `colors`, 0. `'none'`: there is no such entry, and the
   * background is a colour as any other. Without a palette, an opaque pixel of this colour gives
   * `WARN_KEY_COLLISION`, except with `'none'`.
   */
  keyIndex?: number | 'last' | 'none' | undefined;
  /** The colour behind transparent pixels; default `'#ffffff'`. */
  background?: Color | undefined;
  /** Write the rows from top to bottom, with a negative height; default `false`. */
  topDown?: boolean | undefined;
  /** How 16-bit samples are reduced to 8 bits: `'round'` (default) to the nearest value, or `'truncate'`
   * to the high byte. */
  depth16?: 'round' | 'truncate' | undefined;
  /**
   * `'indexed'`: bits per pixel. Default: the fewest that hold `colors` or `palette`; with neither, the
   * PNG's bit depth (4 for 2, 8 for 16).
   */
  bits?: 1 | 4 | 8 | undefined;
  /** `'indexed'`: choose this many colours for the image, 2 to 256. The image is held in memory meanwhile. */
  colors?: number | undefined;
  /** Use these colours and no others, 2 to 256, in this order: a name, a list, or bytes R G B. For
   * `'indexed'` and `'bgr24'`. */
  palette?: PaletteName | readonly PaletteEntry[] | Uint8Array | Uint8ClampedArray | undefined;
  /** `'measured'`: with `palette: 'acep7'`, `'bwry'` or `'spectra6'`, what was measured of such a panel is `seen`
   * of its colours. */
  seen?: 'measured' | undefined;
  /** How colours are reduced: for `'mono1'`, `colors` and `palette` (default `'floyd-steinberg'`),
   * `'rgb565'` and `'rgb555'` (default `'none'`). */
  dither?: 'floyd-steinberg' | 'atkinson' | 'ordered' | 'none' | undefined;
  /** With `palette` or `colors`: a pixel whose colour is not in the palette, or is one too many for `colors`, is
   * an error (`ERR_NOT_EXACT`) that names the first such pixel and its colour; nothing is dithered. Default `false`. */
  exact?: boolean | undefined;
  /**
   * In which numbers dithering makes and carries errors, unless `dither` is `'none'`:
   *
   * - `'linear'`: light, as the eye adds it up. Default for a `palette` with `seen`.
   * - `'srgb'`: samples as they are stored, which makes dithered pictures lighter. Default for others.
   */
  light?: 'linear' | 'srgb' | undefined;
  /**
   * For a `palette` with `seen`:
   *
   * - `'fit'` (default): the light of the picture is brought into the range from the panel's black to its white.
   * - `'none'`: it stays, so what is darker or lighter than the panel loses its steps.
   */
  tone?: 'fit' | 'none' | undefined;
  /** The header: `'info'`, 40 bytes, the default except for `'bgra32'`; `'v4'`, 108; or `'v5'`, 124. */
  header?: 'info' | 'v4' | 'v5' | undefined;
  /**
   * The colours that are written:
   *
   * - `'keep'` (default): samples as in the PNG.
   * - `'srgb'`: samples are converted to sRGB, which programs take a BMP for, from what the PNG says:
   *   cICP, else its ICC profile, else sRGB, else gAMA with cHRM. Of profiles those with a matrix and
   *   curves, or for gray with a curve. What cannot be converted (HDR, profiles made of tables) stays
   *   as it is, with `WARN_PNG_COLOR_SPACE`. Raw pixels are taken for sRGB.
   */
  colorSpace?: 'keep' | 'srgb' | undefined;
  /**
   * What a `'v5'` header says about the colours, which it does not change:
   *
   * - `'srgb'` (default): sRGB.
   * - `'embed'`: the PNG's ICC profile, if it has one, which is embedded after the pixels; otherwise
   *   sRGB. Makes `'v5'` the default header. A profile that is damaged, not for RGB, or longer
   *   than 4 MiB is left out, with `WARN_PNG_PROFILE`. With `colorSpace: 'srgb'`, only a profile that
   *   could not be converted is embedded.
   */
  profile?: 'srgb' | 'embed' | undefined;
  /** A number: pixels per inch; `{ x, y }`: pixels per metre. Default: as the PNG says. */
  density?: number | { readonly x: number; readonly y: number } | undefined;
  /** `false` omits the 14-byte file header, which gives a DIB; default `true`. */
  fileHeader?: boolean | undefined;
  /** What is around the rows: `'bmp'` (default), headers and palette; `'dib'`, the same without the file header, as
   * `fileHeader: false`; `'rows'`, nothing: bare rows for drivers of displays and printers. Their order is that of
   * `topDown`. */
  container?: 'bmp' | 'dib' | 'rows' | undefined;
  /** With `container: 'rows'`: each row is padded to a multiple of this many bytes; default `4`, as in a BMP. */
  rowAlign?: 1 | 2 | 4 | undefined;
  /** Turns the image clockwise by this many degrees, before it is resized and its colours are reduced; `'exif'`: as the
   * PNG's Exif says, if it comes before the pixels, mirroring included. By default nothing is turned, with
   * `WARN_PNG_ORIENTATION` where Exif asks for it; `0` does without the warning. */
  rotate?: 0 | 90 | 180 | 270 | 'exif' | undefined;
  /** Mirrors the image, after it was turned: what is at the top goes to the bottom; default `false`. */
  flip?: boolean | undefined;
  /** Mirrors the image, after it was turned: what is on the left goes to the right; default `false`. */
  flop?: boolean | undefined;
  /**
   * The size of the BMP: `'800x480'`, or `{ width, height }`. One side alone (`'800x'`, `'x480'`) keeps the ratio. What
   * is averaged is light, with a filter of Lanczos (3 lobes) where the image gets smaller, and of Catmull and Rom where
   * it gets larger. Colours are reduced afterwards, so the image's own palette is not kept. Default: that of the
   * image, after it was turned.
   */
  size?: `${number}x${number}` | `${number}x` | `x${number}` | { readonly width?: number | undefined; readonly height?: number | undefined } | undefined;
  /**
   * How the image gets that `size`:
   *
   * - `'cover'` (default): all of it is covered, and what sticks out of it is cut off.
   * - `'contain'`: all of the image is seen. Around it is `background`; in formats with alpha, nothing.
   * - `'fill'`: the image is stretched.
   * - `'none'`: the image is as large as it was, and cut off, or surrounded as with `'contain'`.
   */
  fit?: 'cover' | 'contain' | 'fill' | 'none' | undefined;
  /** Which part of the image, after it was turned, is seen, or where it is in `size`; default `'center'`. */
  position?: 'center' | 'top' | 'right top' | 'right' | 'right bottom' | 'bottom' | 'left bottom' | 'left' | 'left top' | undefined;
  /** What pixels of another `size` are made of: `'smooth'` (default): of light, averaged; `'nearest'`: of one pixel,
   * for pixel art. */
  kernel?: 'smooth' | 'nearest' | undefined;
  /** `'mono1'`: the lowest luma that is white, 0 to 255; default 128. */
  threshold?: number | undefined;
  /** `'mono1'`: swap black and white; default `false`. */
  invert?: boolean | undefined;
  /** Treat warnings as errors, except `WARN_PNG_COLOR_SPACE`; default `false`. */
  strict?: boolean | undefined;
  /** Do not check CRC-32 and Adler-32; default `false`. */
  ignoreChecksums?: boolean | undefined;
  /** Refuse images with more pixels, before anything is allocated; default 268402689
   * (16383 x 16383). `Infinity`: no limit. */
  maxPixels?: number | bigint | undefined;
  /** Refuse conversions that need more bytes of memory in addition to PNG and BMP, before anything is
   * allocated (see `memory` of `readInfo`); default 268435456 (256 MiB). `Infinity`: no limit. */
  maxMemory?: number | bigint | undefined;
  /** Asynchronous calls: take at most this many bytes of a Blob, a Response or a stream, in at most
   * as many pieces; `convertFile`: read at most this many. Default 268435456 (256 MiB). `Infinity`: no limit. */
  maxInputBytes?: number | bigint | undefined;
  /** Convert the intact rows of a damaged or truncated PNG, and fill the rest with `background`, with
   * `WARN_PNG_SALVAGED`; read on after a chunk whose length or type is damaged, with
   * `WARN_PNG_DAMAGED_CHUNK`. Without any intact row it is an error as ever. Default `false`. */
  salvage?: boolean | undefined;
  /** Called once for each kind of warning, before the result is delivered. If it throws, the call fails
   * with that error. */
  onWarning?: ((warning: Warning) => void) | undefined;
  /**
   * How an asynchronous call accesses the PNG; synchronous calls ignore it.
   *
   * - `'borrow'` (default): read in place, as `fs.write` does. Do not write to, resize or
   *   transfer it before the promise settles. Shared memory, resizable buffers, and buffers
   *   of a multiple of 65536 bytes (which cannot be distinguished from WebAssembly memory) are
   *   copied instead.
   * - `'copy'`: copied before the call returns.
   * - `'transfer'`: the `ArrayBuffer` is moved, and detached for everybody else. If the view is only
   *   a part of its `ArrayBuffer` (under Node.js small Buffers share one), or the `ArrayBuffer` cannot
   *   be moved, the bytes are copied instead.
   */
  input?: 'borrow' | 'copy' | 'transfer' | undefined;
  /** Stops an asynchronous call: queued work is dropped, running work stops at the next
   * batch of scanlines. A synchronous call only checks whether it has been aborted already. */
  signal?: AbortSignal | undefined;
}

/** What a PNG is, and what BMP these options would give. */
export interface Info {
  /** Pixels of the BMP: after the image was turned and resized. */
  width: number;
  /** Likewise. */
  height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  bitDepth: number;
  /** As in the PNG; see `constants.colorTypes`. */
  colorType: number;
  interlaced: boolean;
  /** Whether there may be pixels that are not opaque. */
  hasAlpha: boolean;
  bmp: {
    format: Format;
    bitsPerPixel: number;
    /** Bytes of the whole file. */
    byteLength: number;
    /** With `colorSpace: 'srgb'`: what samples are converted from. Omitted if they stay as they are,
     * because they are sRGB already, the PNG does not say, or a warning says why they cannot be
     * converted. */
    convertedFrom?: 'cICP' | 'iCCP' | 'gAMA';
  };
  /** Bytes that the conversion needs at most, in addition to PNG and BMP. */
  memory: number;
  /** Pixels per metre, if the PNG has them: of the turned image. */
  density: Density | undefined;
  /** What the file says about its colours. Only `colorSpace: 'srgb'` uses it. */
  colorSpace: ColorSpace;
  /** Exif orientation, 1 to 8, if the file has one before its pixels. Only `rotate: 'exif'` uses it. */
  orientation: number | undefined;
  /** Frames of an animated PNG, else 1. Only the still image is converted. */
  frames: number;
  /** With `countColors`: how many different pixels the image has, counting alpha, at 8 bits per sample.
   * `Infinity`: more than 256. */
  colors?: number;
}

/** Options of `readInfo`. */
export interface InfoOptions extends Options {
  /** Count the colours, which decodes the image: to its end, if there are at most 256, and otherwise
   * as far as the next; default `false`. */
  countColors?: boolean | undefined;
}

/** Pixels per metre. */
export interface Density {
  x: number;
  y: number;
}

/** From the chunks sRGB, cICP, iCCP and gAMA. */
export interface ColorSpace {
  sRGB: boolean;
  /** PQ or HLG. */
  hdr: boolean;
  /** Numbers of ITU-T H.273. */
  cICP?: { primaries: number; transfer: number; matrix: number; fullRange: boolean };
  /** Name of the ICC profile. */
  profile?: string;
  /** Exponent, about 0.45455 for sRGB. */
  gamma?: number;
}

/**
 * A converter of its own for many images: options are read once, and the output goes to the same
 * memory each time.
 */
export interface Converter<Output> {
  /**
   * As {@link getBMP}. The bytes belong to the converter, and its next call overwrites them: to keep
   * them, copy them. Until it returns, its own `onWarning` included, the converter refuses other calls
   * with the code `ERR_INVALID_STATE`.
   */
  getBMP(png: Bytes): Output;

  /**
   * The same on another thread. Until the promise settles, the converter refuses other calls, too.
   */
  getBMPAsync(png: Source): Promise<Output>;
}

/** 8-bit samples in memory, top row first. */
export interface Pixels<T = Bytes> {
  /** Gray, gray alpha, RGB or RGBA, by `channels`. */
  data: T;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/** Pixels to encode, also as an `ImageData` or the output of sharp or fast-png. */
export interface StridedPixels extends Omit<Pixels, 'channels'> {
  /** Samples per pixel, 1 to 4. May be omitted if `data` is a `Uint8ClampedArray` of
   * `width * height * 4` bytes. */
  channels?: 1 | 2 | 3 | 4 | undefined;
  /** Bytes from one row to the next; default: rows without padding. */
  stride?: number | undefined;
  /** Bits per sample, as a number or as in sharp. 16-bit samples are in the byte order of the machine
   * and are reduced as `depth16` says; default 8, or 16 for a `Uint16Array`. */
  depth?: 8 | 16 | string | undefined;
  /** As `decodePNG` gives it, in pixels per metre, or a number per inch. `options.density` takes
   * precedence. It is turned with the pixels. */
  density?: number | Density | undefined;
}

/** What the images of an icon consist of. */
export interface IconKind {
  /** `'bgra32'` (default): 32 bits with alpha. `'indexed'`: 1, 4 or 8 bits with a palette, for old systems and
   * programs; the default if one of the following is given. */
  format?: 'bgra32' | 'indexed' | undefined;
  /** As in {@link Options}, for `'indexed'`. If a palette is full and has no black, which transparent
   * pixels need, that is an error. */
  bits?: Options['bits'];
  colors?: Options['colors'];
  palette?: Options['palette'];
  seen?: Options['seen'];
  dither?: Options['dither'];
  light?: Options['light'];
  tone?: Options['tone'];
  /** For `'indexed'`: the lowest alpha that is opaque; default 128. */
  alphaThreshold?: Options['alphaThreshold'];
}

/** An image of an icon or a cursor; what it says about its kind takes precedence over the options. */
export interface IconImage<T = Bytes> extends IconKind {
  png: T;
  /** A cursor's hot spot, in pixels from the left and from the top of the turned image; default: the top left corner. */
  hotspot?: { readonly x: number; readonly y: number } | undefined;
}

/** A warning about one image of an icon. */
export interface IconWarning extends Warning {
  /** Its place in the list, from 0. Errors have it as well. */
  image: number;
}

export interface IconOptions extends IconKind,
  Pick<Options, 'depth16' | 'colorSpace' | 'rotate' | 'flip' | 'flop' | 'strict' | 'ignoreChecksums' | 'salvage' | 'maxPixels' |
    'maxMemory' | 'maxInputBytes' | 'signal'> {
  type?: 'icon' | 'cursor' | undefined;
  /** Makes all images of one PNG: square ones with these sides, 1 to 256, at most 64 of them. */
  sizes?: readonly number[] | undefined;
  /** With `sizes`, as in {@link Options}; default `'contain'`: all of the PNG is seen, and around it is nothing. */
  fit?: Options['fit'];
  /** With `sizes`, as in {@link Options}. */
  position?: Options['position'];
  kernel?: Options['kernel'];
  /** `'size'` (default): the smallest image first. `'given'`: in the order of the list. */
  order?: 'size' | 'given' | undefined;
  /**
   * Which images of 32 bits are PNGs in the file; the others are DIBs with a mask.
   *
   * - `'large'` (default): those of more than 128 pixels, as Windows Vista and later read.
   * - `'none'`: for Windows XP and programs that do not read PNG.
   * - `'all'`: the smallest file.
   */
  png?: 'none' | 'large' | 'all' | undefined;
  onWarning?: ((warning: IconWarning) => void) | undefined;
}

/** Options of `decodePNG`: those of `getBMP`, with `channels` in place of `format`. */
export interface DecodeOptions extends Omit<Options, 'format' | 'topDown'> {
  /** 3: RGB; `alpha` and `background` say how transparency is handled. 4 (default): RGBA, straight
   * alpha. */
  channels?: 3 | 4 | undefined;
}

/** The result of `decodePNG`. */
export type DecodedPixels<Output> = Pixels<Output> & { channels: 3 | 4; density?: Density };

/** A PNG that cannot be converted, or not with these options. */
export interface PngError extends Error {
  name: 'PngError';
  /** One of the keys of `errors.codes`, such as `'ERR_PNG_CRC'`. */
  code: string;
}

export interface Errors {
  readonly PngError: { new (code: string, message: string): PngError; prototype: PngError };
  /** What each `code` means. */
  readonly codes: Readonly<Record<string, string>>;
  /** What each `code` of a warning means; with `strict`, the code of the error has ERR for WARN. */
  readonly warnings: Readonly<Record<string, string>>;
}

export interface Constants {
  readonly formats: readonly (Format | 'auto')[];
  readonly alphas: readonly ('blend' | 'drop' | 'key' | 'premultiply')[];
  readonly depths16: readonly ('round' | 'truncate')[];
  readonly dithers: readonly ('floyd-steinberg' | 'atkinson' | 'ordered' | 'none')[];
  readonly lights: readonly ('linear' | 'srgb')[];
  readonly tones: readonly ('fit' | 'none')[];
  readonly headers: readonly ('info' | 'v4' | 'v5')[];
  readonly containers: readonly ('bmp' | 'dib' | 'rows')[];
  readonly rotates: readonly (0 | 90 | 180 | 270 | 'exif')[];
  readonly fits: readonly ('cover' | 'contain' | 'fill' | 'none')[];
  readonly positions: readonly ('center' | 'top' | 'right top' | 'right' | 'right bottom' | 'bottom' | 'left bottom' | 'left' | 'left top')[];
  readonly kernels: readonly ('smooth' | 'nearest')[];
  readonly colorSpaces: readonly ('keep' | 'srgb')[];
  readonly profiles: readonly ('srgb' | 'embed')[];
  readonly palettes: readonly PaletteName[];
  readonly inputs: readonly ('borrow' | 'copy' | 'transfer')[];
  /** Ends of names, in lower case without the dot, that saves of BMPs refuse: see `forceExtension`. */
  readonly otherExtensions: readonly string[];
  readonly colorTypes: {
    readonly gray: 0;
    readonly rgb: 2;
    readonly palette: 3;
    readonly grayAlpha: 4;
    readonly rgbAlpha: 6;
  };
  /** 16383 x 16383 */
  readonly DEFAULT_MAX_PIXELS: number;
  /** Bytes. */
  readonly DEFAULT_MAX_MEMORY: number;
  /** The size fields of a BMP have 32 bits. */
  readonly MAX_BMP_LENGTH: number;
}

/** The versions of this package and of the libdeflate in it; `backend` says which of the two converts. */
export interface Versions {
  readonly png2bmp: string;
  readonly libdeflate: string;
  readonly backend: 'native' | 'wasm';
}
