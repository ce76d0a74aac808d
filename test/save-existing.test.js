'use strict';

// How a save treats what is already there: links, permissions, and what killed processes left.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setTimeout } = require('node:timers/promises');

const { getBMP, saveBMP } = require('..');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { encodePng } = require('./kit/png-encoder');
const { onlyAddon } = require('./kit/backend');
const { cannotBecomeOther, runAsUser } = require('./kit/other-user');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);
const onWindows = process.platform === 'win32' && 'links and modes are those of POSIX';
const onlyAge = onlyAddon('Node.js has no file locks, leftovers are known by their age');
const isRoot = process.getuid?.() === 0;

/** { at(name), list(), mode(name) } of a scratch directory. */
function newPlace(t) {
  const directory = scratch(t);
  const at = (name) => path.join(directory, name);
  return {
    at,
    list: () => fs.readdirSync(directory).sort(),
    mode: (name) => fs.statSync(at(name)).mode & 0o7777,
  };
}

test('the new file has the mode of the one it replaces', { skip: onWindows }, (t) => {
  const place = newPlace(t);
  for (const mode of [0o600, 0o640, 0o755]) {
    fs.writeFileSync(place.at('a.bmp'), 'old');
    fs.chmodSync(place.at('a.bmp'), mode);
    saveBMP(place.at('a.bmp'), png);
    assert.equal(place.mode('a.bmp'), mode);
  }
});

/** Kills a process in the middle of a save of a.bmp; returns the name of what it leaves. starter: a program that
 * starts the process. */
async function leave(place, starter = []) {
  const large = place.at('large.png');
  fs.writeFileSync(large, largePng({ width: 1600, height: 900 }));
  const [program, ...args] = [...starter, process.execPath, '-e', `
    async function* most() { // the rest never comes
      yield require('node:fs').readFileSync(${JSON.stringify(large)}).subarray(0, -1000);
      await new Promise((resolve) => setInterval(resolve, 1e9));
    }
    require(${JSON.stringify(path.resolve(__dirname, '..'))}).saveBMPAsync(${JSON.stringify(place.at('a.bmp'))}, most());`];
  const child = spawn(program, args);
  const gone = once(child, 'exit');
  const left = () => place.list().find((name) => name.startsWith('.a.bmp.png2bmp-'));
  while (!left() && child.exitCode === null) await setTimeout(1);
  child.kill('SIGKILL');
  await gone;
  fs.unlinkSync(large);
  return left();
}

/** In a process of its own, which searches the directory in any case: this one may have searched another lately that had
 * the same number and is gone. */
