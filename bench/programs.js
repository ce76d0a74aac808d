'use strict';

/* Programs that bench/palettes.js, bench/panels.js and bench/sizes.js compare with. */

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const sharp = require('sharp');

const { findMagick } = require('../test/kit/bmp-programs.js');

const run = (command, args) => execFileSync(command, args, {
  maxBuffer: 1 << 28, env: { ...process.env, MAGICK_THREAD_LIMIT: '1', OMP_NUM_THREADS: '1' },
});

/* Takes a picture and gives the R G B bytes that come of it. */
const magick = (...args) => ({ png }) => run(findMagick(), [png, ...args, '-depth', '8', 'rgb:-']);

/* A picture of a pixel for each colour. */
async function paletteFile(name, folder, colors) {
  const data = Uint8Array.from(colors.flatMap((rgb) => [rgb >> 16, rgb >> 8 & 255, rgb & 255]));
  const file = path.join(folder, `palette-${name}.png`);
  await sharp(data, { raw: { width: colors.length, height: 1, channels: 3 } }).png().toFile(file);
  return file;
}

module.exports = { findMagick, magick, paletteFile, run };
