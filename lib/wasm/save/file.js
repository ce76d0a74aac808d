'use strict';

// A file that is written completely or not at all, with node:fs: the counterpart of src/save/file_posix.c.

const { builtin } = require('../../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const fs = builtin('node:fs') ?? require('node:fs');

const { failure, findPlace, onWindows } = require('./place');
const { openTemporary } = require('./temporary');

/** Between two attempts to write to a full pipe, at most. */
const PATIENCE_MS = 50;
/** Between two attempts to rename on Windows, at most: a second in all. */
const RENAME_PATIENCE_MS = 512;

const { O_WRONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = fs.constants;
const NOT_ON_A_DISK = ['EINVAL', 'ENOTSUP'];
const READ_ONLY = ['EROFS', 'EACCES', 'EPERM'];
const IN_USE = ['EPERM', 'EACCES', 'EBUSY'];

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Errors of fs with the name of the step that failed, whatever fs calls it. */
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

/** Runs work(fd), and closes fd. */
function withOpen(path, flags, work) {
  const fd = fs.openSync(path, flags);
  try {
    return work(fd);
  } finally {
    fs.closeSync(fd);
  }
}

// ---- The name ---------------------------------------------------------------------------------

/** Without hard links: an empty file of our own claims the name, and is then replaced. */
function reserveAndRename(from, to) {
  fs.closeSync(fs.openSync(to, 'wx', 0o600));
  try {
    fs.renameSync(from, to);
  } catch (error) {
    fs.rmSync(to, { force: true });
    throw error;
  }
}

/** Unlike a rename, a link never replaces a file. */
function renameExclusively(from, to) {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (error.code === 'EEXIST') {
      throw error;
    }
    return reserveAndRename(from, to);
  }
  return fs.rmSync(from, { force: true });
}

/** Windows refuses while another process has the old file open: a virus scanner, another save. */
function rename(from, to) {
  for (let wait = 1; ; wait *= 2) {
    try {
      return fs.renameSync(from, to);
    } catch (error) {
      if (!onWindows || !IN_USE.includes(error.code) || wait > RENAME_PATIENCE_MS) {
        throw error;
      }
      pause(wait);
    }
  }
}

/** A mount point keeps its name: the mounted file is overwritten in place. */
function renameOrCopy(from, to, sync) {
  try {
    rename(from, to);
  } catch (error) {
    if (onWindows || error.code !== 'EBUSY') {
      throw error;
    }
    fs.copyFileSync(from, to);
    if (sync) {
      withOpen(to, 'r+', (fd) => fs.fsyncSync(fd));
    }
    fs.rmSync(from, { force: true });
  }
}

// ---- Owner and mode of the replaced file ------------------------------------------------------

/** Under --permission nothing may be changed through a descriptor. */
function descriptorElsePath(changeDescriptor, changePath) {
  try {
    changeDescriptor();
  } catch (error) {
    if (error.code !== 'ERR_ACCESS_DENIED') {
      throw error;
    }
    changePath();
  }
}

function giveTo({ fd, path }, uid, gid) {
  try {
    descriptorElsePath(() => fs.fchownSync(fd, uid, gid), () => fs.lchownSync(path, uid, gid));
    return true;
  } catch {
    return false;
  }
}

/** Gives the file the owner and group of the old one, or only its group if we may not change the owner;
 * returns the mode without the rights that were not meant for its actual owner and group. Before, its group may
 * also be that of the directory. */
function takeOwner(file, old, mode) {
  const own = fs.fstatSync(file.fd);
  if ((old.uid === own.uid && old.gid === own.gid) || giveTo(file, old.uid, old.gid)) {
    return mode;
  }
  // Set-ID bits were for the old owner and group, and the rights of the group were for the old group.
  return mode & (giveTo(file, own.uid, old.gid) ? 0o777 : 0o707);
}

/** Some file systems refuse to set modes. That is an error only if somebody could now read or write the file
 * who could not before. */
function takeMode({ fd, path }, mode) {
  try {
    descriptorElsePath(() => fs.fchmodSync(fd, mode), () => fs.chmodSync(path, mode));
  } catch (error) {
    if ((fs.fstatSync(fd).mode & 0o077 & ~mode) !== 0) {
      throw error;
    }
  }
}

// ---- The file ---------------------------------------------------------------------------------

class NewFile {
  #fd;
  /** { directory, name }: where the file will be. */
  #place;
  /** Undefined: the target is written in place, from its first byte to its last. */
  #temporary;
  /** In place: the BMP, until it is complete. */
  #whole;

  #exclusive;
  #sync;
  #isCancelled;
  #wait = 1;

  /** exclusive: a file that exists, or appears in the meantime, is an error (EEXIST). sync: the file and its
   * directory are on the disk before commit returns. isCancelled: called while a pipe is full. */
  constructor({ exclusive, sync, isCancelled }) {
    this.#exclusive = exclusive;
    this.#sync = sync;
    this.#isCancelled = isCancelled;
  }

  /** Opens a temporary file for the path, or the target itself if that is a terminal or a pipe. options: as
   * for the constructor. size: of everything that will be written. */
  static open(path, options, size) {
    const file = new NewFile(options);
    try {
      step('open', () => file.#open(path));
      file.#begin(size);
    } catch (error) {
      file.discard();
      throw error;
    }
    return file;
  }

  #open(path) {
    this.#place = findPlace(path, this.#exclusive);
    const { entry, isDescriptor } = this.#place;
    if (isDescriptor || (entry !== undefined && !entry.isFile())) {
      this.#openInPlace();
    } else {
      this.#openBeside(entry);
    }
  }

  get #target() {
    return this.#place.directory.at(this.#place.name);
  }

  /** A pipe without a reader is an error (ENXIO); it is not waited for. So is what became a link since it was
   * looked at (ELOOP). */
  #openInPlace() {
    const noLink = this.#place.isDescriptor ? 0 : O_NOFOLLOW;
    this.#fd = fs.openSync(this.#target, O_WRONLY | O_NONBLOCK | O_NOCTTY | noLink);
  }

  #openBeside(old) {
    if (old !== undefined) {
      fs.accessSync(this.#target, fs.constants.W_OK);
    }
    try {
      // Private until it has the mode of the file that it replaces.
      this.#temporary = openTemporary(this.#place, old === undefined ? 0o666 : 0o600);
    } catch (error) {
      if (old === undefined || !READ_ONLY.includes(error.code) || !this.#isMounted(old)) {
        throw error;
      }
      this.#openInPlace();
      return;
    }
    this.#fd = this.#temporary.fd;
    if (old !== undefined && !onWindows) {
      takeMode(this.#temporary, takeOwner(this.#temporary, old, old.mode & 0o7777));
    }
  }

  #begin(size) {
    if (this.#temporary === undefined) {
      this.#whole = Buffer.allocUnsafeSlow(size);
    }
  }

  /** Whether the target is on another file system than its directory. */
  #isMounted(old) {
    return fs.statSync(this.#place.directory.path).dev !== old.dev;
  }

  write(bytes, offset) {
    if (this.#whole !== undefined) {
      this.#whole.set(bytes, offset);
    } else {
      this.#writeAll(bytes, offset);
    }
  }

  /** offset: null continues where the last write ended. */
  #writeAll(bytes, offset) {
    step('write', () => {
      for (let done = 0; done < bytes.length;) {
        done += this.#writeSome(bytes.subarray(done), offset === null ? null : offset + done);
      }
    });
  }

  #writeSome(bytes, position) {
    for (;;) {
      try {
        const written = fs.writeSync(this.#fd, bytes, 0, bytes.length, position);
        this.#wait = 1;
        return written;
      } catch (error) {
        if (error.code !== 'EAGAIN') {
          throw error;
        }
        this.#waitForReader();
      }
    }
  }

  // Node.js cannot wait for a descriptor.
  #waitForReader() {
    pause(this.#wait);
    this.#wait = Math.min(2 * this.#wait, PATIENCE_MS);
    if (this.#isCancelled()) {
      throw failure('ECANCELED', 'write');
    }
  }

  /** Writes what is pending, and gives the file its name. */
  commit() {
    if (this.#whole !== undefined) {
      this.#writeAll(this.#whole, null);
      this.#cut();
    }
    if (this.#sync) {
      step('fsync', () => this.#syncFile());
    }
    const fd = this.#fd;
    this.#fd = undefined;
    step('close', () => fs.closeSync(fd));
    if (this.#temporary !== undefined) {
      this.#takeName();
    }
  }

  /** A file that was written in place must end where the BMP ends. */
  #cut() {
    if (fs.fstatSync(this.#fd).isFile()) {
      step('ftruncate', () => fs.ftruncateSync(this.#fd, this.#whole.length));
    }
  }

  #syncFile() {
    try {
      fs.fsyncSync(this.#fd);
    } catch (error) {
      if (this.#temporary !== undefined || !NOT_ON_A_DISK.includes(error.code)) {
        throw error;
      }
    }
  }

  #takeName() {
    const from = this.#temporary.path;
    const to = this.#target;
    step('rename', () => (this.#exclusive ? renameExclusively(from, to) : renameOrCopy(from, to, this.#sync)));
    this.#temporary = undefined;
    if (this.#sync && !onWindows) {
      step('fsync', () => withOpen(this.#place.directory.path, 'r', (fd) => fs.fsyncSync(fd)));
    }
  }

  /** Removes what commit did not complete, and lets go of the rest: needed in any case. */
  discard() {
    if (this.#fd !== undefined) {
      fs.closeSync(this.#fd);
      this.#fd = undefined;
    }
    if (this.#temporary !== undefined) {
      fs.rmSync(this.#temporary.path, { force: true });
      this.#temporary = undefined;
    }
    this.#place?.directory.close();
  }
}

module.exports = { NewFile };
