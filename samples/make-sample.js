'use strict';
/*
 * Draws samples/sample.png: a dusk over water on a card with round corners and
 * a shadow, three translucent discs across its edge, and the name in pixel
 * letters. It has what a converter meets in practice: long gradients, crisp
 * edges, antialiased curves, and every kind of alpha.
 *
 *     node samples/make-sample.js [FILE]
 *
 * Only + - * / and Math.sqrt decide a pixel, which IEEE 754 defines to the last
 * bit: every machine draws the same picture. The compressed bytes may differ
 * between zlib versions; what they hold may not.
 */
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const WIDTH = 640;
const HEIGHT = 400;
const HORIZON = 268;
const CARD = { left: 24, top: 20, right: 616, bottom: 372, radius: 30 };
const SUN = { x: 320, y: 236, radius: 58 };

const clamp01 = (v) => Math.min(1, Math.max(0, v));
const mix = (a, b, t) => a + (b - a) * t;
const smooth = (t) => t * t * (3 - 2 * t);
const rgb = (hex) => [hex >> 16, (hex >> 8) & 255, hex & 255].map((v) => v / 255);
const mixColour = (a, b, t) => a.map((v, i) => mix(v, b[i], t));
const distance = (dx, dy) => Math.sqrt(dx * dx + dy * dy);

/* How much of a pixel lies inside an edge `d` pixels away (negative: inside). */
const coverage = (d) => clamp01(0.5 - d);

/* ---- Shapes --------------------------------------------------------------- */

function cardDistance(x, y) {
  const halfWidth = (CARD.right - CARD.left) / 2 - CARD.radius;
  const halfHeight = (CARD.bottom - CARD.top) / 2 - CARD.radius;
  const dx = Math.abs(x - (CARD.left + CARD.right) / 2) - halfWidth;
  const dy = Math.abs(y - (CARD.top + CARD.bottom) / 2) - halfHeight;
  const outside = distance(Math.max(dx, 0), Math.max(dy, 0));
  return outside + Math.min(Math.max(dx, dy), 0) - CARD.radius;
}

