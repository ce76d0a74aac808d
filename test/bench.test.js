'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { chart, description } = require('../bench/chart');
const { PICTURES, pictureOf } = require('../bench/panels');
const { blurredLight, blurredPsnr, ciede2000, panelError, psnr } = require('../bench/quality');
const { overCTable, ratioTable, speed, timeRatio } = require('../bench/report');

const { decodePNG } = require('..');

const read = (name) => fs.readFileSync(path.join(__dirname, '..', name), 'utf8');

const measured = (name, width, times) => ({
  name, class: 'photo-rgb', width, height: 1000, reencoded: false,
  javascript: { peers: Object.fromEntries(Object.entries(times)
    .map(([peer, ns]) => [peer, { min: ns, median: 2 * ns, rounds: 3 }])) },
});

const FILES = [
  measured('a', 1000, { png2bmp: 10e6, libpng: 20e6 }),
  measured('b', 4000, { png2bmp: 10e6, libpng: 80e6, sharp: 30e6 }),
];

test('the benchmark takes the geometric mean of the ratios of files', () => {
  assert.strictEqual(timeRatio(FILES, 'javascript', 'libpng').toFixed(6), '4.000000');
});

test('the benchmark leaves out of a ratio the files that a peer could not convert', () => {
  assert.strictEqual(timeRatio(FILES, 'javascript', 'sharp').toFixed(6), '3.000000');
});

test('the benchmark counts megapixels a second', () => {
  assert.strictEqual(speed(FILES, 'javascript', 'png2bmp').toFixed(6), '200.000000');
});

test('the table of the benchmark has a line for the class, for all files and for the medians', () => {
  const lines = ratioTable(FILES, 'javascript').split('\n').slice(2);
  assert.deepStrictEqual(lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())), [
    ['photo-rgb', '2', '200', '4.00', '3.00'],
    ['all from packages', '2', '200', '4.00', '3.00'],
    ['the same, medians', '2', '100', '4.00', '3.00'],
  ]);
});

test('the benchmark says what JavaScript adds to C', () => {
  const both = FILES.map((file) => ({ ...file, warm: { peers: { png2bmp: { min: 8e6 } } } }));
  const [, , line] = overCTable(both).split('\n');
  assert.deepStrictEqual(line.split('|').slice(1, -1).map((cell) => cell.trim()), ['photo-rgb', '1.25']);
});

test('the chart has a bar for each peer that was measured, the fastest first', () => {
  const labels = [...chart(FILES).matchAll(/class="label[^>]*>([^<]*)</g)].map((match) => match[1]);
  assert.deepStrictEqual(labels, ['png2bmp', 'sharp (raw pixels, no BMP)', 'libpng, plain addon']);
});

test("README's chart is drawn from the results of the benchmark, and its text says the same", () => {
  const { files } = require('../bench/results.json');
  assert.strictEqual(read('bench/chart.svg'), chart(files), 'made by npm run bench');
  assert.ok(read('README.md').includes(`![Megapixels per second through JavaScript: ${description(files)}](bench/chart.svg)`),
    description(files));
});

test('CIEDE2000 gives what its authors list', () => { // pairs 1, 10, 17, 20, 25, 34
  for (const [a, b, wanted] of [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[50, 2.5, 0], [50, 3.1736, 0.5854], 1], [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
    [[50, -0.001, 2.49], [50, 0.0009, -2.49], 4.8045], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ]) assert.strictEqual(ciede2000(a, b).toFixed(4), wanted.toFixed(4));
});

const picture = (value) => ({ width: 40, height: 40, data: Uint8Array.from({ length: 4800 }, (_, i) =>
  value(Math.floor(i / 3) % 40, Math.floor(i / 120))) });

test('a blur forgives a checkerboard, and not a step in brightness', () => {
  const gray = picture(() => 100);
  const checked = picture((x, y) => ((x + y) % 2 ? 110 : 90));
  const brighter = picture(() => 110);
  assert.strictEqual(psnr(gray, checked).toFixed(3), psnr(gray, brighter).toFixed(3));
  assert.strictEqual(blurredPsnr(gray, brighter).toFixed(3), psnr(gray, brighter).toFixed(3));
  assert.ok(blurredPsnr(gray, checked) > psnr(gray, checked) + 20);
});

test('a panel that shows the light of a picture in its range has no error, whether by dots or not', () => {
  const error = (wanted, shown, range) => panelError(blurredLight(picture(wanted), range), blurredLight(picture(shown)));
  assert.ok(error(() => 188, (x, y) => ((x + y) % 2 ? 255 : 0)) < 0.01); // sRGB 188 is half the light
  assert.strictEqual(error(() => 0, () => 255).toFixed(6), '1.000000');
  assert.strictEqual(error(() => 255, () => 200, [[20, 20, 20], [200, 200, 200]]).toFixed(6), '0.000000');
});

test("the pictures of panels in the documentation are the converter's (npm run bench:palettes -- --panel makes them)", () => {
  for (const name of Object.keys(PICTURES)) {
    const there = fs.readFileSync(path.join(__dirname, `../docs/pictures/${name}.png`));
    assert.ok(decodePNG(there).data.equals(decodePNG(pictureOf(name)).data), name);
  }
});
