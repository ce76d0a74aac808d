'use strict';

// --ico and --cur.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const process = require('node:process');
const test = require('node:test');

const { encodeICO } = require('..');
const { planIcon } = require('../cli/inputs');
const { OPTIONS, UsageError, parseCommandLine } = require('../cli/options');
const { workplace } = require('./kit/cli');
const { readIco } = require('./kit/ico-reader');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');

const icon = (side) => encodePng(createImage({ colorType: 6, bitDepth: 8, width: side, height: side, seed: side }));
const onWindows = process.platform === 'win32' && 'links and devices are those of POSIX';

const placeOf = (t, files = {}) => workplace(t, { '16.png': icon(16), '32.png': icon(32), 'bad.png': 'junk', ...files });

test('--ico and --cur write all inputs into one file', (t) => {
  const place = placeOf(t);
  const { status, stdout, stderr } = place.run(['--ico', '-o', 'app.ico', '32.png', '16.png']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^app\.ico: 2 images, \d+ ms\n$/);
  assert.deepEqual(place.read('app.ico'), encodeICO([icon(16), icon(32)]));
  assert.equal(place.run(['--cur', '-q', '-o', 'app.cur', '16.png']).stdout, '');
  assert.equal(place.read('app.cur').readUInt16LE(2), 2);
  assert.deepEqual(place.list(), ['16.png', '32.png', 'app.cur', 'app.ico', 'bad.png']);
});

test('an icon or a cursor whose name ends like another kind of picture needs --force-extension', (t) => {
  const place = placeOf(t);
  for (const [args, message] of [
    [['--ico', '-o', 'a.png'], /a\.png would be an icon: name it a\.ico, or add --force-extension/],
    [['--ico', '-o', 'a.BMP'], /a\.BMP would be an icon: name it a\.ico/],
    [['--ico', '-o', 'a.cur'], /a\.cur would be an icon: use --cur, or/],
    [['--cur', '-o', 'a.ico'], /a\.ico would be a cursor: use --ico, or/],
    [['--cur', '-o', 'a.jpg'], /a\.jpg would be a cursor: name it a\.cur/],
  ]) {
    const { status, stderr } = place.run([...args, '16.png']);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
  }
  assert.deepEqual(place.list(), ['16.png', '32.png', 'bad.png']);
  for (const name of ['a.ico', 'a.ICO', 'a', 'a.bin']) {
    assert.equal(place.run(['--ico', '-o', name, '16.png']).status, 0, name);
  }
  assert.equal(place.run(['--ico', '--force-extension', '-o', 'a.png', '16.png']).status, 0);
  assert.deepEqual(place.read('a.png'), encodeICO([icon(16)]));
});

test('an icon may come from standard input and go to standard output', (t) => {
  const { status, stdout, stderr } = placeOf(t).run(['--ico', '-o', '-', '16.png', '-'], { input: icon(32), encoding: 'buffer' });
  assert.deepEqual([status, String(stderr)], [0, '']);
  assert.deepEqual(stdout, encodeICO([icon(16), icon(32)]));
});

test('an existing icon is replaced, skipped or refused as a BMP is', (t) => {
  const place = placeOf(t, { 'a.ico': 'old' });
  const run = (...args) => place.run(['--ico', '-o', 'a.ico', ...args, '16.png', '32.png']);
  const refused = run();
  assert.equal(refused.status, 73);
  assert.equal(refused.stderr, 'png2bmp: a.ico: cannot write: EEXIST: file exists (--force overwrites it, --skip-existing skips it)\n');
  assert.equal(run('-n').stdout, 'a.ico: exists, skipped\n');
  fs.utimesSync(place.at('16.png'), 1000, 1000);
  fs.utimesSync(place.at('32.png'), 1000, 1000);
  assert.equal(run('-u').status, 0);
  assert.equal(String(place.read('a.ico')), 'old');
  fs.utimesSync(place.at('a.ico'), 2000, 2000);
  fs.utimesSync(place.at('32.png'), 3000, 3000);
  assert.equal(run('-u').status, 0, 'one of the inputs is newer');
  assert.equal(readIco(place.read('a.ico')).images.length, 2);
  assert.equal(run('-f').status, 0);
});

test('--ico writes through links and into devices, and keeps modes', { skip: onWindows }, (t) => {
  const place = placeOf(t, { 'real.ico': 'old' });
  fs.chmodSync(place.at('real.ico'), 0o600);
  fs.symlinkSync('real.ico', place.at('link.ico'));
  assert.equal(place.run(['--ico', '-f', '-o', 'link.ico', '16.png']).status, 0);
  assert.ok(fs.lstatSync(place.at('link.ico')).isSymbolicLink());
  assert.equal(fs.statSync(place.at('real.ico')).mode & 0o777, 0o600);
  assert.equal(spawnSync('mkfifo', [place.at('pipe')]).status, 0);
  assert.equal(place.run(['--ico', '-f', '-o', 'pipe', '16.png']).status, 73, 'nobody reads it');
  assert.ok(fs.lstatSync(place.at('pipe')).isFIFO());
  if (spawnSync('mknod', [place.at('null'), 'c', '1', '3']).status !== 0) return;
  place.run(['--ico', '-f', '-o', 'null', '16.png']);
  assert.ok(fs.lstatSync(place.at('null')).isCharacterDevice());
});

