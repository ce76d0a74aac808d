'use strict';

/* What the command line prints, its exit status, and how much it does at once. */

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const test = require('node:test');
const { getBMP, versions } = require('..');
const { Converter } = require('../cli/convert');
const { chooseConcurrency, runJobs } = require('../cli/jobs');
const {
  PROGRAM, TINY_BMP_BYTES, TINY_PNG, blackPng, noTerminal, workplace,
} = require('./kit/cli');
const { createImage } = require('./kit/image');
const { assemble, encodePng, pngChunks } = require('./kit/png-encoder');

const posixOnly = { skip: process.platform === 'win32' && 'needs POSIX signals, pipes and devices' };

/* Good pixels, no IEND: tolerated with a warning. */
const ENDLESS_PNG = assemble(pngChunks(createImage({
  width: 5, height: 3, colorType: 2, bitDepth: 8,
})).slice(0, -1));

test('a single input is reported with its size and time', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const { stdout, stderr } = place.run(['a.png']);
  assert.match(stdout, /^a\.bmp: 5 x 3, 102 bytes, \d+ ms\n$/);
  assert.equal(stderr, '');
});

test('many inputs are converted silently when nothing is a terminal', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG });
  const { status, stdout, stderr } = place.run(['a.png', 'b.png']);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});

test('-q says nothing but errors', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['-q', 'a.png']).stdout, '');
  const again = place.run(['-q', 'a.png']);
  assert.equal(again.stdout, '');
  assert.match(again.stderr, /exists/);
});

test('warnings are said without being asked for, one line each, except with -q', (t) => {
  const place = workplace(t, { 'a.png': ENDLESS_PNG, 'b.png': ENDLESS_PNG });
  const one = place.run(['a.png', 'b.png']);
  assert.equal(one.status, 0);
  assert.match(one.stderr, /^png2bmp: a\.png: warning: .*\(WARN_PNG_END\)\npng2bmp: b\.png: warning: .*\(WARN_PNG_END\)\n$/);
  assert.match(place.run(['-f', 'a.png', '-o', '-']).stderr, /^png2bmp: a\.png: warning: .*\n$/);
  assert.match(place.run(['-f', '--json', 'a.png']).stderr, /^png2bmp: a\.png: warning: .*\n$/);
  assert.deepEqual([place.run(['-fq', 'a.png']).stderr, place.run(['-fq', 'a.png']).status], ['', 0]);
});

test('a cut file: the error names --salvage, which says how much is there, and fails where nothing is', (t) => {
  const cut = blackPng(100, 125);
  const noise = encodePng(createImage({ width: 50, height: 40, colorType: 2, bitDepth: 8 }), { deflate: { level: 0 } });
  const place = workplace(t, { 'some.png': noise.subarray(0, noise.length / 2), 'none.png': cut.subarray(0, 45) });
  assert.match(place.run(['some.png']).stderr, /; (\d+) of 40 rows were decoded: --salvage keeps them \(ERR_PNG_TRUNCATED\)\n$/);
  const some = place.run(['--salvage', 'some.png']);
  assert.equal(some.status, 0);
  assert.match(some.stderr, /some\.png: warning: (\d+) of 40 rows were decoded.*\(WARN_PNG_SALVAGED\)/);
  const none = place.run(['--salvage', 'none.png']);
  assert.equal(none.status, 65);
  assert.match(none.stderr, /0 of 125 rows were decoded \(ERR_PNG_TRUNCATED\)/);
  assert.deepEqual(place.list(), ['none.png', 'some.bmp', 'some.png']);
});

test('-v says every file, warnings, and the sum', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': ENDLESS_PNG, 'c.png': TINY_PNG, 'c.bmp': '' });
  const { status, stdout, stderr } = place.run(['-v', '-n', 'a.png', 'b.png', 'c.png']);
  assert.equal(status, 0);
  assert.match(stdout, /^a\.bmp: .+\nb\.bmp: .+\nc\.bmp: exists, skipped\n2 files written, 1 skipped, 0 failed, [\d.]+ s\n$/);
  assert.match(stderr, /^png2bmp: b\.png: warning: .*IEND.*\(WARN_PNG_END\)\n$/);
});

test('-v speaks on standard error where standard output carries the BMP', (t) => {
  const { stdout, stderr } = workplace(t).run(['-v', '-'], { input: TINY_PNG, encoding: 'buffer' });
  assert.equal(stdout.length, TINY_BMP_BYTES);
  assert.match(stderr.toString(), /^-: 5 x 3, 102 bytes, \d+ ms\n$/);
});

