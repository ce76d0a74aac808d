'use strict';

/* Which files the command line reads and writes. */

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { getBMP, versions } = require('..');
const { expandWildcards } = require('../cli/wildcards');
const { PROGRAM, TINY_PNG, noTerminal, workplace } = require('./kit/cli');
const { largePng } = require('./kit/large-png');

const posixOnly = { skip: process.platform === 'win32' && 'needs POSIX signals, pipes and devices' };

const TINY_BMP = getBMP(TINY_PNG);

test('IN.png becomes IN.bmp in the same directory', (t) => {
  const place = workplace(t, { 'a/photo.png': TINY_PNG });
  assert.equal(place.run(['a/photo.png']).status, 0);
  assert.deepEqual(place.list(), ['a/photo.bmp', 'a/photo.png']);
  assert.deepEqual(place.read('a/photo.bmp'), TINY_BMP);
});

test('the end .PNG is replaced in any case, other names get .bmp after them', (t) => {
  const place = workplace(t, { 'A.PNG': TINY_PNG, download: TINY_PNG });
  assert.equal(place.run(['A.PNG', 'download']).status, 0);
  assert.deepEqual(place.list(), ['A.PNG', 'A.bmp', 'download', 'download.bmp']);
});

test('a second name that ends in .bmp is the output', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['a.png', 'other.BMP']).status, 0);
  assert.deepEqual(place.list(), ['a.png', 'other.BMP']);
});

test('a second name that ends otherwise is another input', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG });
  assert.equal(place.run(['a.png', 'b.png']).status, 0);
  assert.deepEqual(place.list(), ['a.bmp', 'a.png', 'b.bmp', 'b.png']);
});

test('names that begin with a dash come after --', (t) => {
  const place = workplace(t, { '-a.png': TINY_PNG });
  assert.equal(place.run(['--', '-a.png']).status, 0);
  assert.deepEqual(place.list(), ['-a.bmp', '-a.png']);
});

test('-o names the output, whatever it ends in', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['-o', 'bitmap', 'a.png']).status, 0);
  assert.deepEqual(place.list(), ['a.png', 'bitmap']);
});

test("'-' reads standard input and writes standard output", (t) => {
  const place = workplace(t);
  const { status, stdout, stderr } = place.run(['-'], { input: TINY_PNG, encoding: 'buffer' });
  assert.equal(status, 0);
  assert.deepEqual(stdout, TINY_BMP);
  assert.equal(stderr.length, 0);
  assert.deepEqual(place.list(), []);
});

test("'-' as the second name or for -o writes standard output, and nothing beside the BMP", (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const args of [['a.png', '-'], ['-o', '-', 'a.png'], ['-v', '-o', '-', 'a.png'], ['a.png', '-o', '/dev/stdout']]) {
    const { status, stdout } = place.run(args, { encoding: 'buffer' });
    assert.equal(status, 0, args.join(' '));
    assert.deepEqual(stdout, TINY_BMP, args.join(' '));
  }
  assert.deepEqual(place.list(), ['a.png']);
});

test('standard input goes to a file where one is named', (t) => {
  const place = workplace(t);
  assert.equal(place.run(['-', 'a.bmp'], { input: TINY_PNG }).status, 0);
  assert.deepEqual(place.read('a.bmp'), TINY_BMP);
});

/** Starts a conversion to a.bmp and stops it in the middle, while its temporary file is there. It may be over before this
 * process sees that: then another one. */
async function startAndStop(place, args) {
  const isSaving = () => place.list().some((name) => name.includes('.png2bmp-'));
  for (;;) {
    const run = place.start(args);
    const end = once(run, 'exit');
    while (run.exitCode === null && !isSaving()) await nextTurn();
    run.kill('SIGSTOP');
    if (run.exitCode === null && isSaving()) return { run, end };
    run.kill('SIGCONT');
    assert.equal((await end)[0], 0);
    fs.unlinkSync(place.at('a.bmp'));
  }
}