test('an icon that cannot be saved has the exit status of what failed', (t) => {
  const place = placeOf(t, { 'large.png': icon(257) });
  const run = (...args) => place.run(['--ico', '-o', 'x.ico', ...args]);
  for (const [result, status, text] of [
    [run('16.png', 'bad.png'), 65, /^png2bmp: bad\.png: not a PNG/],
    [run('16.png', 'none.png'), 66, /^png2bmp: none\.png: cannot read: ENOENT/],
    [run('16.png', 'large.png'), 65, /^png2bmp: large\.png: 257 x 257 pixels, .*at most 256 x 256; --sizes 16,32,48,256 makes all of them from one PNG \(ERR_PIXEL_LIMIT\)\n$/],
    [place.run(['--ico', '-o', 'none/x.ico', '16.png']), 73, /^png2bmp: none\/x\.ico: cannot write: ENOENT/],
    [place.run(['--cur', '--hotspot', '16,0', '-o', 'x.cur', '16.png']), 2, /^png2bmp: --hotspot 16,0 is outside of 16\.png, which has 16 x 16 pixels\n/],
    [run('--palette', 'ffffff,ff0000', '--bits', '1', '16.png'), 2, /^png2bmp: 16\.png: --palette must be one with black, .*pixels \(ERR_INVALID_ARG_VALUE\)\n$/],
  ]) {
    assert.equal(result.status, status);
    assert.match(result.stderr, text);
  }
  assert.ok(!place.exists('x.ico'));
  if (!fs.existsSync('/dev/full')) return;
  assert.equal(place.run(['--ico', '-o', '/dev/full', '16.png']).status, 73);
  const full = fs.openSync('/dev/full', 'w');
  assert.equal(place.run(['--ico', '-o', '-', '16.png'], { stdio: ['ignore', full, 'pipe'] }).status, 73);
  fs.closeSync(full);
});

