'use strict';

// Runs a WebAssembly program: node scripts/run-wasi.js FILE [ARGUMENT...]

const fs = require('node:fs');
const process = require('node:process');
const { WASI } = require('node:wasi');

async function main([file, ...args]) {
  const wasi = new WASI({ version: 'preview1', args: [file, ...args] });
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(file), wasi.getImportObject());
  process.exitCode = wasi.start(instance);
}

main(process.argv.slice(2));
