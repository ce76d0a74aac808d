'use strict';

/* npm run bench:flow
 *
 * Conversions that read a PNG as it comes: times against the calls that have it in memory, how early the first bytes
 * leave, how long the event loop waits, and memory. What is compared takes turns in one process, after as many rounds of the
 * first file that do not count, since V8 compiles what has run often; the least time of each counts, and of several files
 * the geometric mean of the ratios. */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const process = require('node:process');
const { pathToFileURL } = require('node:url');

const { convertFile, createBMPStream, getBMP, saveBMP } = require('..');
const { createImage } = require('../test/kit/image');
const { largePng } = require('../test/kit/large-png');
const { encodePng } = require('../test/kit/png-encoder');
const { SMOKE, corpusFiles } = require('./corpus.js');
const { setUpFlow } = require('./setup.js');

const ROOT = path.dirname(__dirname);
const ROUNDS = SMOKE ? 1 : 9;
const CHUNK_BYTES = 64 * 1024;
const MEGAPIXELS_12 = SMOKE ? { width: 400, height: 300 } : { width: 4000, height: 3000 };
const MEGAPIXELS_108 = SMOKE ? { width: 1200, height: 900 } : { width: 12000, height: 9000 };
const STREAMS = 4;

/* The files are in memory: the time that a disk takes differs from run to run. */
const work = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'png2bmp-flow-'));
const at = (name) => path.join(work, name);

function* chunksOf(bytes) {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}

/* Writes all of the PNG, a chunk when the one before it is taken; calls onData with each part of the BMP. */
function throughStream(png, onData = () => {}, onWrite = () => {}) {
  return new Promise((resolve, reject) => {
    const stream = createBMPStream({ topDown: true });
    const chunks = chunksOf(png);
    const write = () => {
      const { done, value } = chunks.next();
      if (done) return stream.end();
      onWrite(value.length);
      return stream.write(value, write);
    };
    stream.on('data', onData).on('end', resolve).on('error', reject);
    write();
  });
}

/* ---- Time ---------------------------------------------------------------------------------- */

/* Microseconds: on the clock, and of all threads of the process. */
async function timesOf(way) {
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  await way();
  const { user, system } = process.cpuUsage(before);
  return [Number(process.hrtime.bigint() - start) / 1000, user + system];
}

/* What ours takes of the other's, by both. */
async function leastRatios([ours, other]) {
  const least = [[Infinity, Infinity], [Infinity, Infinity]];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of [ours, other].entries())
      (await timesOf(way)).forEach((time, kind) => { least[i][kind] = Math.min(least[i][kind], time); });
  }
  return least[0].map((time, kind) => time / least[1][kind]);
}

async function meanRatios(files, waysFor) {
  const sums = [0, 0];
  await leastRatios(waysFor(files[0]));
  for (const file of files)
    (await leastRatios(waysFor(file))).forEach((ratio, kind) => { sums[kind] += Math.log(ratio); });
  const [clock, processor] = sums.map((sum) => Math.exp(sum / files.length).toFixed(2));
  return `${clock}; processor time ${processor}`;
}

const fileToFile = (files) => meanRatios(files, ({ file }) => {
  fs.copyFileSync(file, at('a.png'));
  const [from, to] = [at('a.png'), at('a.bmp')];
  return [() => convertFile(from, to), () => saveBMP(to, fs.readFileSync(from))];
});

const streamed = (files) => meanRatios(files, ({ file }) => {
  const png = fs.readFileSync(file);
  return [() => throughStream(png), () => getBMP(png, { topDown: true })];
});

/* ---- The first byte, the event loop ---------------------------------------------------------- */

/* Bytes of the PNG that had been written when the first bytes of the BMP came. */
async function bytesBeforeTheFirst(png) {
  let [written, first] = [0, undefined];
  await throughStream(png, () => { first ??= written; }, (size) => { written += size; });
  return first;
}

async function loopDelay(png) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  for (let round = 0; round < ROUNDS; round++)
    await Promise.all(Array.from({ length: STREAMS }, () => throughStream(png)));
  delays.disable();
  return delays.percentile(99) / 1e6;
}

/* ---- Memory ----------------------------------------------------------------------------------- */

/* Not resourceUsage(): after fork and exec its maximum is at least what the parent had. */
const KIB_AT_EXIT = `data:text/javascript,${encodeURIComponent(`import fs from 'node:fs';
  process.on('exit', () => console.log(fs.readFileSync('/proc/self/status', 'latin1').match(/VmHWM:\\s*(\\d+)/)[1]));`)}`;

/* The most resident memory of a process of Node.js, in MiB. */
const peakOf = (...args) => Number(execFileSync(process.execPath, ['--import', KIB_AT_EXIT, ...args], { encoding: 'utf8' })) / 1024;

const commandLine = (png) => peakOf(path.join(ROOT, 'bin/png2bmp.js'), '-q', '-f', '-o', at('c.bmp'), png);

const script = (text) => peakOf('--input-type=module', '-e', `
  import fs from 'node:fs';
  import { pipeline } from 'node:stream/promises';
  import { createBMPStream } from ${JSON.stringify(pathToFileURL(path.join(ROOT, 'lib/index.mjs')))};
  ${text}`);

const pipelineOf = (png) => script(`await pipeline(fs.createReadStream(${JSON.stringify(png)}), createBMPStream({ topDown: true }),
  fs.createWriteStream(${JSON.stringify(at('s.bmp'))}));`);

/* ---- All ---------------------------------------------------------------------------------------- */

async function main() {
  setUpFlow();
  const files = corpusFiles();
  const photographs = files.filter(({ class: kind }) => kind.startsWith('photo'));
  const photo = encodePng(createImage({ colorType: 2, bitDepth: 8, ...MEGAPIXELS_12, seed: 1, fill: 'gradients' }));
  const row = (name, value) => console.log(`| ${name} | ${value} |`);
  console.log('| | |\n| --- | ---: |');
  row(`convertFile, ${files.length} files: time of readFileSync and saveBMP = 1`, await fileToFile(files));
  row(`createBMPStream, 64 KiB chunks, ${photographs.length} photographs: time of getBMP = 1`, await streamed(photographs));
  row('bytes of a PNG of 12 megapixels that have been written when the first of the BMP come', `${await bytesBeforeTheFirst(photo)} of ${photo.length}`);
  row(`${STREAMS} streams of 12 megapixels: event loop, p99`, `${(await loopDelay(photo)).toFixed(1)} ms`);
  fs.writeFileSync(at('large.png'), largePng({ ...MEGAPIXELS_108, noisy: MEGAPIXELS_108.width * 3 / 4 }));
  const added = (large, small) => `${(large - small).toFixed(1)} MiB`;
  row('command line, 108 megapixels: memory above that for a small image',
    added(commandLine(at('large.png')), commandLine(path.join(ROOT, 'samples/sample.png'))));
  row('createReadStream, createBMPStream, createWriteStream, the same: memory above a process that has loaded them',
    added(pipelineOf(at('large.png')), script('')));
}

main().finally(() => fs.rmSync(work, { recursive: true }));
