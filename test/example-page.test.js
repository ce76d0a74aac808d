'use strict';

/* What the page of examples/browser makes of its form: options, a command, a script. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { encodeICO, getBMP } = require('..');
const { parseCommandLine } = require('../cli/options');
const { measured, palettes } = require('../lib/palettes');
const { readBmp } = require('./kit/bmp-reader');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { createRandom } = require('./kit/random');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const PAGE = path.join(ROOT, 'examples/browser');
const load = (name) => import(path.join(PAGE, name));
// At most 256 colours, for the choice of the image's own.
const png = encodePng(createImage({ width: 31, height: 8, colorType: 6, bitDepth: 8, fill: 'gradients' }));

/** The values that the form of index.html starts with, and the choices of its lists. */
function formOfPage() {
  const html = fs.readFileSync(path.join(PAGE, 'index.html'), 'utf8');
  const form = html.slice(html.indexOf('<form'), html.indexOf('</form>'));
  const choices = Object.fromEntries([...form.matchAll(/<select name="(\w+)">(.*?)<\/select>/gs)].map(([, name, body]) =>
    [name, [...body.matchAll(/<option(?: value="(.*?)")?>(.*?)</g)].map(([, value, text]) => value ?? text)]));
  const inputs = [...form.matchAll(/<input name="(\w+)" type="(\w+)"(?:[^>]*? value="(.*?)")?/g)].map(([, name, type, value]) =>
    [name, type === 'checkbox' ? false : value ?? '']);
  const [, list] = /<textarea name="list".*?>(.*?)</.exec(form);
  const initial = Object.fromEntries([...Object.entries(choices).map(([name, [first]]) => [name, first]), ...inputs, ['list', list]]);
  choices.palette.push(...Object.keys(palettes));
  return { choices, initial };
}

const { choices, initial } = formOfPage();

/** What the page disables: see form.mjs. */
const isPossible = ({ output, format, alpha }) => (output === 'bmp' || ['bgra32', 'indexed'].includes(format)) &&
  (alpha === 'blend' || (alpha === 'premultiply') === (format === 'bgra32'));

/** What page.mjs makes of a palette's file. */
const files = {
  'game.hex': { bytes: '000000\nff00ff\n10a020\nffffff\n', colors: ['#000000', '#ff00ff', '#10a020', '#ffffff'] },
  'my panel.hex': { bytes: '000000 14161a\nffffff c8c8c4\n', colors: [{ color: '#000000', seen: '#14161a' }, { color: '#ffffff', seen: '#c8c8c4' }] },
  'table.act': {
    bytes: Buffer.concat([Buffer.from('000000ff00ff10a020', 'hex'), Buffer.alloc(759), Buffer.from([0, 3, 0, 1])]),
    colors: ['#000000', '#ff00ff', '#10a020'], transparent: 1,
  },
};

const fileNamed = (name) => ({ name, colors: files[name].colors, transparent: files[name].transparent });

function randomValues(random) {
  const pick = (list) => list[random.below(list.length)];
  const values = { ...initial };
  do {
    for (const [name, list] of Object.entries(choices)) values[name] = pick(list);
  } while (!isPossible(values));
  return {
    ...values, bits: pick(['', '8']), colors: pick(['2', '17', '256']), threshold: pick(['128', '3']), alphaThreshold: pick(['128', '200']),
    exact: random.below(8) === 0, list: pick([initial.list, 'ffffff, 00f=2157ba, ff0000=b21318']),
    background: pick(['#ffffff', '#102030']), density: pick(['', '300']), topDown: pick([true, false]), invert: pick([true, false]),
    width: pick(['', '', '20']), height: pick(['', '', '13']), sizes: pick(['', '16, 5']), flip: pick([true, false]), flop: pick([true, false]), salvage: random.below(4) === 0,
    keyIndex: pick(['', '1', 'last', 'none']), paletteFile: fileNamed(pick(Object.keys(files))),
  };
}

const convert = ({ output, options }, from = png) => (output === 'ico' ? encodeICO([from], options) : getBMP(from, options));

/** The bytes, or what is wrong: the image has other colours than the palette, or too many when it is resized. */
function outcome(settings) {
  try {
    return convert(settings);
  } catch (error) {
    assert.match(error.code, /^ERR_(NOT_EXACT|FORMAT)$/, error.stack);
    return Buffer.from(error.message);
  }
}

