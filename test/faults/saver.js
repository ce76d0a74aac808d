'use strict';

// Saves two PNGs over one file, in turns, until it is killed.
//     node saver.js TARGET A.png B.png

const fs = require('node:fs');

const { saveBMP } = require('../..');

const [target, ...pngs] = process.argv.slice(2);
const inputs = pngs.map((name) => fs.readFileSync(name));

process.stdout.write('ready\n');
for (let i = 0; ; i++) {
  saveBMP(target, inputs[i % inputs.length]);
}
