'use strict';

const assert = require('node:assert/strict');
const png2bmp = require('../..');
const { readBmp } = require('./bmp-reader');
const { encodePng } = require('./png-encoder');
const { expectedBmp } = require('./expected');

/** Converts, and collects the warnings: { bmp, warnings: [code] }. */
function convert(png, options = {}) {
  const warnings = [];
  const onWarning = ({ code, message }) => {
    assert.ok(message.length > 0, `${code} has no message`);
    warnings.push(code);
  };
  const bmp = png2bmp.getBMP(png, { ...options, onWarning });
  return { bmp, warnings };
}

/** The code of the error that the conversion ends with; fails if there is none. */
function refusal(png, options) {
  let bmp;
  try {
    bmp = png2bmp.getBMP(png, options);
  } catch (error) {
    assert.ok(error.message.length > 0);
    assert.equal(typeof error.code, 'string', error.stack);
    return error.code;
  }
  return assert.fail(`accepted: a BMP of ${bmp.length} bytes`);
}

/** The first difference between two lists of pixels, as a sentence; undefined if there is none. */
function firstDifference(actual, wanted, width, channels) {
  if (Buffer.compare(Buffer.from(actual), Buffer.from(wanted)) === 0) return undefined;
  const at = wanted.findIndex((value, i) => value !== actual[i]);
  const pixel = Math.floor(at / channels);
  const start = pixel * channels;
  const show = (list) => [...list.subarray(start, start + channels)].join(' ');
  const place = `(${pixel % width}, ${Math.floor(pixel / width)})`;
  return `pixel ${place} is ${show(actual)}, not ${show(wanted)}`;
}

function assertSamePixels(actual, wanted, width, what) {
  assert.equal(actual.length, wanted.length, `${what}: number of pixels`);
  const difference = firstDifference(actual, wanted, width, 4);
  assert.equal(difference, undefined, `${what}: ${difference}`);
}

/** Compares BMP bytes with what expectedBmp() gives, every pixel and header field. */
function assertBmp(bytes, expected, what) {
  const bmp = readBmp(bytes);
  for (const field of ['width', 'height', 'topDown', 'bitsPerPixel'])
    assert.equal(bmp[field], expected[field], `${what}: ${field}`);
  assert.deepEqual(bmp.palette, expected.palette, `${what}: palette`);
  assertSamePixels(bmp.rgba, expected.rgba, bmp.width, what);
  if (expected.indices) {
    const difference = firstDifference(bmp.indices, expected.indices, bmp.width, 1);
    assert.equal(difference, undefined, `${what}: ${difference}`);
  }
  return bmp;
}

/**
 * Encodes the image, converts it, and compares the BMP with the model: every pixel, or the error that the
 * model gives. `warnings`: exactly the expected codes.
 */
function assertConverts(image, { encoding, options, warnings = [], what = 'image' } = {}) {
  const png = encodePng(image, encoding);
  const expected = expectedBmp(image, options);
  if (expected.error) {
    assert.equal(refusal(png, options), expected.error, what);
    return undefined;
  }
  const result = convert(png, options);
  assert.deepEqual(result.warnings, warnings, `${what}: warnings`);
  return assertBmp(result.bmp, expected, what);
}

module.exports = { convert, refusal, assertBmp, assertSamePixels, assertConverts };
