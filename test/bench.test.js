'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { chart } = require('../bench/chart');
const { ratioTable, speed, timeRatio } = require('../bench/report');

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

test('the chart has a bar for each peer that was measured, the fastest first', () => {
  const labels = [...chart(FILES).matchAll(/class="label[^>]*>([^<]*)</g)].map((match) => match[1]);
  assert.deepStrictEqual(labels, ['png2bmp', 'sharp (raw pixels, no BMP)', 'libpng, plain addon']);
});
