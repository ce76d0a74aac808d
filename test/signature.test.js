'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { getBMP, readInfo } = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { refusal } = require('./kit/convert');

const png = encodePng(createImage({ width: 9, height: 5, colorType: 2, bitDepth: 8 }));
const bytes = (...list) => Buffer.from(list);
const latin1 = (text) => Buffer.from(text, 'latin1');

/* [name of the test, the bytes, what the message says] */
const strangers = [
  ['a JPEG', bytes(0xff, 0xd8, 0xff, 0xe0), /a JPEG: convert it to PNG first/],
  ['a JPEG XL', bytes(0xff, 0x0a, 0xfa), /a JPEG XL/],
  ['a WebP', latin1('RIFF\x10\0\0\0WEBPVP8 '), /a WebP/],
  ['a GIF', latin1('GIF89a\x01\0'), /a GIF/],
  ['a BMP', getBMP(png), /a BMP already/],
  ['an AVIF', latin1('\0\0\0\x1cftypavif'), /an AVIF/],
  ['a HEIC', latin1('\0\0\0\x1cftypheic'), /a HEIC/],
  ['a TIFF, little-endian', latin1('II*\0'), /a TIFF/],
  ['a TIFF, big-endian', latin1('MM\0*'), /a TIFF/],
  ['an ICO', latin1('\0\0\x01\0\x01\0'), /an ICO/],
  ['an MNG', latin1('\x8aMNG\r\n\x1a\n'), /an MNG/],
  ['a PDF', latin1('%PDF-1.7'), /a PDF/],
  ['HTML', latin1('\r\n<!DOCTYPE HTML><title>404'), /HTML, perhaps an error page/],
  ['HTML without a doctype', latin1('<html lang="en">'), /HTML/],
  ['HTML with a byte order mark', latin1('\xef\xbb\xbf<!doctype html>'), /HTML, perhaps an error page/],
  ['an SVG after a byte order mark and a blank line', latin1('\xef\xbb\xbf\n<svg xmlns='), /an SVG/],
  ['base64 after a line end', latin1(`\r\n${png.toString('base64')}`), /base64: decode it first/],
  ['a HEIC or AVIF of the general brand', latin1('\0\0\0\x1cftypmif1'), /a HEIC or AVIF/],
  ['a PNG written as ASCII text', latin1(png.toString('latin1').replaceAll(/[\x80-\xff]/g, '?')),
    /written as text.*binary/],
  ['an SVG', latin1('<svg xmlns='), /an SVG/],
  ['XML', latin1('<?xml version="1.0"?><svg'), /XML, perhaps an SVG/],
  ['gzip data', bytes(0x1f, 0x8b, 8, 0), /gzip data: decompress it first/],
  ['a zip archive', latin1('PK\x03\x04'), /a zip archive: extract/],
  ['a Git LFS pointer', latin1('version https://git-lfs.github.com/spec/v1\n'), /Git LFS.*git lfs pull/],
  ['base64', latin1(png.toString('base64')), /base64: decode it first/],
  ['a data URL', latin1(`data:image/png;base64,${png.toString('base64')}`), /data URL.*comma/],
  ['a PNG decoded as UTF-8', Buffer.from(png.toString('utf8')), /decoded as UTF-8 text.*binary/],
  ['a PNG encoded as UTF-8', Buffer.from(png.toString('latin1')), /encoded as UTF-8 text.*binary/],
  ['a PNG with LF for CR LF', latin1(png.toString('latin1').replaceAll('\r\n', '\n')),
    /CR LF line endings became LF.*text mode/],
  ['a PNG with CR LF for LF', latin1(png.toString('latin1').replaceAll('\n', '\r\n')),
    /line endings were changed.*text mode/],
  ['a PNG of 7 bits', Buffer.from(png.map((byte) => byte & 0x7f)), /high bit/],
  ['nothing', Buffer.alloc(0), /the input is empty/],
];

for (const [what, content, message] of strangers) {
  test(`${what} is refused by name, with what to do`, () => {
    for (const call of [getBMP, readInfo]) {
      assert.throws(() => call(content), { name: 'PngError', code: 'ERR_PNG_SIGNATURE', message });
    }
  });
}

test('what is not known is shown by its first bytes', () => {
  const message = /not a PNG: it begins with 01 02 ab, not with 89 50 4e 47 0d 0a 1a 0a$/;
  assert.throws(() => getBMP(bytes(1, 2, 0xab)), { code: 'ERR_PNG_SIGNATURE', message });
  assert.throws(() => getBMP(Buffer.alloc(100, 'x')), { message: /begins with( 78){8}, not/ });
});

test('what has only some marks of a BMP is not taken for one', () => {
  for (const content of ['BM', 'BM\0\0\0\0\0\0\0', 'Bm\x36\0\0\0\0\0\0\0', 'bM\x36\0\0\0\0\0\0\0', 'BM is a file\0\0\0\0'])
    assert.throws(() => getBMP(latin1(content)), { code: 'ERR_PNG_SIGNATURE', message: /begins with/ }, content);
  assert.throws(() => getBMP(latin1('BM\x36\0\0\0\0\0\0\0')), { message: /a BMP already/ });
});

test('every beginning of a known file is an error, whatever it is taken for', () => {
  for (const [, content] of strangers) {
    for (let length = 0; length < Math.min(content.length, 70); length++) {
      assert.match(refusal(content.subarray(0, length)), /^ERR_PNG_(SIGNATURE|TRUNCATED)$/);
    }
  }
});
