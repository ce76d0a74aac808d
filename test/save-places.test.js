'use strict';

// Where a save goes: working directories that change, pipes, descriptors, planted links, names that are too
// long, targets that appear meanwhile.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { getBMP, saveBMP, saveBMPAsync } = require('..');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { encodePng } = require('./kit/png-encoder');
const { onlyAddon } = require('./kit/backend');
const { cannotBecomeOther, runAsUser } = require('./kit/other-user');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);
const root = path.resolve(__dirname, '..');
const cli = path.join(root, 'bin/png2bmp.js');
const onWindows = process.platform === 'win32' && 'pipes, links and descriptors are those of POSIX';
const needsProc = !fs.existsSync('/proc/self/fd') && 'needs /proc';

const forms = { saveBMP: async (...args) => saveBMP(...args), saveBMPAsync };

const descriptors = () => fs.readdirSync('/proc/self/fd').length;

/** A named pipe in a directory of its own. */
function pipeIn(directory) {
  const pipe = path.join(directory, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  return pipe;
}

/** Runs the function in another process, as another user; returns { error }, what it threw. The library is
 * loaded beforehand, and the directory is the working directory. */
function runAs(user, directory, body) {
  const { stdout, stderr } = runAsUser(user, `
    const library = require(${JSON.stringify(root)});
    const fs = require('node:fs');
    const png = fs.readFileSync(${JSON.stringify(path.join(root, 'samples/sample.png'))});
    process.chdir(${JSON.stringify(directory)});
  `, `
    try {
      (${body})(library, png, fs);
      console.log('{}');
    } catch (error) {
      console.log(JSON.stringify({ error }));
    }
  `);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('a relative path means what it meant at the call, whatever process.chdir does then', async (t) => {
  const [first, second] = [scratch(t), scratch(t)];
  const large = largePng({ width: 1500, height: 1000 });
  const home = process.cwd();
  const uncounted = needsProc || onlyAddon('threads of WebAssembly have descriptors of their own');
  const before = uncounted ? 0 : descriptors();
  t.after(() => process.chdir(home));
  const saves = [];
  for (let i = 0; i < 20; i++) {
    process.chdir(i % 2 ? second : first);
    saves.push(saveBMPAsync(`${i}.bmp`, i < 8 ? large : png));
    if (i === 10) saves.push(saveBMPAsync('missing/a.bmp', png).catch((error) => error.code));
  }
  process.chdir(home);
  assert.equal((await Promise.all(saves))[11], 'ENOENT');
  const names = (odd) => Array.from({ length: 20 }, (_, i) => i).filter((i) => i % 2 === odd)
    .map((i) => `${i}.bmp`).sort();
  assert.deepEqual(fs.readdirSync(first).sort(), names(0));
  assert.deepEqual(fs.readdirSync(second).sort(), names(1));
  assert.ok(fs.readFileSync(path.join(second, '19.bmp')).equals(bmp));
  assert.equal(uncounted ? 0 : descriptors(), before, 'no descriptor is left');
});

test('relative saves that wait share one descriptor', { skip: needsProc }, async (t) => {
  const directory = scratch(t);
  const home = process.cwd();
  t.after(() => process.chdir(home));
  process.chdir(directory);
  const before = descriptors();
  const saves = Array.from({ length: 500 }, (_, i) => saveBMPAsync(`${i}.bmp`, png));
  const meanwhile = descriptors();
  await Promise.all(saves);
  assert.ok(meanwhile - before < 60, `${meanwhile - before} descriptors for 500 saves`);
});

test('64 and more saves of one target at once all succeed', async (t) => {
  const directory = scratch(t);
  const script = `
    const { saveBMPAsync } = require(${JSON.stringify(root)});
    const png = require('node:fs').readFileSync(${JSON.stringify(path.join(root, 'samples/sample.png'))});
    Promise.all(Array.from({ length: 400 }, () => saveBMPAsync('a.bmp', png)))
      .then(() => console.log('all'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: directory, encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '200' },
  });
  assert.deepEqual({ stdout, stderr }, { stdout: 'all\n', stderr: '' });
  assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
});

for (const [name, save] of Object.entries(forms)) {
  test(`${name} into a pipe without a reader is an error, at once`, { skip: onWindows }, async (t) => {
    const pipe = pipeIn(scratch(t));
    await assert.rejects(save(pipe, png), { code: 'ENXIO', syscall: 'open', path: pipe });
    assert.ok(fs.lstatSync(pipe).isFIFO());
  });

  test(`${name} with flag 'wx' makes a new file and replaces nothing`, async (t) => {
    const directory = scratch(t);
    const file = path.join(directory, 'a.bmp');
    await save(file, png, { flag: 'wx' });
    assert.ok(fs.readFileSync(file).equals(bmp));
    await assert.rejects(save(file, png, { flag: 'wx', topDown: true }), { code: 'EEXIST', path: file });
    assert.ok(fs.readFileSync(file).equals(bmp));
    await save(file, png, { flag: 'w', topDown: true });
    assert.ok(fs.readFileSync(file).equals(getBMP(png, { topDown: true })));
    if (!onWindows) {
      fs.symlinkSync('nowhere.bmp', path.join(directory, 'link'));
      await assert.rejects(save(path.join(directory, 'link'), png, { flag: 'wx' }), { code: 'EEXIST' });
      fs.unlinkSync(path.join(directory, 'link'));
    }
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
  });

  test(`${name} with sync: true writes the same file`, async (t) => {
    const file = path.join(scratch(t), 'a.bmp');
    for (const sync of [true, false, undefined]) {
      await save(file, png, { sync });
      assert.ok(fs.readFileSync(file).equals(bmp));
    }
  });

  test(`${name} refuses a name that is too long before it converts`, async (t) => {
    const directory = scratch(t);
    const damaged = Buffer.from(png);
    damaged[damaged.length - 20] ^= 1;
    await assert.rejects(save(path.join(directory, `${'x'.repeat(252)}.bmp`), damaged),
      { code: 'ENAMETOOLONG' });
    const longest = `${'ü'.repeat(125)}x.bmp`;
    await save(path.join(directory, longest), png);
    assert.deepEqual(fs.readdirSync(directory), [longest]);
  });
}

test('options of a save that are none are refused', () => {
  for (const flag of ['a', 'r+', 1, null]) {
    assert.throws(() => saveBMP('a.bmp', png, { flag }), { code: 'ERR_INVALID_ARG_VALUE', message: /"flag"/ });
  }
  assert.throws(() => saveBMP('a.bmp', png, { sync: 1 }), { code: 'ERR_INVALID_ARG_TYPE', message: /"sync"/ });
});

test('threshold leaves flag and sync as they were given', async (t) => {
  const file = path.join(scratch(t), 'a.bmp');
  fs.writeFileSync(file, 'old');
  assert.throws(() => saveBMP(file, png, { flag: 'wx', format: 'mono1', threshold: 3 }), { code: 'EEXIST' });
});

test('a temporary name has no part of a UTF-8 character', { skip: onWindows }, async (t) => {
  const directory = scratch(t);
  for (const letters of ['ü', '漢', '𝒳']) {
    const target = `x${letters.repeat(60)}`.slice(0, 62) + '.bmp';
    const names = [];
    for (let tries = 0; names.length === 0 && tries < 50; tries++) { // on a busy machine it may be gone first
      const saving = saveBMPAsync(path.join(directory, target), largePng({ width: 3000, height: 3000 }));
      let done = false;
      const settled = saving.finally(() => { done = true; });
      while (!done) {
        names.push(...fs.readdirSync(directory, { encoding: 'buffer' })
          .filter((name) => name.includes('.png2bmp-')));
        await new Promise(setImmediate);
      }
      await settled;
    }
    assert.ok(names.length > 0, 'the temporary file was seen');
    for (const name of names) {
      assert.match(name.toString(), /^\.x\S+\.png2bmp-[0-9a-f]{8}-\d+-[0-9a-f]{16}$/);
      assert.ok(Buffer.from(name.toString()).equals(name), 'whole characters');
    }
  }
});

test('a full pipe whose reader does nothing can be aborted', { skip: onWindows }, async (t) => {
  const pipe = pipeIn(scratch(t));
  const reader = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(reader));
  const large = largePng({ width: 500, height: 500 });
  await assert.rejects(saveBMPAsync(pipe, large, { signal: AbortSignal.timeout(100) }),
    { name: 'AbortError' });
});

test('a slow reader of a pipe gets everything', { skip: onWindows }, async (t) => {
  const pipe = pipeIn(scratch(t));
  const large = largePng({ width: 900, height: 500 }); // in strips, if it were a file
  const reader = spawn('sh', ['-c', 'exec < "$0"; sleep 0.3; cat', pipe]);
  const chunks = [];
  reader.stdout.on('data', (chunk) => chunks.push(chunk));
  const end = once(reader, 'close');
  for (;;) {
    try {
      await saveBMPAsync(pipe, large);
      break;
    } catch (error) {
      assert.equal(error.code, 'ENXIO', 'the reader is not there yet');
      assert.equal(reader.exitCode ?? reader.signalCode, null, 'the reader is still to come');
    }
  }
  await end;
  assert.ok(Buffer.concat(chunks).equals(getBMP(large)));
});

/** Runs shell commands in a directory that has a.png; $png2bmp is the command line. */
function shell(t, command) {
  const directory = scratch(t);
  fs.writeFileSync(path.join(directory, 'a.png'), png);
  const { status, stderr } = spawnSync('bash', ['-c', `png2bmp() { "$node" "$cli" "$@"; }; ${command}`], {
    cwd: directory, encoding: 'utf8', env: { ...process.env, node: process.execPath, cli },
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, command);
  return directory;
}

test('a pipe or a file can be named by its descriptor', {
  skip: needsProc || (spawnSync('bash', ['--version']).error && 'needs bash'),
}, (t) => {
  for (const command of [
    'png2bmp -q a.png -o /dev/fd/3 3>&1 | cat > out.bmp',
    'png2bmp -q a.png -o /proc/self/fd/1 | cat > out.bmp',
    'png2bmp -q a.png -o /dev/stdout | cat > out.bmp',
    'mkfifo p; cat p > out.bmp & png2bmp -q a.png -o >(cat > p); wait',
    'png2bmp -qf a.png -o /dev/fd/3 3> out.bmp',
    'printf %9999s > out.bmp; png2bmp -qf a.png -o /dev/fd/3 3>> out.bmp',
    'ln -s /dev/fd/3 link; png2bmp -q a.png -o link 3>&1 | cat > out.bmp; rm link',
  ]) {
    const directory = shell(t, command);
    const file = fs.readFileSync(path.join(directory, 'out.bmp'));
    assert.ok(file.equals(bmp), `${command}: ${file.length} bytes`);
    assert.deepEqual(fs.readdirSync(directory).filter((name) => name !== 'p'), ['a.png', 'out.bmp']);
  }
});

test('a deleted file is written to through its descriptor, and stays deleted', {
  skip: needsProc,
}, (t) => {
  const directory = scratch(t);
  const gone = path.join(directory, 'gone');
  fs.writeFileSync(gone, 'x'.repeat(10000));
  const fd = fs.openSync(gone, 'r+');
  t.after(() => fs.closeSync(fd));
  fs.unlinkSync(gone);
  saveBMP(`/proc/self/fd/${fd}`, png);
  const content = Buffer.alloc(20000);
  assert.equal(fs.readSync(fd, content, 0, content.length, 0), bmp.length);
  assert.ok(content.subarray(0, bmp.length).equals(bmp));
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a link or pipe that somebody else put into a shared directory is refused', {
  skip: cannotBecomeOther(),
}, (t) => {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o1777);
  const at = (name) => path.join(directory, name);
  const home = scratch(t);
  const victim = path.join(home, 'victim');
  fs.chmodSync(home, 0o755);
  fs.writeFileSync(victim, 'precious');
  fs.symlinkSync(victim, at('link'));
  fs.symlinkSync(path.join(home, 'new'), at('dangling'));
  fs.renameSync(pipeIn(directory), at('fifo'));
  for (const name of ['link', 'dangling', 'fifo']) fs.lchownSync(at(name), 1001, 1001);
  const reader = fs.openSync(at('fifo'), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(reader));
  fs.symlinkSync(at('link'), path.join(home, 'way'));
  for (const name of [at('link'), at('dangling'), at('fifo'), path.join(home, 'way')]) {
    assert.throws(() => saveBMP(name, png), { code: 'EACCES', syscall: 'open' }, name);
    const { error } = runAs(1002, directory,
      `(library, png) => library.saveBMP(${JSON.stringify(name)}, png)`);
    assert.equal(error.code, 'EACCES', name);
  }
  assert.equal(fs.readFileSync(victim, 'utf8'), 'precious');
  assert.deepEqual(fs.readdirSync(home).sort(), ['victim', 'way']);
  assert.deepEqual(fs.readdirSync(directory).sort(), ['dangling', 'fifo', 'link']);
});

test('a link that somebody else put into a shared directory is refused in the middle of a path, too', {
  skip: cannotBecomeOther(),
}, (t) => {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o1777);
  const at = (name) => path.join(directory, name);
  const home = scratch(t);
  fs.mkdirSync(path.join(home, 'inner'), { mode: 0o777 });
  for (const open of [home, path.join(home, 'inner')]) fs.chmodSync(open, 0o777);
  fs.symlinkSync(home, at('job'));
  fs.lchownSync(at('job'), 1001, 1001);
  fs.symlinkSync(at('job/inner'), path.join(home, 'way'));
  fs.symlinkSync('job/inner/new.bmp', at('mine'));
  fs.lchownSync(at('mine'), 1002, 1002);
  for (const name of [at('job/out.bmp'), at('./job//inner/out.bmp'), at('job/inner/../out.bmp'),
    path.join(home, 'way/out.bmp'), at('mine')]) {
    assert.throws(() => saveBMP(name, png), { code: 'EACCES', syscall: 'open' }, name);
    const { error } = runAs(1002, directory, `(library, png) => library.saveBMP(${JSON.stringify(name)}, png)`);
    assert.equal(error.code, 'EACCES', name);
  }
  assert.deepEqual(fs.readdirSync(home).sort(), ['inner', 'way']);
  assert.deepEqual(fs.readdirSync(path.join(home, 'inner')), []);
});

test('paths of every form lead where they lead for node:fs', { skip: onWindows }, (t) => {
  const directory = scratch(t);
  const at = (name) => `${directory}/${name}`;
  fs.mkdirSync(at('a/b'), { recursive: true });
  fs.symlinkSync('a/b', at('down'));
  fs.symlinkSync(`${directory}/down/`, at('absolute'));
  fs.symlinkSync('../..', at('a/b/up'));
  fs.symlinkSync('x.bmp', at('a/b/last'));
  for (const [given, end] of [['down/1.bmp', 'a/b/1.bmp'], ['absolute/2.bmp', 'a/b/2.bmp'], ['a/b/up/3.bmp', '3.bmp'],
    ['.//a/./b/../4.bmp', 'a/4.bmp'], ['down/../5.bmp', 'a/5.bmp'], ['absolute/up/down/last', 'a/b/x.bmp']]) {
    saveBMP(at(given), png);
    assert.ok(fs.readFileSync(at(end)).equals(bmp), given);
    fs.unlinkSync(at(end));
  }
  for (const [given, code] of [['down/', 'EISDIR'], ['down', 'EISDIR'], ['a/..', 'EISDIR'], ['a/b/nowhere/x.bmp', 'ENOENT']]) {
    assert.throws(() => saveBMP(at(given), png), { code, syscall: 'open' }, given);
  }
  fs.writeFileSync(at('file'), '');
  fs.symlinkSync('loop', at('loop'));
  assert.throws(() => saveBMP(at('file/x.bmp'), png), { code: 'ENOTDIR' });
  assert.throws(() => saveBMP(at('loop/x.bmp'), png), { code: 'ELOOP' });
});

test('a directory may get another name during a save', { skip: onWindows }, async (t) => {
  const directory = scratch(t);
  const [before, after] = ['before', 'after'].map((name) => path.join(directory, name));
  fs.mkdirSync(before);
  const large = largePng({ width: 2000, height: 2000 });
  const saving = saveBMPAsync(path.join(before, 'out.bmp'), large);
  saving.catch(() => {});
  while (fs.readdirSync(before).length === 0) await new Promise(setImmediate);
  fs.renameSync(before, after);
  assert.equal(await saving, true);
  assert.deepEqual(fs.readdirSync(after), ['out.bmp']);
  assert.ok(fs.readFileSync(path.join(after, 'out.bmp')).equals(getBMP(large)));
});

test('own links in a shared directory are followed, and those of its owner', {
  skip: cannotBecomeOther(),
}, (t) => {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o1777);
  const at = (name) => path.join(directory, name);
  fs.mkdirSync(at('open'), 0o777);
  fs.chmodSync(at('open'), 0o777);
  fs.symlinkSync('open/a.bmp', at('mine'));
  fs.symlinkSync('open/b.bmp', at('of-owner'));
  fs.lchownSync(at('mine'), 1002, 1002);
  assert.deepEqual(runAs(1002, directory, `(library, png) => {
    library.saveBMP('mine', png);
    library.saveBMP('of-owner', png);
  }`), {});
  assert.deepEqual(fs.readdirSync(at('open')).sort(), ['a.bmp', 'b.bmp']);
});

test('an ordinary user replaces, makes and is refused as with node:fs', { skip: cannotBecomeOther() }, (t) => {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o777);
  const at = (name) => path.join(directory, name);
  fs.writeFileSync(at('readonly.bmp'), 'old', { mode: 0o644 });
  fs.writeFileSync(at('writable.bmp'), 'old');
  fs.chmodSync(at('writable.bmp'), 0o666);
  const refused = runAs(1002, directory, "(library, png) => library.saveBMP('readonly.bmp', png)");
  assert.equal(refused.error.code, 'EACCES');
  assert.deepEqual(runAs(1002, directory, `(library, png, fs) => {
    library.saveBMP('new.bmp', png, { flag: 'wx', sync: true });
    library.saveBMP('writable.bmp', png);
  }`), {});
  assert.equal(fs.readFileSync(at('readonly.bmp'), 'utf8'), 'old');
  assert.equal(fs.statSync(at('new.bmp')).uid, 1002);
  assert.deepEqual(fs.readdirSync(directory).sort(), ['new.bmp', 'readonly.bmp', 'writable.bmp']);
  fs.chmodSync(directory, 0o755);
  const closed = runAs(1002, directory, "(library, png) => library.saveBMP('no.bmp', png)");
  assert.equal(closed.error.code, 'EACCES');
});

test('a full device says so', { skip: !fs.existsSync('/dev/full') && 'needs /dev/full' }, () => {
  assert.throws(() => saveBMP('/dev/full', png), { code: 'ENOSPC', syscall: 'write' });
  assert.ok(saveBMP('/dev/null', png, { sync: true }));
});
