'use strict';

// The event loop while the addon or WebAssembly converts, as bench/event-loop.js measures it, but in turns
// of 1.2 seconds, so that other work on the machine meets all of them alike. For each, the median of the
// rounds.
//     npm run bench:event-loop:backends -- [ROUNDS]

const os = require('node:os');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const process = require('node:process');
const { setTimeout: sleep } = require('node:timers/promises');

const { createImage } = require('../test/kit/image');
const { encodePng } = require('../test/kit/png-encoder');
const { SMOKE } = require('./corpus.js');

const ROUNDS = SMOKE ? 1 : Number(process.argv[2] || 9);
const TURN_MS = SMOKE ? 100 : 1200;
const SIDES = SMOKE ? { width: 400, height: 300 } : { width: 4000, height: 3000 };

/** getBMPAsync of a load of its own of lib/, with this backend. */
function load(backend) {
  for (const file of Object.keys(require.cache).filter((name) => !name.endsWith('.node'))) delete require.cache[file];
  process.env.PNG2BMP_BACKEND = backend;
  return require('..').getBMPAsync;
}

/** One turn: { conversions, p50, p99 }, delays in milliseconds. */
async function measure({ convert, inFlight }, png) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const end = Date.now() + TURN_MS;
  let conversions = 0;
  const keepBusy = async () => {
    for (; Date.now() < end; conversions++) await (convert ? convert(png) : sleep(TURN_MS));
  };
  delays.enable();
  await Promise.all(Array.from({ length: inFlight }, keepBusy));
  delays.disable();
  return { conversions, p50: delays.percentile(50) / 1e6, p99: delays.percentile(99) / 1e6 };
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

async function main() {
  const image = createImage({ colorType: 2, bitDepth: 8, ...SIDES, seed: 1, fill: 'gradients' });
  const png = encodePng(image);
  const inFlights = [...new Set([1, os.availableParallelism(), 4 * os.availableParallelism()])];
  const settings = ['wasm', 'native'].flatMap((backend) => {
    const convert = load(backend);
    return inFlights.map((inFlight) => ({ name: `${backend}, ${inFlight} in flight`, convert, inFlight, turns: [] }));
  });
  settings.unshift({ name: 'nothing', inFlight: 1, turns: [] });
  for (const { convert } of settings) await convert?.(png); // starts threads
  for (let round = 0; round < ROUNDS; round++) {
    for (const setting of settings) setting.turns.push(await measure(setting, png));
  }
  console.log('| meanwhile | conversions | median | 99 % |\n| --- | --- | --- | --- |');
  for (const { name, turns } of settings) {
    const of = (key) => median(turns.map((turn) => turn[key])).toFixed(1);
    const conversions = turns.reduce((sum, turn) => sum + turn.conversions, 0);
    console.log(`| ${name} | ${name === 'nothing' ? 0 : conversions} | ${of('p50')} | ${of('p99')} |`);
  }
}

main();
