'use strict';

/* Figures out of measurements: ratios, geometric means, tables. */

const fs = require('node:fs');

const REFERENCE = 'png2bmp';

const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/* The ratio of the time of `peer` to that of png2bmp on these files, in one run. NaN
 * where the peer converted none of them. */
function timeRatio(files, mode, peer, figure = 'min') {
  const ratios = files.filter((file) => file[mode].peers[peer])
    .map((file) => file[mode].peers[peer][figure] / file[mode].peers[REFERENCE][figure]);
  return geometricMean(ratios);
}

/* Megapixels a second, geometric mean. */
function speed(files, mode, peer, figure = 'min') {
  const speeds = files.filter((file) => file[mode].peers[peer])
    .map((file) => file.width * file.height * 1e3 / file[mode].peers[peer][figure]);
  return geometricMean(speeds);
}

/* The inflater and one copy to the BMP: less a conversion cannot do. */
const LIMIT = 'inflate-and-copy';
const isInflater = (name) => name.startsWith('inflate-') && name !== LIMIT;

/* The whole conversion in units of the fastest inflater's time. */
function overBestInflate(files, mode) {
  return geometricMean(files.map(({ [mode]: { peers } }) => peers[REFERENCE].min /
    Math.min(...Object.keys(peers).filter(isInflater).map((name) => peers[name].min))));
}

/* Rows of a table: each class, all files from packages, all re-encodings. */
function groups(files) {
  const names = [...new Set(files.map((file) => file.class))];
  const rows = names.map((name) => [name, files.filter((file) => file.class === name)]);
  const real = files.filter((file) => !file.reencoded);
  const made = files.filter((file) => file.reencoded);
  rows.push(['all from packages', real], ['all re-encoded', made]);
  return rows.filter(([, members]) => members.length > 0);
}

function format(value) {
  if (!Number.isFinite(value)) return '-';
  // Three digits; the condition takes into account that 99.96 is rounded up.
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/* A Markdown table, aligned so that it is readable in a terminal. */
function table(header, rows) {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)));
  const pad = (text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]));
  const line = (row) => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : '-'.repeat(width - 1) + ':'));
  return [line(cells[0]), line(rule), ...cells.slice(1).map(line)].join('\n');
}

const peersOf = (files, mode) => [...new Set(files.flatMap((file) => Object.keys(file[mode].peers)))];

/* Time of each peer over png2bmp's, and png2bmp's speed. */
function ratioTable(files, mode) {
  const peers = peersOf(files, mode).filter((name) =>
    name !== REFERENCE && !name.startsWith('inflate-'));
  const rows = groups(files).map(([name, members]) => [
    name, members.length, format(speed(members, mode, REFERENCE)),
    ...peers.map((peer) => format(timeRatio(members, mode, peer)))]);
  const all = files.filter((file) => !file.reencoded);
  if (all.length > 0) {
    rows.push(['the same, medians', all.length, format(speed(all, mode, REFERENCE, 'median')),
      ...peers.map((peer) => format(timeRatio(all, mode, peer, 'median')))]);
  }
  return table(['class', 'files', 'MP/s', ...peers.map((peer) => `${peer} x`)], rows);
}

/* What inflating alone takes, in units of png2bmp's whole conversion. */
function inflateTable(files, mode) {
  const inflaters = peersOf(files, mode).filter(isInflater);
  const rows = groups(files).map(([name, members]) => [
    name, ...inflaters.map((peer) => format(timeRatio(members, mode, peer))),
    format(timeRatio(members, mode, LIMIT)), format(overBestInflate(members, mode))]);
  return table(['class', ...inflaters.map((name) => name.slice('inflate-'.length)),
    'png2bmp and one copy', 'whole / best inflate'], rows);
}

/* What the way through JavaScript adds to the conversion in C, into memory that was used before. */
function overCTable(files) {
  const peers = peersOf(files, 'javascript').filter((name) => name === REFERENCE || name === 'png2bmp-converter');
  const over = (peer) => (file) => file.javascript.peers[peer].min / file.warm.peers[REFERENCE].min;
  const rows = groups(files).map(([name, members]) =>
    [name, ...peers.map((peer) => format(geometricMean(members.map(over(peer)))))]);
  return table(['class', ...peers], rows);
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/* Memory in addition to the BMP itself, which every peer needs. */
function memoryTable(files) {
  const rows = peersOf(files, 'cold').map((peer) => {
    const measured = files.filter((file) => file.cold.peers[peer] && file.width * file.height >= 1e5);
    const beyond = measured.map((file) =>
      Math.max(0, file.cold.peers[peer].peakKiB - file.cold.bmpBytes / 1024));
    const faults = measured.map((file) =>
      file.cold.peers[peer].faults / (file.width * file.height / 1e6));
    return [peer, format(median(faults)), format(median(beyond) / 1024),
      format(Math.max(...beyond) / 1024)];
  }).filter(([peer]) => !peer.startsWith('inflate-'));
  return table(['peer', 'page faults per MP', 'MiB beyond the BMP, median', 'largest'], rows);
}

function replaced(text, name, content) {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `\n<!-- ${name}:end -->`];
  return text.slice(0, text.indexOf(begin) + begin.length) + content + text.slice(text.indexOf(end));
}

/* Into a Markdown page, between the comments of their names. */
function writeTables(page, tables) {
  const text = Object.entries(tables).reduce((all, [name, rows]) => replaced(all, name, rows), fs.readFileSync(page, 'utf8'));
  fs.writeFileSync(page, text);
}

module.exports = { format, geometricMean, inflateTable, memoryTable, overCTable, ratioTable, speed, table, timeRatio, writeTables };
