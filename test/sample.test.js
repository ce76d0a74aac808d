'use strict';

const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert');

const { decodePNG } = require('..');
const { drawRow, HEIGHT, WIDTH } = require('../samples/make-sample');

const EVERY = 16; // rows; all of them take 17 s

test('samples/make-sample.js draws the picture of samples/sample.png', () => {
  const { data, width, height } = decodePNG(fs.readFileSync(path.join(__dirname, '../samples/sample.png')), { channels: 4 });
  assert.deepStrictEqual([width, height], [WIDTH, HEIGHT]);
  for (let y = 0; y < HEIGHT; y += EVERY) {
    const row = data.subarray(y * WIDTH * 4, (y + 1) * WIDTH * 4);
    assert(drawRow(y).equals(row), `row ${y}`);
  }
});
