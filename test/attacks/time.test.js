'use strict';

// Time that a sender could take: colours that collide, and palettes that are hard to search. Processor time is
// compared with that of a harmless picture of the same size, the best of three each, with room for a busy machine.

const assert = require('node:assert/strict');
const process = require('node:process');
const test = require('node:test');

const { getBMP, readInfo } = require('../..');
const { encodePng } = require('../kit/png-encoder');

const MOST_TIMES = 3; // twice is promised
const WIDTH = 1024;

/** A picture that has each colour once, then the last two in turns. */
function pictureOf(colors, pixels) {
  const samples = new Uint16Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const color = colors[i < colors.length ? i : colors.length - 1 - i % 2];
    samples.set([color >> 16, color >> 8 & 255, color & 255], 3 * i);
  }
  return encodePng({ width: WIDTH, height: pixels / WIDTH, colorType: 2, bitDepth: 8, channels: 3, samples }, { filter: 0 });
}

const hash = (key) => Math.imul(key, 0x9e3779b1) >>> 0; // the multiplier that everybody knows (Knuth)

/** `count` colours whose hashes have the same leading bits. */
function colliding(count, mapped = (color) => color) {
  const most = Math.ceil(2 ** 32 * count * 1.5 / 2 ** 24);
  const colors = [];
  for (let color = 0; colors.length < count; color++) {
    if (hash(mapped(color)) < most) colors.push(color);
  }
  return colors.reverse();
}

const even = (count) => Array.from({ length: count }, (_, i) => (i * 511 + 7) % (1 << 24));
const opaque = (color) => (color << 8 | 255) >>> 0;

function milliseconds(work) {
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

for (const [name, count, pixels, work] of [
  ['chosen', 32768, 98304, (png) => getBMP(png, { colors: 256 })],
  ['counted', 256, 1 << 20, (png) => readInfo(png, { countColors: true })],
  ['looked up', 256, 1 << 20, (png) => getBMP(png, { format: 'indexed' })],
]) {
  test(`colours that are made to collide are ${name} in the time of others`, (t) => {
    const usual = pictureOf(even(count), pixels);
    const harmless = milliseconds(() => work(usual));
    for (const mapped of [(color) => color, opaque]) {
      const png = pictureOf(colliding(count, mapped), pixels);
      const most = MOST_TIMES * Math.max(harmless, 5);
      let time = Infinity;
      for (let tries = 0; tries < 5 && time >= most; tries++) time = milliseconds(() => work(png));
      t.diagnostic(`${time.toFixed(1)} ms, others ${harmless.toFixed(1)} ms`);
      assert.ok(time < most, `${time} ms`);
    }
  });
}
