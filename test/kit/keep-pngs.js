'use strict';

// node --require test/kit/keep-pngs.js: each PNG that a test converts in memory is kept as a file in the folder
// KEEP_PNGS, named by what is in it.

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const png2bmp = require('../..');

const { getBMP } = png2bmp;

png2bmp.getBMP = (png, ...rest) => {
  if (png instanceof Uint8Array) {
    const name = createHash('sha256').update(png).digest('hex').slice(0, 16);
    fs.writeFileSync(path.join(process.env.KEEP_PNGS, `${name}.png`), png);
  }
  return getBMP(png, ...rest);
};
