'use strict';

// What campaigns found, made small: of each target's corpus the fewest and smallest inputs that
// reach what all of it reaches, in one file of the repository each, so that nobody starts from
// nothing. `npm run fuzz -- --minimise` writes them; fuzz/seeds.js lays them out as first inputs.
//
// A file is a sequence of inputs, each after its length in four bytes, the lowest first; together
// compressed with Brotli.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const FOLDER = path.join(__dirname, 'corpus');
const MOST_BYTES_OF_ONE = 4096;
const MOST_INPUTS = 1000;
const MOST_BYTES = 500_000;

const fileOf = (target) => path.join(FOLDER, `${target}.br`);

function pack(inputs) {
  const parts = inputs.flatMap((input) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(input.length);
    return [length, input];
  });
  return zlib.brotliCompressSync(Buffer.concat(parts));
}

/** The inputs of a target in the repository. */
function readCorpus(target) {
  if (!fs.existsSync(fileOf(target))) return [];
  const bytes = zlib.brotliDecompressSync(fs.readFileSync(fileOf(target)));
  const inputs = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    inputs.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return inputs;
}

/** Files small enough for the repository, as copies in a new folder: libFuzzer would truncate large ones. */
function gather(folders, to) {
  fs.rmSync(to, { recursive: true, force: true });
  fs.mkdirSync(to, { recursive: true });
  for (const folder of folders.filter((name) => fs.existsSync(name))) {
    for (const name of fs.readdirSync(folder)) {
      const file = path.join(folder, name);
      const { size } = fs.statSync(file);
      if (size > 0 && size <= MOST_BYTES_OF_ONE) fs.copyFileSync(file, path.join(to, name));
    }
  }
}

/** As many as there is room for, of all sizes. */
function select(folder) {
  const inputs = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name)))
    .sort((a, b) => a.length - b.length || Buffer.compare(a, b));
  const bytes = inputs.reduce((sum, { length }) => sum + length, 0);
  const share = Math.min(1, MOST_INPUTS / inputs.length, MOST_BYTES / bytes);
  return inputs.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
}

/** Rewrites a target's file from these folders. `program`: its fuzzer. */
function minimise(target, program, folders, work) {
  const all = path.join(work, 'all', target);
  const merged = path.join(work, 'merged', target);
  gather(folders, all);
  fs.rmSync(merged, { recursive: true, force: true });
  fs.mkdirSync(merged, { recursive: true });
  const { status, stderr } = spawnSync(program, ['-set_cover_merge=1', `-max_len=${MOST_BYTES_OF_ONE}`, merged, all],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${target} cannot be merged:\n${stderr.slice(-2000)}`);
  const inputs = select(merged);
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(fileOf(target), pack(inputs));
  console.log(`${target}: of ${fs.readdirSync(all).length} inputs ${fs.readdirSync(merged).length} reach all, ` +
    `${inputs.length} kept, ${fs.statSync(fileOf(target)).size} bytes`);
}

module.exports = { minimise, readCorpus };
