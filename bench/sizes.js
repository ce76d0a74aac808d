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
const ROUNDS = SMOKE ? 1 : 3;

/* What is taken out of the middle of a picture: the reference is slow. */
const MOST = SMOKE ? { reduced: [160, 100], enlarged: [80, 50] } : { reduced: [640, 400], enlarged: [240, 150] };

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
  const runs = Object.entries(PROGRAMS).map(([name, { time }]) => [name, () => time(given, size)]);
  return { quality, time: await leastOf(Object.fromEntries(runs), ROUNDS) };
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
const NAMES = Object.keys(PROGRAMS);

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

async function main() {
  setUpPalettes();
  sharp.concurrency(1);
  sharp.cache(false);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-sizes-'));
  try {
    const figures = await measureAll(folder);
    const tables = { 'size-quality': qualityTable(figures), 'size-time': timeTable(figures) };
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
