'use strict';

// Icons and cursors as other programs read them.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { decodePNG, encodeICO, readInfo } = require('..');
const { findMagick, findPython, isBuilt, readWithLibrary } = require('./kit/bmp-programs');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

/** Pixels of every alpha, in colours and shapes that a wrong stride or order would show. */
const picture = (width, height, type = {}) => encodePng(createImage({
  colorType: 6, bitDepth: 8, width, height, seed: width * height, fill: 'gradients', ...type,
}));

const SIZES = [[16, 16], [17, 5], [33, 7], [48, 48], [127, 129], [256, 1], [256, 256]];
const PICTURES = SIZES.map(([width, height]) => picture(width, height));
/** No RGBA PNGs: they are encoded anew where they are PNGs in the icon. */
const OTHERS = [[40, 40, { colorType: 2 }], [200, 190, { colorType: 0 }], [256, 256, { colorType: 3 }], [180, 180, { colorType: 6, bitDepth: 16 }]]
  .map(([width, height, type]) => picture(width, height, type));
const RULES = ['none', 'large', 'all'];

/** Compares what is seen: other programs may keep or drop the colour of transparent pixels. */
function assertShows(rgba, png, message) {
  const { data } = decodePNG(png);
  assert.equal(rgba.length, data.length, message);
  for (let at = 0; at < data.length; at += 4) {
    const [got, wanted] = [rgba, data].map((bytes) => (bytes[at + 3] === 0 ? 0 : bytes.readUInt32BE(at)));
    if (got !== wanted) assert.fail(`${message}: pixel ${at / 4} is ${got.toString(16)}, not ${wanted.toString(16)}`);
  }
}

const run = (program, args, cwd) => execFileSync(program, args, { cwd, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });

/** The pixels of each, from those of all. */
function cut(rgba, pngs) {
  let at = 0;
  return pngs.map((png) => {
    const { width, height } = readInfo(png);
    return rgba.subarray(at, at += 4 * width * height);
  });
}

/** { program: whether it is here, and the R G B A of each image of a.ico in a directory, in their order }. */
const READERS = {
  icotool: {
    found: () => spawnSync('icotool', ['--version']).error === undefined,
    read(cwd, pngs) {
      run('icotool', ['-x', '-o', '.', 'a.ico'], cwd);
      return pngs.map((_, i) => {
        const name = fs.readdirSync(cwd).find((file) => file.startsWith(`a_${i + 1}_`));
        const png = fs.readFileSync(path.join(cwd, name));
        return decodePNG(png).data;
      });
    },
  },
  ImageMagick: {
    found: () => findMagick() !== undefined,
    read: (cwd, pngs) => cut(run(findMagick(), ['a.ico', '-depth', '8', 'RGBA:-'], cwd), pngs),
  },
  Pillow: {
    found: () => findPython() !== undefined,
    read: (cwd, pngs) => {
      const script = `
import sys
from PIL import IcoImagePlugin
ico = IcoImagePlugin.IcoFile(open("a.ico", "rb"))
for name in sys.argv[1:]:
    w, h = map(int, name.split("x"))
    sys.stdout.buffer.write(ico.getimage((w, h)).convert("RGBA").tobytes())`;
      const sizes = pngs.map((png) => readInfo(png)).map(({ width, height }) => `${width}x${height}`);
      return cut(run(findPython(), ['-c', script, ...sizes], cwd), pngs);
    },
  },
};

for (const [name, { found, read }] of Object.entries(READERS)) {
  const skip = !found() && `needs ${name}`;

  test(`${name} shows every image of an icon as its PNG`, { skip }, (t) => {
    for (const pngs of [PICTURES, OTHERS]) {
      for (const png of RULES) {
        const directory = scratch(t);
        fs.writeFileSync(path.join(directory, 'a.ico'), encodeICO(pngs, { order: 'given', png }));
        read(directory, pngs).forEach((rgba, i) => assertShows(rgba, pngs[i], `${png} ${i}`));
      }
    }
  });

  test(`${name} shows icons of 1, 4 and 8 bits`, { skip }, (t) => {
    for (const bitDepth of [1, 4, 8]) {
      const png = picture(37, 21, { colorType: 3, bitDepth });
      const holed = picture(39, 22, { colorType: 3, bitDepth, transparency: true });
      const directory = scratch(t);
      fs.writeFileSync(path.join(directory, 'a.ico'), encodeICO([png, holed], { format: 'indexed' }));
      const [whole, holes] = read(directory, [png, holed]);
      assertShows(whole, png, `${bitDepth} bits`);
      const { data } = decodePNG(holed);
      for (let at = 3; at < data.length; at += 4) assert.equal(holes[at], data[at] < 128 ? 0 : 255);
    }
  });
}

test('gdk-pixbuf shows an icon and a cursor as the PNG', { skip: !isBuilt('read-gdk-pixbuf', 'gdk-pixbuf-2.0') && 'needs gdk-pixbuf' }, (t) => {
  const directory = scratch(t);
  const read = readWithLibrary('read-gdk-pixbuf');
  [...PICTURES, ...OTHERS].forEach((png, i) => {
    const { width, height } = decodePNG(png);
    for (const type of ['icon', 'cursor']) {
      const file = path.join(directory, `${i}.${type === 'icon' ? 'ico' : 'cur'}`);
      fs.writeFileSync(file, encodeICO([png], { type, png: 'none' }));
      const [rgba] = read([{ file, width, height }]);
      assertShows(rgba, png, `${width} x ${height} ${type}`);
    }
  });
  const file = path.join(directory, 'png.ico');
  fs.writeFileSync(file, encodeICO([PICTURES[0]], { png: 'all' }));
  assert.throws(() => read([{ file, width: 16, height: 16 }]), /Compressed icons are not supported/); // as docs/decisions.md says
});

test('icotool finds the hot spot of a cursor', { skip: !READERS.icotool.found() && 'needs icotool' }, (t) => {
  const directory = scratch(t);
  const cursor = encodeICO([{ png: PICTURES[0], hotspot: { x: 5, y: 9 } }], { type: 'cursor' });
  fs.writeFileSync(path.join(directory, 'a.cur'), cursor);
  assert.match(String(run('icotool', ['-l', 'a.cur'], directory)), /--cursor .*--width=16 --height=16 .*--hotspot-x=5 --hotspot-y=9/);
});