test('control characters in names do not reach the terminal', posixOnly, (t) => {
  const place = workplace(t, { 'a\u001b[2J\n.png': TINY_PNG });
  assert.match(place.run(['a\u001b[2J\n.png']).stdout, /^a\?\[2J\?\.bmp: [^\n]*\n$/);
});

test('--info says what the PNG is and what would be written, also where that exists', (t) => {
  const rgba = encodePng(createImage({ width: 7, height: 2, colorType: 6, bitDepth: 16 }), { interlaced: true });
  const place = workplace(t, { 'a.png': rgba, 'a.bmp': 'old' });
  const { status, stdout } = place.run(['--info', '--format', 'bgra32', 'a.png']);
  assert.equal(status, 0);
  assert.equal(stdout, 'a.png: PNG 7 x 2, 16 bit RGB with alpha, interlaced; BMP bgra32, 32 bit, 178 bytes\n');
  assert.equal(place.read('a.bmp').toString(), 'old');
});

test('--info has the size of the PNG, and of the BMP where that is another', (t) => {
  const damaged = Buffer.from(TINY_PNG);
  damaged[29] ^= 1; // the CRC of IHDR
  const place = workplace(t, { 'a.png': TINY_PNG, 'damaged.png': damaged });
  const info = (...args) => place.run(['--info', ...args, 'a.png']).stdout;
  assert.equal(info('--rotate', '90'), 'a.png: PNG 5 x 3, 8 bit RGB; BMP 3 x 5, bgr24, 24 bit, 114 bytes\n');
  assert.equal(info('--size', '10x', '--max-pixels', '60'), 'a.png: PNG 5 x 3, 8 bit RGB; BMP 10 x 6, bgr24, 24 bit, 246 bytes\n');
  assert.equal(info('--flip'), 'a.png: PNG 5 x 3, 8 bit RGB; BMP bgr24, 24 bit, 102 bytes\n');
  const { png, width, height } = JSON.parse(info('--json', '--rotate', '270'));
  assert.deepEqual({ png, width, height }, { png: { width: 5, height: 3 }, width: 3, height: 5 });
  assert.equal(JSON.parse(info('--json')).png, undefined);
  // As a conversion reads it, whatever that needs.
  const { stdout } = place.run(['--info', '--ignore-checksums', '--rotate', '90', 'damaged.png']);
  assert.match(stdout, /PNG 5 x 3, .*BMP 3 x 5/);
});

test('--info reads standard input', (t) => {
  const { stdout } = workplace(t).run(['--info', '-'], { input: TINY_PNG });
  assert.equal(stdout, '-: PNG 5 x 3, 8 bit RGB; BMP bgr24, 24 bit, 102 bytes\n');
});

test('--info needs the whole file where long chunks precede the pixels', (t) => {
  const first = [{ type: 'iTXt', data: Buffer.alloc(200000) }];
  const image = createImage({ width: 5, height: 3, colorType: 2, bitDepth: 8 });
  const place = workplace(t, { 'a.png': encodePng(image, { first }) });
  assert.match(place.run(['--info', 'a.png']).stdout, /PNG 5 x 3/);
});

test('--json gives one line for each input, as it ends', (t) => {
  const place = workplace(t, {
    'a.png': TINY_PNG, 'b.png': ENDLESS_PNG, 'c.png': 'not a PNG', 'd.png': TINY_PNG, 'd.bmp': '',
  });
  const { status, stdout } = place.run(['--json', 'a.png', 'b.png', 'c.png', 'd.png', 'e.png']);
  assert.equal(status, 1);
  const records = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  const [a, b, c, d, e] = records;
  const { ms, ...rest } = a;
  assert.equal(typeof ms, 'number');
  assert.deepEqual(rest, {
    input: 'a.png', output: 'a.bmp', ok: true, width: 5, height: 3, bytes: 102, format: 'bgr24', warnings: [],
  });
  assert.equal(b.warnings[0].code, 'WARN_PNG_END');
  assert.equal(c.error.code, 'ERR_PNG_SIGNATURE');
  assert.equal(d.error.code, 'EEXIST');
  assert.equal(e.error.code, 'ENOENT');
  assert.deepEqual(records.map((record) => record.ok), [true, true, false, false, false]);
});

test('--json with -n marks what was skipped', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'a.bmp': '' });
  const { stdout } = place.run(['--json', '-n', 'a.png']);
  assert.deepEqual(JSON.parse(stdout), { input: 'a.png', output: 'a.bmp', ok: true, skipped: true });
});

