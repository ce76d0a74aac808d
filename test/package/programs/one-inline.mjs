// png2bmp in one file, as an ECMAScript module.

import fs from 'node:fs';
import * as png2bmp from './inline.mjs';

const png = fs.readFileSync('sample.png');
(async () => {
  const bmp = await png2bmp.getBMPAsync(new Blob([png]));
  const controller = new AbortController();
  const aborted = png2bmp.getBMPAsync(png, { signal: controller.signal }).catch((error) => error.name);
  controller.abort();
  const streamed = new Blob([png]).stream().pipeThrough(png2bmp.createBMPStream({ topDown: true }));
  const isSaved = await png2bmp.saveBMPAsync('one.bmp', png) && await png2bmp.saveBMPAsync('fed.bmp', new Blob([png])) &&
    fs.readFileSync('fed.bmp').equals(bmp);
  const { byteLength } = await new Response(streamed).arrayBuffer();
  console.log(png2bmp.versions.backend, bmp.length, png2bmp.getBMP(png).length, isSaved, await aborted, byteLength);
})();