for (const [option, wanted] of [['--quiet', 73], ['--skip-existing', 0], ['--force', 0]]) {
  test(`an output that appears during the conversion, with ${option}`, {
    skip: process.platform === 'win32' && 'the temporary file cannot be looked at',
  }, async (t) => {
    const place = workplace(t, { 'a.png': largePng({ width: 8000, height: 4000 }) });
    const { run, end } = await startAndStop(place, [option, 'a.png']);
    fs.writeFileSync(place.at('a.bmp'), 'made by somebody else');
    run.kill('SIGCONT');
    assert.equal((await end)[0], wanted);
    assert.equal(fs.statSync(place.at('a.bmp')).size, option === '--force' ? 96000054 : 21);
    assert.deepEqual(place.list(), ['a.bmp', 'a.png']);
  });
}

test('--sync writes the same file', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['--sync', 'a.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), TINY_BMP);
});

test('a device is written to, and is still a device afterwards', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['-f', 'a.png', '-o', '/dev/null']).status, 0);
  assert.ok(fs.statSync('/dev/null').isCharacterDevice());
});

test('an input may be a named pipe', { skip: process.platform === 'win32' }, async (t) => {
  const place = workplace(t);
  execFileSync('mkfifo', [place.at('pipe')]);
  const run = place.start(['pipe', '-o', 'a.bmp']);
  await fs.promises.writeFile(place.at('pipe'), TINY_PNG);
  const [status] = await once(run, 'exit');
  assert.equal(status, 0);
  assert.deepEqual(place.read('a.bmp'), TINY_BMP);
});

test('-d keeps the tree of relative names, and only the last part of others', (t) => {
  const place = workplace(t, { 'a/x.png': TINY_PNG, 'b/x.png': TINY_PNG, 'c/y.png': TINY_PNG });
  const { status, stderr } = place.run(['-d', 'out/deep', 'a/x.png', './b//x.png', place.at('c/y.png')]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(place.list().filter((name) => name.startsWith('out')), [
    'out/deep/a/x.bmp', 'out/deep/b/x.bmp', 'out/deep/y.bmp',
  ]);
});

test('-d is never left upwards', (t) => {
  const place = workplace(t, { 'x.png': TINY_PNG, 'in/here/keep': '' });
  assert.equal(place.run(['-d', 'out', '../../x.png'], { cwd: place.at('in/here') }).status, 0);
  assert.deepEqual(place.list(), ['in/here/keep', 'in/here/out/x.bmp', 'x.png']);
});

test('-r converts every *.png below a directory and nothing else', (t) => {
  const place = workplace(t, {
    'in/a.png': TINY_PNG, 'in/b/c.PNG': TINY_PNG, 'in/b/d/e.png': TINY_PNG, 'in/b/notes.txt': 'no image',
  });
  fs.symlinkSync('.', place.at('in/loop'));
  fs.symlinkSync('a.png', place.at('in/link.png'));
  fs.symlinkSync('nowhere', place.at('in/dangling.png'));
  const { status, stderr } = place.run(['-r', '-d', 'out', 'in']);
  assert.equal(status, 0, stderr);
  assert.deepEqual(place.list().filter((name) => name.startsWith('out')), [
    'out/a.bmp', 'out/b/c.bmp', 'out/b/d/e.bmp', 'out/link.bmp',
  ]);
});

test('-r without -d writes each BMP next to its PNG', (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG, 'in/b/c.png': TINY_PNG });
  assert.equal(place.run(['-r', '.']).status, 0);
  assert.deepEqual(place.list(), ['in/a.bmp', 'in/a.png', 'in/b/c.bmp', 'in/b/c.png']);
});

test('a directory is an error without -r, which the message names', (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG });
  const { status, stderr } = place.run(['in']);
  assert.equal(status, 66);
  assert.match(stderr, /in: cannot read: .*directory.*--recursive/);
});

test('without a name, standard input is converted if it is a file or a pipe, and an error otherwise', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.deepEqual(place.run([], { input: TINY_PNG, encoding: 'buffer' }).stdout, TINY_BMP);
  const file = fs.openSync(place.at('a.png'));
  t.after(() => fs.closeSync(file));
  assert.deepEqual(place.run([], { stdio: [file, 'pipe', 'pipe'], encoding: 'buffer' }).stdout, TINY_BMP);
  assert.equal(place.run(['-o', 'b.bmp'], { input: TINY_PNG }).status, 0);
  assert.deepEqual(place.read('b.bmp'), TINY_BMP);
  for (const [args, stdin] of [[[], 'ignore'], [['-r'], 'pipe'], [['-d', 'out'], 'pipe']]) {
    const { status, stderr } = place.run(args, { stdio: [stdin, 'pipe', 'pipe'] });
    assert.equal(status, 2);
    assert.match(stderr, /^png2bmp: no input/);
  }
});

