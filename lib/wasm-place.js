'use strict';

// Where the path of a save leads, with node:fs: the counterpart of src/place_posix.c. Paths are bytes.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const util = require('node:util');

const onWindows = process.platform === 'win32';
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LINKS = 40; // as many as Linux follows
const PROC_SUPER_MAGIC = 0x9fa0;
const STICKY = 0o1000;
const WRITABLE_BY_ALL = 0o0002;

/** The errno value of an error of node:fs. */
function errnoOf(code) {
  const known = [...util.getSystemErrorMap?.() ?? []].find(([, [name]]) => name === code);
  return known?.[0] ?? -os.constants.errno[code];
}

/** An error like those of node:fs. */
function failure(code, syscall) {
  return Object.assign(new Error(code), { code, errno: errnoOf(code), syscall });
}

/** The path for node:fs: bytes where names are bytes. */
function named(bytes) {
  return onWindows ? bytes.toString() : bytes;
}

function isSeparator(bytes, at) {
  return bytes[at] === SLASH || (onWindows && (bytes[at] === BACKSLASH || (at === 1 && bytes[at] === COLON)));
}

/** { directory, name } of a path; the directory ends in a separator, or is '.'. */
function split(bytes) {
  let at = bytes.length;
  while (at > 0 && !isSeparator(bytes, at - 1)) {
    at--;
  }
  return { directory: at > 0 ? bytes.subarray(0, at) : Buffer.from('.'), name: bytes.subarray(at) };
}

/** The path of another name in the same directory. */
function beside(bytes, name) {
  return Buffer.concat([bytes.subarray(0, bytes.length - split(bytes).name.length), name]);
}

// Links in /proc: following their text leads elsewhere than following them.
function isOfProc(link) {
  return process.platform === 'linux' &&
    fs.statfsSync?.(named(split(link).directory)).type === PROC_SUPER_MAGIC;
}

// The rule of Linux's protected_symlinks and protected_fifos, which is not enabled on every system.
function isPlanted(target, entry) {
  if (onWindows || entry.uid === process.geteuid()) {
    return false;
  }
  const parent = fs.statSync(named(split(target).directory));
  return (parent.mode & STICKY) !== 0 && (parent.mode & WRITABLE_BY_ALL) !== 0 && entry.uid !== parent.uid;
}

function look(target) {
  return fs.lstatSync(named(target), { throwIfNoEntry: false });
}

function follow(link, entry) {
  if (isPlanted(link, entry)) {
    throw failure('EACCES', 'open');
  }
  const text = Buffer.from(fs.readlinkSync(named(link), 'buffer'));
  return path.isAbsolute(text.toString('latin1')) ? text : beside(link, text);
}

/** What may not be written to, or not under this name. */
function judge(target, entry) {
  if (split(target).name.length === 0 || entry?.isDirectory()) {
    throw failure('EISDIR', 'open');
  }
  if (entry?.isFIFO() && isPlanted(target, entry)) {
    throw failure('EACCES', 'open');
  }
}

/** { target, entry, isDescriptor }: a symbolic link is kept, and the file that it points to is the target;
 * entry describes the existing file, if any. exclusive: an existing file is an error. */
function findPlace(given, exclusive) {
  if (given.length === 0) {
    throw failure('ENOENT', 'open');
  }
  let target = given;
  let entry = look(target);
  if (exclusive && entry !== undefined) {
    throw failure('EEXIST', 'open');
  }
  for (let links = 0; entry?.isSymbolicLink(); links++) {
    if (links === LINKS) {
      throw failure('ELOOP', 'open');
    }
    if (isOfProc(target)) {
      return { target, entry: fs.statSync(named(target)), isDescriptor: true };
    }
    target = follow(target, entry);
    entry = look(target);
  }
  judge(target, entry);
  return { target, entry, isDescriptor: false };
}

module.exports = { beside, failure, findPlace, named, onWindows, split };
