'use strict';

// How long the event loop has to wait while images of 12 megapixels are converted: the delays that
// perf_hooks.monitorEventLoopDelay counts, of a timer of 1 ms (which is part of them).
//     npm run bench:event-loop -- [SECONDS]

const os = require('node:os');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const process = require('node:process');
const { setTimeout: sleep } = require('node:timers/promises');

const { getBMP, getBMPAsync } = require('..');
const { createImage } = require('../test/kit/image');
const { encodePng } = require('../test/kit/png-encoder');

const SECONDS = Number(process.argv[2] || 10);

function photo() {
  return encodePng(createImage({
    colorType: 2, bitDepth: 8, width: 4000, height: 3000, seed: 1, fill: 'gradients',
  }));
}

/** Calls `convert` again and again, `inFlight` at a time; resolves to the number of calls. */
async function keepBusy(convert, inFlight, end) {
  let count = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    for (; Date.now() < end; count++) await convert();
  }));
  return count;
}

/** { conversions, p50, p99, max }, in milliseconds. */
async function measure({ convert, inFlight }) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const end = Date.now() + SECONDS * 1000;
  delays.enable();
  const conversions = convert ? await keepBusy(convert, inFlight, end) : await sleep(SECONDS * 1000, 0);
  delays.disable();
  const ms = (nanoseconds) => (nanoseconds / 1e6).toFixed(1);
  return { conversions, p50: ms(delays.percentile(50)), p99: ms(delays.percentile(99)), max: ms(delays.max) };
}

async function main() {
  const png = photo();
  const asynchronous = () => getBMPAsync(png);
  const synchronous = async () => { getBMP(png); await sleep(1); };
  const cores = os.availableParallelism();
  const settings = [
    { name: 'nothing' },
    ...[...new Set([1, cores, 4 * cores])].map((inFlight) => ({
      name: `getBMPAsync, ${inFlight} in flight`, convert: asynchronous, inFlight,
    })),
    { name: 'getBMP, for comparison', convert: synchronous, inFlight: 1 },
  ];
  console.log(`${cores} cores, ${SECONDS} s each, milliseconds\n`);
  console.log('| meanwhile | conversions | p50 | p99 | max |\n| --- | --- | --- | --- | --- |');
  for (const setting of settings) {
    const { conversions, p50, p99, max } = await measure(setting);
    console.log(`| ${setting.name} | ${conversions} | ${p50} | ${p99} | ${max} |`);
  }
}

main();
