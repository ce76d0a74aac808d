'use strict';

/* Mistakes on the command line, and files that file systems and other programs leave lying around. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { versions } = require('..');
const { printable, printableJSON } = require('../cli/printable');
const { fromBytes, toPath } = require('../cli/names');
const { PROGRAM, TINY_BMP_BYTES, TINY_PNG, blackPng, noTerminal, workplace } = require('./kit/cli');

const onLinux = { skip: process.platform !== 'linux' && 'needs Linux' };

test('-r leaves out what macOS adds to a folder, and says so with -v', (t) => {
  const files = { 'in/a.png': TINY_PNG, 'in/._a.png': 'AppleDouble', 'in/__MACOSX/._a.png': 'x',
    'in/__MACOSX/b.png': 'x' };
  const place = workplace(t, files);
  assert.deepEqual([place.run(['-r', '-d', 'out', 'in']).status, place.exists('out/a.bmp')], [0, true]);
  const { stderr, stdout } = place.run(['-r', '-v', '--dry-run', 'in']);
  assert.match(stderr, /in\/\._a\.png: skipped: metadata of macOS/);
  assert.match(stderr, /in\/__MACOSX: skipped/);
  assert.equal(stdout, 'in/a.bmp: 5 x 3, 102 bytes, would be written\n');
  // Named by hand, it is an input like any other.
  assert.equal(place.run(['in/._a.png']).status, 65);
});

test('a file name that looks like short options is refused with what to write', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, '-drawing.png': TINY_PNG, '-foto.png': TINY_PNG,
    '-v1': TINY_PNG });
  for (const name of ['-drawing.png', '-foto.png', '-v1']) {
    const { status, stderr } = place.run([name, 'a.png']);
    assert.equal(status, 2, name);
    assert.match(stderr, new RegExp(`${name} is read as options: write \\./${name}`));
  }
  assert.deepEqual(place.list(), ['-drawing.png', '-foto.png', '-v1', 'a.png']);
  assert.equal(place.run(['--', '-drawing.png']).status, 0);
  assert.equal(place.run(['./-foto.png']).status, 0);
});

test('-dNAME in one word needs a directory that exists', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'there/x': '' });
  const { status, stderr } = place.run(['-drawing', 'a.png']);
  assert.equal(status, 2);
  assert.match(stderr, /-drawing is read as --out-dir rawing, which does not exist: write -d rawing/);
  assert.equal(place.run(['-dthere', 'a.png']).status, 0);
  assert.equal(place.run(['-fd', 'new', 'a.png']).status, 0);
  assert.ok(place.exists('new/a.bmp'));
});

test('a list of names may begin with a byte order mark, or be UTF-16', (t) => {
  const names = 'a.png\r\nb.png\r\n';
  const lists = { utf8: Buffer.from(`\ufeff${names}`), utf16: Buffer.from(`\ufeff${names}`, 'utf16le') };
  for (const [what, input] of Object.entries(lists)) {
    const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG });
    const { status, stderr } = place.run(['--files-from', '-'], { input });
    assert.equal(status, 0, `${what}: ${stderr}`);
  }
});

test('names that are not UTF-8 go through a string and back', () => {
  for (const bytes of ['café.png', '\xe9', '\xff\xc3\xa9\xf0\x9f\x98', '\xed\xb2\x80', '😀.png']) {
    const name = Buffer.from(bytes, 'latin1');
    assert.deepEqual(Buffer.from(toPath(fromBytes(name))), name);
  }
  assert.equal(toPath('😀.png'), '😀.png');
});

test('files whose names are not UTF-8 are found, read and written', onLinux, (t) => {
  const bytes = (text) => Buffer.from(text, 'latin1');
  const place = workplace(t);
  const at = (name) => Buffer.concat([Buffer.from(`${place.directory}/`), bytes(name)]);
  fs.mkdirSync(at('d\xe9'));
  fs.writeFileSync(at('d\xe9/caf\xe9.png'), TINY_PNG);
  fs.writeFileSync(at('d\xe9/caf\xe8.png'), TINY_PNG);
  const runs = {
    tree: () => place.run(['-r', '-d', 'tree', '.']),
    list: () => place.run(['-0', '--files-from', '-', '-d', 'list'],
      { input: bytes('d\xe9/caf\xe9.png\0d\xe9/caf\xe8.png\0') }),
    // Through a shell, which passes the bytes on; Node.js cannot.
    argument: () => spawnSync('sh', ['-c', 'exec "$0" "$1" -d argument "$(printf \'d\\351/caf\\351.png\')"' +
    ' "$(printf \'d\\351/caf\\350.png\')"', process.execPath, PROGRAM], { cwd: place.directory, encoding: 'utf8' }),
  };
  for (const [how, run] of Object.entries(runs)) {
    const { status, stderr } = run();
    assert.equal(status, 0, `${how}: ${stderr}`);
    for (const name of ['caf\xe9.bmp', 'caf\xe8.bmp']) {
      assert.equal(fs.statSync(at(`${how}/d\xe9/${name}`)).size, TINY_BMP_BYTES, how);
    }
  }
});

test('a working directory that is gone is an error of the files that are named from it', onLinux, (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG, 'in/b/a.png': TINY_PNG });
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  const run = (...args) => spawnSync('sh', ['-c', script, 'sh', process.execPath, PROGRAM, ...args], {
    cwd: place.directory, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL',
  });
  for (const [args, status, message] of [
    [['a.png'], 66, /a\.png: cannot read: ENOENT/],
    [[place.at('in/a.png'), 'a.bmp'], 73, /cannot write a\.bmp: ENOENT/],
    [['-f', place.at('in/a.png'), 'a.bmp'], 73, /cannot write a\.bmp: ENOENT/],
    [['-r', '-d', 'out', place.at('in')], 1, /cannot write out\/a\.bmp: ENOENT[^]*cannot write out\/b\/a\.bmp: ENOENT/],
    [[place.at('in/a.png'), place.at('a.bmp')], 0, /^$/],
    [['-d', place.at('out'), place.at('in/a.png')], 0, /^$/],
  ]) {
    const { stderr, ...ended } = run(...args);
    assert.equal(ended.status, status, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
  }
});

test('of two files in a tree with one output only those two fail', (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG, 'in/a.PNG': TINY_PNG, 'in/b.png': TINY_PNG });
  const { status, stderr } = place.run(['-r', 'in']);
  assert.equal(status, 1);
  assert.equal(stderr.match(/would both be written to in\/a\.bmp/g).length, 2);
  assert.deepEqual([place.exists('in/a.bmp'), place.exists('in/b.bmp')], [false, true]);
  // When typed by hand, it is an error of the command line.
  assert.equal(place.run(['in/a.png', 'in/a.PNG']).status, 2);
});

const WITHOUT_EFFECT = [
  ['--invert', /no effect on bgr24: --invert applies only to mono1/],
  ['--threshold 9 --format gray8', /no effect on gray8: --threshold applies only to mono1/],
  ['--dither none --format auto', /no effect on auto: --dither applies only to mono1, .*, --colors and --palette/],
  ['--format bgr24 --dither ordered', /--dither applies only to mono1/],
  ['--alpha drop --format bgra32', /--alpha drop and key apply only to formats without alpha/],
  ['--alpha premultiply', /--alpha premultiply applies only to bgra32/],
  ['--alpha-threshold 5', /--alpha-threshold applies only to --alpha key/],
  ['--bits 4', /no effect on bgr24: --bits applies only to indexed/],
  ['--bits 1 --colors 16', /--bits is too small for so many colours/],
  ['--colors 4 --format gray8', /no effect on gray8: --colors applies only to indexed/],
  ['--colors 4 --palette bw', /--colors chooses a palette and --palette gives one/],
  ['--profile embed --header v4', /--profile embed requires --header v5/],
  ['--background f00 --format bgra32', /--background has no effect on bgra32/],
  ['--background f00 --format auto', /--background has no effect on auto, which keeps alpha/],
  ['--background f00 --alpha drop', /--background has no effect with --alpha drop/],
  ['--density 1e-9', /--density needs a number above 0/],
  ['--density 99999999999', /--density must be pixels per inch/],
  ['--palette nothing', /there is no 'nothing'/],
];

for (const [options, message] of WITHOUT_EFFECT) {
  test(`${options} is refused once, before the first file`, (t) => {
    const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG });
    const { status, stderr } = place.run([...options.split(' '), 'a.png', 'b.png']);
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.equal(stderr.match(/^png2bmp: /gm).length, 1);
    assert.deepEqual(place.list(), ['a.png', 'b.png']);
  });
}

test('options that have an effect are not refused', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const options of ['--invert --format mono1', '--background f00 --format auto --alpha key',
    '--background f00 --format bgra32 --salvage', '--format auto --alpha drop', '--profile embed', '--max-memory 1M']) {
    const { status, stderr } = place.run(['-f', ...options.split(' '), 'a.png']);
    assert.deepEqual([status, stderr], [0, ''], options);
  }
});

test('errors of a file have the words of the command line and a code', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.match(place.run(['--max-pixels', '2', 'a.png']).stderr, /; --max-pixels allows 2 \(ERR_PIXEL_LIMIT\)\n$/);
  assert.match(place.run(['none.png']).stderr, /^png2bmp: none\.png: cannot read: ENOENT: no such file or directory\n$/);
});

test('an unknown option is named, with the one that is like it', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const cases = [
    ['--formt=auto', 'unknown option --formt; did you mean --format?'],
    ['--back', 'unknown option --back; did you mean --background?'],
    ['--io', 'unknown option --io; did you mean --ico?'],
    ['--xyzzy', 'unknown option --xyzzy'],
    ['--bg', 'unknown option --bg; did you mean --background?'],
    ['--mono1', 'unknown option --mono1; did you mean --format mono1?'],
    ['--gray', 'unknown option --gray; did you mean --format gray8?'],
    ['--atkinson', 'unknown option --atkinson; did you mean --dither atkinson?'],
    ['--overwrite', 'unknown option --overwrite; did you mean --force?'],
    ['--mirror', 'unknown option --mirror; did you mean --flop?'],
    ['--hflip', 'unknown option --hflip; did you mean --flop?'],
    ['--angle', 'unknown option --angle; did you mean --rotate?'],
    ['--orientation', 'unknown option --orientation; did you mean --rotate exif?'],
    ['--resize', 'unknown option --resize; did you mean --size?'],
    ['--width', 'unknown option --width; did you mean --size?'],
    ['--hlep', 'unknown option --hlep; did you mean --help?'],
    ['-force', '-force is read as short options; did you mean --force?'],
    ['-format=mono1', '-format is read as short options; did you mean --format?'],
    ['-mono1', 'unknown option -mono1; did you mean --format mono1?'],
    ['-hlep', 'unknown option -hlep; did you mean --help?'],
    ['-x', 'unknown option -x'],
    ['--strict=yes', '--strict takes no value'],
    ['--format', '--format needs a value'],
  ];
  for (const [arg, message] of cases) {
    const { status, stderr } = place.run(['a.png', arg]);
    assert.equal(status, 2);
    assert.equal(stderr, `png2bmp: ${message}\nTry 'png2bmp --help'.\n`);
  }
  assert.match(place.run(['-o', '-x', 'a.png']).stderr, /--output needs a value; write --output=VALUE/);
});

test('a turn to the left is told as one to the right, with a space or an equals sign', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const [given, meant] of [['-90', 270], ['-180', 180], ['-270', 90]]) {
    for (const args of [['--rotate', given], [`--rotate=${given}`]]) {
      const { status, stderr } = place.run([...args, 'a.png']);
      assert.equal(status, 2);
      assert.equal(stderr, `png2bmp: --rotate needs one of 0, 90, 180, 270, exif, not '${given}'; did you mean --rotate ${meant}?\n` +
      "Try 'png2bmp --help'.\n");
    }
  }
  assert.match(place.run(['--rotate', '45', 'a.png']).stderr, /not '45'\n/);
});

test('a directory as --output points to --out-dir, with and without --force', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'out/x': '' });
  for (const args of [['-o', 'out'], ['-f', '-o', 'out'], ['-o', 'new/'], ['-fo', 'out/']]) {
    const { status, stderr } = place.run([...args, 'a.png']);
    assert.equal(status, 2);
    assert.match(stderr, /is a directory: use --out-dir (out|new)/);
  }
});

test('an endless input that is not a PNG is refused as soon as that shows', onLinux, (t) => {
  const place = workplace(t);
  const piped = spawnSync('sh', ['-c', `yes | "${process.execPath}" "${PROGRAM}" - -o x.bmp`],
    { cwd: place.directory, encoding: 'utf8', timeout: 60_000 });
  assert.equal(piped.status, 65);
  assert.match(piped.stderr, /not a PNG: it begins with 79 0a/);
  const device = place.run(['/dev/zero', '-o', 'x.bmp']);
  assert.equal(device.status, 65);
  assert.match(device.stderr, /not a PNG/);
});

test('an endless input that begins like a PNG is refused by its header, or by its length', onLinux, (t) => {
  const place = workplace(t, { 'head.png': blackPng(20000, 20000).subarray(0, 60),
    'small.png': TINY_PNG.subarray(0, TINY_PNG.length - 12) });
  const endless = (file) => spawnSync('sh', ['-c',
    `cat ${file} - < /dev/zero | "${process.execPath}" "${PROGRAM}" - -o x.bmp`],
  { cwd: place.directory, encoding: 'utf8', timeout: 240_000 });
  const large = endless('head.png');
  assert.match(large.stderr, /pixels/);
  assert.equal(large.status, 65);
  const small = endless('small.png');
  assert.match(small.stderr, /more than 268435696 bytes/);
  assert.equal(small.status, 66);
});

test('many jobs get by with few descriptors', onLinux, (t) => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.png`, blackPng(400, 300)]));
  const place = workplace(t, files);
  const descriptors = versions.backend === 'wasm' ? 40 : 32; // each thread of WebAssembly has some of its own
  const { status, stderr } = spawnSync('sh', ['-c',
    `ulimit -n ${descriptors}; exec "${process.execPath}" "${PROGRAM}" -j 64 *.png`],
  { cwd: place.directory, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(place.list().filter((name) => name.endsWith('.bmp')).length, 60);
});

test('what would steer a terminal or a log is shown as ? and escaped in JSON', () => {
  const odd = 'a\u009b31m\u202egnp.bmp\u2028\u2066\udce9\x1b';
  assert.equal(printable(odd), 'a?31m?gnp.bmp????');
  const json = printableJSON({ odd });
  assert.match(json, /^[\x20-\x7e]+$/);
  assert.equal(JSON.parse(json).odd, odd);
});

test('names that would steer a terminal do not, wherever they are printed', onLinux, (t) => {
  const odd = '\x1b]0;pwned\x07\u009b2J\u202egnp';
  const files = { [`${odd}.png`]: TINY_PNG, [`bad${odd}.png`]: 'no PNG', [`in${odd}/._a.png`]: 'x',
    [`in${odd}/dir.png`]: TINY_PNG, [`in${odd}/dir.bmp/x`]: '' };
  const place = workplace(t, files);
  const runs = [
    [[`${odd}.png`], 0, 'written'],
    [[`bad${odd}.png`], 65, 'failed'],
    [[`missing${odd}.png`], 66, 'not there'],
    [[`in${odd}/dir.png`], 73, 'in the way'],
    [['-rv', `in${odd}`, `${odd}.png`, `bad${odd}.png`], 1, 'left out, written, failed'],
    [['-f', `${odd}.png`, `missing${odd}.png`, `bad${odd}.png`], 1, 'one of several'],
    [['--info', `${odd}.png`, `bad${odd}.png`], 1, 'information'],
    [[`-X${odd}`], 2, 'an option'],
    [['--format', odd, 'a.png'], 2, 'a value'],
    [['-o', `${odd}.bmp`, 'a.png', 'b.png'], 2, 'a mistake'],
    [['--json', `${odd}.png`, `bad${odd}.png`, `missing${odd}.png`], 1, 'JSON'],
  ];
  for (const [args, expected, what] of runs) {
    const { status, stdout, stderr } = place.run(args);
    assert.equal(status, expected, `${what}: ${JSON.stringify(stderr)}`);
    assert.notEqual(stdout + stderr, '', what);
    assert.doesNotMatch(stdout + stderr, /[^\x20-\x7e\n]/, what);
  }
});

test('a message printed while the progress bar is shown stays, and the prompt comes after it', {
  skip: noTerminal(),
}, (t) => {
  const place = workplace(t, { 'a.png': 'no PNG at all', 'b.png': TINY_PNG, 'c.png': TINY_PNG });
  const { stdout } = spawnSync('script', ['-qec', `"${process.execPath}" "${PROGRAM}" a.png b.png c.png`,
    '/dev/null'], { cwd: place.directory, encoding: 'utf8', input: '' });
  assert.match(stdout, /a\.png: not a PNG/);
  assert.match(stdout, /%/, 'there was a bar');
  // ESC 7 and ESC 8 would save and restore a position that lines have moved away from.
  assert.doesNotMatch(stdout, /\x1b[78]/);
});

test('bash completes names with spaces as one word each', {
  skip: spawnSync('bash', ['--version']).status !== 0 && 'needs bash',
}, (t) => {
  const place = workplace(t, { 'my image.png': TINY_PNG, 'my folder/x': '', 'my *.png': TINY_PNG });
  const script = `
    source "$1"
    compopt() { :; }
    COMP_WORDS=(png2bmp my); COMP_CWORD=1; _png2bmp; printf '%s\\n' "\${COMPREPLY[@]}"
    COMP_WORDS=(png2bmp -o my); COMP_CWORD=2; _png2bmp; printf '%s\\n' "\${#COMPREPLY[@]}"`;
  const completion = path.join(__dirname, '../completions/png2bmp.bash');
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', completion], { cwd: place.directory, encoding: 'utf8' });
  assert.deepEqual(stdout.trim().split('\n').sort(), ['3', 'my *.png', 'my folder', 'my image.png']);
});
