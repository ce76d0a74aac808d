'use strict';

// Conversions and saves where nothing can be written.

const fs = require('node:fs');
const { getBMP, getBMPAsync, saveBMP, saveBMPAsync, versions } = require('png2bmp');

const png = fs.readFileSync('sample.png');

async function codeOf(save) {
  try {
    await save('read-only.bmp', png);
    return 'saved';
  } catch ({ code, syscall }) {
    return `${code} ${syscall}`;
  }
}

async function main() {
  const bmps = [getBMP(png), await getBMPAsync(png)];
  const errors = [await codeOf(saveBMP), await codeOf(saveBMPAsync)];
  console.log(versions.backend, ...bmps.map((bmp) => bmp.length), ...errors);
}

main();