test('--files-from - waits for a writer that is late, whose pipe is non-blocking', {
  skip: process.platform === 'win32' && 'needs a POSIX shell',
}, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  // The first node makes the end that both share non-blocking, as servers and terminals do.
  const make = 'process.stdin.on("readable", () => {}); setTimeout(() => process.exit(), 50)';
  const { status, stderr } = spawnSync('sh', ['-c',
    `{ until [ -e ready ]; do sleep 0.05; done; sleep 1; echo a.png; } |
     { "$0" -e '${make}'; : >ready; exec "$0" "$1" --files-from -; }`, process.execPath, PROGRAM],
  { cwd: place.directory, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.deepEqual(place.read('a.bmp'), TINY_BMP);
});

const MEANT = [
  [['a.png', 'out/'], /out\/ is a directory: use --out-dir out\/ to write there, or --recursive/],
  [['a.png', 'b.png', 'there'], /there is a directory: use --out-dir there/],
  [['a.png', 'a.jpg'], /a\.jpg would be a BMP: name it a\.bmp, or add --force-extension/],
  [['a.png', 'a.ico'], /a\.ico would be a BMP: for an icon add --ico/],
  [['a.png', 'bitmap'], /there is no bitmap: to write it, use --output bitmap/],
];

for (const [args, message] of MEANT) {
  test(`png2bmp ${args.join(' ')}: the last name is meant as the output, and the message says how`, (t) => {
    const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG, 'there/x': '' });
    const { status, stderr } = place.run(args);
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.deepEqual(place.list(), ['a.png', 'b.png', 'there/x']);
  });
}

test('an output that ends like another kind of picture needs --force-extension', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const [args, message] of [
    [['-o', 'app.ico', 'a.png'], /app\.ico would be a BMP: for an icon add --ico/],
    [['-o', 'app.CUR', 'a.png'], /for a cursor add --cur/],
    [['-o', 'x.png', 'a.png'], /x\.png would be a BMP: name it x\.bmp/],
    [['-o', 'out.jpeg', 'a.png'], /name it out\.bmp/],
    [['--suffix=-small.webp', 'a.png'], /a-small\.webp would be a BMP/],
    [['-d', 'out', '--suffix', '.tiff', 'a.png'], /out\/a\.tiff would be a BMP/],
  ]) {
    const { status, stderr } = place.run(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
  }
  assert.deepEqual(place.list(), ['a.png']);
  assert.equal(place.run(['--force-extension', '-o', 'x.png', 'a.png']).status, 0);
  for (const name of ['x.dib', 'x.rle', 'x.bin', 'x', '.png2', 'png']) {
    assert.equal(place.run(['-o', name, 'a.png']).status, 0, name);
  }
  assert.deepEqual(place.read('x.png'), TINY_BMP);
});

test('wildcards are expanded where the shell does not: any part of a path, any case, no hidden names', (t) => {
  const place = workplace(t, Object.fromEntries(['a.png', 'B.PNG', 'c.txt', '.d.png', 'one/x.png', 'two/x.png',
    'two/[y].png', 'two/deep/z.png'].map((name) => [name, ''])));
  const below = (pattern) => expandWildcards(`${place.directory}/${pattern}`, path.posix)
    .map((name) => name.slice(place.directory.length + 1));
  assert.deepEqual(below('*.png'), ['B.PNG', 'a.png']);
  assert.deepEqual(below('?.png'), ['B.PNG', 'a.png']);
  assert.deepEqual(below('.*.png'), ['.d.png']);
  assert.deepEqual(below('*/x.png'), ['one/x.png', 'two/x.png']);
  assert.deepEqual(below('t*/*.png'), ['two/[y].png', 'two/x.png']);
  assert.deepEqual(below('two/[y].p*'), ['two/[y].png']);
  assert.deepEqual(below('*.gif'), []);
  assert.deepEqual(below('nowhere/*'), []);
});

