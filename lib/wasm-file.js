'use strict';

// A file that appears whole or not at all, by node:fs: what src/file_posix.c is to the addon.
// Node.js has no file locks, so a temporary name that a killed process left is taken for a
// leftover by its age.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const os = require('node:os');
const process = require('node:process');

// So many saves of one target may run at the same time.
const SLOTS = 64;
// Of the target's name, so much is in the temporary one: names end at 255 bytes.
const NAME_BYTES = 200;
// Every strip that is written makes a file young again.
const LEFTOVER_MS = 60 * 60 * 1000;

const onWindows = process.platform === 'win32';
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const LINKS = 40; // as many as Linux follows
const { EEXIST } = os.constants.errno;

function failure(code, errno, syscall) {
  return Object.assign(new Error(code), { code, errno: -errno, syscall });
}

/** fs errors with the name of the step that failed, whatever fs calls it. */
function step(syscall, work) {
  try {
    return work();
  } catch (error) {
    if (error.errno !== undefined) {
      error.syscall = syscall;
    }
    throw error;
  }
}

/** The path as node:fs takes it: bytes where names are bytes. */
function named(bytes) {
  return onWindows ? bytes.toString() : bytes;
}

function isSeparator(byte) {
  return byte === SLASH || (onWindows && byte === BACKSLASH);
}

/** Where the name begins in a path. */
function nameAt(bytes) {
  let at = bytes.length;
  while (at > 0 && !isSeparator(bytes[at - 1])) {
    at--;
  }
  return at;
}

function statOf(stat, path) {
  try {
    return stat(named(path));
  } catch {
    return undefined;
  }
}

/** Where a link that leads nowhere would have the file: its text, taken from its own directory. */
function follow(link) {
  const text = Buffer.from(fs.readlinkSync(named(link), 'buffer'));
  return text.length > 0 && isSeparator(text[0]) ? text
    : Buffer.concat([link.subarray(0, nameAt(link)), text]);
}

/** A symbolic link stays one: what it points to is replaced, or made. */
function resolve(path) {
  let target = path;
  for (let i = 0; i < LINKS && statOf(fs.lstatSync, target)?.isSymbolicLink(); i++) {
    try {
      target = Buffer.from(fs.realpathSync.native(named(target), 'buffer'));
    } catch (error) {
      if (error.code !== 'ENOENT') {
        throw error;
      }
      target = follow(target);
    }
  }
  return target;
}

/** A mount point keeps its name: what is mounted there is written over in place. */
function renameOrCopy(from, to) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EBUSY') {
      throw error;
    }
    fs.copyFileSync(from, to);
    fs.rmSync(from, { force: true });
  }
}

/** Opens a pipe, a terminal or a device; a pipe that nobody reads is an error (ENXIO) and no wait. */
function openWithReader(path) {
  const { O_WRONLY, O_NONBLOCK = 0 } = fs.constants;
  const probe = fs.openSync(path, O_WRONLY | O_NONBLOCK);
  try {
    return fs.openSync(path, O_WRONLY);
  } finally {
    fs.closeSync(probe);
  }
}

class NewFile {
  #fd;
  #target;
  #temporary;
  /** A target that is no regular file is written from its first byte to its last: here it waits. */
  #whole;
  #sequential = false;

  #exclusive;
  #sync;

  /** exclusive: a file that is there, or comes in the meantime, is an error (EEXIST). sync: the file
   * and its directory are on the disk before commit returns. */
  constructor({ exclusive, sync }) {
    this.#exclusive = exclusive;
    this.#sync = sync;
  }

