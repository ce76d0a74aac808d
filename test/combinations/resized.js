'use strict';

const { encodePng } = require('../kit/png-encoder');

const BETWEEN = ['rotate', 'flip', 'flop', 'fit', 'position', 'kernel', 'background', 'depth16', 'colorSpace', 'salvage',
  'ignoreChecksums'];

/** The pixels that go on, with a size; undefined: there are none. The reference says whether they are right. */
function resizedBy(lib, png, { size, alpha, format, ...all }) {
  const isDropped = alpha === 'drop' && format !== 'bgra32';
  const options = { size, ...Object.fromEntries(BETWEEN.map((name) => [name, all[name]])) };
  if (size === undefined) return undefined;
  try {
    return lib.decodePNG(png, isDropped ? { ...options, alpha, channels: 3 } : options);
  } catch {
    return undefined;
  }
}

/** What is resized of pixels, by way of a PNG; undefined: nothing is. */
function resizedPixelsBy(lib, { data, width, height, channels }, options) {
  if (options.size === undefined) return undefined;
  const image = { width, height, colorType: channels === 4 ? 6 : 2, bitDepth: 8, channels, palette: null, paletteAlpha: null, key: null,
    samples: Uint16Array.from(data) };
  return resizedBy(lib, encodePng(image), { ...options, colorSpace: undefined });
}

/** As resizedBy, of a PNG whose pixels, turned, are transparent where isThere is 0. */
function resizedWithHolesBy(lib, png, { rotate, flip, flop, ...options }, isThere) {
  const { background, depth16, colorSpace, salvage, ignoreChecksums } = options;
  const image = lib.decodePNG(png, { rotate, flip, flop, background, depth16, colorSpace, salvage, ignoreChecksums });
  isThere.forEach((isOne, i) => { if (!isOne) image.data.fill(0, 4 * i, 4 * i + 4); });
  return resizedPixelsBy(lib, image, options);
}

module.exports = { resizedBy, resizedPixelsBy, resizedWithHolesBy };