test('wildcards of Windows have both separators, a drive and a server', { skip: process.platform === 'win32' }, (t) => {
  const place = workplace(t, { 'sub/a.png': '' });
  const before = process.cwd();
  t.after(() => process.chdir(before));
  process.chdir(place.directory);
  assert.deepEqual(expandWildcards('sub/*.png', path.win32), ['sub/a.png']);
  assert.deepEqual(expandWildcards('s*\\', path.win32), []);
  assert.deepEqual(expandWildcards('*', path.win32), ['sub']);
});

test('a wildcard that the shell did not expand is named as such', { skip: process.platform === 'win32' }, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const { status, stderr } = place.run(['*.png']);
  assert.equal(status, 66);
  assert.match(stderr, /\*\.png: cannot read: ENOENT: no such file \(wildcards are for the shell/);
});

test('an empty directory is not an error', (t) => {
  const place = workplace(t, { 'in/notes.txt': '' });
  const { status, stdout, stderr } = place.run(['-r', 'in']);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});

test('--suffix goes between the name and .bmp, or replaces .bmp where it has a dot', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  assert.equal(place.run(['--suffix=-24', 'a.png']).status, 0);
  assert.equal(place.run(['--suffix', '.dib', 'a.png']).status, 0);
  assert.equal(place.run(['--suffix=_x.bmp', 'a.png']).status, 0);
  assert.deepEqual(place.list(), ['a-24.bmp', 'a.dib', 'a.png', 'a_x.bmp']);
});

test('--files-from reads names from a file, one a line, with or without \\r', (t) => {
  const place = workplace(t, { 'a b.png': TINY_PNG, 'c.png': TINY_PNG, list: 'a b.png\r\n\nc.png' });
  assert.equal(place.run(['--files-from', 'list']).status, 0);
  assert.deepEqual(place.list(), ['a b.bmp', 'a b.png', 'c.bmp', 'c.png', 'list']);
});

test('--files-from - with -0 reads names with line ends in them from standard input', (t) => {
  const place = workplace(t, { 'a\nb.png': TINY_PNG, 'c.png': TINY_PNG, 'd.png': TINY_PNG });
  const { status } = place.run(['-0', '--files-from', '-', 'd.png'], { input: 'a\nb.png\0c.png\0' });
  assert.equal(status, 0);
  assert.deepEqual(place.list(), ['a\nb.bmp', 'a\nb.png', 'c.bmp', 'c.png', 'd.bmp', 'd.png']);
});

test('an empty list of names is not an error', (t) => {
  assert.equal(workplace(t).run(['--files-from', '-'], { input: '' }).status, 0);
});

test('an existing output is an error and stays as it was', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'a.bmp': 'precious', 'b.png': TINY_PNG });
  const { status, stderr } = place.run(['a.png']);
  assert.equal(status, 73);
  assert.match(stderr, /a\.png: cannot write a\.bmp: .*exists.*--force/);
  assert.equal(place.run(['a.png', 'b.png']).status, 1);
  assert.equal(place.read('a.bmp').toString(), 'precious');
  assert.deepEqual(place.read('b.bmp'), TINY_BMP);
});

test('-f overwrites an existing output', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'a.bmp': 'old' });
  assert.equal(place.run(['-f', 'a.png']).status, 0);
  assert.deepEqual(place.read('a.bmp'), TINY_BMP);
});

test('-f with a bad PNG leaves the old output as it was', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG.subarray(0, 60), 'a.bmp': 'old' });
  assert.equal(place.run(['-f', 'a.png']).status, 65);
  assert.deepEqual(place.list(), ['a.bmp', 'a.png']);
  assert.equal(place.read('a.bmp').toString(), 'old');
});

test('-n leaves an existing output and counts it as done', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'a.bmp': 'old', 'b.png': TINY_PNG });
  assert.equal(place.run(['-n', 'a.png', 'b.png']).status, 0);
  assert.equal(place.read('a.bmp').toString(), 'old');
  assert.deepEqual(place.read('b.bmp'), TINY_BMP);
});

