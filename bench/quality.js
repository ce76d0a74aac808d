'use strict';

/* How far a picture is from its original. Pictures are { data, width, height }, R G B of 8 bits. */

/* The mean of squared differences in decibels below full scale. */
function decibels(squares, count) {
  return 10 * Math.log10(255 * 255 * count / squares);
}

function psnr(a, b) {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i] - b.data[i]) ** 2;
  return decibels(squares, a.data.length);
}

// ---- Seen from a distance --------------------------------------------------------

function gaussian(sigma) {
  const radius = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((all, weight) => all + weight);
  return weights.map((weight) => weight / sum);
}

/* In place, along a line of `length` values that lie `step` apart; edges are repeated. */
function blurLine(values, first, step, length, weights, room) {
  const radius = weights.length >> 1;
  for (let i = -radius; i < length + radius; i++) {
    room[i + radius] = values[first + Math.min(Math.max(i, 0), length - 1) * step];
  }
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * room[i + k];
    values[first + i * step] = sum;
  }
}

/* In place, three values a pixel. */
function blur(values, { width, height }, sigma) {
  const weights = Float64Array.from(gaussian(sigma));
  const room = new Float64Array(Math.max(width, height) + weights.length);
  for (let i = 0; i < height * 3; i++) {
    blurLine(values, Math.floor(i / 3) * width * 3 + i % 3, 3, width, weights, room);
  }
  for (let i = 0; i < width * 3; i++) blurLine(values, i, width * 3, height, weights, room);
}

/* Of the difference: blurring is linear. */
function blurredPsnr(a, b, sigma = 1.5) {
  const values = Float32Array.from(a.data, (value, i) => value - b.data[i]);
  blur(values, a, sigma);
  let squares = 0;
  for (const value of values) squares += value * value;
  return decibels(squares, values.length);
}

// ---- CIEDE2000 --------------------------------------------------------------------

/* The light of each sample, 0 to 1. */
const LINEAR = Float64Array.from({ length: 256 }, (_, i) => {
  const v = i / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; // IEC 61966-2-1
});
const cubeRoot = (t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116);

/* The light of a picture, blurred. range: black and white, R G B, to which its own are brought. */
function blurredLight({ data, width, height }, [black, white] = [[0, 0, 0], [255, 255, 255]], sigma = 3) {
  const values = Float32Array.from(data, (value, i) => {
    const [low, high] = [LINEAR[black[i % 3]], LINEAR[white[i % 3]]];
    return low + LINEAR[value] * (high - low);
  });
  blur(values, { width, height }, sigma);
  return values;
}

/* Of what is seen of a panel beside a picture in the panel's range, both as blurred light: the root of the mean of
 * squared differences of cube roots, which are about as light as they look. */
function panelError(wanted, shown) {
  let squares = 0;
  for (let i = 0; i < wanted.length; i++) squares += (Math.cbrt(wanted[i]) - Math.cbrt(shown[i])) ** 2;
  return Math.sqrt(squares / wanted.length);
}

/* sRGB to L*a*b*, D65. */
function lab(data, at) {
  const [r, g, b] = [LINEAR[data[at]], LINEAR[data[at + 1]], LINEAR[data[at + 2]]];
  const x = cubeRoot((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = cubeRoot(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const z = cubeRoot((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const RADIANS = Math.PI / 180;
const hueOf = (a, b) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / RADIANS + 360) % 360);
const saturation = (c) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));

/* G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula", 2005: the names are theirs. */
function ciede2000([L1, a1, b1], [L2, a2, b2]) {
  const G = 0.5 * (1 - saturation((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const [p1, p2] = [(1 + G) * a1, (1 + G) * a2];
  const [C1, C2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [hueOf(p1, b1), hueOf(p2, b2)];
  const gray = C1 * C2 === 0;
  const apart = Math.abs(h1 - h2) > 180;

  const dh = gray ? 0 : h2 - h1 + (apart ? (h2 <= h1 ? 360 : -360) : 0);
  const dH = 2 * Math.sqrt(C1 * C2) * Math.sin(dh / 2 * RADIANS);
  const [L, C] = [(L1 + L2) / 2, (C1 + C2) / 2];
  const h = gray ? h1 + h2 : (h1 + h2 + (apart ? (h1 + h2 < 360 ? 360 : -360) : 0)) / 2;

  const T = 1 - 0.17 * Math.cos((h - 30) * RADIANS) + 0.24 * Math.cos(2 * h * RADIANS) +
    0.32 * Math.cos((3 * h + 6) * RADIANS) - 0.2 * Math.cos((4 * h - 63) * RADIANS);
  const SL = 1 + 0.015 * (L - 50) ** 2 / Math.sqrt(20 + (L - 50) ** 2);
  const [SC, SH] = [1 + 0.045 * C, 1 + 0.015 * C * T];
  const RT = -2 * saturation(C) * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * RADIANS);
  const [l, c, H] = [(L2 - L1) / SL, (C2 - C1) / SC, dH / SH];
  return Math.sqrt(l * l + c * c + H * H + RT * c * H);
}

/* Of about this many pixels, spread evenly. */
function meanCiede2000(a, b, sample = 200_000) {
  const pixels = a.data.length / 3;
  const step = Math.max(1, Math.floor(pixels / sample)) | 1; // odd: not in one column
  let sum = 0;
  let count = 0;
  for (let i = 0; i < pixels; i += step, count++) sum += ciede2000(lab(a.data, 3 * i), lab(b.data, 3 * i));
  return sum / count;
}

module.exports = { LINEAR, psnr, blurredLight, blurredPsnr, panelError, ciede2000, meanCiede2000 };
