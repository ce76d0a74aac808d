// Compiled by test/api-types.test.js, never run: correct uses, and wrong ones that must be
// refused.
import {
  getBMP,
  getBMPAsync,
  getBMPInto,
  createConverter,
  createBMPStream,
  saveBMP,
  saveBMPAsync,
  convertFile,
  convertFileAsync,
  readInfo,
  encodeBMP,
  encodeBMPAsync,
  encodeICO,
  encodeICOAsync,
  saveICO,
  saveICOAsync,
  decodePNG,
  decodePNGAsync,
  constants,
  errors,
  versions,
} from 'png2bmp';
import type { BMPStream, Converter, DecodedPixels, Format, Info, Options, PaletteEntry, PngError, Warning } from 'png2bmp';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Blob } from 'node:buffer';
import { ReadableStream } from 'node:stream/web';
import required = require('png2bmp');

const png: Buffer = Buffer.alloc(8);
const options: Options = {
  format: 'auto',
  alpha: 'drop',
  background: [1, 2, 3],
  topDown: true,
  depth16: 'truncate',
  strict: true,
  ignoreChecksums: false,
  maxPixels: 10n,
  onWarning: (warning: Warning) => warning.code.startsWith('WARN_'),
  input: 'transfer',
  signal: new AbortController().signal,
};

const bmps: Buffer[] = [
  getBMP(png),
  getBMP(png, png.length),
  getBMP(png, options),
  getBMP(png, png.length, { background: '#fff' }),
  getBMP(new Uint8Array(8), undefined, { background: { r: 0, g: 0, b: 0 } }),
  getBMP(new ArrayBuffer(8)),
  getBMP(new SharedArrayBuffer(8)),
  getBMP(new DataView(new ArrayBuffer(8))),
  required.getBMP(png),
];

const promises: Promise<Buffer>[] = [
  getBMPAsync(png),
  getBMPAsync(png, 8),
  getBMPAsync(png, options),
  getBMPAsync(png, 8, options),
];
const nothing: void[] = [
  getBMPAsync(png, (error, bmp) => error === null && bmp?.length),
  getBMPAsync(png, 8, (error, bmp) => error === null && bmp?.length),
  getBMPAsync(png, options, () => {}),
  getBMPAsync(png, 8, options, () => {}),
  saveBMPAsync('a.bmp', png, () => {}),
  convertFileAsync('a.png', 'a.bmp', () => {}),
  convertFileAsync(0, 'a.bmp', options, (error, info) => error === null && info?.bmp.byteLength),
  saveBMPAsync('a.bmp', png, 8, () => {}),
  saveBMPAsync('a.bmp', png, options, () => {}),
  saveBMPAsync('a.bmp', png, 8, options, () => {}),
  saveBMPAsync('a.png', png, { forceExtension: true }, () => {}),
];

const collected: Promise<Buffer>[] = [
  getBMPAsync(createReadStream('a.png'), { maxInputBytes: 1e6 }),
  getBMPAsync(new Blob([png])),
  getBMPAsync(new ReadableStream<Uint8Array>()),
];
const stream: BMPStream = createBMPStream(options);
stream.on('info', (info: Info) => info.bmp.byteLength).once('info', ({ width }) => width.toFixed()).on('data', () => {});
pipeline(createReadStream('a.png'), createBMPStream({ topDown: true }), createWriteStream('a.bmp')).then(() => {});
// @ts-expect-error: an unknown option
createBMPStream({ colours: 3 });

const converter: Converter = createConverter(options);
const kept: Buffer = converter.getBMP(png);
const keptLater: Promise<Buffer> = converter.getBMPAsync(new Blob([png]));
const written: number = getBMPInto(bmps[0], png, options);
const saved: true[] = [
  saveBMP('a.bmp', png),
  saveBMP(Buffer.from('a.bmp'), png, 8),
  saveBMP(new URL('file:///a.bmp'), png, options),
  saveBMP('a.bmp', png, 8, options),
];
const converted: Info[] = [
  convertFile('a.png', 'a.bmp'),
  convertFile(0, Buffer.from('a.bmp'), options),
  convertFile(new URL('file:///a.png'), 'a.bmp', { maxInputBytes: 1e6 }),
];
const convertedLater: Promise<Info>[] = [
  convertFileAsync('a.png', 'a.bmp'),
  convertFileAsync(Buffer.from('a.png'), 'a.bmp', options),
];
const savedLater: Promise<true>[] = [
  saveBMPAsync('a.bmp', png),
  saveBMPAsync('a.bmp', png, 8),
  saveBMPAsync('a.bmp', png, options),
  saveBMPAsync('a.bmp', png, 8, options),
];