test('an output that appears while standard input is awaited stays as it was', async (t) => {
  const place = workplace(t);
  for (const [flags, wanted] of [[[], 73], [['-n'], 0]]) {
    const run = place.start([...flags, '-', '-o', 'a.bmp'], { stdio: ['pipe', 'ignore', 'ignore'] });
    run.stdin.write(TINY_PNG.subarray(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    fs.writeFileSync(place.at('a.bmp'), 'precious');
    run.stdin.end(TINY_PNG.subarray(20));
    const [status] = await once(run, 'exit');
    assert.equal(status, wanted);
    assert.equal(place.read('a.bmp').toString(), 'precious');
    fs.unlinkSync(place.at('a.bmp'));
  }
});

test('large files of a tree are converted beside small ones, and next to them or into --out-dir', (t) => {
  const large = largePng({ width: 300, height: 300, noisy: 900 });
  assert(large.length > 65536);
  for (const args of [['-r', 'in'], ['-r', '-d', 'out', 'in']]) {
    const place = workplace(t, { 'in/a.png': large, 'in/b.png': large, 'in/c.png': TINY_PNG });
    const { status, stderr } = place.run(args);
    assert.deepEqual([status, stderr.replace(/^.*written.*\n/, '')], [0, ''], args.join(' '));
    const folder = args.includes('-d') ? 'out' : 'in';
    for (const name of ['a', 'b']) assert(place.read(`${folder}/${name}.bmp`).equals(getBMP(large)));
    assert(place.read(`${folder}/c.bmp`).equals(TINY_BMP));
  }
});

test('a directory is read as bytes where Node.js fails to read its names as text', (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG, 'preload.js': `
    const fs = require('node:fs');
    const { readdirSync } = fs;
    fs.readdirSync = (directory, options) => {
      if (options?.encoding === 'utf8') throw Object.assign(new Error('ENOENT: lstat'), { code: 'ENOENT', syscall: 'lstat' });
      return readdirSync(directory, options);
    };` });
  // As it does where the file system does not say what an entry is, and a name is not UTF-8.
  const { status } = place.run(['-r', 'in'], { env: { ...process.env, NODE_OPTIONS: `--require ${place.at('preload.js')}` } });
  assert.equal(status, 0);
  assert.deepEqual(place.list(), ['in/a.bmp', 'in/a.png', 'preload.js']);
});

// ---- Pipes --------------------------------------------------------------------------------

const NOISE_PNG = largePng({ width: 300, height: 900, noisy: 900 });

/** Whether a descriptor that does not wait has a byte, which is taken. */
function hasBytes(fd) {
  try {
    return fs.readSync(fd, Buffer.alloc(1)) > 0;
  } catch (error) {
    assert.equal(error.code, 'EAGAIN');
    return false;
  }
}

/** Writes a part of a PNG to a program that goes on to wait for the rest. */
async function startWith(t, args, part) {
  const place = workplace(t);
  const run = place.start(args, { stdio: ['pipe', 'pipe', 'pipe'] });
  run.stdin.on('error', () => {}); // it may end first
  run.stdin.write(part);
  return { place, run };
}

test('rows leave before the last byte of a pipe has come, where their order allows it', async (t) => {
  const half = NOISE_PNG.length / 2;
  const { run } = await startWith(t, ['--top-down', '-'], NOISE_PNG.subarray(0, half));
  const parts = [];
  run.stdout.on('data', (part) => parts.push(part));
  await once(run.stdout, 'data');
  run.stdin.end(NOISE_PNG.subarray(half));
  const [status] = await once(run, 'close');
  assert.equal(status, 0);
  assert(Buffer.concat(parts).equals(getBMP(NOISE_PNG, { topDown: true })));
});

test('a pipe that comes in parts gives the BMP of a file, on standard output and in a file', async (t) => {
  for (const args of [['-'], ['--colors', '16', '-'], ['-', 'a.bmp']]) {
    const { place, run } = await startWith(t, args, NOISE_PNG.subarray(0, 100_000));
    const parts = [];
    run.stdout.on('data', (part) => parts.push(part));
    await nextTurn();
    run.stdin.end(NOISE_PNG.subarray(100_000));
    const [status] = await once(run, 'close');
    assert.equal(status, 0, args.join(' '));
    const bmp = args.length > 1 && args[1] === 'a.bmp' ? place.read('a.bmp') : Buffer.concat(parts);
    assert(bmp.equals(getBMP(NOISE_PNG, args[0] === '--colors' ? { colors: 16 } : {})), args.join(' '));
  }
});

