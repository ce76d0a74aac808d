'use strict';

/*
 * npm run bench:sizes
 *
 * How well and how fast images are resized, beside sharp and ImageMagick: ten photographs and ten drawings of the
 * corpus. Prints tables, and writes them to docs/performance.md.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const sharp = require('sharp');

const { decodePNG, getBMP } = require('..');
const { readBmp } = require('../test/kit/bmp-reader.js');
const { resized } = require('../test/kit/resized.js');
const { SMOKE } = require('./corpus.js');
const { PICTURES, fileOf } = require('./pictures.js');
const { findMagick, run } = require('./programs.js');
const { format, geometricMean, table, writeTables } = require('./report.js');
const { setUpPalettes } = require('./setup.js');
const { leastOf, timeInside, timeOf, timeUntil } = require('./time.js');

const PAGE = path.join(path.dirname(__dirname), 'docs/performance.md');

const FACTORS = SMOKE ? [0.5, 1.5] : [0.1, 0.25, 0.5, 0.75, 1.5, 3];
const LARGE_FACTORS = [0.5, 0.75];
const ROUNDS = SMOKE ? 1 : 3;

/* What is taken out of the middle of a picture: the reference is slow. `large` is only timed, beside sharp. */
const MOST = SMOKE ? { reduced: [160, 100], enlarged: [80, 50], large: [160, 100] }
  : { reduced: [640, 400], enlarged: [240, 150], large: [1920, 1200] };

// ---- Pictures -------------------------------------------------------------------

/* { png, width, height, hasAlpha, rgba } */
async function middleOf(part, [width, height], folder) {
  const whole = decodePNG(fs.readFileSync(fileOf(part)));
  const size = { width: Math.min(width, whole.width), height: Math.min(height, whole.height) };
  const [left, top] = [whole.width - size.width >> 1, whole.height - size.height >> 1];
  const middle = sharp(whole.data, { raw: whole }).extract({ left, top, ...size });
  const rgba = await middle.clone().ensureAlpha().raw().toBuffer();
  const hasAlpha = rgba.some((value, i) => i % 4 === 3 && value < 255);
  const png = path.join(folder, `${part}-${size.width}x${size.height}.png`);
  await (hasAlpha ? middle : middle.removeAlpha()).png({ adaptiveFiltering: true }).toFile(png);
  return { png, ...size, hasAlpha, rgba };
}

const scaled = ({ width, height }, factor) =>
  ({ width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) });

// ---- Programs -------------------------------------------------------------------

const optionsOf = ({ hasAlpha }, size) => ({ size, fit: 'fill', format: hasAlpha ? 'bgra32' : 'bgr24' });

const bySharp = (inLight) => (bytes, { width, height }) => {
  const image = inLight ? sharp(bytes).pipelineColourspace('scrgb') : sharp(bytes);
  return image.resize(width, height, { fit: 'fill' }).toColourspace('srgb');
};

const byMagick = (inLight) => ({ width, height }) => {
  const resize = ['-resize', `${width}x${height}!`];
  return inLight ? ['-colorspace', 'RGB', ...resize, '-colorspace', 'sRGB'] : resize;
};

const sharpProgram = (inLight) => ({
  pixels: ({ bytes }, size) => bySharp(inLight)(bytes, size).ensureAlpha().raw().toBuffer(),
  time: ({ bytes }, size) => timeUntil(() => bySharp(inLight)(bytes, size).raw().toBuffer()),
});

const magickProgram = (inLight) => ({
  pixels: ({ png }, size) => run(findMagick(), [png, ...byMagick(inLight)(size), '-depth', '8', 'rgba:-']),
  time: ({ png }, size) => timeOf(findMagick(), [png, ...byMagick(inLight)(size), `${png}.bmp`]),
});

/* pixels: R G B A of a picture of another size; time: milliseconds from its PNG to a BMP, of sharp to pixels. */
const PROGRAMS = {
  png2bmp: {
    pixels: (picture, size) => readBmp(getBMP(picture.bytes, optionsOf(picture, size))).rgba,
    time: (picture, size) => timeInside(() => getBMP(picture.bytes, optionsOf(picture, size))),
  },
  sharp: sharpProgram(false),
  'sharp in light': sharpProgram(true),
  ImageMagick: magickProgram(false),
  'ImageMagick in light': magickProgram(true),
};

const NAMES = Object.keys(PROGRAMS);

// ---- Figures ------------------------------------------------------------------------