function saveInNewProcess(file) {
  const { status, stderr } = spawnSync(process.execPath, ['-e', `
    require(${JSON.stringify(path.resolve(__dirname, '..'))})
      .saveBMP(${JSON.stringify(file)}, Buffer.from('${png.toString('base64')}', 'base64'));`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('what a killed process left is removed and not written to', { skip: onWindows || onlyAge }, async (t) => {
  const place = newPlace(t);
  const leftover = place.at(await leave(place));
  fs.chmodSync(leftover, 0o777);
  const open = fs.openSync(leftover, 'r+');
  saveInNewProcess(place.at('a.bmp'));
  fs.writeSync(open, 'changed by who had it open');
  assert.equal(fs.fstatSync(open).nlink, 0);
  fs.closeSync(open);
  assert.ok(fs.readFileSync(place.at('a.bmp')).equals(bmp));
  assert.equal(place.mode('a.bmp'), 0o666 & ~process.umask());
  assert.deepEqual(place.list(), ['a.bmp']);
});

/** The names of temporary files of a.bmp, made by a process of that host that is gone. */
function plant(place, host, count) {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  return Array.from({ length: count }, (_, i) => {
    const name = `.a.bmp.png2bmp-${host}-${pid}-${String(i).padStart(16, '0')}`;
    fs.writeFileSync(place.at(name), '');
    return name;
  });
}

const hostOf = (name) => /\.png2bmp-([0-9a-f]{8})-/.exec(name)[1];
const elsewhere = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const noElsewhere = () => spawnSync(elsewhere[0], [...elsewhere.slice(1), 'true']).status !== 0 &&
  'no PID namespace can be made: needs root';

test('the process of a temporary file is looked for only where its number has a meaning', {
  skip: onWindows || onlyAge || noElsewhere(),
}, async (t) => {
  const [here, there] = [hostOf(await leave(newPlace(t))), hostOf(await leave(newPlace(t), elsewhere))];
  assert.notEqual(there, here, 'containers of one host name are two hosts');
  for (const [host, left] of [[here, 0], [there, 2], ['ffffffff', 2]]) {
    const directory = newPlace(t);
    const planted = plant(directory, host, 2);
    saveInNewProcess(directory.at('a.bmp'));
    assert.deepEqual(directory.list(), [...planted.slice(0, left), 'a.bmp'].sort(), host);
  }
});

test('what others left is removed by nobody but its owner and root', { skip: onWindows || cannotBecomeOther() }, (t) => {
  const place = newPlace(t);
  fs.chmodSync(place.at('.'), 0o777);
  const [own, other] = plant(place, 'ffffffff', 2);
  for (const [name, owner] of [[own, 1002], [other, 1001]]) {
    fs.chownSync(place.at(name), owner, owner);
    fs.chmodSync(place.at(name), 0o666);
    fs.utimesSync(place.at(name), 1e9, 1e9);
  }
  fs.writeFileSync(place.at('a.png'), png);
  const { status, stderr } = runAsUser(1002, `
    const { saveBMP } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
  `, `
    process.chdir(${JSON.stringify(place.at('.'))});
    saveBMP('b.bmp', require('node:fs').readFileSync('a.png'));
  `);
  assert.equal(status, 0, stderr);
  assert.deepEqual(place.list(), [other, 'a.png', 'b.bmp'].sort());
});

test('a file keeps its group in a directory that gives its own', { skip: onWindows || (!isRoot && 'needs root') }, (t) => {
  const place = newPlace(t);
  fs.writeFileSync(place.at('a.bmp'), 'old');
  fs.chmodSync(place.at('a.bmp'), 0o640);
  fs.chownSync(place.at('.'), 0, 2000);
  fs.chmodSync(place.at('.'), 0o2755);
  saveBMP(place.at('a.bmp'), png);
  const { gid, mode } = fs.statSync(place.at('a.bmp'));
  assert.deepEqual({ gid, mode: mode & 0o7777 }, { gid: process.getegid(), mode: 0o640 });
});

test('root removes what a killed save of another user\'s file left', {
  skip: onWindows || onlyAge || (!isRoot && 'needs root, to give files away'),
}, async (t) => {
  const place = newPlace(t);
  const leftover = await leave(place);
  fs.writeFileSync(place.at('a.bmp'), 'old');
  for (const name of ['a.bmp', leftover]) fs.chownSync(place.at(name), 1001, 1001);
  saveInNewProcess(place.at('a.bmp'));
  assert.deepEqual(place.list(), ['a.bmp']);
  assert.equal(fs.statSync(place.at('a.bmp')).uid, 1001);
});

test('a symbolic link stays one, and what it points to is replaced', { skip: onWindows }, (t) => {
  const place = newPlace(t);
  fs.mkdirSync(place.at('far'));
  fs.writeFileSync(place.at('far/target.bmp'), 'old');
  fs.symlinkSync('far/target.bmp', place.at('link.bmp'));
  saveBMP(place.at('link.bmp'), png);
  assert.ok(fs.lstatSync(place.at('link.bmp')).isSymbolicLink());
  assert.ok(fs.readFileSync(place.at('far/target.bmp')).equals(bmp));
});

test('a link to what is not there makes it, as fs.writeFile does', { skip: onWindows }, (t) => {
  const place = newPlace(t);
  fs.mkdirSync(place.at('far'));
  fs.symlinkSync('far/link.bmp', place.at('link.bmp'));
  fs.symlinkSync('target.bmp', place.at('far/link.bmp'));
  fs.symlinkSync(place.at('far/other.bmp'), place.at('absolute.bmp'));
  for (const name of ['link.bmp', 'absolute.bmp']) saveBMP(place.at(name), png);
  for (const name of ['link.bmp', 'far/link.bmp', 'absolute.bmp']) {
    assert.ok(fs.lstatSync(place.at(name)).isSymbolicLink(), name);
  }
  assert.ok(fs.readFileSync(place.at('far/target.bmp')).equals(bmp));
  assert.ok(fs.readFileSync(place.at('far/other.bmp')).equals(bmp));
});

test('a link that cannot be followed is an error, and stays', { skip: onWindows }, (t) => {
  const place = newPlace(t);
  fs.symlinkSync('b.bmp', place.at('a.bmp'));
  fs.symlinkSync('a.bmp', place.at('b.bmp'));
  assert.throws(() => saveBMP(place.at('a.bmp'), png), { code: 'ELOOP', syscall: 'open' });
  fs.symlinkSync('nowhere/c.bmp', place.at('c.bmp'));
  assert.throws(() => saveBMP(place.at('c.bmp'), png), { code: 'ENOENT', syscall: 'open' });
  assert.deepEqual(place.list(), ['a.bmp', 'b.bmp', 'c.bmp']);
  for (const name of place.list()) assert.ok(fs.lstatSync(place.at(name)).isSymbolicLink());
});

test('rights of a group that does not come along do not go to another', {
  skip: cannotBecomeOther(),
}, (t) => {
  const place = newPlace(t);
  fs.chmodSync(place.at('.'), 0o777);
  const files = [['a.bmp', 2000, 0o4670], ['b.bmp', 1002, 0o4670]];
  for (const [name, group, mode] of files) {
    fs.writeFileSync(place.at(name), 'old');
    fs.chownSync(place.at(name), 1001, group);
    fs.chmodSync(place.at(name), mode | 0o006);
  }
  fs.writeFileSync(place.at('a.png'), png);
  const { status, stderr } = runAsUser(1002, `
    const { saveBMP } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
  `, `
    process.chdir(${JSON.stringify(place.at('.'))});
    const png = require('node:fs').readFileSync('a.png');
    for (const name of ['a.bmp', 'b.bmp']) saveBMP(name, png);
  `);
  assert.equal(status, 0, stderr);
  assert.equal(place.mode('a.bmp'), 0o606);
  assert.equal(fs.statSync(place.at('b.bmp')).gid, 1002);
  assert.equal(place.mode('b.bmp'), 0o676);
});

test('a path that is empty or longer than any system takes is refused', (t) => {
  const place = newPlace(t);
  const wanted = { code: 'ERR_OUT_OF_RANGE', message: /"path" argument must be at most 65535 bytes/ };
  assert.throws(() => saveBMP('', png), { code: 'ENOENT', syscall: 'open' });
  assert.throws(() => saveBMP('x'.repeat(65536), png), wanted);
  assert.throws(() => saveBMP(Buffer.alloc(65536, 'x'), png), wanted);
  assert.throws(() => saveBMP('x'.repeat(65535), png), { code: 'ENAMETOOLONG' });
  assert.deepEqual(place.list(), []);
});
