'use strict';

const assert = require('node:assert/strict');

/**
 * Reads the BMPs that the converter may write, and refuses everything else: each field has one correct value,
 * or must match the others exactly.
 */

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const V4_HEADER = 108;
const V5_HEADER = 124;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const LCS_SRGB = 0x73524742;
const PROFILE_EMBEDDED = 0x4d424544;

function same(actual, wanted, field) {
  assert.equal(actual, wanted, `BMP: ${field} is ${actual}, not ${wanted}`);
}

const hasProfile = (bmp) => bmp.readUInt32LE(14) === V5_HEADER && bmp.readUInt32LE(70) === PROFILE_EMBEDDED;

function readHeaders(bmp) {
  assert.ok(bmp.length >= FILE_HEADER + INFO_HEADER, `BMP: ${bmp.length} bytes hold no headers`);
  const height = bmp.readInt32LE(22);
  return {
    magic: bmp.toString('latin1', 0, 2),
    fileSize: bmp.readUInt32LE(2),
    reserved: bmp.readUInt32LE(6),
    pixelOffset: bmp.readUInt32LE(10),
    headerSize: bmp.readUInt32LE(14),
    width: bmp.readInt32LE(18),
    height: Math.abs(height),
    topDown: height < 0,
    planes: bmp.readUInt16LE(26),
    bitsPerPixel: bmp.readUInt16LE(28),
    compression: bmp.readUInt32LE(30),
    imageSize: bmp.readUInt32LE(34),
    xPixelsPerMeter: bmp.readInt32LE(38),
    yPixelsPerMeter: bmp.readInt32LE(42),
    colorsUsed: bmp.readUInt32LE(46),
    colorsImportant: bmp.readUInt32LE(50),
    profileSize: hasProfile(bmp) ? bmp.readUInt32LE(130) : 0,
  };
}

function layoutOf(header) {
  const { bitsPerPixel, headerSize, compression } = header;
  assert.ok([1, 4, 8, 16, 24, 32].includes(bitsPerPixel), `BMP: biBitCount is ${bitsPerPixel}`);
  assert.ok([INFO_HEADER, V4_HEADER, V5_HEADER].includes(headerSize), `BMP: biSize is ${headerSize}`);
  assert.ok(compression === BI_RGB || (compression === BI_BITFIELDS && bitsPerPixel >= 16 &&
    bitsPerPixel !== 24), `BMP: biCompression is ${compression}`);
  // A palette has its full length: firmware refuses a shorter one.
  same(header.colorsUsed, bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0, 'biClrUsed');
  const hasMasksBehind = headerSize === INFO_HEADER && compression === BI_BITFIELDS;
  return {
    paletteOffset: FILE_HEADER + headerSize + (hasMasksBehind ? 12 : 0),
    stride: Math.ceil((header.width * bitsPerPixel) / 32) * 4,
  };
}

function checkHeaders(header, { paletteOffset, stride }, length) {
  same(header.magic, 'BM', 'bfType');
  same(header.reserved, 0, 'bfReserved');
  assert.ok(header.width > 0 && header.height > 0, 'BMP: a side is not positive');
  same(header.planes, 1, 'biPlanes');
  same(header.colorsImportant, 0, 'biClrImportant');
  assert.ok(header.xPixelsPerMeter >= 0 && header.yPixelsPerMeter >= 0, 'BMP: negative resolution');
  same(header.pixelOffset, paletteOffset + header.colorsUsed * 4, 'bfOffBits');
  same(header.imageSize, stride * header.height, 'biSizeImage');
  same(header.fileSize, header.pixelOffset + header.imageSize + header.profileSize, 'bfSize');
  same(length, header.fileSize, 'the length of the file');
}

const MASKS = {
  16: [0xf800, 0x7e0, 0x1f, 0],
  32: [0xff0000, 0xff00, 0xff, 0xff000000],
};

/** The masks in the file, in the order red, green, blue, alpha. */
function checkMasks(bmp, { headerSize, bitsPerPixel, compression }) {
  const count = headerSize > INFO_HEADER ? 4 : compression === BI_BITFIELDS ? 3 : 0;
  const masks = [54, 58, 62, 66].slice(0, count).map((at) => bmp.readUInt32LE(at));
  const wanted = compression === BI_BITFIELDS ? MASKS[bitsPerPixel] : [0, 0, 0, 0];
  assert.deepEqual(masks, wanted.slice(0, count), 'BMP: masks');
}

