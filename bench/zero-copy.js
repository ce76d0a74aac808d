'use strict';

// Ways to hand bytes to native code, measured: writes the tables of docs/zero-copy.md.
//     npm run bench:zero-copy

const fs = require('node:fs');
const path = require('node:path');
const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');

const { getBMP, getBMPInto, readInfo } = require('..');
const { createImage } = require('../test/kit/image');
const { encodePng } = require('../test/kit/png-encoder');
const { SMOKE } = require('./corpus.js');

const PAGE = path.join(__dirname, '../docs/zero-copy.md');
const SIZES = [64e3, 1e6, 16e6];
const ROUNDS = SMOKE ? 1 : 15;
const LEAST_MS = 5; // a shorter call is repeated until this much time has passed

const photo = (width, height) => encodePng(createImage({
  colorType: 2, bitDepth: 8, width, height, seed: 1, fill: 'gradients',
}));

/** Milliseconds of processor time, user and system: on a busy machine wall-clock time punishes long calls. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of one call. */
function time(call) {
  const start = processorTime();
  let count = 0;
  let passed = 0;
  for (let batch = 1; passed < LEAST_MS; batch *= 2) { // reading the clock takes time, too
    for (let i = 0; i < batch; i++) call();
    count += batch;
    passed = processorTime() - start;
  }
  return passed / count;
}

const shuffled = (list) => list.map((each) => [Math.random(), each]).sort(([a], [b]) => a - b).map(([, each]) => each);

/** { name: milliseconds }, the least of all rounds. The calls take turns, in another order each round, so
 * that other load and the contents of the caches affect all of them. */
function measure(calls) {
  const least = Object.fromEntries(Object.keys(calls).map((name) => [name, Infinity]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, call] of shuffled(Object.entries(calls))) least[name] = Math.min(least[name], time(call));
  }
  return least;
}

const { port1, port2 } = new MessageChannel();

function post(value, transfer) {
  port1.postMessage(value, transfer);
  return receiveMessageOnPort(port2).message;
}

/** readInfo reads only the header, so its time is that of getting access to the bytes. */
function waysIn(size) {
  const png = Buffer.alloc(size);
  photo(64, 64).copy(png);
  let travelling = new ArrayBuffer(size);
  return measure({
    'pass the Buffer (`readInfo`)': () => readInfo(png),
    'move it to another thread (`postMessage` with a transfer list)': () => {
      travelling = post(travelling, [travelling]);
    },
    'copy it (`Buffer.from`)': () => Buffer.from(png),
    'clone it to another thread (`postMessage`)': () => post(png),
    'base64, and back': () => Buffer.from(png.toString('base64'), 'base64'),
    'an array of numbers, and back': () => Buffer.from(Array.from(png)),
    'JSON, and back': () => Buffer.from(JSON.parse(JSON.stringify(png)).data),
  });
}

function waysOut() {
  const png = photo(4000, 3000);
  const target = getBMP(png); // made by getBMP, in huge pages where the system has them
  return measure({
    'into a Buffer that getBMP made earlier (`getBMPInto`)': () => getBMPInto(target, png),
    'into a new Buffer (`getBMP`)': () => getBMP(png),
    'into a new Buffer, from a copy of the PNG': () => getBMP(Buffer.from(png)),
    'into a new Buffer, then copied to another': () => Buffer.from(getBMP(png)),
  });
}

const short = (ms) => (ms < 0.1 ? `${Number((ms * 1000).toPrecision(2))} µs` : `${Number(ms.toPrecision(2))} ms`);
const bytes = (n) => (n < 1e6 ? `${n / 1e3} kB` : `${n / 1e6} MB`);

function table(head, columns) {
  const rows = Object.keys(columns[0]).map((name) =>
    `| ${name} | ${columns.map((column) => short(column[name])).join(' | ')} |`);
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}

function replaced(text, name, content) {
  const begin = `<!-- ${name}:begin -->\n`;
  return text.slice(0, text.indexOf(begin) + begin.length) + content + text.slice(text.indexOf(`\n<!-- ${name}:end -->`));
}

const into = table(['way', ...SIZES.map(bytes)], SIZES.map(waysIn));
const out = table(['the BMP goes', 'time'], [waysOut()]);
console.log(`${into}\n\n${out}`);
if (!SMOKE) fs.writeFileSync(PAGE, replaced(replaced(fs.readFileSync(PAGE, 'utf8'), 'in', into), 'out', out));
port1.close();
