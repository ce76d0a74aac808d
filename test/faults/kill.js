'use strict';

// kill -9 at random moments of a save over an existing file, every other from file to file: the file is the complete old or new one, and the
// next save removes what the killed process left.
// node kill.js [COUNT]

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { getBMP, saveBMP } = require('../..');
const { convertElsewhere } = require('../kit/convert-elsewhere');
const { createImage } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');

const SAVER = path.join(__dirname, 'saver.js');

/** Kills a saver some milliseconds after its first save began. */
function killOne(directory, target, pngs, flags) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SAVER, ...flags, target, ...pngs], {
      cwd: directory, stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.once('error', reject);
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), Math.random() * 25));
    child.once('close', resolve);
  });
}

async function main(count) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-kill-'));
  const target = path.join(directory, 'out.bmp');
  const pngs = [[900, 700], [500, 1500]].map(([width, height], seed) => {
    const name = path.join(directory, `${seed}.png`);
    fs.writeFileSync(name, encodePng(createImage({ colorType: 2, bitDepth: 8, width, height, seed })));
    return name;
  });
  const whole = pngs.map((name) => getBMP(fs.readFileSync(name)));
  const known = ['out.bmp', ...pngs.map((name) => path.basename(name))];
  const strays = () => fs.readdirSync(directory).filter((name) => !known.includes(name));
  let leftovers = 0;

  try {
    saveBMP(target, fs.readFileSync(pngs[0]));
    for (let i = 0; i < count; i++) {
      await killOne(directory, target, pngs, i % 2 ? ['--files'] : []);
      const content = fs.readFileSync(target);
      if (!whole.some((bmp) => bmp.equals(content))) {
        throw new Error(`kill ${i}: the file is neither the old one nor the new one`);
      }
      leftovers += strays().length;
    }
    convertElsewhere(pngs[1], target);
    if (strays().length > 0) {
      throw new Error(`the next save left ${strays()}`);
    }
    console.log(`${count} processes killed: the file was whole each time; ` +
      `${leftovers} had left a temporary file, the last save removed what was there`);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

main(Number(process.argv[2] || 500)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
