'use strict';

/*
 * npm run bench:palettes -- [options]
 *
 *   --panel            only how near panels come to photographs, in what time, and the pictures of panels (panels.js)
 *   --rounds           only what each of the quantizer's rounds gains (compiles src/reduce/quantize.c)
 *
 * How well and how fast colours are reduced, beside ImageMagick, pngquant and epaper-image-convert: ten photographs
 * and ten drawings of the corpus. Prints tables, and writes them to docs/palettes.md, the pictures to docs/pictures.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const sharp = require('sharp');

const { decodePNG, getBMP } = require('..');
const { palettes } = require('../lib/palettes.js');
const { readBmp } = require('../test/kit/bmp-reader.js');
const { SMOKE } = require('./corpus.js');
const { panelTables, writePictures } = require('./panels.js');
const { PICTURES, fileOf } = require('./pictures.js');
const { findMagick, magick, paletteFile, run } = require('./programs.js');
const { blurredPsnr, meanCiede2000, psnr } = require('./quality.js');
const { table, writeTables } = require('./report.js');
const { setUpPalettes } = require('./setup.js');
const { leastOf, timeInside, timeOf } = require('./time.js');

const ROOT = path.dirname(__dirname);
const PAGE = path.join(ROOT, 'docs/palettes.md');
const DOCS_PICTURES = path.join(ROOT, 'docs/pictures');

const LARGE = SMOKE ? 'sample' : 'fluent-color'; // 3640 x 2400

// ---- Pictures -------------------------------------------------------------------

/* On white and without alpha, since programs treat alpha in different ways. */
async function flattened(part, folder) {
  const { data, width, height } = decodePNG(fs.readFileSync(fileOf(part)), { channels: 3 });
  const png = path.join(folder, `${part}.png`);
  await sharp(data, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 6 }).toFile(png);
  return { data, width, height, png };
}

// ---- Programs ---------------------------------------------------------------------

/* Each takes a picture and gives the R G B bytes that come of it. */
const ours = (options) => ({ png }) => withoutAlpha(readBmp(getBMP(fs.readFileSync(png), options)).rgba);

function withoutAlpha(rgba) {
  const data = new Uint8Array(rgba.length / 4 * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    data[to] = rgba[from];
    data[to + 1] = rgba[from + 1];
    data[to + 2] = rgba[from + 2];
  }
  return data;
}

const pngquant = (...args) => ({ png }) =>
  decodePNG(run('pngquant', [...args, '--output', '-', png]), { channels: 3 }).data;

function contests(paletteOf) {
  const measures = { PSNR: psnr, CIEDE2000: meanCiede2000 };
  const blurred = { 'blurred PSNR': blurredPsnr };
  const fixed = (name) => ({
    title: `palette ${name}`,
    measures: blurred,
    programs: {
      png2bmp: ours({ palette: name }),
      ImageMagick: magick('-dither', 'FloydSteinberg', '-remap', paletteOf[name]),
    },
  });
  return [
    {
      title: '256 colours, not dithered', measures,
      programs: {
        png2bmp: ours({ colors: 256, dither: 'none' }),
        ImageMagick: magick('+dither', '-colors', '256'),
        pngquant: pngquant('--nofs', '256'),
      },
    },
    {
      title: '256 colours, dithered', measures,
      programs: {
        png2bmp: ours({ colors: 256 }),
        ImageMagick: magick('-colors', '256'),
        pngquant: pngquant('256'),
      },
    },
    {
      title: '16 colours, dithered', measures: blurred,
      programs: {
        png2bmp: ours({ colors: 16 }),
        ImageMagick: magick('-colors', '16'),
        pngquant: pngquant('16'),
      },
    },
    fixed('spectra6'),
    fixed('vga16'),
  ];
}

// ---- Quality ------------------------------------------------------------------------

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/* figures[contest][measure][program] is a list, one a picture. */
function judge(picture, contest, figures) {
  for (const [program, convert] of Object.entries(contest.programs)) {
    const result = { ...picture, data: convert(picture) };
    for (const [name, measure] of Object.entries(contest.measures)) {
      ((figures[contest.title] ??= {})[name] ??= {})[program] ??= [];
      figures[contest.title][name][program].push(measure(picture, result));
    }
  }
}

const PROGRAMS = ['png2bmp', 'ImageMagick', 'pngquant'];

function rowsOf(kind, figures) {
  return Object.entries(figures).flatMap(([title, measures]) =>
    Object.entries(measures).map(([measure, lists]) =>
      [title, kind, measure, ...PROGRAMS.map((name) => (lists[name] ? mean(lists[name]).toFixed(2) : ''))]));
}