test('a pipe whose pixels are wrong is refused before its writer closes it, and leaves no file', async (t) => {
  const wrong = Buffer.from(NOISE_PNG);
  wrong.fill(0xff, 50_000, 60_000);
  // WebAssembly saves what it has all of.
  for (const args of versions.backend === 'wasm' ? [['-']] : [['-'], ['-', 'a.bmp']]) {
    const { place, run } = await startWith(t, args, wrong);
    const [status] = await once(run, 'exit');
    assert.equal(status, 65, args.join(' '));
    assert.deepEqual(place.list(), []);
  }
});

/** Starts the program, which reads `pipe`; its writer keeps that open until the test ends. */
async function startWithNamedPipe(t, args) {
  const place = workplace(t);
  execFileSync('mkfifo', [place.at('pipe')]);
  const run = place.start(args);
  const writer = await fs.promises.open(place.at('pipe'), 'w'); // waits for the reader
  t.after(() => writer.close());
  return { place, run, writer };
}

for (const [args, status] of [[['pipe', '-o', 'a.bmp'], 65], [['--info', 'pipe'], 65], [['--ico', '-o', 'a.ico', 'pipe'], 65]]) {
  test(`png2bmp ${args.join(' ')}: a named pipe that has no PNG is refused at once, and its writer not waited for`, posixOnly, async (t) => {
    const { place, run, writer } = await startWithNamedPipe(t, args);
    await writer.write('this is no PNG');
    assert.deepEqual(await once(run, 'exit'), [status, null]);
    assert.deepEqual(place.list(), ['pipe']);
  });
}

for (const args of [['pipe', '-o', 'a.bmp'], ['--info', 'pipe'], ['--ico', '-o', 'a.ico', 'pipe'], ['--files-from', 'pipe']]) {
  test(`png2bmp ${args.join(' ')}: SIGINT ends the wait for a named pipe`, posixOnly, async (t) => {
    const { run } = await startWithNamedPipe(t, args);
    run.kill('SIGINT');
    assert.deepEqual(await once(run, 'exit'), [130, null]);
  });
}

test('a terminal that is an input is not waited for when the conversion has ended', { skip: noTerminal() }, async (t) => {
  const place = workplace(t);
  const command = [process.execPath, PROGRAM].map((word) => `'${word}'`).join(' ');
  const run = spawn('script', ['-qec', `${command} /dev/tty -o a.bmp`, '/dev/null'], { cwd: place.directory });
  run.stdin.write('this is no PNG\n');
  assert.deepEqual(await once(run, 'exit'), [65, null]);
});

test('a named pipe that is an output: what has no reader, or loses it, cannot be written', posixOnly, async (t) => {
  const place = workplace(t, { 'a.png': NOISE_PNG });
  execFileSync('mkfifo', [place.at('pipe')]);
  const args = ['a.png', '-o', 'pipe'];
  const alone = place.run(args);
  assert.equal(alone.status, 73);
  assert.match(alone.stderr, /cannot write pipe: ENXIO/);
  const reader = fs.openSync(place.at('pipe'), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const run = place.start(args);
  while (run.exitCode === null && !hasBytes(reader)) await nextTurn();
  fs.closeSync(reader);
  assert.deepEqual(await once(run, 'exit'), [73, null]);
});

test('SIGINT ends the wait for the reader of a named pipe', posixOnly, async (t) => {
  const place = workplace(t, { 'a.png': NOISE_PNG });
  execFileSync('mkfifo', [place.at('pipe')]);
  const reader = fs.openSync(place.at('pipe'), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(reader));
  const run = place.start(['a.png', '-o', 'pipe']);
  while (run.exitCode === null && !hasBytes(reader)) await nextTurn();
  run.kill('SIGINT');
  assert.deepEqual(await once(run, 'exit'), [130, null]);
});

test('a directory as standard input is an error, as it is by its name', posixOnly, (t) => {
  const place = workplace(t);
  const directory = fs.openSync(place.directory);
  const run = (...args) => place.run(args, { stdio: [directory, 'pipe', 'pipe'] });
  for (const args of [['-'], ['-', 'a.bmp'], ['--info', '-'], ['--ico', '-o', 'a.ico', '-']]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 66, args.join(' '));
    assert.match(stderr, /^png2bmp: -: cannot read: EISDIR: is a directory \(to convert its files, name it .*\)\n$/);
  }
  const list = run('--files-from', '-');
  assert.equal(list.status, 2);
  assert.match(list.stderr, /^png2bmp: --files-from: EISDIR: is a directory/);
  fs.closeSync(directory);
});