/** The words that sh makes of a command. */
const wordsOf = (command) => execFileSync('sh', ['-c', `png2bmp() { printf '%s\\0' "$@"; }; ${command}`], { encoding: 'utf8' })
  .split('\0').slice(0, -1);

/** What a script writes, without a disk: { name, bytes }. */
function ran(script) {
  let written;
  const png2bmp = {
    saveBMP: (name, bytes, options) => { written = { name, bytes: getBMP(bytes, options) }; },
    saveICO: (name, images, options) => { written = { name, bytes: encodeICO(images, options) }; },
  };
  const modules = { 'node:fs': { readFileSync: () => png }, png2bmp };
  new Function('require', script)((name) => modules[name]);
  return written;
}

/** The words of a command that has no quotes inside of words. */
const plainWordsOf = (command) => command.match(/'[^']*'|\S+/g).map((word) => word.replace(/^'|'$/g, ''));

test('options, command and script of 400 random forms give the same bytes, and no option is without effect', async (t) => {
  const folder = scratch(t);
  for (const [name, { bytes }] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), bytes);
  const { settingsOf } = await load('options.mjs');
  const { commandOf, scriptOf } = await load('commands.mjs');
  const random = createRandom(7);
  for (let i = 0; i < 400; i++) {
    const values = randomValues(random);
    const settings = settingsOf(values);
    const wanted = outcome(settings);
    const words = plainWordsOf(commandOf(settings, ['logo.png'])).slice(1)
      .map((word, at, all) => (all[at - 1] === '--palette' && word in files ? path.join(folder, word) : word));
    const { settings: own, conversion, operands } = parseCommandLine(words);
    assert.deepEqual(operands, ['logo.png']);
    const name = `logo.${{ dib: 'dib', rows: 'bin' }[settings.options.container] ?? values.output}`;
    assert.equal(own.output, name);
    assert.equal(own.ico ?? false, values.output === 'ico');
    assert(outcome({ ...settings, options: conversion }).equals(wanted), words.join(' '));
    if (wanted.toString('latin1').startsWith('the image') || settings.options.exact) continue; // the script throws
    const { name: written, bytes } = ran(scriptOf(settings, ['logo.png']));
    assert.equal(written, name);
    assert(bytes.equals(wanted), words.join(' '));
  }
});

test('every purpose converts, with choices that the form has', async () => {
  const { optionsOf } = await load('options.mjs');
  const { PURPOSES } = await load('purposes.mjs');
  for (const [id, { values }] of Object.entries(PURPOSES)) {
    for (const [name, value] of Object.entries(values)) {
      assert.equal(typeof value, typeof initial[name], `${id}: ${name}`);
      if (choices[name] === undefined) assert(name in initial, `${id}: ${name}`);
      else assert(choices[name].includes(value), `${id}: ${name}: ${value}`);
    }
    const all = { ...initial, ...values };
    assert(isPossible(all), id);
    assert(convert({ output: all.output, options: optionsOf(all) }).length > 0);
  }
});

test('what is as it starts is not in the command', async () => {
  const { optionsOf } = await load('options.mjs');
  const { commandOf } = await load('commands.mjs');
  const settings = { output: 'bmp', options: optionsOf(initial) };
  assert.deepEqual(settings.options, {});
  assert.equal(commandOf(settings, ['a.png']), 'png2bmp -o a.bmp a.png');
  assert.equal(commandOf(settings, ['a.png', 'b.png']), 'png2bmp a.png b.png');
});

test('bare rows and DIBs have names of their own, and a command for several files says how they end', async () => {
  const { settingsOf } = await load('options.mjs');
  const { commandOf } = await load('commands.mjs');
  const rows = settingsOf({ ...initial, format: 'rgb565', container: 'rows', rowAlign: '1', topDown: true, width: '64', height: '' });
  const options = '--format rgb565 --size 64x --container rows --row-align 1 --top-down';
  assert.equal(commandOf(rows, ['a.png']), `png2bmp ${options} -o a.bin a.png`);
  assert.equal(commandOf(rows, ['a.png', 'b.png']), `png2bmp ${options} --suffix .bin a.png b.png`);
  const icon = settingsOf({ ...initial, output: 'ico', format: 'bgra32', sizes: ' 16,32 ' });
  assert.equal(commandOf(icon, ['a.png', 'b.png']), 'png2bmp --sizes 16,32 --fit cover --ico -o a.ico a.png');
});

