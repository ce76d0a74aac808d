'use strict';

/**
 * The kinds of BMP that the converter writes, each with options and with types of PNG that lead to
 * it. `alpha`: the BMP has alpha, which a program may show or not.
 */

const RGB = { colorType: 2, bitDepth: 8 };
const RGBA = { colorType: 6, bitDepth: 8 };
const own = (bitDepth, bits = undefined) => ({
  options: { format: 'indexed', ...(bits && { bits }) },
  types: [{ colorType: 3, bitDepth }, { colorType: 0, bitDepth }],
});
const inPalette = (palette) => ({ options: { format: 'indexed', palette }, types: [RGB] });

const SPECTRA = [[0, 0, 0], [255, 255, 255], [255, 255, 0], [255, 0, 0], [0, 0, 255], [0, 255, 0]];
const MANY = Array.from({ length: 200 }, (_, i) => [(i * 97) % 256, (i * 57 + 31) % 256, (i * 13) % 256]);

/** The same with the longer headers; `kind.bgr24` and so on. */
function withHeaders(name, kind) {
  return ['info', 'v4', 'v5'].map((header) => ({
    ...kind, name: `${name}, ${header}`, options: { ...kind.options, header },
  }));
}

const VARIANTS = [
  ...withHeaders('bgr24', { options: { format: 'bgr24' }, types: [RGB, { colorType: 6, bitDepth: 16 }] }),
  ...withHeaders('bgra32', {
    options: { format: 'bgra32' }, types: [RGBA, { colorType: 4, bitDepth: 8 }], alpha: true,
  }),
  { name: 'bgra32, premultiplied', options: { format: 'bgra32', alpha: 'premultiply' }, types: [RGBA], alpha: true },
  { name: 'indexed, 1 bit', ...own(1) },
  { name: 'indexed, 4 bit', ...own(4) },
  { name: 'indexed, 4 bit, from 2', ...own(2) },
  { name: 'indexed, 8 bit', ...own(8) },
  { name: 'indexed, 8 bit, from 4', ...own(4, 8) },
  { name: 'palette of 2', ...inPalette(SPECTRA.slice(0, 2)) },
  ...withHeaders('palette of 6', inPalette(SPECTRA)),
  { name: 'palette of 200', ...inPalette(MANY) },
  { name: 'gray8', options: { format: 'gray8' }, types: [RGB] },
  { name: 'mono1', options: { format: 'mono1' }, types: [RGB] },
  ...withHeaders('rgb565', { options: { format: 'rgb565' }, types: [RGB], levels: [31, 63, 31, 255] }),
  ...withHeaders('rgb555', { options: { format: 'rgb555' }, types: [RGB], levels: [31, 31, 31, 255] }),
];

module.exports = { VARIANTS };