function checkLongHeader(bmp, { headerSize, profileSize, pixelOffset, imageSize }) {
  if (profileSize === 0) same(bmp.readUInt32LE(70), LCS_SRGB, 'bV4CSType');
  assert.ok(bmp.subarray(74, FILE_HEADER + V4_HEADER).every((byte) => byte === 0),
    'BMP: endpoints or gamma are not zero');
  if (headerSize < V5_HEADER) return;
  if (profileSize > 0) {
    assert.ok([1, 2, 4, 8].includes(bmp.readUInt32LE(122)), 'BMP: bV5Intent');
    same(bmp.readUInt32LE(126), pixelOffset + imageSize - FILE_HEADER, 'bV5ProfileData');
    same(bmp.readUInt32LE(134), 0, 'bV5Reserved');
    return;
  }
  same(bmp.readUInt32LE(122), 4, 'bV5Intent'); // LCS_GM_IMAGES
  assert.ok(bmp.subarray(126, FILE_HEADER + V5_HEADER).every((byte) => byte === 0),
    'BMP: there is no profile, and yet a place or a size of it');
}

function readPalette(bmp, offset, count) {
  return Array.from({ length: count }, (_, i) => {
    const [b, g, r, zero] = bmp.subarray(offset + i * 4, offset + i * 4 + 4);
    same(zero, 0, `the fourth byte of palette entry ${i}`);
    return [r, g, b];
  });
}

function readIndices(row, width, bitsPerPixel) {
  if (bitsPerPixel === 8) return row.subarray(0, width);
  const perByte = 8 / bitsPerPixel;
  return Uint8Array.from({ length: width }, (_, x) => {
    const shift = 8 - bitsPerPixel * (x % perByte + 1);
    return (row[Math.floor(x / perByte)] >> shift) & (2 ** bitsPerPixel - 1);
  });
}

/** Everything after the last pixel's last bit. */
function checkPadding(row, usedBits, y) {
  const used = Math.ceil(usedBits / 8);
  const junk = usedBits & 7 ? row[used - 1] & (0xff >> (usedBits & 7)) : 0;
  same(junk, 0, `the unused bits of row ${y}`);
  for (let at = used; at < row.length; at++) same(row[at], 0, `padding byte ${at} of row ${y}`);
}

function putColors(rgba, at, row, width, bytesPerPixel) {
  for (let x = 0; x < width; x++) {
    const from = x * bytesPerPixel;
    rgba[at + x * 4] = row[from + 2];
    rgba[at + x * 4 + 1] = row[from + 1];
    rgba[at + x * 4 + 2] = row[from];
    rgba[at + x * 4 + 3] = bytesPerPixel === 4 ? row[from + 3] : 255;
  }
}

/** Two bytes per pixel, with `greens` bits of green between five of red and five of blue. */
function put16(rgba, at, row, width, greens) {
  for (let x = 0; x < width; x++) {
    const word = row[x * 2] | (row[x * 2 + 1] << 8);
    const scale = (value, bits) => Math.round((value * 255) / (2 ** bits - 1));
    rgba[at + x * 4] = scale(word >> (5 + greens), 5);
    rgba[at + x * 4 + 1] = scale((word >> 5) & (2 ** greens - 1), greens);
    rgba[at + x * 4 + 2] = scale(word & 31, 5);
    rgba[at + x * 4 + 3] = 255;
  }
}

function putIndexed(rgba, at, indices, palette) {
  indices.forEach((index, x) => {
    assert.ok(index < palette.length, `BMP: index ${index} of ${palette.length} entries`);
    rgba.set([...palette[index], 255], at + x * 4);
  });
}

/**
 * The file's headers, its palette ([r, g, b] per entry), `rgba` (R G B A per pixel, top row first), with a
 * palette `indices`, and `profile`, which has no bytes if none is embedded. Throws AssertionError on any defect.
 */
function readBmp(bytes) {
  const bmp = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeaders(bmp);
  const layout = layoutOf(header);
  checkHeaders(header, layout, bmp.length);
  checkMasks(bmp, header);
  if (header.headerSize > INFO_HEADER) checkLongHeader(bmp, header);

  const { width, height, bitsPerPixel } = header;
  const palette = readPalette(bmp, layout.paletteOffset, header.colorsUsed);
  const rgba = new Uint8Array(width * height * 4);
  const indices = palette.length ? new Uint8Array(width * height) : null;
  for (let y = 0; y < height; y++) {
    const line = header.topDown ? y : height - 1 - y;
    const from = header.pixelOffset + line * layout.stride;
    const row = bmp.subarray(from, from + layout.stride);
    checkPadding(row, width * bitsPerPixel, y);
    if (indices) {
      indices.set(readIndices(row, width, bitsPerPixel), y * width);
      putIndexed(rgba, y * width * 4, indices.subarray(y * width, (y + 1) * width), palette);
    } else if (bitsPerPixel === 16) {
      put16(rgba, y * width * 4, row, width, header.compression === BI_BITFIELDS ? 6 : 5);
    } else {
      putColors(rgba, y * width * 4, row, width, bitsPerPixel / 8);
    }
  }
  const profile = bmp.subarray(bmp.length - header.profileSize);
  return { ...header, palette, indices, rgba, profile };
}

module.exports = { readBmp };
