// The module for browsers, in a runtime that has no pages.

import { readFileSync } from 'node:fs';
import * as png2bmp from './node_modules/png2bmp/lib/browser.mjs';

const png = new Uint8Array(readFileSync('sample.png'));
// Node.js does not fetch files.
await png2bmp.init(new Uint8Array(readFileSync('node_modules/png2bmp/prebuilds/png2bmp.wasm')));
const bmps = await Promise.all([png, new Blob([png])].map((source) => png2bmp.getBMPAsync(source)));
const controller = new AbortController();
const aborted = png2bmp.getBMPAsync(png, { signal: controller.signal }).catch((error) => error.name);
controller.abort();
const streamed = new Blob([png]).stream().pipeThrough(png2bmp.createBMPStream({ topDown: true }));
const { byteLength } = await new Response(streamed).arrayBuffer();
console.log(png2bmp.versions.backend, ...bmps.map((bmp) => bmp.length), png2bmp.getBMP(png).length, await aborted, byteLength);
