'use strict';

// The addon of a single executable application of Node.js, which has it as an asset (docs/package.md). The system loads it
// from files only, so that it is one for a moment.

const { builtin } = require('./environment');

const fs = builtin('node:fs') ?? require('node:fs');
const os = builtin('node:os') ?? require('node:os');
const path = builtin('node:path') ?? require('node:path');

// A folder of its own, in which nobody else can put a file.
const FOLDER = 'png2bmp-addon-';
const FILE = 'png2bmp.node';

const MINUTE = 60_000;

/** The bytes of an asset; undefined in any other program, before Node.js 20.12, and if it has none of that name. */
function assetOf(name) {
  try {
    return new Uint8Array((builtin('node:sea') ?? require('node:sea')).getRawAsset(name));
  } catch {
    return undefined;
  }
}

function remove(folder) {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows removes no file that is loaded.
  }
}

/** Not one that another process has just removed, either. */
const isOld = (folder) => Date.now() - fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs > MINUTE;

/** Those of earlier runs, but for one that is about to be loaded. */
function removeOld() {
  fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(FOLDER))
    .map((name) => path.join(os.tmpdir(), name)).filter(isOld).forEach(remove);
}

/** What load(file) returns for a file with these bytes. */
function loadBytes(bytes, load) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), FOLDER));
  try {
    const file = path.join(folder, FILE);
    fs.writeFileSync(file, bytes);
    return load(file);
  } finally {
    remove(folder);
  }
}

/** The addon in the asset of this name; undefined if there is no such asset. */
function addonOfAsset(name, load) {
  const bytes = assetOf(name);
  if (bytes === undefined) {
    return undefined;
  }
  if (globalThis.process.platform === 'win32') {
    removeOld();
  }
  return loadBytes(bytes, load);
}

module.exports = { addonOfAsset };
