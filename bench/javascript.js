'use strict';

/*
 * The benchmark through JavaScript: a PNG Buffer in, a fresh BMP Buffer out,
 * all peers in one process, taking turns round by round.
 *
 *     node --expose-gc bench/javascript.js SETTINGS
 *
 * SETTINGS is JSON: { files, peers, seconds, rounds, slowRounds, icon }. Prints one line of JSON
 * per file. Started by bench/run.js, which also sets the environment.
 */

const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const bmpJs = require('bmp-js');
const { Transformer } = require('@napi-rs/image');
const { PNG } = require('pngjs');
const sharp = require('sharp');

const native = require('./build/peers.node');
const { readHeader } = require('./png-header.js');
const { createConverter, getBMP } = require('..');

/* A second load of lib/, around WebAssembly. */
function inWebAssembly() {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(path.join(__dirname, '../lib/'))) delete require.cache[file];
  }
  process.env.PNG2BMP_BACKEND = 'wasm';
  return require('..');
}

const converter = createConverter();

/* jimp can only be loaded by import(). */
let Jimp;
let wasm;

// Without its cache, from which sharp would answer the second call.
sharp.cache(false);
// One thread each, like all others.
sharp.concurrency(1);

/* bmp-js reads A B G R, pngjs returns R G B A. */
function toABGR(rgba) {
  for (let i = 0; i < rgba.length; i += 4) {
    const red = rgba[i];
    const green = rgba[i + 1];
    rgba[i] = rgba[i + 3];
    rgba[i + 1] = rgba[i + 2];
    rgba[i + 2] = green;
    rgba[i + 3] = red;
  }
  return rgba;
}

/* `slow`: takes part in few rounds only, and not with images that take it half a minute. */
const PEERS = {
  png2bmp: { convert: (png) => getBMP(png) },
  'png2bmp-converter': { convert: (png) => converter.getBMP(png) },
  'png2bmp-wasm': { convert: (png) => wasm.getBMP(png) },
  libpng: { convert: (png) => native.convert('libpng', png) },
  spng: { convert: (png) => native.convert('spng', png) },
  stb: { convert: (png) => native.convert('stb', png) },
  original: { convert: (png) => native.convert('original', png) },
  'napi-rs': { convert: (png) => new Transformer(png).bmpSync() },
  sharp: { convert: (png) => sharp(png).raw().toBuffer(), async: true },
  jimp: {
    convert: async (png) => (await Jimp.read(png)).getBuffer('image/bmp'),
    async: true,
    slow: true,
  },
  'pngjs+bmp-js': {
    convert(png) {
      const image = PNG.sync.read(png);
      return bmpJs.encode({ ...image, data: toABGR(image.data) }).data;
    },
    slow: true,
  },
};

const SLOW_PIXELS = 10e6;

const SAMPLE_NS = 1e6;

/* Outputs of this size are given back before the next turn: of 50 megapixels a dozen would be in memory. */
const LARGE_OUTPUT = 64 * 1024 * 1024;

/* Processor time, user and system, of all threads of this process. On a machine with other load, wall-clock
 * time would punish programs that take longer than a time slice. */
const nanoseconds = native.cpuTime;

async function sample({ peer, repeats }, png) {
  let result;
  const start = nanoseconds();
  for (let i = 0; i < repeats; i++) {
    result = peer.async ? await peer.convert(png) : peer.convert(png);
  }
  const elapsed = nanoseconds() - start;
  if (result.length === 0) throw new Error('nothing came out');
  const isLarge = result.length >= LARGE_OUTPUT;
  result = undefined;
  // Collected before each turn, so that no peer pays for the garbage of another.
  if (peer.slow || isLarge) global.gc();
  return elapsed / repeats;
}

/* Untimed turns, which also say how many conversions fill a sample. */
async function prepare(name, png) {
  const runner = { name, peer: PEERS[name], repeats: 1, ns: [] };
  try {
    if (!runner.peer.slow) await sample(runner, png);
    let once = await sample(runner, png);
    while (once * runner.repeats < SAMPLE_NS) {
      runner.repeats = Math.ceil(Math.min(runner.repeats * 4, SAMPLE_NS / once + 1));
      once = await sample(runner, png);
    }
  } catch (error) {
    console.error(`bench: ${name} cannot convert this file: ${error.message}`);
    return null;
  }
  return runner;
}

/* A new order for each round: a peer that always followed the same other one would always find the same data
 * in the caches. Numerical Recipes' generator, so the orders are the same in each run. */
function shuffler() {
  let state = 1;
  return (items) => {
    for (let left = items.length; left > 1; left--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const pick = Math.floor(state / 2 ** 32 * left);
      [items[pick], items[left - 1]] = [items[left - 1], items[pick]];
    }
  };
}

async function takeTurns(runners, png, { seconds, rounds, slowRounds }) {
  const order = [...runners];
  const shuffle = shuffler();
  let end = Date.now() + seconds * 1e3;
  for (let round = 0; round < rounds && (round < 3 || Date.now() < end); round++) {
    shuffle(order);
    for (const runner of order) {
      if (runner.peer.slow && round >= slowRounds) continue;
      const start = Date.now();
      runner.ns.push(await sample(runner, png));
      // Slow peers do not shorten the time of the others.
      if (runner.peer.slow) end += Date.now() - start;
    }
  }
}

function summary({ ns }) {
  ns.sort((a, b) => a - b);
  return { min: Math.round(ns[0]), median: Math.round(ns[ns.length >> 1]), rounds: ns.length };
}

async function measure(file, settings) {
  const png = fs.readFileSync(file);
  const { width, height } = readHeader(png);
  const runners = [];
  for (const name of settings.peers) {
    if (PEERS[name].slow && width * height > SLOW_PIXELS) continue;
    const runner = await prepare(name, png);
    if (runner !== null) runners.push(runner);
  }
  await takeTurns(runners, png, settings);
  const peers = Object.fromEntries(runners.map((runner) => [runner.name, summary(runner)]));
  console.log(JSON.stringify({ file, peers }));
}

/* One small call after another, as when converting many icons. */
function latency(file, names) {
  const png = fs.readFileSync(file);
  const runners = names.map((name) => ({ name, peer: PEERS[name], repeats: 1000, ns: [] }));
  const turn = ({ peer, repeats }) => {
    const start = nanoseconds();
    for (let i = 0; i < repeats; i++) peer.convert(png);
    return (nanoseconds() - start) / repeats;
  };
  runners.forEach(turn);
  for (let round = 0; round < 20; round++) {
    for (const runner of runners) runner.ns.push(turn(runner));
  }
  return Object.fromEntries(runners.map((runner) => [runner.name, summary(runner)]));
}

async function main(settings) {
  if (settings.peers.includes('jimp')) ({ Jimp } = await import('jimp'));
  if (settings.peers.includes('png2bmp-wasm')) wasm = inWebAssembly();
  for (const file of settings.files) await measure(file, settings);
  if (settings.icon) {
    console.log(JSON.stringify({ icon: settings.icon,
      latency: latency(settings.icon, ['png2bmp', 'libpng']) }));
  }
}

main(JSON.parse(process.argv[2]));
