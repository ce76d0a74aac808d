'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert');

const png2bmp = require('..');
const { scratch } = require('./kit/scratch');

const SAMPLES = path.join(__dirname, '../samples');

test('samples/make-sample.js draws the picture of samples/sample.png', (t) => {
  const directory = scratch(t);
  const drawn = path.join(directory, 'sample.png');
  execFileSync(process.execPath, [path.join(SAMPLES, 'make-sample.js'), drawn]);

  const pixels = (file) => png2bmp.decodePNG(fs.readFileSync(file), { channels: 4 });
  assert.deepStrictEqual(pixels(drawn), pixels(path.join(SAMPLES, 'sample.png')));
});