/* In decibels, of samples that are multiplied by alpha, which is one of them where the picture has it. */
function psnr(found, wanted, hasAlpha) {
  let [squares, count] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const isAlpha = i % 4 === 3;
    if (isAlpha && !hasAlpha) continue;
    const last = i - i % 4 + 3;
    const difference = isAlpha ? found[i] - wanted[i] : (found[i] * found[last] - wanted[i] * wanted[last]) / 255;
    squares += difference * difference;
    count++;
  }
  return 10 * Math.log10(255 * 255 * count / squares);
}

/* { quality, time } of each program, by its name. */
async function measure(picture, factor) {
  const size = scaled(picture, factor);
  const wanted = resized(picture, { size, fit: 'fill' }).rgba;
  const given = { ...picture, bytes: fs.readFileSync(picture.png) };
  const quality = {};
  for (const [name, { pixels }] of Object.entries(PROGRAMS)) quality[name] = psnr(await pixels(given, size), wanted, picture.hasAlpha);
  return { quality, time: await timesOf(NAMES, given, size) };
}

/* Milliseconds by name. */
function timesOf(names, given, size) {
  const runs = names.map((name) => [name, () => PROGRAMS[name].time(given, size)]);
  return leastOf(Object.fromEntries(runs), ROUNDS);
}

/* The same without quality, of large pictures, which are those that have at least a quarter of so many pixels. */
async function measureLarge(folder) {
  const figures = [];
  for (const part of Object.values(PICTURES).flat()) {
    const picture = await middleOf(part, MOST.large, folder);
    if (4 * picture.width * picture.height < MOST.large[0] * MOST.large[1]) continue;
    const given = { ...picture, bytes: fs.readFileSync(picture.png) };
    for (const factor of LARGE_FACTORS) figures.push({ factor, time: await timesOf(['png2bmp', 'sharp'], given, scaled(picture, factor)) });
  }
  return figures;
}

/* [{ kind, factor, quality, time }, ...], one of each picture and factor. */
async function measureAll(folder) {
  const figures = [];
  for (const [kind, parts] of Object.entries(PICTURES)) {
    for (const [i, part] of parts.entries()) {
      process.stderr.write(`\r\x1b[K${kind}: ${i + 1} of ${parts.length}`);
      const reduced = await middleOf(part, MOST.reduced, folder);
      const enlarged = await middleOf(part, MOST.enlarged, folder);
      for (const factor of FACTORS) figures.push({ kind, factor, ...await measure(factor < 1 ? reduced : enlarged, factor) });
    }
  }
  process.stderr.write('\r\x1b[K');
  return figures;
}

// ---- Tables -------------------------------------------------------------------------

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function qualityTable(figures) {
  const rows = Object.keys(PICTURES).flatMap((kind) => FACTORS.map((factor) => {
    const some = figures.filter((one) => one.kind === kind && one.factor === factor);
    return [factor, kind, ...NAMES.map((name) => mean(some.map(({ quality }) => quality[name])).toFixed(1))];
  }));
  return table(['factor', 'pictures', ...NAMES], rows);
}

function timeTable(figures) {
  const others = NAMES.slice(1);
  const rows = FACTORS.map((factor) => {
    const some = figures.filter((one) => one.factor === factor);
    const ratios = (name) => some.map(({ time }) => time[name] / time.png2bmp);
    return [factor, format(geometricMean(some.map(({ time }) => time.png2bmp))), ...others.map((name) => format(geometricMean(ratios(name)))),
      format(Math.min(...ratios('sharp')))];
  });
  return table(['factor', 'png2bmp, ms', ...others, 'sharp, least'], rows);
}

function largeTable(figures) {
  const rows = LARGE_FACTORS.map((factor) => {
    const some = figures.filter((one) => one.factor === factor);
    const ratios = some.map(({ time }) => time.sharp / time.png2bmp);
    return [factor, some.length, format(geometricMean(some.map(({ time }) => time.png2bmp))), format(geometricMean(ratios)),
      format(Math.min(...ratios))];
  });
  return table(['factor', 'pictures', 'png2bmp, ms', 'sharp', 'sharp, least'], rows);
}

async function main() {
  setUpPalettes();
  sharp.concurrency(1);
  sharp.cache(false);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-sizes-'));
  try {
    const figures = await measureAll(folder);
    const large = largeTable(await measureLarge(folder));
    const tables = { 'size-quality': qualityTable(figures), 'size-time': timeTable(figures), 'size-large': large };
    console.log(Object.values(tables).join('\n\n'));
    if (!SMOKE) writeTables(PAGE, tables);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
