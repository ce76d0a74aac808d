'use strict';

/* The recipes of docs/guide.md, one after the other in one folder, as a reader would try them. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { readBmp } = require('./kit/bmp-reader');
const { ROOT, blocks, isCode, newPlace, run } = require('./kit/doc-blocks');

const GUIDE = 'docs/guide.md';
const MOST_LINES = 12;
const recipes = blocks(GUIDE).filter(isCode);

/** What devices ask for: width, height, bits per pixel; of bare rows the bytes. */
const ASKED = {
  'installerSidebar.bmp': [164, 314, 24], 'installerHeader.bmp': [150, 57, 24], 'wizard.bmp': [164, 314, 24],
  'wizardAlpha.bmp': [164, 314, 32], 'banner.bmp': [493, 58, 24], 'dialog.bmp': [493, 312, 24], 'bootsplash.bmp': [1024, 768, 24],
  'bootlogo.bmp': [720, 1280, 32], 'splash.bmp': [640, 400, 8], 'rpgmaker.bmp': [640, 400, 8], 'fence.bmp': [640, 400, 8],
  'tiles.bmp': [640, 400, 4], 'brother.bmp': [696, 435, 1], 'matrix.bmp': [64, 32, 4], 'circuitpython.bmp': [240, 240, 8],
  'model.bmp': [64, 32, 4], 'nextion.bmp': [480, 320, 24], 'lvgl.bmp': [640, 400, 16], 'inky.bmp': [640, 400, 24],
  'escpos.bin': 48 * 240, 'zpl.bin': 12500, 'waveshare.bin': 320 * 400, 'black.bin': 80 * 400, 'red.bin': 80 * 400,
};

function shapeOf(file) {
  const bytes = fs.readFileSync(file);
  if (!file.endsWith('.bmp')) return bytes.length;
  const { width, height } = readBmp(bytes);
  return [width, height, bytes.readUInt16LE(28)];
}

test(`no recipe of the guide has more than ${MOST_LINES} lines`, () => {
  for (const { code } of recipes) assert(code.trimEnd().split('\n').length <= MOST_LINES, code);
});

test('the recipes of the guide run one after the other in a folder with logo.png, and make what devices ask for', (t) => {
  const place = newPlace(t, path.join(ROOT, 'node_modules'));
  fs.renameSync(path.join(place, 'samples/sample.png'), path.join(place, 'logo.png'));
  fs.rmdirSync(path.join(place, 'samples'));
  for (const { language, code } of recipes) {
    if (language === 'sh') run(place, 'sh', '-euc', code);
    else run(place, process.execPath, '-e', code);
  }
  const made = Object.fromEntries(Object.keys(ASKED).map((name) => [name, shapeOf(path.join(place, name))]));
  assert.deepEqual(made, ASKED);
  // The planes: white where neither is set.
  const [black, red] = ['black.bin', 'red.bin'].map((name) => fs.readFileSync(path.join(place, name)));
  assert(black.every((byte, i) => (byte | red[i]) === 255));
  assert(black.some((byte) => byte !== 255) && red.some((byte) => byte !== 255));
});
