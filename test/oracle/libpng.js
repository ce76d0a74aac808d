'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const SOURCE = path.join(__dirname, 'png-pixels.c');
const PROGRAM = path.join(__dirname, '..', '..', 'build', 'png-pixels');

function isNewer(file, than) {
  return fs.existsSync(file) && fs.statSync(file).mtimeMs >= fs.statSync(than).mtimeMs;
}

/**
 * Builds the oracle if it does not exist yet. Returns a reason if that is impossible (no libpng-dev),
 * otherwise undefined. Built under another name, then renamed, because test files run side by side.
 */
function buildOracle() {
  if (isNewer(PROGRAM, SOURCE)) return undefined;
  fs.mkdirSync(path.dirname(PROGRAM), { recursive: true });
  const temporary = `${PROGRAM}.${process.pid}`;
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'];
  try {
    execFileSync('cc', [...flags, '-o', temporary, SOURCE, '-lpng'], { stdio: 'pipe' });
  } catch (error) {
    return `libpng's oracle does not build (libpng-dev?): ${String(error.stderr).split('\n')[0]}`;
  }
  fs.renameSync(temporary, PROGRAM);
  return undefined;
}

function readRecord(bytes, at) {
  if (bytes.readUInt32LE(at) === 0) return { record: null, next: at + 4 };
  const [width, height, bitDepth] = [4, 8, 12].map((offset) => bytes.readUInt32LE(at + offset));
  const next = at + 16 + width * height * 8;
  const pixels = new Uint16Array(
    bytes.buffer.slice(bytes.byteOffset + at + 16, bytes.byteOffset + next),
  );
  return { record: { width, height, bitDepth, pixels }, next };
}

/**
 * libpng's pixels of each file: { width, height, bitDepth, pixels } with R G B A of 16 bits, or null for a
 * file that it refuses.
 */
function libpngPixels(files) {
  const bytes = execFileSync(PROGRAM, files, { maxBuffer: 1 << 30 });
  const records = [];
  for (let at = 0; records.length < files.length;) {
    const { record, next } = readRecord(bytes, at);
    records.push(record);
    at = next;
  }
  return records;
}

module.exports = { buildOracle, libpngPixels };
