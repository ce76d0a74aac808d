'use strict';

// What a PNG's samples are in sRGB, in floating point, from the specifications: PNG (third edition) for the order of
// the chunks, ITU-T H.273 for cICP, ICC.1:2022 for profiles, IEC 61966-2-1 for sRGB.

const zlib = require('node:zlib');

const D50 = [0.9642, 1, 0.8249];
const D65 = [0.3127, 0.329];
const BRADFORD = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
/** White, red, green, blue: x and y. */
const PRIMARIES = {
  1: [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]],
  4: [[0.31, 0.316], [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]],
  5: [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
  6: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  7: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  9: [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]],
  11: [[0.314, 0.351], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
  12: [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
};

const clamp = (x) => Math.min(Math.max(x, 0), 1);
const gamma = (g) => (x) => x ** g;
const ofSrgb = (x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const toSrgb = (x) => (x <= 0.0031308 ? x * 12.92 : 1.055 * x ** (1 / 2.4) - 0.055);
const ofBt709 = (x) => (x < 4.5 * 0.018053968510807 ? x / 4.5 : ((x + 0.09929682680944) / 1.09929682680944) ** (1 / 0.45));
const TRANSFERS = {
  1: ofBt709, 4: gamma(2.2), 5: gamma(2.8), 6: ofBt709, 8: gamma(1), 13: ofSrgb, 14: ofBt709, 15: ofBt709,
};

const times = (a, v) => a.map((row) => row.reduce((sum, value, i) => sum + value * v[i], 0));
const transpose = (a) => a[0].map((_, i) => a.map((row) => row[i]));
const product = (a, b) => transpose(transpose(b).map((column) => times(a, column)));

/** By Gauss and Jordan. */
function inverse(a) {
  const rows = a.map((row, i) => [...row, ...a.map((_, j) => Number(i === j))]);
  for (let i = 0; i < rows.length; i++) {
    const best = rows.slice(i).reduce((at, row, k) => (Math.abs(row[i]) > Math.abs(rows[at][i]) ? i + k : at), i);
    [rows[i], rows[best]] = [rows[best], rows[i]];
    rows[i] = rows[i].map((value) => value / rows[i][i]);
    rows.forEach((row, k) => {
      if (k !== i) rows[k] = row.map((value, j) => value - row[i] * rows[i][j]);
    });
  }
  return rows.map((row) => row.slice(a.length));
}

/** Light in these primaries to X Y Z, adapted to D50. */
function toD50([white, ...primaries]) {
  const xyz = ([x, y]) => [x / y, 1, (1 - x - y) / y];
  const columns = transpose(primaries.map(xyz));
  const strength = times(inverse(columns), xyz(white));
  const [from, to] = [times(BRADFORD, xyz(white)), times(BRADFORD, D50)];
  const adapt = product(inverse(BRADFORD), BRADFORD.map((row, i) => row.map((value) => (value * to[i]) / from[i])));
  return product(adapt, columns.map((row) => row.map((value, i) => value * strength[i])));
}

const FROM_D50 = inverse(toD50(PRIMARIES[1]));

/** { curves, matrix }: the matrix from light to light in sRGB. */
const spaceOf = (primaries, curve) => ({ curves: [curve, curve, curve], matrix: product(FROM_D50, toD50(primaries)) });

// ---- ICC ---------------------------------------------------------------------------------------

function curveOf(bytes) {
  const fixed = (i) => bytes.readInt32BE(12 + 4 * i) / 65536;
  if (bytes.toString('latin1', 0, 4) === 'curv') {
    const count = bytes.readUInt32BE(8);
    if (count === 0) return gamma(1);
    if (count === 1) return gamma(bytes.readUInt16BE(12) / 256);
    return (x) => {
      const i = Math.min(Math.floor(x * (count - 1)), count - 2);
      const [low, high] = [bytes.readUInt16BE(12 + 2 * i), bytes.readUInt16BE(14 + 2 * i)];
      return (low + (high - low) * (x * (count - 1) - i)) / 65535;
    };
  }
  const [g, a, b, c, d, e, f] = Array.from({ length: 7 }, (_, i) => (12 + 4 * i < bytes.length ? fixed(i) : 0));
  const power = (x) => Math.max(a * x + b, 0) ** g;
  return [
    (x) => x ** g,
    (x) => (x >= -b / a ? power(x) : 0),
    (x) => (x >= -b / a ? power(x) + c : c),
    (x) => (x >= d ? power(x) : c * x),
    (x) => (x >= d ? power(x) + e : c * x + f),
  ][bytes.readUInt16BE(8)];
}

/** A profile that is known to be well made: RGB with matrix and curves, or gray with a curve. */
function spaceOfProfile(profile) {
  const tags = {};
  for (let i = 0; i < profile.readUInt32BE(128); i++) {
    const at = 132 + 12 * i;
    tags[profile.toString('latin1', at, at + 4)] = profile.subarray(profile.readUInt32BE(at + 4)).subarray(0, profile.readUInt32BE(at + 8));
  }
  if (tags.kTRC) return { curves: Array(3).fill(curveOf(tags.kTRC)), matrix: null };
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => [8, 12, 16].map((at) => tags[name].readInt32BE(at) / 65536));
  return {
    curves: ['rTRC', 'gTRC', 'bTRC'].map((name) => curveOf(tags[name])), matrix: product(FROM_D50, transpose(columns)),
  };
}

// ---- PNG -----------------------------------------------------------------------------------------

function profileOf({ data }) {
  return zlib.inflateSync(data.subarray(data.indexOf(0) + 2));
}

function spaceOfGamma(gama, chrm) {
  const given = chrm && [0, 8, 16, 24].map((at) => [chrm.data.readUInt32BE(at) / 1e5, chrm.data.readUInt32BE(at + 4) / 1e5]);
  return spaceOf(given ?? PRIMARIES[1], gamma(1e5 / gama.data.readUInt32BE(0)));
}

/** The space that chunks { type, data } say; undefined: sRGB, or none. */
function spaceOfChunks(chunks) {
  const find = (type) => chunks.find((chunk) => chunk.type === type);
  const [cicp, iccp, srgb, gama, chrm] = ['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM'].map(find);
  if (cicp) return spaceOf(PRIMARIES[cicp.data[0]], TRANSFERS[cicp.data[1]]);
  if (iccp) return spaceOfProfile(profileOf(iccp));
  // What encoders write for sRGB.
  const isSrgb = srgb || !gama || (Math.abs(gama.data.readUInt32BE(0) - 45455) <= 5 && !chrm);
  return isSrgb ? undefined : spaceOfGamma(gama, chrm);
}

/** Of a PNG that may have anything: undefined if these chunks cannot be converted; else { space }, undefined if the
 * samples are sRGB already (docs/decisions.md), or nothing is said. */
function conversionOf(chunks, isGray) {
  const cicp = chunks.find(({ type }) => type === 'cICP');
  if (cicp && !(PRIMARIES[cicp.data[0]] && TRANSFERS[cicp.data[1]] && cicp.data[2] === 0 && cicp.data[3] === 1)) return undefined;
  try {
    const space = spaceOfChunks(chunks);
    if (space && !cicp && chunks.some(({ type }) => type === 'iCCP') && (space.matrix === null) !== isGray) return undefined;
    return { space: space && isAsSrgb(space, isGray) ? undefined : space };
  } catch {
    return undefined; // a profile without the tags that it needs
  }
}

function isAsSrgb(space, isGray) {
  const stays = (rgb, most) => convertColor(space, rgb, isGray).every((value, i) => Math.abs(value - rgb[i]) * 255 < most);
  const grays = Array.from({ length: 256 }, (_, i) => [i / 255, i / 255, i / 255]);
  const colors = Array.from({ length: 27 }, (_, i) => [Math.floor(i / 9) / 2, Math.floor(i / 3) % 3 / 2, i % 3 / 2]);
  return grays.every((rgb) => stays(rgb, 0.5)) && (isGray || colors.every((rgb) => stays(rgb, 1.45)));
}

/** R G B in sRGB, 0 to 1, of R G B in the space. */
function convertColor({ curves, matrix }, rgb, isGray) {
  const light = rgb.map((value, i) => clamp(curves[i](value)));
  return (isGray ? light : times(matrix, light)).map((value) => toSrgb(clamp(value)));
}

/**
 * Pixels R G B A of 16 bits each, as rgba16() gives them, in sRGB: rounded at the depth of the image, alpha as it
 * was.
 */
function convertPixels(pixels, space, { bitDepth, colorType }) {
  const [isGray, most, unit] = [colorType === 0 || colorType === 4, bitDepth === 16 ? 65535 : 255, bitDepth === 16 ? 1 : 257];
  const out = Uint16Array.from(pixels);
  const known = new Map();
  for (let i = 0; i < pixels.length; i += 4) {
    const key = `${pixels[i]},${pixels[i + 1]},${pixels[i + 2]}`;
    if (!known.has(key)) {
      const rgb = convertColor(space, Array.from(pixels.subarray(i, i + 3), (value) => value / 65535), isGray);
      known.set(key, rgb.map((value) => Math.floor(value * most + 0.5) * unit));
    }
    out.set(known.get(key), i);
  }
  return out;
}

module.exports = { conversionOf, convertPixels, spaceOfChunks };