test('--json --info says what the PNG is', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const { ms, ...record } = JSON.parse(place.run(['--json', '--info', 'a.png']).stdout);
  assert.ok(ms >= 0);
  assert.deepEqual(record, {
    input: 'a.png', ok: true, width: 5, height: 3, bytes: 102, format: 'bgr24',
    bitDepth: 8, colorType: 2, interlaced: false, bitsPerPixel: 24, warnings: [],
    colorSpace: { sRGB: false, hdr: false }, frames: 1,
  });
});

const CONVERSIONS = [
  [['--format', 'bgra32'], { format: 'bgra32' }],
  [['--format=auto'], { format: 'auto' }],
  [['--alpha', 'drop'], { alpha: 'drop' }],
  [['--background', '#102030'], { background: '#102030' }],
  [['--background', 'f80'], { background: '#ff8800' }],
  [['--top-down'], { topDown: true }],
  [['--depth16', 'truncate'], { depth16: 'truncate' }],
  [['--format', 'gray8'], { format: 'gray8' }],
  [['--format', 'rgb565'], { format: 'rgb565' }],
  [['--format', 'mono1', '--dither', 'ordered'], { format: 'mono1', dither: 'ordered' }],
  [['--format', 'mono1', '--dither', 'none', '--threshold', '90', '--invert'], {
    format: 'mono1', dither: 'none', threshold: 90, invert: true,
  }],
];

for (const [args, options] of CONVERSIONS) {
  test(`${args.join(' ')} is the option of the library`, (t) => {
    const image = createImage({ width: 9, height: 5, colorType: 6, bitDepth: 16 });
    const png = encodePng(image);
    const { status, stdout } = workplace(t).run([...args, '-'], { input: png, encoding: 'buffer' });
    assert.equal(status, 0);
    assert.deepEqual(stdout, getBMP(png, options));
    assert.notDeepEqual(stdout, options.format === 'auto' ? undefined : getBMP(png));
  });
}

test('--strict refuses what is tolerated otherwise', (t) => {
  const place = workplace(t, { 'a.png': ENDLESS_PNG });
  assert.equal(place.run(['--strict', 'a.png']).status, 65);
  assert.equal(place.run(['a.png']).status, 0);
});

test('--max-pixels refuses larger images', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['--max-pixels', '14', 'a.png']).status, 65);
  assert.equal(place.run(['--max-pixels', '15', 'a.png']).status, 0);
});

test('--max-memory refuses what takes more', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const refused = place.run(['--max-memory', '1000', 'a.png']);
  assert.equal(refused.status, 65);
  assert.match(refused.stderr, /bytes in addition to input and output; --max-memory allows 1000 \(ERR_MEMORY_LIMIT\)/);
  assert.match(place.run(['--max-memory', '2k', 'a.png']).stderr, /--max-memory allows 2048/);
  for (const [size, status] of [['1000000', 0], ['1M', 0], ['1g', 0], ['1T', 2], ['M', 2], ['0', 2]]) {
    assert.equal(place.run(['-f', '--max-memory', size, 'a.png']).status, status, size);
  }
});

test('--ignore-checksums accepts a wrong CRC', (t) => {
  const damaged = Buffer.from(TINY_PNG);
  damaged[29] ^= 1; /* the CRC of IHDR */
  const place = workplace(t, { 'a.png': damaged });
  assert.equal(place.run(['a.png']).status, 65);
  assert.equal(place.run(['--ignore-checksums', 'a.png']).status, 0);
});

test('a single input exits with 65, 66 or 73, one of many with 1', (t) => {
  const place = workplace(t, { 'bad.png': 'not a PNG', 'a.png': TINY_PNG });
  assert.equal(place.run(['bad.png']).status, 65);
  assert.equal(place.run(['nowhere.png']).status, 66);
  assert.equal(place.run(['a.png', 'nowhere/a.bmp']).status, 73);
  assert.equal(place.run(['-f', 'bad.png', 'a.png']).status, 1);
  assert.deepEqual(place.list(), ['a.bmp', 'a.png', 'bad.png']);
});

test('a large bad PNG exits with 65 as well, and leaves nothing behind', (t) => {
  const place = workplace(t, { 'a.png': blackPng(1000, 1000).subarray(0, -100) });
  assert.equal(place.run(['a.png']).status, 65);
  assert.deepEqual(place.list(), ['a.png']);
});

