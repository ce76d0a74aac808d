'use strict';

// Rights that files have in addition to their mode: POSIX access control lists. A file that replaces another is
// accessible to nobody who could not access the old one.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { getBMP, saveBMP } = require('..');
const { onlyAddon } = require('./kit/backend');
const { createImage } = require('./kit/image');
const { cannotBecomeOther, runAsUser } = require('./kit/other-user');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const bmp = getBMP(png);

const TAGS = { user: 1, namedUser: 2, group: 4, namedGroup: 8, mask: 16, other: 32 };
const NO_ID = 0xffffffff;

/** The attribute of a list of [tag, rights, id]. */
function listOf(...entries) {
  const list = Buffer.alloc(4 + 8 * entries.length);
  list.writeUInt32LE(2);
  entries.forEach(([tag, rights, id = NO_ID], i) => {
    list.writeUInt16LE(TAGS[tag], 4 + 8 * i);
    list.writeUInt16LE(rights, 6 + 8 * i);
    list.writeUInt32LE(id, 8 + 8 * i);
  });
  return list.toString('hex');
}

const tools = scratch(test);
const tool = path.join(tools, 'acl');

const acl = (...args) => spawnSync(tool, args, { encoding: 'utf8' });
const get = (file) => acl('get', file).stdout;

function set(kind, file, list) {
  const { status, stderr } = acl(kind, file, list);
  assert.equal(status, 0, stderr);
}

/** Why there can be no such lists here; false if there can. */
function without() {
  const file = path.join(tools, 'file');
  fs.writeFileSync(file, '');
  const compiled = process.platform === 'linux' &&
    spawnSync(process.env.CC || 'cc', ['-o', tool, path.join(__dirname, 'kit/acl.c')]).status === 0;
  if (!compiled) return 'needs Linux and a C compiler';
  return acl('access', file, listOf(['user', 6], ['namedUser', 4, 1234], ['group', 0], ['mask', 4], ['other', 0]))
    .status !== 0 && 'the file system has no access control lists';
}

const skip = onlyAddon('Node.js neither reads nor writes them') || without() || cannotBecomeOther();

/** Whether the user, with the group of the same number, can read the file. */
function canRead(user, file) {
  return runAsUser(user, "const fs = require('node:fs');", `fs.readFileSync(${JSON.stringify(file)})`).status === 0;
}

/** An old file in a directory that all may search, with a mode, an owner, and a list. */
function oldFile(t, { mode = 0o644, owner = 0, group = 0, list }) {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o777);
  const file = path.join(directory, 'a.bmp');
  fs.writeFileSync(file, 'old');
  fs.chownSync(file, owner, group);
  fs.chmodSync(file, mode);
  if (list !== undefined) set('access', file, list);
  return file;
}

test('a list is carried over, so that the mask is not the right of the group', { skip }, (t) => {
  const list = listOf(['user', 6], ['namedUser', 6, 1234], ['group', 0], ['mask', 6], ['other', 0]);
  const file = oldFile(t, { group: 1060, list });
  const { mode } = fs.statSync(file);
  saveBMP(file, png);
  assert.ok(fs.readFileSync(file).equals(bmp));
  assert.equal(get(file), list);
  assert.equal(fs.statSync(file).mode, mode);
  assert.deepEqual([1060, 1061, 1234].map((user) => canRead(user, file)), [false, false, true]);
});

test('a user who is excluded by name stays so', { skip }, (t) => {
  const file = oldFile(t, {
    list: listOf(['user', 6], ['namedUser', 0, 1100], ['group', 4], ['mask', 4], ['other', 4]),
  });
  assert.deepEqual([1100, 1101].map((user) => canRead(user, file)), [false, true]);
  saveBMP(file, png);
  assert.deepEqual([1100, 1101].map((user) => canRead(user, file)), [false, true]);
});

test('the list that a directory gives is that of new files only', { skip }, (t) => {
  const file = oldFile(t, { mode: 0o640 });
  set('default', path.dirname(file),
    listOf(['user', 7], ['namedUser', 4, 1100], ['group', 5], ['mask', 5], ['other', 5]));
  saveBMP(file, png);
  assert.equal(get(file), '');
  assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  assert.equal(canRead(1100, file), false);
  const made = path.join(path.dirname(file), 'new.bmp');
  saveBMP(made, png);
  assert.equal(canRead(1100, made), true);
});

test('rights of a group that does not come along go to nobody, those with a name stay', { skip }, (t) => {
  const file = oldFile(t, { owner: 1001, group: 2000,
    list: listOf(['user', 6], ['namedUser', 6, 1002], ['namedUser', 4, 1100], ['group', 6], ['mask', 6], ['other', 0]) });
  fs.writeFileSync(path.join(path.dirname(file), 'a.png'), png);
  const { status, stderr } = runAsUser(1002, `
    const { saveBMP } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
  `, `
    process.chdir(${JSON.stringify(path.dirname(file))});
    saveBMP('a.bmp', require('node:fs').readFileSync('a.png'));
  `);
  assert.equal(status, 0, stderr);
  assert.equal(get(file), listOf(['user', 6], ['namedUser', 6, 1002], ['namedUser', 4, 1100], ['group', 0], ['mask', 6],
    ['other', 0]));
  fs.chownSync(file, 1002, 1300);
  assert.deepEqual([1100, 1300].map((user) => canRead(user, file)), [true, false]);
});

/** A library to preload, in which lists cannot be set. */
function refusing() {
  const source = path.join(tools, 'refuse.c');
  fs.writeFileSync(source, `#include <errno.h>
    #include <stddef.h>
    int fsetxattr(int fd, const char *n, const void *v, size_t s, int f)
    { (void)fd; (void)n; (void)v; (void)s; (void)f; errno = EPERM; return -1; }`);
  const library = path.join(tools, 'refuse.so');
  assert.equal(spawnSync(process.env.CC || 'cc', ['-shared', '-fPIC', '-o', library, source]).status, 0);
  return library;
}

test('where a list cannot be set, only the owner has rights', { skip }, (t) => {
  const file = oldFile(t, {
    list: listOf(['user', 6], ['namedUser', 0, 1100], ['group', 4], ['mask', 4], ['other', 4]),
  });
  const script = `require(${JSON.stringify(path.resolve(__dirname, '..'))}).saveBMP(${JSON.stringify(file)},
    require('node:fs').readFileSync(0))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script],
    { input: png, encoding: 'utf8', env: { ...process.env, LD_PRELOAD: refusing() } });
  assert.equal(status, 0, stderr);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
});
