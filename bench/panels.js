'use strict';

/* How near panels come to photographs, and the pictures of it in docs. What a panel shows is simulated by the colours
 * that were measured of it (docs/palettes.md). */

const fs = require('node:fs');
const path = require('node:path');

const sharp = require('sharp');

const { decodePNG, encodeBMP, getBMP } = require('..');
const { measured, palettes } = require('../lib/palettes.js');
const { readBmp } = require('../test/kit/bmp-reader.js');
const { encodePng } = require('../test/kit/png-encoder.js');
const { SMOKE } = require('./corpus.js');
const { LINEAR, blurredLight, panelError } = require('./quality.js');
const { findMagick, magick, paletteFile, run } = require('./programs.js');
const { table } = require('./report.js');
const { timeInside } = require('./time.js');

const PANEL = SMOKE ? { width: 160, height: 96 } : { width: 800, height: 480 };

const bytesOf = (rgb) => [rgb >> 16, rgb >> 8 & 255, rgb & 255];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values) {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// ---- Programs: each takes a picture and gives what is seen of the panel, R G B -----------------

function ours(options) {
  return ({ png }) => {
    const { indices } = readBmp(getBMP(fs.readFileSync(png), { palette: 'spectra6', ...options }));
    return Uint8Array.from([...indices].flatMap((index) => bytesOf(measured.spectra6[index])));
  };
}

/* Its palette has to be in light as well: -colorspace does not change the picture that -remap names. range: options
 * that bring the picture's light into the panel's range first. */
function magickInLight(file, range) {
  const light = file.replace('.png', '.miff');
  run(findMagick(), [file, '-colorspace', 'RGB', light]);
  return magick('-colorspace', 'RGB', ...range, '-dither', 'FloydSteinberg', '-remap', light, '-colorspace', 'sRGB');
}

function rangeOf([black, white]) {
  return ['R', 'G', 'B'].flatMap((channel, i) => {
    const [low, high] = [black, white].map((rgb) => 100 * LINEAR[bytesOf(rgb)[i]]);
    return ['-channel', channel, '+level', `${low},${high}%`];
  }).concat('+channel');
}

/* What epaper-image-convert needs of a canvas for a picture that has the panel's size. */
function createCanvas(width, height) {
  const image = { data: new Uint8ClampedArray(width * height * 4), width, height };
  const context = {
    putImageData: ({ data }) => image.data.set(data),
    getImageData: () => ({ ...image, data: image.data.slice() }),
    drawImage: (canvas) => image.data.set(canvas.getContext().getImageData().data),
  };
  return { width, height, getContext: () => context };
}

/* Its palettes have these names, at the panel's indices. */
const INKS = ['black', 'white', 'yellow', 'red', undefined, 'blue', 'green'];

function toInks(colors) {
  return Object.fromEntries(INKS.flatMap((name, i) => {
    const [r, g, b] = bytesOf(colors[i]);
    return name ? [[name, { r, g, b }]] : [];
  }));
}

function withAlpha(data) {
  const rgba = new Uint8ClampedArray(data.length / 3 * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) rgba.set(data.subarray(from, from + 3), to);
  return rgba;
}

/* Takes R G B A of the panel's size, and gives a canvas. */
async function epaperCanvas(options) {
  const { processImage, getPreset } = await import('@aitjcize/epaper-image-convert');
  const palette = { theoretical: toInks(palettes.spectra6), perceived: toInks(measured.spectra6) };
  return (data, { width, height }) => processImage({ data, width, height }, {
    displayWidth: width, displayHeight: height, palette, params: getPreset('balanced'), createCanvas, ...options,
  }).canvas;
}

async function epaperImageConvert(options) {
  const convert = await epaperCanvas({ usePerceivedOutput: true, ...options });
  return (picture) => convert(withAlpha(picture.data), picture).getContext().getImageData().data
    .filter((_, i) => i % 4 < 3);
}

async function programsOf(folder) {
  const file = await paletteFile('seen', folder, measured.spectra6);
  return {
    png2bmp: ours({}),
    'seen, light srgb': ours({ seen: 'measured', light: 'srgb' }),
    seen: ours({ seen: 'measured' }),
    ImageMagick: magick('-dither', 'FloydSteinberg', '-remap', file),
    'in light': magickInLight(file, []),
    'and in range': magickInLight(file, rangeOf(measured.spectra6)),
    'epaper-image-convert': await epaperImageConvert({}),
    linearDither: await epaperImageConvert({ linearDither: true }),
  };
}

// ---- The tables -------------------------------------------------------------------------------

async function toPanel({ data, width, height, png }) {
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(PANEL.width, PANEL.height, { fit: 'cover' }).raw().toBuffer();
  const file = png.replace(/\.png$/, '-panel.png');
  await sharp(resized, { raw: { ...PANEL, channels: 3 } }).png().toFile(file);
  return { data: resized, ...PANEL, png: file };
}

/* pictures: { name: { data, width, height, png } }, R G B of the panel's size. A row for each, then their mean. */
async function errorTable(pictures, folder) {
  const programs = await programsOf(folder);
  const range = measured.spectra6.slice(0, 2).map(bytesOf);
  const errors = Object.values(pictures).map((picture, i) => {
    process.stderr.write(`\r\x1b[Kpanels: ${i + 1} of ${Object.keys(pictures).length}`);
    const wanted = blurredLight(picture, range);
    return Object.values(programs).map((convert) =>
      panelError(wanted, blurredLight({ ...picture, data: convert(picture) })));
  });
  process.stderr.write('\r\x1b[K');
  const row = (title, figures) => [title, ...figures.map((figure) => figure.toFixed(4))];
  return table(['picture', ...Object.keys(programs)], [
    ...Object.keys(pictures).map((part, i) => row(part, errors[i])),
    row('mean', Object.keys(programs).map((_, i) => mean(errors.map((list) => list[i])))),
  ]);
}

/* Whole conversions, from the bytes of a PNG to those of a BMP. The canvas that would decode for epaper-image-convert
 * is not there: decodePNG does. */
async function wholeConversions() {
  const { createBMP } = await import('@aitjcize/epaper-image-convert');
  const convert = await epaperCanvas({});
  return {
    'png2bmp, seen': (png) => getBMP(png, { palette: 'spectra6', seen: 'measured' }),
    'epaper-image-convert': (png) => {
      const { data, width, height } = decodePNG(png, { channels: 4 });
      return createBMP(convert(new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), { width, height }));
    },
  };
}