test('/dev/stdin and /dev/stdout are standard input and output', posixOnly, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  for (const args of [['/dev/stdin'], ['/dev/stdin', '/dev/stdout'], ['a.png', '/dev/stdout'], ['-o', '/dev/stdout', 'a.png']]) {
    const { stdout, stderr } = place.run(args, { input: TINY_PNG, encoding: 'buffer' });
    assert.deepEqual([stdout, stderr.toString()], [TINY_BMP, ''], args.join(' '));
  }
  assert.deepEqual(place.list(), ['a.png']);
});

test('a BMP that must be complete before it leaves counts for --max-memory no more from a pipe than from a file', (t) => {
  const place = workplace(t, { 'a.png': NOISE_PNG });
  for (const args of [['-', '-'], ['a.png', '-']]) {
    const { status, stdout } = place.run(['--max-memory', '500000', ...args], { input: NOISE_PNG, encoding: 'buffer' });
    assert.equal(status, 0, args.join(' '));
    assert(stdout.equals(getBMP(NOISE_PNG)));
  }
});

test('two names of one output are one, and so are two names of an input', { skip: process.platform === 'win32' }, (t) => {
  const place = workplace(t, { 'one/p.png': TINY_PNG, 'two/p.png': TINY_PNG, 'out/one/x': '' });
  fs.symlinkSync('one', place.at('out/two'));
  const both = place.run(['-d', 'out', 'one/p.png', 'two/p.png']);
  assert.equal(both.status, 2);
  assert.match(both.stderr, /one\/p\.png and two\/p\.png would both be written/);
  assert.match(place.run(['one/p.png', 'one/p.png']).stderr, /^png2bmp: one\/p\.png is named twice\n/);
  fs.symlinkSync('one/p.png', place.at('b.bmp'));
  const over = place.run(['-f', 'one/p.png', '-o', 'b.bmp']);
  assert.equal(over.status, 2);
  assert.match(over.stderr, /one\/p\.png is an input and would be overwritten/);
  fs.symlinkSync('one', place.at('same'));
  assert.equal(place.run(['-f', 'one/p.png', '-o', 'same/p.png']).status, 2);
  assert.deepEqual(place.read('one/p.png'), TINY_PNG);
});

test('escape sequences in names are not said to the terminal', { skip: process.platform === 'win32' }, (t) => {
  const place = workplace(t, { 'in/x\x1b]0;y\x07.png': TINY_PNG, 'in/x\x1b]0;y\x07.PNG': TINY_PNG });
  const { status, stderr } = place.run(['-r', 'in']);
  assert.equal(status, 1);
  assert.match(stderr, /x\?\]0;y\?\.(png|PNG) and .* would both be written/);
  assert.doesNotMatch(stderr, /\x1b|\x07/);
});

test('of a large file that is not a PNG only the head is read', { skip: process.platform !== 'linux' }, (t) => {
  const place = workplace(t, { 'a.png': 'no PNG' });
  fs.truncateSync(place.at('a.png'), 2 ** 40);
  const { status, stderr } = place.run(['--info', 'a.png']);
  assert.equal(status, 65);
  assert.match(stderr, /not a PNG/);
});

test('--dry-run says what would be written, finds what would fail, and writes nothing', (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': 'not a PNG', 'c.png': TINY_PNG, 'c.bmp': 'old' });
  const { status, stdout, stderr } = place.run(['--dry-run', '-d', 'out', 'a.png', 'b.png']);
  assert.equal(status, 1);
  assert.equal(stdout, 'out/a.bmp: 5 x 3, 102 bytes, would be written\n');
  assert.match(stderr, /^png2bmp: b\.png: /);
  assert.equal(place.run(['--dry-run', 'c.png']).status, 73);
  assert.deepEqual(place.list(), ['a.png', 'b.png', 'c.bmp', 'c.png']);
});

