'use strict';

/* Draws the chart of the README: megapixels per second through JavaScript. */

const { speed } = require('./report.js');

const LABELS = {
  png2bmp: 'png2bmp',
  libpng: 'libpng, plain addon',
  spng: 'libspng, plain addon',
  stb: 'stb_image, plain addon',
  'napi-rs': '@napi-rs/image',
  sharp: 'sharp (raw pixels, no BMP)',
  original: 'LodePNG + push_back',
  'pngjs+bmp-js': 'pngjs + bmp-js',
  jimp: 'jimp',
};

const WIDTH = 720;
const LEFT = 196;
const RIGHT = 76;
const TOP = 64;
const ROW = 30;

/* The panel has a background of its own, so that the text is readable on any page; on dark pages a dark one. */
const STYLE = `
    .panel { fill: #ffffff; stroke: #d0d7de; }
    .title { font: 600 16px system-ui, sans-serif; fill: #1f2328; }
    .note, .label, .value { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .note { fill: #59636e; font-size: 12px; }
    .bar { fill: #9aa4b0; }
    .ours { fill: #0969da; }
    .strong { font-weight: 600; }
    @media (prefers-color-scheme: dark) {
        .panel { fill: #151b23; stroke: #3d444d; }
        .title, .label, .value { fill: #f0f6fc; }
        .note { fill: #9198a1; }
        .bar { fill: #656c76; }
        .ours { fill: #4493f8; }
    }`;

const escape = (plain) => plain.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

const text = (value) => value.toFixed(value < 10 ? 1 : 0);

function bar({ peer, value }, i, scale) {
  const y = TOP + i * ROW;
  const width = Math.max(2, value * scale);
  const ours = peer === 'png2bmp';
  const strong = ours ? ' strong' : '';
  return `
  <text class="label${strong}" x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${escape(LABELS[peer])}</text>
  <rect class="bar${ours ? ' ours' : ''}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="20" rx="3"/>
  <text class="value${strong}" x="${(LEFT + width + 8).toFixed(1)}" y="${y + 15}">${text(value)}</text>`;
}

const realOnes = (files) => files.filter((file) => !file.reencoded);

/** { peer, value } for each bar, the fastest first. */
function bars(files) {
  const real = realOnes(files);
  const peers = Object.keys(LABELS).filter((peer) => real.some((file) => file.javascript.peers[peer]));
  return peers.map((peer) => ({ peer, value: speed(real, 'javascript', peer) })).sort((a, b) => b.value - a.value);
}

/** What the chart shows, for those who do not see it: also README's text for it. */
function description(files) {
  return bars(files).map(({ peer, value }) => `${LABELS[peer]} ${text(value)}`).join('; ');
}

function chart(files) {
  const values = bars(files);
  const scale = (WIDTH - LEFT - RIGHT) / values[0].value;
  const height = TOP + values.length * ROW + 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">
  <title id="t">PNG to BMP in Node.js, megapixels per second</title>
  <desc id="d">${escape(description(files))}</desc>
  <style>${STYLE}
  </style>
  <rect class="panel" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="title" x="20" y="28">PNG to BMP in Node.js: megapixels per second</text>
  <text class="note" x="20" y="47">Buffer in, fresh Buffer out, one thread; geometric mean of ${realOnes(files).length} PNGs from Debian packages; more is better</text>${values.map((value, i) => bar(value, i, scale)).join('')}
</svg>
`;
}

module.exports = { chart, description };