/** What is wrong with a command line, as the program says it. */
async function mistakeOf(...args) {
  try {
    const { operands, settings, conversion } = parseCommandLine(args);
    await planIcon(operands, settings, conversion, new AbortController().signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}

test('a wrong command line is refused before anything is read', async (t) => {
  for (const [args, text] of [
    [['--ico', '16.png'], /need --output FILE/],
    [['--ico', '-o', 'b.ico'], /no input/],
    [['--ico', '--cur', '-o', 'b.ico', '16.png'], /cannot be used together/],
    [['--ico', '-o', 'b.ico', '16.png', '-', '-'], /only one of the inputs/],
    [['--ico', '-o', '-', '--json', '16.png'], /--json needs --output FILE/],
    [['--ico', '-f', '-o', '16.png', '16.png'], /is an input and would be overwritten/],
    [['--ico', '--format', 'bgr24', '-o', 'b.ico', '16.png'], /--format bgr24 is not for icons/],
    [['--hotspot', '1,1', '16.png'], /no effect without --cur/],
    [['--ico', '--hotspot', '1,1', '-o', 'b.ico', '16.png'], /no effect without --cur/],
    [['--ico-png', 'all', '16.png'], /no effect without --ico or --cur/],
    [['--cur', '--hotspot', '1', '-o', 'b.cur', '16.png'], /needs X,Y/],
  ]) assert.match(await mistakeOf(...args), text, args.join(' '));
  const without = placeOf(t).run(['--ico', '--dither', 'none', '-o', 'b.ico', '16.png']);
  assert.equal(without.status, 2);
  assert.match(without.stderr, /no effect on \w+: --dither applies only to/);
  const { status, stderr } = placeOf(t).run(['--cur', '--hotspot', '1,1', '-o', 'b.cur', '16.png', '32.png']);
  assert.equal(status, 2);
  assert.match(stderr, /--hotspot has 1 point for 2 inputs/);
});

test('every option acts on icons or is refused by name', async () => {
  const acts = {
    output: ['x.ico'], 'files-from': [os.devNull], null: [], force: [], 'force-extension': [],
    'skip-existing': [], update: [], sync: [],
    ico: [], sizes: ['16,32'], 'ico-order': ['given'], 'ico-png': ['all'], format: ['indexed'], 'alpha-threshold': ['9', '--colors', '8'],
    depth16: ['truncate'], colors: ['8'], palette: ['bw'], bits: ['8', '--palette', 'bw'], dither: ['none', '--palette', 'bw'],
    'color-space': ['srgb'], light: ['linear', '--palette', 'bw'], seen: ['measured', '--palette', 'bwry'],
    tone: ['none', '--palette', 'bwry', '--seen', 'measured'],
    rotate: ['90'], flip: [], flop: [], 'max-pixels': ['1024'], 'max-memory': ['9999999'], strict: [], salvage: [], 'ignore-checksums': [],
    json: [], quiet: [], verbose: [], help: [], version: [],
  };
  const all = OPTIONS.filter(({ name }) => name !== 'cur' && name !== 'hotspot');
  for (const { name, value } of all) {
    const ico = name === 'ico' ? [] : ['--ico'];
    const output = name === 'output' ? [] : ['-o', 'x.ico'];
    const mistake = await mistakeOf(...ico, `--${name}`, ...acts[name] ?? (value ? ['x'] : []), ...output, '16.png');
    if (acts[name]) assert.equal(mistake, undefined, name);
    else assert.match(mistake, new RegExp(`^--${name} has no effect with`), name);
  }
});

test('names come from a list, and the images stay in its order', (t) => {
  const place = placeOf(t, { list: '16.png\n32.png\n' });
  assert.equal(place.run(['--ico', '--ico-order', 'given', '-o', 'a.ico', '--files-from', 'list', '32.png']).status, 0);
  assert.deepEqual(readIco(place.read('a.ico')).images.map(({ width }) => width), [32, 16, 32]);
});

test('--verbose names every image', (t) => {
  const { stdout } = placeOf(t).run(['--ico', '-v', '-o', 'a.ico', '32.png', '16.png']);
  assert.match(stdout, /^32\.png: 32 x 32\n16\.png: 16 x 16\na\.ico: 2 images, \d+(\.\d+)? ms\n$/);
});

test('--hotspot has a point for each input', (t) => {
  const place = placeOf(t);
  assert.equal(place.run(['--cur', '--hotspot', '8,4:3,2', '-o', 'a.cur', '32.png', '16.png']).status, 0);
  const { type, images } = readIco(place.read('a.cur'));
  assert.equal(type, 2);
  assert.deepEqual(images.map(({ width, x, y }) => [width, x, y]), [[16, 3, 2], [32, 8, 4]]);
});

test('--hotspot is a point of the turned image', (t) => {
  const place = placeOf(t, { 'wide.png': encodePng(createImage({ colorType: 6, bitDepth: 8, width: 30, height: 20, seed: 1 })) });
  const turn = (point) => place.run(['--cur', '-f', '--rotate', '90', '--hotspot', point, '-o', 'a.cur', 'wide.png']);
  assert.equal(turn('10,25').status, 0);
  assert.deepEqual(readIco(place.read('a.cur')).images.map(({ width, x, y }) => [width, x, y]), [[20, 10, 25]]);
  const { status, stderr } = turn('25,10');
  assert.equal(status, 2);
  assert.match(stderr, /^png2bmp: --hotspot 25,10 is outside of wide\.png, which has 20 x 30 pixels\n/);
});

test('--ico-png and palettes say what the images are', (t) => {
  const place = placeOf(t, { '256.png': icon(256) });
  const images = (...args) => {
    assert.equal(place.run(['--ico', '-f', '-o', 'a.ico', ...args, '16.png', '256.png']).status, 0);
    return readIco(place.read('a.ico')).images;
  };
  assert.deepEqual(images('--ico-png', 'none').map(({ isPng }) => isPng), [false, false]);
  assert.deepEqual(images('--ico-png', 'all').map(({ isPng }) => isPng), [true, true]);
  assert.deepEqual(images('--colors', '16').map(({ bits }) => bits), [4, 4]);
  assert.deepEqual(images('--format', 'indexed', '--colors', '64').map(({ bits }) => bits), [8, 8]);
});

test('--json tells of the icon, and warnings name their image', (t) => {
  const cut = icon(32).subarray(0, 2000);
  const place = placeOf(t, { 'cut.png': cut });
  const json = (...args) => {
    const { stdout, stderr, status } = place.run(['--ico', '-f', '--json', '-o', 'a.ico', ...args]);
    return { ...JSON.parse(stdout), stderr, status };
  };
  const good = json('--salvage', '16.png', 'cut.png');
  assert.deepEqual([good.inputs, good.output, good.ok, good.status], [['16.png', 'cut.png'], 'a.ico', true, 0]);
  assert.deepEqual(good.warnings.map(({ file, code }) => [file, code]), [['cut.png', 'WARN_PNG_SALVAGED']]);
  assert.match(good.stderr, /^png2bmp: cut\.png: warning: .*\(WARN_PNG_SALVAGED\)\n$/);
  const bad = json('16.png', 'bad.png');
  assert.deepEqual([bad.ok, bad.error.file, bad.error.code, bad.status], [false, 'bad.png', 'ERR_PNG_SIGNATURE', 65]);
});