const ROUNDS = SMOKE ? 1 : 9;

/* The medians of some rounds, in which the programs take turns. */
function medianTimes(programs, png) {
  const times = programs.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    programs.forEach((convert, i) => times[i].push(timeInside(() => convert(png))));
  }
  return times.map(median);
}

async function timeTable(pictures) {
  const programs = await wholeConversions();
  const times = Object.values(pictures).map(({ png }) => {
    const list = medianTimes(Object.values(programs), fs.readFileSync(png));
    return [...list, list[1] / list[0]];
  });
  const row = (title, [own, other, ratio]) => [title, own.toFixed(1), other.toFixed(0), ratio.toFixed(0)];
  return table(['picture', ...Object.keys(programs).map((name) => `${name}, ms`), 'ratio'], [
    ...Object.keys(pictures).map((part, i) => row(part, times[i])),
    row('median', [0, 1, 2].map((i) => median(times.map((list) => list[i])))),
  ]);
}

/* The tables of the page. pictures: { name: { data, width, height, png } }, R G B. */
async function panelTables(pictures, folder) {
  const resized = {};
  for (const [name, picture] of Object.entries(pictures)) resized[name] = await toPanel(picture);
  return { panel: await errorTable(resized, folder), 'panel-time': await timeTable(resized) };
}

// ---- The pictures -----------------------------------------------------------------------------

const PART = { left: 290, top: 20, width: 340, height: 240 };

/* Of samples/sample.png: what is shown for it by dots of `shown`, which are written as `options` say. */
const PICTURES = {
  'panel-alone': { options: { palette: 'spectra6' }, shown: measured.spectra6 },
  'panel-seen': { options: { palette: 'spectra6', seen: 'measured' }, shown: measured.spectra6 },
  'light-srgb': { options: { format: 'mono1' }, shown: palettes.bw },
  'light-linear': { options: { format: 'mono1', light: 'linear' }, shown: palettes.bw },
};

function samplePart() {
  const { data, width } = decodePNG(fs.readFileSync(path.join(__dirname, '../samples/sample.png')), { channels: 3 });
  const rows = Array.from({ length: PART.height }, (_, y) => {
    const first = 3 * ((PART.top + y) * width + PART.left);
    return data.subarray(first, first + 3 * PART.width);
  });
  return { data: Buffer.concat(rows), width: PART.width, height: PART.height, channels: 3 };
}

/* A PNG. */
function pictureOf(name) {
  const { options, shown } = PICTURES[name];
  const { indices } = readBmp(encodeBMP(samplePart(), options));
  return encodePng({
    colorType: 3, channels: 1, bitDepth: shown.length > 2 ? 4 : 1, width: PART.width, height: PART.height,
    palette: shown.flatMap(bytesOf), samples: indices,
  }, { filter: 0, deflate: { level: 9 } });
}

function writePictures(folder) {
  for (const name of Object.keys(PICTURES)) fs.writeFileSync(path.join(folder, `${name}.png`), pictureOf(name));
}

module.exports = { PICTURES, panelTables, pictureOf, writePictures };