const CONTRADICTIONS = {
  'two inputs with one output by -d': ['-d', 'out', '/x/a.png', '/y/a.png'],
  'the same input twice': ['a.png', './a.png'],
  'an output that is an input': ['a.png', 'b.png', 'b.bmp', '--suffix', '.bmp'],
  'one output for two inputs': ['-o', 'x.bmp', 'a.png', 'b.png'],
  'an output operand and -o': ['-o', 'x.bmp', 'a.png', 'y.bmp'],
  'an output operand and -d': ['-d', 'out', 'a.png', 'y.bmp'],
  'standard input among other inputs': ['-', 'a.png'],
  'standard input as input and as list': ['--files-from', '-', '-'],
  'standard input with -d': ['-d', 'out', '-'],
  'JSON and a BMP on standard output': ['--json', '-o', '-', 'a.png'],
  'an empty name': [''],
  'a list that cannot be read': ['--files-from', 'nowhere'],
};

for (const [what, args] of Object.entries(CONTRADICTIONS)) {
  test(`a usage error before anything is written: ${what}`, (t) => {
    const place = workplace(t, { 'a.png': TINY_PNG, 'b.png': TINY_PNG });
    const { status, stdout, stderr } = place.run(args, { input: '' });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^png2bmp: .+\nTry 'png2bmp --help'\.\n$/);
    assert.deepEqual(place.list(), ['a.png', 'b.png']);
  });
}

test('however the directory of a tree is named, its files have the same places in --out-dir', (t) => {
  const place = workplace(t, { 'in/a/b/one.png': TINY_PNG, 'in/two.PNG': TINY_PNG, 'in/a/three.x.png': TINY_PNG });
  const names = ['in', 'in/', './in', 'in/.', 'in/../in', '../in', path.resolve(place.directory, 'in')];
  fs.mkdirSync(path.join(place.directory, 'below'));
  names.forEach((name, i) => {
    const cwd = name.startsWith('../') ? path.join(place.directory, 'below') : place.directory;
    const { status, stderr } = place.run(['-r', '-d', path.join(place.directory, `out${i}/deep/..`), name], { cwd });
    assert.equal(status, 0, stderr);
    assert.deepEqual(place.list().filter((file) => file.startsWith(`out${i}/`)),
      [`out${i}/a/b/one.bmp`, `out${i}/a/three.x.bmp`, `out${i}/two.bmp`], name);
  });
});

test('in a tree, an output that exists is an error, or skipped, before its PNG is read', (t) => {
  const place = workplace(t, { 'in/a.png': TINY_PNG.subarray(0, 40), 'in/a.bmp': 'old', 'in/b.png': TINY_PNG });
  const first = place.run(['-r', 'in']);
  assert.equal(first.status, 1);
  assert.match(first.stderr, /^png2bmp: in\/a\.png: cannot write in\/a\.bmp: EEXIST: file exists[^\n]*\n$/);
  assert.deepEqual(place.read('in/b.bmp'), TINY_BMP);
  assert.equal(place.run(['-r', '--skip-existing', 'in']).status, 0);
  assert.equal(place.read('in/a.bmp').toString(), 'old');
});

test('in a tree, warnings and errors are those of their own files, and all others are converted', (t) => {
  const names = Array.from({ length: 80 }, (_, i) => `${100 + i}`);
  const place = workplace(t, Object.fromEntries(names.map((name) => [`in/${name}.png`, TINY_PNG])));
  const cut = (name, size) => fs.truncateSync(path.join(place.directory, `in/${name}.png`), size);
  cut(120, TINY_PNG.length - 12);
  cut(121, 40);
  cut(170, TINY_PNG.length - 12);
  const { status, stderr } = place.run(['-r', '-d', 'out', 'in']);
  assert.equal(status, 1);
  assert.match(stderr, /^png2bmp: in\/120\.png: warning: .*\npng2bmp: in\/121\.png: .*\npng2bmp: in\/170\.png: warning: .*\n$/);
  for (const name of names.filter((each) => each !== '121')) assert.deepEqual(place.read(`out/${name}.bmp`), TINY_BMP);
  assert.equal(place.run(['-r', '-d', 'quiet', '-q', 'in']).stderr.split('\n').length, 2);
});