async function qualityTable(folder, paletteOf) {
  const rows = [];
  for (const [kind, parts] of Object.entries(PICTURES)) {
    const figures = {};
    for (const [i, part] of parts.entries()) {
      process.stderr.write(`\r\x1b[K${kind}: ${i + 1} of ${parts.length}`);
      const picture = await flattened(part, folder);
      for (const contest of contests(paletteOf)) judge(picture, contest, figures);
    }
    rows.push(...rowsOf(kind, figures));
  }
  process.stderr.write('\r\x1b[K');
  return table(['colours', 'pictures', 'measure', ...PROGRAMS], rows);
}

// ---- Time ---------------------------------------------------------------------------

async function timeRow(title, { png }, options, magickArgs) {
  const bytes = fs.readFileSync(png);
  const output = path.join(path.dirname(png), 'out.bmp');
  const { own, other } = await leastOf({
    own: () => timeInside(() => getBMP(bytes, options)),
    other: () => timeOf(findMagick(), [png, ...magickArgs, output]),
  });
  return [title, own.toFixed(0), other.toFixed(0), (other / own).toFixed(1)];
}

async function panelPicture(large, folder) {
  const png = path.join(folder, 'panel.png');
  await sharp(large.png).resize(800, 480).png().toFile(png);
  return { png };
}

async function timeTable(folder, paletteOf) {
  const large = await flattened(LARGE, folder);
  const panel = await panelPicture(large, folder);
  const remap = ['-dither', 'FloydSteinberg', '-remap', paletteOf.spectra6];
  return table(['picture', 'png2bmp, ms', 'ImageMagick, ms', 'ratio'], [
    await timeRow('3640 x 2400, 256 colours', large, { colors: 256 }, ['-colors', '256']),
    await timeRow('3640 x 2400, palette spectra6', large, { palette: 'spectra6' }, remap),
    await timeRow('800 x 480, palette spectra6', panel, { palette: 'spectra6' }, remap),
    await timeRow('800 x 480, 256 colours', panel, { colors: 256 }, ['-colors', '256']),
  ]);
}

// ---- Rounds ---------------------------------------------------------------------------

const ROUNDS = [0, 4, 8, 12, 16];

/* A program of bench/rounds.c with this many rounds; returns the PSNR of R G B bytes from standard input. */
function roundsProgram(rounds, folder) {
  const program = path.join(folder, `rounds-${rounds}`);
  run('cc', ['-std=c11', '-O3', `-DQUANTIZE_ROUNDS=${rounds}`, `-I${ROOT}/include`, `-I${ROOT}/src`, '-o', program,
    path.join(__dirname, 'rounds.c'), path.join(ROOT, 'src/reduce/quantize.c'), path.join(ROOT, 'src/reduce/nearest.c'),
    path.join(ROOT, 'src/reduce/light.c'), path.join(ROOT, 'src/base/srgb.c'), path.join(ROOT, 'src/base/cancel.c'),
    path.join(ROOT, 'src/base/report.c'), '-lm']);
  return (data) => Number(execFileSync(program, ['256'], { input: data, encoding: 'utf8' }));
}

async function roundsTable(folder) {
  const programs = ROUNDS.map((rounds) => roundsProgram(rounds, folder));
  const rows = [];
  for (const [kind, parts] of Object.entries(PICTURES)) {
    const lists = ROUNDS.map(() => []);
    for (const part of parts) {
      const { data } = await flattened(part, folder);
      programs.forEach((program, i) => lists[i].push(program(data)));
    }
    rows.push([kind, ...lists.map((list) => mean(list).toFixed(3))]);
  }
  return table(['PSNR after rounds', ...ROUNDS], rows);
}

// ---- The page ---------------------------------------------------------------------------

/* Without the corpus the figures mean nothing, and no page is written. */
function writePage(tables) {
  console.log(Object.values(tables).join('\n\n'));
  if (!SMOKE) writeTables(PAGE, tables);
}

async function panels(folder) {
  const pictures = {};
  for (const part of PICTURES.photographs) pictures[part] = await flattened(part, folder);
  writePictures(SMOKE ? folder : DOCS_PICTURES);
  return panelTables(pictures, folder);
}

async function all(folder) {
  const paletteOf = {};
  for (const name of ['spectra6', 'vga16']) paletteOf[name] = await paletteFile(name, folder, palettes[name]);
  const time = await timeTable(folder, paletteOf);
  return { time, quality: await qualityTable(folder, paletteOf), ...await panels(folder) };
}

async function main() {
  const { values } = parseArgs({ options: {
    panel: { type: 'boolean', default: false }, rounds: { type: 'boolean', default: false },
  } });
  setUpPalettes();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-palettes-'));
  try {
    if (values.rounds) console.log(await roundsTable(folder));
    else writePage(values.panel ? await panels(folder) : await all(folder));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
