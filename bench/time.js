'use strict';

/* Processor time in milliseconds. */

const { run } = require('./programs.js');

/* Of a command and what it starts, as `times` tells: that of bash, which counts milliseconds. */
function timeOf(command, args) {
  const script = '"$@" >/dev/null 2>&1; times';
  const text = run('bash', ['-c', script, 'bash', command, ...args]).toString().trim().split('\n')[1];
  return [...text.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + minutes * 60e3 + seconds * 1e3, 0);
}

function since(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}

/* Of a call. */
function timeInside(convert) {
  const before = process.cpuUsage();
  convert();
  return since(before);
}

/* Of all threads until the promise of a call is fulfilled. */
async function timeUntil(convert) {
  const before = process.cpuUsage();
  await convert();
  return since(before);
}

/* The least of some rounds, in which all take turns. */
async function leastOf(runs, rounds = 5) {
  const least = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(runs)) {
      least[name] = Math.min(least[name] ?? Infinity, await measure());
    }
  }
  return least;
}

module.exports = { leastOf, timeInside, timeOf, timeUntil };
