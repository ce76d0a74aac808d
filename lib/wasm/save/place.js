'use strict';

// Where the path of a save leads, with node:fs: the counterpart of src/save/place_posix.c. Paths are bytes.

const { builtin } = require('../../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const fs = builtin('node:fs') ?? require('node:fs');
const os = builtin('node:os') ?? require('node:os');
const path = builtin('node:path') ?? require('node:path');
const { process } = globalThis;
const util = builtin('node:util') ?? require('node:util');

const onWindows = process.platform === 'win32';
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LINKS = 40; // as many as Linux follows
const PROC_SUPER_MAGIC = 0x9fa0;
const O_PATH = 0o10000000; // asm-generic/fcntl.h of Linux; Node.js does not name it
const { O_DIRECTORY = 0, O_NOFOLLOW = 0 } = fs.constants;
const HERE = Buffer.from('.');
const ROOT = Buffer.from('/');
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

/** { directory, name } of a path; the directory ends in a separator, or is empty. */
function split(bytes) {
  let at = bytes.length;
  while (at > 0 && !isSeparator(bytes, at - 1)) {
    at--;
  }
  return { directory: bytes.subarray(0, at), name: bytes.subarray(at) };
}

// ---- Directories ------------------------------------------------------------------------------

/** Whether a path can begin with a handle. Permissions are given by path, so there handles are of no use. */
const hasHandles = process.platform === 'linux' && process.permission === undefined && fs.existsSync('/proc/self/fd');

/** A directory. Where paths can begin with a handle it stays the same one, even if it gets another name, or its
 * name is given to a link. */
class Directory {
  #prefix;
  #fd;

  constructor(prefix, fd) {
    this.#prefix = prefix;
    this.#fd = fd;
  }

  /** flags: O_NOFOLLOW makes it an error if the path is a link. */
  static open(path, flags = 0) {
    if (!hasHandles) {
      return new Directory(Buffer.concat([path, ROOT]));
    }
    const fd = fs.openSync(path, O_PATH | O_DIRECTORY | flags);
    return new Directory(Buffer.from(`/proc/self/fd/${fd}/`), fd);
  }

  /** The path of a name in it, for node:fs. */
  at(name) {
    return named(Buffer.concat([this.#prefix, name]));
  }

  /** Its own path. */
  get path() {
    return this.at(HERE);
  }

  close() {
    if (this.#fd !== undefined) {
      fs.closeSync(this.#fd);
      this.#fd = undefined;
    }
  }
}

// Links in /proc: following their text leads elsewhere than following them.
function isOfProc(directory) {
  return process.platform === 'linux' && fs.statfsSync?.(directory.path).type === PROC_SUPER_MAGIC;
}

// The rule of Linux's protected_symlinks and protected_fifos, which is not enabled on every system.
function isPlanted(directory, entry) {
  if (onWindows || entry.uid === process.geteuid()) {
    return false;
  }
  const parent = fs.statSync(directory.path);
  return (parent.mode & STICKY) !== 0 && (parent.mode & WRITABLE_BY_ALL) !== 0 && entry.uid !== parent.uid;
}

// ---- Following the path -----------------------------------------------------------------------

/** The way along a path: the directory so far, the rest, and what the last part is. */
class Way {
  directory;
  entry; // of the last part, or undefined
  #rest;
  #links = 0;

  constructor(given) {
    this.#turn(given);
  }

  get name() {
    return this.#rest;
  }

  #enter(directory) {
    this.directory?.close();
    this.directory = directory;
  }

  #turn(text) {
    this.#rest = text;
    if (onWindows) { // the system follows what comes before the last part
      this.#turnOnWindows(text);
    } else if (text[0] === SLASH || this.directory === undefined) {
      this.#enter(Directory.open(text[0] === SLASH ? ROOT : HERE));
    }
  }

  #turnOnWindows(text) {
    const { directory, name } = split(text);
    const isWhole = this.directory === undefined || path.isAbsolute(text.toString());
    this.directory = new Directory(isWhole ? directory : Buffer.from(this.directory.at(directory)));
    this.#rest = name;
  }

  statEntry(name) {
    return fs.lstatSync(this.directory.at(name), { throwIfNoEntry: false });
  }

  /** Follows the link `name`; `left` of the path comes after it. */
  #follow(name, entry, left) {
    if (isPlanted(this.directory, entry)) {
      throw failure('EACCES', 'open');
    }
    if (++this.#links > LINKS) {
      throw failure('ELOOP', 'open');
    }
    const text = Buffer.from(fs.readlinkSync(this.directory.at(name), 'buffer'));
    this.#turn(left === undefined ? text : Buffer.concat([text, ROOT, left]));
  }

  /** Goes through a part in the middle of the path, which ends at `slash`. */
  #pass(slash) {
    const [name, left] = [this.#rest.subarray(0, slash), this.#rest.subarray(slash + 1)];
    this.#rest = left;
    if (name.length === 0 || name.equals(HERE)) {
      return;
    }
    const entry = this.statEntry(name);
    if (entry?.isSymbolicLink() && !isOfProc(this.directory)) {
      this.#follow(name, entry, left);
    } else {
      this.#enter(Directory.open(this.directory.at(name), entry?.isSymbolicLink() ? 0 : O_NOFOLLOW));
    }
  }

  /** To the directory of the last part. */
  toLast() {
    for (let slash; !onWindows && (slash = this.#rest.indexOf(SLASH)) >= 0;) {
      this.#pass(slash);
    }
    this.entry = this.statEntry(this.name);
  }

  /** Until the last part is no link; true if it is one of /proc. */
  toTarget() {
    while (this.entry?.isSymbolicLink()) {
      if (isOfProc(this.directory)) {
        this.entry = fs.statSync(this.directory.at(this.name));
        return true;
      }
      this.#follow(this.name, this.entry);
      this.toLast();
    }
    return false;
  }
}

/** What may not be written to, or not under this name. */
function checkTarget({ directory, name, entry }) {
  if (name.length === 0 || entry?.isDirectory()) {
    throw failure('EISDIR', 'open');
  }
  if (entry?.isFIFO() && isPlanted(directory, entry)) {
    throw failure('EACCES', 'open');
  }
}

function follow(way, exclusive) {
  way.toLast();
  if (exclusive && way.entry !== undefined) {
    throw failure('EEXIST', 'open');
  }
  const isDescriptor = way.toTarget();
  if (!isDescriptor) {
    checkTarget(way);
  }
  return { directory: way.directory, name: way.name, entry: way.entry, isDescriptor };
}

/** { directory, name, entry, isDescriptor }: a symbolic link is kept, and the file that it points to is the
 * target; entry describes the existing file, if any. The directory must be closed. exclusive: an existing file
 * is an error. */
function findPlace(given, exclusive) {
  if (given.length === 0) {
    throw failure('ENOENT', 'open');
  }
  const way = new Way(given);
  try {
    return follow(way, exclusive);
  } catch (error) {
    way.directory.close();
    throw error;
  }
}

module.exports = { failure, findPlace, onWindows };