const info: Info = readInfo(png, options);
const format: Format = info.bmp.format;
const facts: number[] = [info.width, info.bmp.byteLength, constants.DEFAULT_MAX_PIXELS];
const texts: string[] = [errors.codes.ERR_PNG_CRC, versions.png2bmp, constants.formats[0]];

const decoded: DecodedPixels = decodePNG(png, { channels: 3, background: '#000' });
const encoded: Buffer = encodeBMP(decoded, { format: 'mono1', dither: 'ordered', threshold: 9 });
const inks: PaletteEntry[] = ['#000', { color: '#fff', seen: [200, 200, 196] }];
const matched: Buffer = getBMP(png, { palette: inks });
const icon: Buffer = encodeICO([png, { png: new Uint8Array(8), hotspot: { x: 1, y: 2 }, bits: 4 }], {
  rotate: 'exif', flip: true, flop: false,
  type: 'cursor', order: 'given', png: 'all', colors: 16, onWarning: (warning) => facts.push(warning.image),
});
const iconLater: Promise<Buffer> = encodeICOAsync([new Blob([png]), { png: createReadStream('a.png') }], { strict: true, colorSpace: 'srgb' });
encodeICOAsync([png], (error, ico) => error === null && ico?.length);
const savedIcon: true[] = [saveICO('a.ico', [png]), saveICO(new URL('file:///a.ico'), [png], { flag: 'wx', sync: true })];
const savedIconLater: Promise<true> = saveICOAsync('a.ico', [new Blob([png])], { type: 'icon' });
saveICOAsync('a.ico', [png], { png: 'none' }, (error) => error?.message);
saveICO('a.ico', png, { sizes: [16, 32] });
const decodedLater: Promise<DecodedPixels> = decodePNGAsync(png);
const encodedLater: Promise<Buffer> = encodeBMPAsync({ ...decoded, stride: 640 }, options);
decodePNGAsync(png, { channels: 4 }, (error, result) => error === null && result?.data);
encodeBMPAsync(decoded, (error, bmp) => error === null && bmp?.length);

try {
  getBMP(png);
} catch (error) {
  if (error instanceof errors.PngError) {
    const known: PngError = error;
    texts.push(known.code, known.message);
  }
}

// @ts-expect-error a string is not bytes
getBMPAsync('image.png');
// @ts-expect-error a Blob takes time
getBMP(new Blob([png]));
// @ts-expect-error a string is not bytes
getBMP('image.png');
// @ts-expect-error no such format
getBMP(png, { format: 'rgb' });
// @ts-expect-error no such option
getBMP(png, { fromat: 'auto' });
// @ts-expect-error with a callback there is no promise
const promise: Promise<Buffer> = getBMPAsync(png, () => {});
// @ts-expect-error the path comes first
saveBMP(png, 'a.bmp');
// @ts-expect-error a file is written by its name
convertFile('a.png', 1);
// @ts-expect-error two numbers are no colour
getBMP(png, { background: [1, 2] });

// @ts-expect-error decodePNG has channels in place of a format
decodePNG(png, { format: 'bgr24' });
// @ts-expect-error no such number of channels
encodeBMP({ data: png, width: 1, height: 1, channels: 5 });

// @ts-expect-error a Blob takes time
encodeICO([new Blob([png])]);
// @ts-expect-error an icon has no such format
encodeICO([png], { format: 'bgr24' });
// @ts-expect-error no such side
saveICO('a.ico', png, { sizes: ['16'] });

export { icon, iconLater, matched, savedIcon, savedIconLater };
export { decoded, encoded, decodedLater, encodedLater };
export { collected, bmps, promises, nothing, written, saved, savedLater, format, facts, promise };
