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

/* Text of Windows-1252, in which the first byte of a PNG is U+2030. */
const cp1252 = (content) => content.toString('latin1').replaceAll('\x89', '\u2030');

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
  ['a PNG read as Windows-1252 and written as UTF-8', Buffer.from(cp1252(png)), /Windows-1252 text.*binary/],
  ['the same with a byte order mark', Buffer.from(`\ufeff${cp1252(png)}`), /Windows-1252 text.*binary/],
  ['a PNG read as code page 437 and written as UTF-8', Buffer.from('\u00ebPNG\r\n\u2192\n'), /console.*binary/],
  ["what PowerShell's > makes of a PNG", Buffer.from(`\ufeff${cp1252(png)}`, 'utf16le'), /UTF-16 text, as PowerShell's >.*-o/],
  ['the same in big-endian', Buffer.from(`\ufeff${cp1252(png)}`, 'utf16le').swap16(), /UTF-16 text/],
  ['other UTF-16', Buffer.from('\ufeffiVBORw0KGgo', 'utf16le'), /UTF-16 text: write the PNG as binary/],
  ['a JPEG XL container', bytes(0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 13, 10, 0x87, 10), /a JPEG XL: convert/],
  ['a JPEG 2000', bytes(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10), /a JPEG 2000: convert/],
  ['an MP4', latin1('\0\0\0\x20ftypisom'), /a video/],
  ['a cursor', latin1('\0\0\x02\0\x01\0'), /a cursor/],
  ["macOS's copy of metadata", latin1('\0\x05\x16\x07\0\x02\0\0Mac OS X'), /metadata of macOS.*lacks the \._/],
  ['a Photoshop file', latin1('8BPS\0\x01'), /a Photoshop file: convert/],
  ['a QOI', latin1('qoif\0\0'), /a QOI: convert/],
  ['Zstandard data', bytes(0x28, 0xb5, 0x2f, 0xfd, 4), /Zstandard data: decompress/],
  ['a Buffer as JSON', latin1(JSON.stringify(png)), /a Buffer that became JSON.*Buffer\.from\(JSON\.parse\(text\)\.data\)/],
  ['a Uint8Array as JSON', latin1(JSON.stringify(new Uint8Array(png))), /a Uint8Array that became JSON/],
  ['an array as JSON', latin1(JSON.stringify([...png])), /list of numbers/],
  ['numbers with commas', latin1(String(new Uint8Array(png))), /list of numbers/],
  ['what console.log shows of a Buffer', latin1('<Buffer 89 50 4e 47 0d 0a>'), /console\.log shows of a Buffer/],
  ['JSON', latin1('{"error":"not found"}'), /JSON, perhaps an error message/],
  ['the text of an object', latin1('[object Object]'), /JavaScript makes of an object as text/],
  ['hexadecimal', latin1(png.toString('hex')), /hexadecimal: decode it first$/],
  ['hexadecimal in capitals with spaces', latin1('89 50 4E 47 0D 0A 1A 0A'), /hexadecimal/],
  ["PostgreSQL's bytea", latin1(`\\x${png.toString('hex')}`), /hexadecimal, as PostgreSQL shows bytea/],
  ["PostgreSQL's escape format", latin1('\\211PNG\\015\\012'), /PostgreSQL's escape format/],
  ['quoted base64', latin1(JSON.stringify(png.toString('base64'))), /base64: decode it first/],
  ['a quoted data URL', latin1(`"data:image/png;base64,${png.toString('base64')}"`), /data URL/],
  ["Python's str() of base64", latin1(`b'${png.toString('base64')}'`), /as Python prints bytes/],
  ["Python's str() of the bytes", latin1("b'\\x89PNG\\r\\n"), /as Python prints bytes/],
  ['percent-encoding', latin1('%89PNG%0D%0A%1A%0A'), /percent-encoding/],
  ['a form without a PNG in it', latin1('--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n'), /a form .*take the file out/],
  ['the head of a response without a body', latin1('HTTP/1.1 204 No Content\r\n\r\n'), /head of an HTTP response/],
  ["S3's error page", latin1('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'),
    /an error message in XML, as S3 sends: check the server's response/],
  ['an error page without an XML declaration', latin1('<Error><Code>NoSuchKey</Code></Error>'), /an error message in XML/],
  ['nothing', Buffer.alloc(0), /the input is empty/],
];

for (const [what, content, message] of strangers) {
  test(`${what} is refused by name, with what to do`, () => {
    for (const call of [getBMP, readInfo]) {
      assert.throws(() => call(content), { name: 'PngError', code: 'ERR_PNG_SIGNATURE', message });
    }
  });
}

const before = [
  ['a byte order mark', bytes(0xef, 0xbb, 0xbf), /3 bytes later, after a byte order mark: .*binary/],
  ['a line feed', latin1('\n'), /1 byte later, after an empty line/],
  ['CR LF', latin1('\r\n'), /2 bytes later, after an empty line/],
  ['a byte order mark and an empty line', latin1('\xef\xbb\xbf\n'), /4 bytes later/],
  ['a warning of PHP in HTML', latin1('<br />\n<b>Warning</b>: x\n'), /25 bytes later, after HTML, perhaps a warning of PHP/],
  ['a warning of PHP', latin1('PHP Warning:  foreach()\n'), /24 bytes later, after a warning/],
  ['the head of a response', latin1('HTTP/1.1 200 OK\r\n\r\n'), /19 bytes later, after the head of an HTTP response/],
  ['the head of a form', latin1('--x\r\nContent-Disposition: form-data\r\n\r\n'), /after the head of a form .*take the file out/],
  ['the head of a message', latin1('Content-Type: image/png\r\n\r\n'), /after the head of a message/],
  ['60000 other bytes', Buffer.alloc(60000, 'x'), /60000 bytes later, after other bytes/],
];

for (const [what, content, message] of before) {
  test(`a PNG after ${what} is found, and not blamed for anything else`, () => {
    for (const call of [getBMP, readInfo]) {
      assert.throws(() => call(Buffer.concat([content, png])), { code: 'ERR_PNG_SIGNATURE', message });
    }
  });
}

test('a PNG is looked for near the beginning only, and only after what is not known', () => {
  assert.throws(() => getBMP(Buffer.concat([Buffer.alloc(65536, 'x'), png])), { message: /begins with 78/ });
  assert.throws(() => getBMP(Buffer.concat([latin1('PK\x03\x04'), png])), { message: /a zip archive/ });
});

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