/* A repeatable number in 0..1 for each pair of integers. */
function hash(i, seed) {
  let h = (Math.imul(i, 0x27d4eb2d) ^ Math.imul(seed, 0x165667b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

function noise(x, seed) {
  const cell = Math.floor(x);
  return mix(hash(cell, seed), hash(cell + 1, seed), smooth(x - cell));
}

const RIDGES = [
  { base: 214, height: 74, scale: 120, seed: 11, colour: rgb(0x8a5a86) },
  { base: 238, height: 52, scale: 84, seed: 5, colour: rgb(0x5d3f73) },
  { base: 258, height: 34, scale: 58, seed: 23, colour: rgb(0x37295a) },
];

/* A valley in the middle leaves the sun in sight. */
function ridgeTop(ridge, x) {
  const shape = noise(x / ridge.scale, ridge.seed) * 0.66 +
    noise(x / (ridge.scale * 0.43), ridge.seed + 1) * 0.26 +
    noise(x / (ridge.scale * 0.13), ridge.seed + 2) * 0.08;
  const valley = smooth(clamp01(Math.abs(x - SUN.x) / 250));
  return ridge.base + ridge.height * 0.34 - ridge.height * shape * mix(0.35, 1.25, valley);
}

/* ---- The picture in the card ---------------------------------------------- */

const SKY = [
  [0, rgb(0x14163a)], [0.28, rgb(0x3a2d6b)], [0.52, rgb(0x8b4a8c)],
  [0.72, rgb(0xdd6e7c)], [0.88, rgb(0xf9a26c)], [1, rgb(0xffd58a)],
];

function sky(y) {
  const t = clamp01((y - CARD.top) / (HORIZON - CARD.top));
  const next = SKY.findIndex(([stop]) => stop >= t);
  if (next <= 0) return SKY[0][1];
  const [from, a] = SKY[next - 1];
  const [to, b] = SKY[next];
  return mixColour(a, b, smooth((t - from) / (to - from)));
}

const STARS = Array.from({ length: 90 }, (_, i) => ({
  x: mix(CARD.left, CARD.right, hash(i, 101)),
  y: mix(CARD.top + 4, CARD.top + 108, hash(i, 102) * hash(i, 103)),
  light: mix(0.25, 0.95, hash(i, 104)),
}));

function starlight(x, y) {
  let light = 0;
  for (const star of STARS) {
    const d2 = (x - star.x) * (x - star.x) + (y - star.y) * (y - star.y);
    if (d2 < 9) light += star.light / (1 + 3.2 * d2 * d2);
  }
  return clamp01(light);
}

function landscape(x, y) {
  const toSun = distance(x - SUN.x, y - SUN.y);
  let colour = mixColour(sky(y), rgb(0xffffff), starlight(x, y));
  colour = mixColour(colour, rgb(0xffe2a0), 0.62 / (1 + (toSun * toSun) / 5200));
  const face = mixColour(rgb(0xfff6d8), rgb(0xffc56b), clamp01((y - SUN.y + SUN.radius) / 116));
  colour = mixColour(colour, face, coverage(toSun - SUN.radius));
  for (const ridge of RIDGES) {
    const top = ridgeTop(ridge, x);
    const haze = mixColour(ridge.colour, rgb(0xf0a27e), clamp01((y - top) / 90) * 0.42);
    colour = mixColour(colour, haze, coverage(top - y));
  }
  return colour;
}

/* The water mirrors the land, squeezed, cut into bands, darker towards us. */
function water(x, y) {
  const depth = (y - HORIZON) / (CARD.bottom - HORIZON);
  const band = Math.floor(Math.sqrt(depth) * 22);
  const sway = (hash(band, 57) - 0.5) * mix(2, 26, depth);
  const mirrored = landscape(x + sway, HORIZON - (y - HORIZON) * 1.25);
  const deep = mixColour(mirrored, rgb(0x151336), mix(0.2, 0.78, depth));
  const glint = coverage(Math.abs(x + sway * 2 - SUN.x) - mix(50, 22, depth) * mix(0.3, 1, hash(band, 58)));
  return mixColour(deep, rgb(0xffd890), glint * mix(0.7, 0.12, depth));
}

/* ---- Letters --------------------------------------------------------------- */

/* 5 wide, 9 high: two rows for ascenders, five for the body, two for descenders. */
const GLYPHS = {
  p: ['.....', '.....', '####.', '#...#', '#...#', '#...#', '####.', '#....', '#....'],
  n: ['.....', '.....', '####.', '#...#', '#...#', '#...#', '#...#', '.....', '.....'],
  g: ['.....', '.....', '.####', '#...#', '#...#', '#...#', '.####', '....#', '####.'],
  2: ['####.', '....#', '....#', '.###.', '#....', '#....', '#####', '.....', '.....'],
  b: ['#....', '#....', '####.', '#...#', '#...#', '#...#', '####.', '.....', '.....'],
  m: ['.....', '.....', '##.#.', '#.#.#', '#.#.#', '#.#.#', '#.#.#', '.....', '.....'],
};
const WORD = 'png2bmp';
const DOT = 11;
const WORD_LEFT = (WIDTH - (WORD.length * 6 - 1) * DOT) / 2;
const WORD_TOP = 92;

function isInk(x, y) {
  const column = Math.floor((x - WORD_LEFT) / DOT);
  const row = Math.floor((y - WORD_TOP) / DOT);
  if (column < 0 || row < 0 || row >= 9) return false;
  const glyph = GLYPHS[WORD[Math.floor(column / 6)]];
  return glyph !== undefined && glyph[row][column % 6] === '#';
}

function letterColour(x, y) {
  const isTwo = Math.floor((x - WORD_LEFT) / (6 * DOT)) === 3;
  const t = clamp01((y - WORD_TOP) / (9 * DOT));
  return isTwo ? mixColour(rgb(0xffe58f), rgb(0xff9d5c), t) : mixColour(rgb(0xffffff), rgb(0xffe3d0), t);
}

/* ---- Layers ---------------------------------------------------------------- */

const DISCS = [
  { x: 566, y: 76, radius: 50, colour: rgb(0xff4d6d), alpha: 0.62 },
  { x: 592, y: 128, radius: 38, colour: rgb(0x38d6c4), alpha: 0.55 },
  { x: 520, y: 56, radius: 22, colour: rgb(0xffd166), alpha: 0.6 },
];

/* Porter-Duff "over" on straight alpha: pixel = [r, g, b, a], each 0..1. */
function over(pixel, colour, alpha) {
  const a = alpha + pixel[3] * (1 - alpha);
  if (a === 0) return pixel;
  const share = alpha / a;
  return [...mixColour(pixel.slice(0, 3), colour, share), a];
}

function drawPixel(x, y) {
  const edge = cardDistance(x, y);
  const shade = clamp01(1 - (cardDistance(x, y - 8) + 4) / 22);
  let pixel = over([0, 0, 0, 0], rgb(0x0b0a20), 0.42 * shade * shade);
  const inside = coverage(edge);
  if (inside > 0) {
    pixel = over(pixel, y < HORIZON ? landscape(x, y) : water(x, y), inside);
    pixel = over(pixel, [1, 1, 1], 0.2 * inside * coverage(-edge - 1.5));
  }
  for (const disc of DISCS) {
    const d = distance(x - disc.x, y - disc.y) - disc.radius;
    const rim = coverage(Math.abs(d + 1) - 0.75) * 0.35;
    pixel = over(pixel, disc.colour, coverage(d) * disc.alpha);
    pixel = over(pixel, [1, 1, 1], rim);
  }
  if (isInk(x - 4, y - 4)) pixel = over(pixel, rgb(0x14163a), 0.5);
  if (isInk(x, y)) pixel = over(pixel, letterColour(x, y), 1);
  return pixel;
}

/* Row y of the picture: WIDTH * 4 bytes, R G B A. */
function drawRow(y) {
  const row = Buffer.alloc(WIDTH * 4);
  let at = 0;
  for (let x = 0; x < WIDTH; x++) {
    for (const v of drawPixel(x + 0.5, y + 0.5)) row[at++] = Math.floor(v * 255 + 0.5);
  }
  return row;
}

const draw = () => Buffer.concat(Array.from({ length: HEIGHT }, (_, y) => drawRow(y)));

/* ---- PNG ------------------------------------------------------------------- */

/* PNG specification, section 9.4. */
function paeth(a, b, c) {
  const p = a + b - c;
  const pa = Math.abs(p - a);
  const pb = Math.abs(p - b);
  const pc = Math.abs(p - c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

const PREDICTORS = [
  () => 0,
  (a) => a,
  (a, b) => b,
  (a, b) => (a + b) >> 1,
  paeth,
];

function filterRow(type, row, prior) {
  const line = Buffer.alloc(1 + row.length);
  line[0] = type;
  for (let i = 0; i < row.length; i++) {
    const left = i < 4 ? 0 : row[i - 4];
    const upperLeft = i < 4 ? 0 : prior[i - 4];
    line[1 + i] = row[i] - PREDICTORS[type](left, prior[i], upperLeft);
  }
  return line;
}

/* Section 12.8: the type whose bytes, taken as signed, have the smallest sum. */
function cost(line) {
  return line.subarray(1).reduce((sum, v) => sum + Math.min(v, 256 - v), 0);
}

/* The filtered scanlines, as they go into the zlib stream. */
function scanlines(pixels) {
  const rowBytes = WIDTH * 4;
  let prior = Buffer.alloc(rowBytes);
  const lines = [];
  for (let at = 0; at < pixels.length; at += rowBytes) {
    const row = pixels.subarray(at, at + rowBytes);
    const candidates = PREDICTORS.map((_, type) => filterRow(type, row, prior));
    lines.push(candidates.reduce((best, line) => (cost(line) < cost(best) ? line : best)));
    prior = row;
  }
  return Buffer.concat(lines);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = CRC_TABLE[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), 4 + body.length);
  return out;
}

function header() {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(WIDTH, 0);
  data.writeUInt32BE(HEIGHT, 4);
  data.set([8, 6, 0, 0, 0], 8); // 8 bits, RGB with alpha, no interlace
  return data;
}

/* 3780 pixels a metre: 96 per inch. */
function physicalSize() {
  const data = Buffer.alloc(9);
  data.writeUInt32BE(3780, 0);
  data.writeUInt32BE(3780, 4);
  data[8] = 1;
  return data;
}

function encode(lines) {
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header()),
    chunk('pHYs', physicalSize()),
    chunk('tEXt', Buffer.from('Software\0png2bmp samples/make-sample.js', 'latin1')),
    chunk('IDAT', zlib.deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

if (require.main === module) {
  const file = process.argv[2] ?? path.join(__dirname, 'sample.png');
  const png = encode(scanlines(draw()));
  fs.writeFileSync(file, png);
  process.stdout.write(`${file}: ${WIDTH} x ${HEIGHT}, ${png.length} bytes\n`);
}

module.exports = { draw, drawRow, scanlines, WIDTH, HEIGHT };