test('an empty file and empty input are bad PNGs', (t) => {
  const place = workplace(t, { 'a.png': '' });
  const { status, stderr } = place.run(['a.png']);
  assert.equal(status, 65);
  assert.equal(stderr, 'png2bmp: a.png: not a PNG: the input is empty (ERR_PNG_SIGNATURE)\n');
  assert.equal(place.run(['-'], { input: '' }).status, 65);
});

test('a directory that cannot be made is an output that cannot be written', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, file: '' });
  const { status, stderr } = place.run(['-d', 'file/out', 'a.png']);
  assert.equal(status, 73);
  assert.match(stderr, /a\.png: cannot write file\/out\/a\.bmp: /);
});

test('--fail-fast starts nothing after the first failure', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': 'not a PNG', 'c.png': TINY_PNG });
  assert.equal(place.run(['--fail-fast', 'a.png', 'b.png', 'c.png']).status, 1);
  assert.deepEqual(place.list(), ['a.bmp', 'a.png', 'b.png', 'c.png']);
});

const MISUSE = [
  ['--no-such-option', /unknown option --no-such-option/],
  ['--format=jpeg', /--format needs one of bgr24, .*, not 'jpeg'/],
  ['--background=white', /--background needs a colour such as ffffff/],
  ['--jobs=0', /--jobs needs a whole number from 1 to 1023, not '0'/],
  ['--max-pixels=1e9', /--max-pixels needs a whole number/],
  ['--suffix=a/b', /--suffix needs part of a file name/],
  ['--output=', /--output needs a name/],
  ['--strict=yes', /--strict/],
];

for (const [argument, message] of MISUSE) {
  test(`${argument} is a usage error that says what is needed`, (t) => {
    const place = workplace(t, { 'a.png': TINY_PNG });
    const { status, stderr } = place.run([argument, 'a.png']);
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.deepEqual(place.list(), ['a.png']);
  });
}

test('options that cannot be used together are a usage error', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const args of [['-f', '-n'], ['-q', '-v'], ['-o', 'x', '-d', 'y'], ['--info', '--dry-run']]) {
    const { status, stderr } = place.run([...args, 'a.png']);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /cannot be used together/);
  }
});

test('a reader that goes away ends the program without a message', posixOnly, (t) => {
  const place = workplace(t, { 'a.png': blackPng(600, 600) });
  for (const args of ['a.png -', '--help', '-j1 --json --info a.png']) {
    const { stderr } = spawnSync('sh', ['-c', `"$0" "$1" ${args} | true`, process.execPath, PROGRAM], {
      cwd: place.directory, encoding: 'utf8',
    });
    assert.equal(stderr, '', args);
  }
  assert.deepEqual(place.list(), ['a.png']);
});

test('a full disk at the end of standard output is an output that cannot be written', {
  skip: !fs.existsSync('/dev/full') && 'needs /dev/full',
}, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const full = fs.openSync('/dev/full', 'w');
  const { status, stderr } = place.run(['a.png', '-'], { stdio: ['ignore', full, 'pipe'] });
  const version = place.run(['-V'], { stdio: ['ignore', full, 'pipe'] });
  fs.closeSync(full);
  assert.equal(version.status, 73);
  assert.equal(status, 73);
  assert.match(stderr, /^png2bmp: cannot write to standard output: ENOSPC: no space left on device\n$/);
});

function assertAllWhole(place, bytes) {
  for (const name of place.list()) {
    assert.match(name, /^\d+\.(png|bmp)$/, 'a temporary file was left');
    if (name.endsWith('.bmp')) assert.equal(fs.statSync(place.at(name)).size, bytes, name);
  }
}

const SIGNAL_CASES = [
  ['large images', blackPng(2000, 1500), 40, 'SIGINT', 130],
  ['icons', TINY_PNG, 20000, 'SIGINT', 130],
  ['large images', blackPng(2000, 1500), 40, 'SIGTERM', 143],
];