  /** Opens a temporary file for the path, or the target itself where that is a terminal or a pipe.
   * options: as of the constructor. */
  static open(path, options) {
    const file = new NewFile(options);
    step('open', () => file.#open(path));
    return file;
  }

  #open(path) {
    if (path.length === 0) {
      throw failure('ENOENT', 2, 'open');
    }
    if (this.#exclusive && statOf(fs.lstatSync, path) !== undefined) {
      throw failure('EEXIST', EEXIST, 'open');
    }
    this.#target = resolve(path);
    const old = statOf(fs.statSync, this.#target);
    if (old?.isDirectory()) {
      throw failure('EISDIR', 21, 'open');
    }
    if (old !== undefined && !old.isFile()) {
      this.#sequential = true;
      this.#fd = openWithReader(named(this.#target));
      return;
    }
    if (old !== undefined) {
      fs.accessSync(named(this.#target), fs.constants.W_OK);
    }
    try {
      // Private until it has the mode of the file that it replaces.
      this.#openTemporary(old === undefined ? 0o666 : 0o600);
    } catch (error) {
      if (old === undefined || !this.#isMounted(old)) {
        throw error;
      }
      this.#sequential = true; // nothing may be made beside it
      this.#fd = fs.openSync(named(this.#target), fs.constants.O_WRONLY | fs.constants.O_TRUNC);
      return;
    }
    try {
      this.#takeAfter(old);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Whether the target is on another file system than its directory. */
  #isMounted(old) {
    const at = nameAt(this.#target);
    const directory = at > 0 ? this.#target.subarray(0, at) : Buffer.from('.');
    return statOf(fs.statSync, directory)?.dev !== old.dev;
  }

  #name(slot) {
    const at = nameAt(this.#target);
    return Buffer.concat([this.#target.subarray(0, at), Buffer.from('.'),
      this.#target.subarray(at, at + NAME_BYTES), Buffer.from(`.png2bmp-w${slot}`)]);
  }

  #openTemporary(mode) {
    for (let slot = 0; this.#fd === undefined; slot++) {
      const name = this.#name(slot);
      const seen = statOf(fs.lstatSync, name);
      if (seen?.isFile() && Date.now() - seen.mtimeMs > LEFTOVER_MS) {
        fs.rmSync(named(name), { force: true });
      }
      try {
        this.#fd = fs.openSync(named(name), 'wx', mode);
        this.#temporary = name;
      } catch (error) {
        if (error.code !== 'EEXIST' || slot + 1 === SLOTS) {
          throw error;
        }
      }
    }
  }

  /** The new file takes the place of the old one: same owner, where we may give files away, and
   * same mode. */
  #takeAfter(old) {
    if (old === undefined || onWindows) {
      return;
    }
    const mode = this.#takeOwner(old, old.mode & 0o7777);
    fs.fchmodSync(this.#fd, mode);
  }

  #takeOwner(old, mode) {
    if (old.uid === process.geteuid() && old.gid === process.getegid()) {
      return mode;
    }
    if (this.#chown(old.uid, old.gid)) {
      return mode;
    }
    // Set-user-ID was for its owner, and the rights of a group are for that group.
    return mode & (this.#chown(process.geteuid(), old.gid) ? 0o777 : 0o707);
  }

  #chown(uid, gid) {
    try {
      fs.fchownSync(this.#fd, uid, gid);
      return true;
    } catch {
      return false;
    }
  }

  begin(size) {
    if (this.#sequential) {
      this.#whole = Buffer.allocUnsafeSlow(size);
    }
  }

  write(bytes, offset) {
    if (this.#whole !== undefined) {
      this.#whole.set(bytes, offset);
    } else {
      this.#writeAll(bytes, offset);
    }
  }

  #writeAll(bytes, offset) {
    step('write', () => {
      for (let done = 0; done < bytes.length;) {
        const position = this.#sequential ? null : offset + done;
        done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, position);
      }
    });
  }

  /** Gives the file its name. */
  commit() {
    if (this.#whole !== undefined) {
      this.#writeAll(this.#whole, 0);
    }
    if (this.#sync && this.#temporary !== undefined) {
      step('fsync', () => fs.fsyncSync(this.#fd));
    }
    const fd = this.#fd;
    this.#fd = undefined;
    step('close', () => fs.closeSync(fd));
    if (this.#temporary !== undefined) {
      this.#takeName();
    }
  }

  #takeName() {
    const from = named(this.#temporary);
    const to = named(this.#target);
    if (this.#exclusive) { // a link, unlike a rename, replaces nothing
      step('link', () => fs.linkSync(from, to));
      fs.rmSync(from, { force: true });
    } else {
      step('rename', () => renameOrCopy(from, to));
    }
    this.#temporary = undefined;
    if (this.#sync && !onWindows) {
      this.#syncDirectory();
    }
  }

  #syncDirectory() {
    const at = nameAt(this.#target);
    const directory = fs.openSync(at > 0 ? named(this.#target.subarray(0, at)) : '.', 'r');
    try {
      step('fsync', () => fs.fsyncSync(directory));
    } finally {
      fs.closeSync(directory);
    }
  }

  /** Removes what commit did not finish. */
  discard() {
    if (this.#fd !== undefined) {
      fs.closeSync(this.#fd);
      this.#fd = undefined;
    }
    if (this.#temporary !== undefined) {
      fs.rmSync(named(this.#temporary), { force: true });
      this.#temporary = undefined;
    }
  }
}

module.exports = { NewFile };