test('the reader of palettes that publish.sh gives the page needs nothing of Node.js', async (t) => {
  const folder = scratch(t);
  const line = /^sed .*palette-file\.mjs"$/m.exec(fs.readFileSync(path.join(PAGE, 'publish.sh'), 'utf8'))[0];
  execFileSync('sh', ['-c', `package=${ROOT}; target=${folder}; ${line}`]);
  const text = fs.readFileSync(path.join(folder, 'palette-file.mjs'), 'utf8');
  assert.doesNotMatch(text, /\bBuffer\b|require\(|process/);
  const { coloursOfFile } = await import(path.join(folder, 'palette-file.mjs'));
  for (const { bytes, colors, transparent } of Object.values(files)) {
    const found = coloursOfFile(new Uint8Array(Buffer.from(bytes)));
    assert.equal(found.length, colors.length);
    assert.equal(found.transparent, transparent);
  }
});

test('names of files reach the shell and the script as they are', async (t) => {
  const { commandOf, scriptOf } = await load('commands.mjs');
  const settings = { output: 'bmp', options: {} };
  for (const name of ['my logo.png', "it's.png", '$HOME`id`.png', 'ü;rm.png', 'a\\b.png']) {
    const bmp = name.replace('.png', '.bmp');
    assert.deepEqual(wordsOf(commandOf(settings, [name])), ['-o', bmp, name]);
    assert.equal(ran(scriptOf(settings, [name])).name, bmp);
  }
  assert.deepEqual(wordsOf(commandOf(settings, ['-f.png'])), ['-o', './-f.bmp', './-f.png']);
  const folder = scratch(t);
  fs.writeFileSync(path.join(folder, 'my logo.png'), png);
  const command = commandOf({ output: 'bmp', options: { format: 'mono1' } }, ['my logo.png']);
  execFileSync('sh', ['-c', `png2bmp() { "${process.execPath}" "${ROOT}/bin/png2bmp.js" "$@"; }; ${command}`], { cwd: folder });
  assert(fs.readFileSync(path.join(folder, 'my logo.bmp')).equals(getBMP(png, { format: 'mono1' })));
});

test('a list of colours may be written in many ways', async () => {
  const { colorsIn } = await load('options.mjs');
  assert.deepEqual(colorsIn('#FFF, 000000\n#123abc;fed zebra 12345 1234567'), ['#ffffff', '#000000', '#123abc', '#ffeedd']);
  assert.deepEqual(colorsIn('#f00=b21318 000=#010203,fff'),
    [{ color: '#ff0000', seen: '#b21318' }, { color: '#000000', seen: '#010203' }, '#ffffff']);
});

test('the page knows what was measured of panels', async () => {
  const { MEASURED } = await load('panels.mjs');
  const numbers = Object.entries(MEASURED).map(([name, colors]) => [name, colors.map((color) => Number.parseInt(color.slice(1), 16))]);
  assert.deepEqual(Object.fromEntries(numbers), { ...measured });
});

test('a picture as a panel shows it has the pixels of the BMP, in the colours that are seen', async () => {
  const { asSeen } = await load('panels.mjs');
  const pixelsOf = (bmp) => readBmp(bmp).rgba;
  for (const options of [{ palette: 'spectra6', seen: 'measured' }, { palette: 'acep7', seen: 'measured', bits: 8, topDown: true },
    { palette: ['#000000', { color: '#ff0000', seen: '#b21318' }, '#ffffff'], dither: 'none' }]) {
    const bmp = getBMP(png, options);
    const before = Buffer.from(bmp);
    const written = options.seen ? palettes[options.palette] : [0, 0xff0000, 0xffffff];
    const seen = options.seen ? measured[options.palette] : [0, 0xb21318, 0xffffff];
    const [from, to] = [pixelsOf(bmp), pixelsOf(asSeen(bmp, options))];
    assert(bmp.equals(before));
    for (let i = 0; i < from.length; i += 4) {
      const color = from[i] << 16 | from[i + 1] << 8 | from[i + 2];
      assert.equal(to[i] << 16 | to[i + 1] << 8 | to[i + 2], seen[written.indexOf(color)]);
    }
  }
  for (const options of [{ palette: 'spectra6' }, {}, { palette: 'bw' }, { palette: 'spectra6', seen: 'measured', header: 'v5' }])
    assert.equal(asSeen(getBMP(png, options), options), undefined);
});