for (const [what, png, count, signal, status] of SIGNAL_CASES) {
  test(`${signal} among many ${what} exits with ${status} and leaves only whole files`, posixOnly, async (t) => {
    const place = workplace(t, { '0.png': png });
    for (let i = 1; i < count; i++) fs.linkSync(place.at('0.png'), place.at(`${i}.png`));
    const run = place.start(['--json', '-r', '.']);
    const lines = readline.createInterface({ input: run.stdout });
    await once(lines, 'line');
    run.kill(signal);
    const errors = [];
    run.stderr.on('data', (chunk) => errors.push(chunk));
    const [code] = await once(run, 'close');
    assert.equal(code, status);
    const written = place.list().filter((name) => name.endsWith('.bmp')).length;
    assert.ok(written > 0 && written < count, `${written} of ${count} were written`);
    const by = signal === 'SIGINT' ? '' : ` by ${signal}`;
    const [, left] = new RegExp(`^png2bmp: interrupted${by}: (\\d+) of ${count} inputs were not done\n$`)
      .exec(Buffer.concat(errors).toString()) ?? [];
    // Files that threads have just put in place may not be known of yet.
    assert.ok(count - left <= written && count - left >= written - os.availableParallelism(), `${left} left, ${written} written`);
    assertAllWhole(place, getBMP(png).length);
  });
}

test('SIGINT ends the wait for a slow reader of the BMP', posixOnly, async (t) => {
  const place = workplace(t, { 'a.png': blackPng(1000, 1000) });
  const run = place.start(['a.png', '-']);
  await once(run.stdout, 'readable');
  run.kill('SIGINT');
  const [code] = await once(run, 'exit');
  assert.equal(code, 130);
});

test('SIGINT ends the wait for standard input', posixOnly, async (t) => {
  const run = workplace(t).start(['-v', '-', 'a.bmp']);
  const errors = [];
  run.stderr.on('data', (chunk) => errors.push(chunk));
  /* its handlers are installed once the first bytes have been read: a pipe holds no more than 64 KiB of these */
  const text = Buffer.from('\0\x20\0\0tEXt', 'latin1'); // the head of a chunk of 2 MiB
  const begun = Buffer.concat([TINY_PNG.subarray(0, 33), text, Buffer.alloc(1 << 20)]);
  await new Promise((resolve) => { run.stdin.write(begun, resolve); });
  run.kill('SIGINT');
  const [code] = await once(run, 'close');
  assert.equal(code, 130);
  assert.equal(Buffer.concat(errors).toString(), 'png2bmp: interrupted\n');
});

test('SIGINT ends the wait for names, and that for the images of an icon', posixOnly, async (t) => {
  for (const args of [['--files-from', '-'], ['--ico', '-o', 'a.ico', '-']]) {
    const run = workplace(t).start(args);
    const errors = [];
    run.stderr.on('data', (chunk) => errors.push(chunk));
    /* more than a pipe holds: once it is gone, the program is reading */
    const begun = Buffer.concat([TINY_PNG.subarray(0, 33), Buffer.from('\0\x20\0\0tEXt', 'latin1'), Buffer.alloc(1 << 20)]);
    await new Promise((resolve) => { run.stdin.write(begun, resolve); });
    run.kill('SIGINT');
    const [code] = await once(run, 'close');
    assert.deepEqual([code, Buffer.concat(errors).toString()], [130, 'png2bmp: interrupted\n'], args.join(' '));
  }
});

function onTerminal(place, args) {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  return spawnSync('script', ['-qec', command, '/dev/null'], { cwd: place.directory, encoding: 'utf8', input: '' });
}

