'use strict';

// Saves two PNGs over one file, in turns, until it is killed: their bytes, or from file to file.
//     node saver.js [--files] TARGET A.png B.png

const fs = require('node:fs');

const { convertFile, saveBMP } = require('../..');

const isOfFiles = process.argv[2] === '--files';
const [target, ...pngs] = process.argv.slice(isOfFiles ? 3 : 2);
const inputs = isOfFiles ? pngs : pngs.map((name) => fs.readFileSync(name));
const save = isOfFiles ? (to, from) => convertFile(from, to) : saveBMP;

process.stdout.write('ready\n');
for (let i = 0; ; i++) {
  save(target, inputs[i % inputs.length]);
}
