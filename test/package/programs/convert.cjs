'use strict';

// Converts all PNGs of ./pngs in every format and through every function, with require; prints a line with
// the hash of each result. Runs in any runtime, in a directory where the package is installed.

const crypto = require('node:crypto');
const fs = require('node:fs');
const png2bmp = require('png2bmp');

const hash = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const FORMATS = ['bgr24', 'bgra32', 'auto', 'gray8', 'mono1', 'rgb565'];

async function convert(name, format) {
  const png = fs.readFileSync(`pngs/${name}`);
  const bmp = png2bmp.getBMP(png, { format });
  const results = [bmp, await png2bmp.getBMPAsync(png, { format })];
  png2bmp.saveBMP('saved.bmp', png, { format });
  results.push(fs.readFileSync('saved.bmp'));
  await png2bmp.saveBMPAsync('saved.bmp', png, { format });
  results.push(fs.readFileSync('saved.bmp'));
  const target = new Uint8Array(bmp.length);
  png2bmp.getBMPInto(target, png, { format });
  results.push(target);
  const hashes = new Set(results.map(hash));
  if (hashes.size !== 1) throw new Error(`${name}, ${format}: ${[...hashes].join(' ')}`);
  console.log(`${name} ${format} ${[...hashes][0]}`);
}

function refuse(name) {
  const png = fs.readFileSync(`pngs/${name}`);
  try {
    png2bmp.getBMP(png.subarray(0, png.length >> 1));
  } catch (error) {
    console.log(`half of ${name}: ${error.code} ${error instanceof png2bmp.errors.PngError}`);
  }
}

async function main() {
  for (const name of fs.readdirSync('pngs').sort()) {
    for (const format of FORMATS) await convert(name, format);
    refuse(name);
  }
  const { data, width, height, channels } = png2bmp.decodePNG(fs.readFileSync('sample.png'));
  console.log(`decoded ${width} x ${height} x ${channels} ${hash(data)}`);
  console.log(`encoded ${hash(png2bmp.encodeBMP({ data, width, height, channels }))}`);
}

main();