test('a terminal shows a progress bar with files, percent, speed and time left', {
  skip: noTerminal(),
}, (t) => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.png`, blackPng(800, 600)]));
  const place = workplace(t, { ...files, 'bad.png': 'not a PNG' });
  const { status, stdout } = onTerminal(place, ['-r', '.']);
  assert.equal(status, 1);
  assert.match(stdout, / +\d+% #*-+  \d+\/31 files  \d+ MB\/s  \S+ left/);
  assert.match(stdout, /\r\u001b\[Kpng2bmp: bad\.png: [^\r]+\r\n/);
  assert.match(stdout, /30 files written, 0 skipped, 1 failed, [\d.]+ s\r\n/);
  assert.ok(stdout.includes('\u001b[?25h'), 'the cursor is shown again');
  assert.ok(!stdout.includes('\u001b[?7l'), 'lines are wrapped, so that no message is cut');
});

test('a BMP is not written to a terminal, except with -f', {
  skip: noTerminal(),
}, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const refused = onTerminal(place, ['a.png', '-']);
  assert.equal(refused.status, 2);
  assert.match(refused.stdout, /^png2bmp: standard output is a terminal/);
  const forced = onTerminal(place, ['-f', 'a.png', '-']);
  assert.equal(forced.status, 0);
  assert.match(forced.stdout, /^BM/);
});

/* A converter whose jobs end when the test says so. */
function slowConverter(sizes) {
  const open = new Map();
  const seen = [];
  return {
    open,
    seen,
    beginSeveral: () => [],
    begin: (job) => ({
      bytes: sizes[job],
      run: () => new Promise((resolve) => {
        open.set(job, () => { open.delete(job); resolve({ ok: true }); });
        seen.push([...open.keys()]);
      }),
    }),
  };
}

const turns = async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); };

async function runSlowly(sizes, limits) {
  const converter = slowConverter(sizes);
  const signal = new AbortController().signal;
  const done = runJobs([...sizes.keys()], converter, { signal, ...limits }, () => {});
  for (;;) {
    await turns();
    const [finish] = converter.open.values();
    if (!finish) break;
    finish();
  }
  await done;
  return converter.seen;
}

test('never more conversions are under way than --jobs says', async () => {
  const seen = await runSlowly([1, 1, 1, 1, 1, 1], { concurrency: 2, budget: 100 });
  assert.equal(seen.length, 6);
  assert.equal(Math.max(...seen.map((open) => open.length)), 2);
});

test('conversions wait until their memory fits the budget, and one always runs', async () => {
  const sizes = [60, 50, 40, 500, 10, Infinity, 1];
  const seen = await runSlowly(sizes, { concurrency: 8, budget: 100 });
  assert.deepEqual(seen, [[0], [1], [1, 2], [3], [4], [5], [6]]);
});

test('conversions are always fewer than the threads of the pool', (t) => {
  const before = process.env.UV_THREADPOOL_SIZE;
  t.after(() => {
    if (before === undefined) delete process.env.UV_THREADPOOL_SIZE;
    else process.env.UV_THREADPOOL_SIZE = before;
  });
  process.env.UV_THREADPOOL_SIZE = '4';
  assert.equal(chooseConcurrency(16), 3);
  assert.equal(chooseConcurrency(2), 2);
  delete process.env.UV_THREADPOOL_SIZE;
  assert.equal(chooseConcurrency(16), 16);
  assert.equal(process.env.UV_THREADPOOL_SIZE, '17');
});

test('as many small files come with one call as take a hundredth of a second, but two at least', {
  skip: versions.backend === 'wasm' && 'has no such call',
}, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const jobs = Array.from({ length: 70 }, (_, i) => ({ input: place.at('a.png'), output: place.at(`${i}.bmp`), found: true }));
  const counts = (msOfOne) => {
    const converter = new Converter(require('..'), {}, {}, new AbortController().signal);
    let calls = 0;
    const clock = t.mock.method(performance, 'now', () => (calls++ % 2 === 0 ? 0 : msOfOne * converter.atOnce));
    const found = [];
    for (let next = 0; next < jobs.length; next += found.at(-1)) found.push(converter.beginSeveral(jobs, next).length);
    clock.mock.restore();
    for (const { output } of jobs) fs.rmSync(output);
    return found;
  };
  assert.deepEqual(counts(0.1), [2, 4, 8, 16, 32, 8]);
  assert.deepEqual(counts(1), [2, 4, 8, 10, 10, 10, 10, 10, 6]);
  assert.deepEqual(counts(10), Array(35).fill(2));
});

test('small files are converted at once, but on the pool where colours are chosen', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const begin = (conversion, found) => new Converter(require('..'), {}, conversion, new AbortController().signal)
    .begin({ input: place.at('a.png'), output: place.at(`${conversion.colors}${found}.bmp`), found });
  for (const found of [false, true]) {
    assert.equal(begin({}, found).ok, true);
    assert.equal(begin({ colors: 4 }, found).ok, undefined);
    assert.equal(typeof begin({ colors: 4 }, found).run, 'function');
  }
});

test('-h and -V write on standard output and exit with 0', (t) => {
  const place = workplace(t);
  const { version } = require('../package.json');
  assert.equal(place.run(['-V']).stdout, `png2bmp ${version}\n`);
  const { status, stdout, stderr } = place.run(['-h']);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.match(stdout, /^usage: png2bmp /);
});

test('the program runs through a link, as npm installs it', posixOnly, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  fs.symlinkSync(PROGRAM, place.at('png2bmp'));
  const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  execFileSync(place.at('png2bmp'), ['a.png'], { cwd: place.directory, env });
  assert.equal(fs.statSync(place.at('a.bmp')).size, TINY_BMP_BYTES);
});
