// Compiled, never run: a page, which knows nothing of Node.js.
import {
  constants, createBMPStream, decodePNG, encodeBMP, encodeBMPAsync, encodeICO, errors, getBMP, getBMPAsync, init, readInfo, versions,
} from 'png2bmp';
import type { Format, Options } from 'png2bmp/browser';

const options: Options = { format: 'bgra32', maxInputBytes: 1e6, signal: new AbortController().signal };

export async function convert(file: File): Promise<Blob> {
  await init(fetch('/png2bmp.wasm'));
  await init(null, { worker: new URL('https://example.org/worker.mjs') });
  const bmp: Uint8Array = await getBMPAsync(file, options);
  return new Blob([bmp as Uint8Array & { buffer: ArrayBuffer }]);
}

export const later: Promise<Uint8Array>[] = [
  getBMPAsync(new Response()),
  getBMPAsync(new ReadableStream<Uint8Array>()),
  encodeBMPAsync(new ImageData(1, 1)),
];
const stream = createBMPStream({ topDown: true, onWarning: ({ code }) => console.log(code) });
export const piped: ReadableStream<Uint8Array> | undefined = new Response().body?.pipeThrough(stream);
export const width: Promise<number> = stream.info.then((info) => info.width);
export const now: Uint8Array[] = [getBMP(new Uint8Array(8)), encodeBMP(decodePNG(new ArrayBuffer(8)))];
export const format: Format = readInfo(new Uint8Array(8)).bmp.format;
export const texts: string[] = [errors.codes.ERR_PNG_CRC, versions.backend, ...constants.formats];

// @ts-expect-error a number is no address
init(undefined, { worker: 8 });
// @ts-expect-error a page has no files
getBMPAsync(new Blob(), { flag: 'wx' });
// @ts-expect-error nor names of files
getBMPAsync(new Blob(), { forceExtension: true });
// @ts-expect-error nor files to wait for
encodeICO([new Uint8Array(8)], { sync: true });
// @ts-expect-error a Blob takes time
getBMP(new Blob());
