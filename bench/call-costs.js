'use strict';

// What each kind of call costs: how long a call holds the event loop, against the bytes that
// cross. Writes docs/call-costs.svg and the table in docs/memory-and-threads.md.
//     node bench/call-costs.js

const fs = require('node:fs');
const path = require('node:path');

const { getBMP, getBMPAsync, readInfo } = require('..');
const { createImage } = require('../test/kit/image');
const { encodePng } = require('../test/kit/png-encoder');
const { SMOKE } = require('./corpus.js');

const ROOT = path.join(__dirname, '..');
const SIZES = [[16, 16], [64, 64], [256, 256], [640, 400], [1920, 1080], [4000, 3000]];
const ROUNDS = SMOKE ? 1 : 15;

const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;
const least = (list) => Math.min(...list); // the duration of the call when nothing else wants the processor

/** { held, whole }: how long the event loop was held, and until the result was there. */
async function timeOnce(call) {
  const start = milliseconds();
  const pending = call();
  const held = milliseconds() - start;
  await pending;
  return { held, whole: milliseconds() - start };
}

/** Interleaved, so that other load on the machine affects all alike. */
async function measure([width, height]) {
  const image = createImage({ colorType: 2, bitDepth: 8, width, height, seed: 1, fill: 'gradients' });
  const png = encodePng(image);
  const calls = {
    sync: () => getBMP(png),
    borrow: () => getBMPAsync(png),
    copy: () => getBMPAsync(png, { input: 'copy' }),
  };
  const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, call] of Object.entries(calls)) {
      const time = await timeOnce(call);
      if (round >= 0) times[name].push(time);
    }
  }
  const pick = (name, what) => least(times[name].map((time) => time[what]));
  return {
    width, height, png: png.length, bmp: readInfo(png).bmp.byteLength,
    sync: pick('sync', 'held'),
    held: pick('borrow', 'held'), whole: pick('borrow', 'whole'),
    heldCopy: pick('copy', 'held'), wholeCopy: pick('copy', 'whole'),
  };
}

const ms = (value) => `${Number(value.toPrecision(2))} ms`;
const short = (n) => Number(n.toPrecision(2));
const bytes = (n) => (n < 1e6 ? `${short(n / 1e3)} kB` : `${short(n / 1e6)} MB`);

function table(rows) {
  return [
    '| image | PNG | BMP | `getBMP`: loop held | `getBMPAsync`: loop held | result after | ' +
    'with `input: \'copy\'`: loop held |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((r) => `| ${r.width} x ${r.height} | ${bytes(r.png)} | ${bytes(r.bmp)} | ` +
      `${ms(r.sync)} | ${ms(r.held)} | ${ms(r.whole)} | ${ms(r.heldCopy)} |`),
  ].join('\n');
}

// ---- The picture -------------------------------------------------------------

const WIDTH = 720;
const HEIGHT = 420;
const PLOT = { left: 80, right: 690, top: 40, bottom: 350 };

function scale([from, to], [low, high]) {
  const ratio = (to - from) / Math.log10(high / low);
  return (value) => from + ratio * Math.log10(value / low);
}

function chart(rows) {
  const x = scale([PLOT.left, PLOT.right], [500, 1e8]);
  const y = scale([PLOT.bottom, PLOT.top], [0.002, 200]);
  const line = (pick, name) => {
    const points = rows.map((r) => `${x(r.bmp).toFixed(1)},${y(pick(r)).toFixed(1)}`);
    const [lastX, lastY] = points.at(-1).split(',');
    return `<polyline class="${name}" points="${points.join(' ')}"/>` +
      points.map((p) => `<circle class="${name}" cx="${p.split(',')[0]}" cy="${p.split(',')[1]}" r="4"/>`).join('') +
      `<text x="${lastX - 8}" y="${lastY - 10}" text-anchor="end">${name}</text>`;
  };
  const grid = [
    ...[1e3, 1e4, 1e5, 1e6, 1e7, 1e8].map((v) => `<line class="grid" x1="${x(v)}" x2="${x(v)}" y1="${PLOT.top}" y2="${PLOT.bottom}"/><text x="${x(v)}" y="${PLOT.bottom + 18}" text-anchor="middle">${bytes(v)}</text>`),
    ...[0.01, 0.1, 1, 10, 100].map((v) => `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(v)}" y2="${y(v)}"/><text x="${PLOT.left - 8}" y="${y(v) + 4}" text-anchor="end">${v} ms</text>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">
<style>
text { fill: #57606a } .grid { stroke: #8b949e; stroke-opacity: .25 }
polyline { fill: none; stroke-width: 2.5 }
.getBMP { stroke: #c2571a; fill: #c2571a } .getBMPAsync { stroke: #1f6feb; fill: #1f6feb }
polyline.getBMP, polyline.getBMPAsync { fill: none }
.frame { fill: #c2571a; fill-opacity: .07 }
@media (prefers-color-scheme: dark) { text { fill: #9da7b3 } }
</style>
<rect class="frame" x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.right - PLOT.left}" height="${y(10) - PLOT.top}"/>
${grid.join('\n')}
${line((r) => r.sync, 'getBMP')}
${line((r) => r.held, 'getBMPAsync')}
<text x="${PLOT.left + 8}" y="${PLOT.top + 16}">longer than 10 ms: a server's other users notice</text>
<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 24}" text-anchor="middle">size of the BMP</text>
<text x="${PLOT.left}" y="${PLOT.top - 14}">how long the call holds the event loop</text>
</svg>
`;
}

async function main() {
  const rows = [];
  for (const size of SIZES) {
    rows.push(await measure(size));
  }
  const page = path.join(ROOT, 'docs/memory-and-threads.md');
  const text = fs.readFileSync(page, 'utf8');
  console.log(table(rows));
  if (SMOKE) return;
  fs.writeFileSync(page, text.replace(/(<!-- call-costs:begin -->\n).*?(<!-- call-costs:end -->)/s,
    (_, begin, end) => `${begin}${table(rows)}\n${end}`));
  fs.writeFileSync(path.join(ROOT, 'docs/call-costs.svg'), chart(rows));
}

main();
