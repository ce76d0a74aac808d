'use strict';

// lib/browser.mjs in real browsers: the bytes are those of Node.js, and the page stays responsive while Web
// Workers convert.

/* global document, window */

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const test = require('node:test');

const { getBMP } = require('../..');
const { TYPES, createImage, typeName } = require('../kit/image');
const { largePng } = require('../kit/large-png');
const { encodePng } = require('../kit/png-encoder');
const { BROWSERS, ROOT, launch, missing, serve } = require('./browsers');

const FORMATS = ['bgr24', 'bgra32', 'auto', 'gray8', 'mono1', 'rgb565'];
const bounded = { timeout: 180_000 };

const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

/** Path to PNG: every type and depth, interlaced and not. */
function everyPng() {
  return Object.fromEntries(TYPES.flatMap((type) => [false, true].map((interlaced) => {
    const image = createImage({ ...type, width: 67, height: 41, fill: 'gradients' });
    const name = `/pngs/${typeName(type)}${interlaced ? ' Adam7' : ''}.png`;
    return [name, encodePng(image, { interlaced, filter: 'random' })];
  })));
}

const pngs = everyPng();
const large = largePng({ width: 4000, height: 3000, noisy: 1500 });
const PAGE = '<!doctype html><meta charset="utf-8"><title>test</title>';

/** A page that counts its Workers, and has `library`. */
async function openPage(t, name, { headers, html = PAGE } = {}) {
  const server = await serve(ROOT, { '/': Buffer.from(html), '/index.html': Buffer.from(html), '/large.png': large, ...pngs }, headers);
  t.after(() => server.close());
  const browser = await launch(name);
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.address)) problems.push(request.url());
  });
  await page.goto(`${server.address}/index.html`);
  await page.evaluate(async () => {
    window.workers = 0;
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...args) {
        super(...args);
        window.workers++;
      }
    };
    window.sha256 = async (bytes) => Array.from(new Uint8Array(await window.crypto.subtle.digest('SHA-256', bytes)),
      (byte) => byte.toString(16).padStart(2, '0')).join('');
    window.library = await import('/lib/browser.mjs');
  });
  return { page, problems, server };
}

for (const name of Object.keys(BROWSERS)) {
  const options = { ...bounded, skip: missing(name) };

  test(`${name} gives the bytes of Node.js, for every type and depth of PNG`, options, async (t) => {
    const { page, problems } = await openPage(t, name);
    const paths = Object.keys(pngs);
    const seen = await page.evaluate(async (names, formats) => {
      const { library, sha256: hash } = window;
      await library.init();
      const hashes = {};
      for (const path of names) {
        const png = await (await fetch(path)).arrayBuffer();
        for (const format of formats) {
          const now = await hash(library.getBMP(png, { format }));
          const later = await hash(await library.getBMPAsync(new Blob([png]), { format }));
          hashes[`${path} ${format}`] = now === later ? now : `${now} ${later}`;
        }
      }
      return { hashes, workers: window.workers };
    }, paths, FORMATS);
    const wanted = Object.fromEntries(paths.flatMap((path) =>
      FORMATS.map((format) => [`${path} ${format}`, sha256(getBMP(pngs[path], { format }))])));
    assert.deepEqual(seen.hashes, wanted);
    assert.ok(seen.workers > 0);
    assert.deepEqual(problems, []);
  });

  test(`${name} converts 12 megapixels on a Worker, and the page goes on`, options, async (t) => {
    const { page, problems } = await openPage(t, name);
    const { digest, workers, gap, milliseconds } = await page.evaluate(async () => {
      const png = await (await fetch('/large.png')).arrayBuffer();
      await window.library.getBMPAsync(await (await fetch('/pngs/RGB 8.png')).arrayBuffer());
      let last = performance.now();
      let longest = 0;
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      });
      const start = performance.now();
      const bmp = await window.library.getBMPAsync(png);
      const took = performance.now() - start;
      clearInterval(timer);
      return { digest: await window.sha256(bmp), workers: window.workers, gap: longest, milliseconds: took };
    });
    assert.equal(digest, sha256(getBMP(large)));
    assert.equal(workers, 1, 'one Worker converted both');
    t.diagnostic(`${name}: ${milliseconds.toFixed()} ms, the page paused for ${gap.toFixed()} ms at most`);
    assert.deepEqual(problems, []);
  });

  test(`${name} pipes a download through createBMPStream on a Worker, and stops when it is cancelled`, options, async (t) => {
    const { page, problems } = await openPage(t, name);
    const { digest, width, workers, gap, ended } = await page.evaluate(async () => {
      const { library } = window;
      let last = performance.now();
      let longest = 0;
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      });
      const stream = library.createBMPStream({ topDown: true });
      const bmp = await new Response((await fetch('/large.png')).body.pipeThrough(stream)).arrayBuffer();
      clearInterval(timer);
      const other = library.createBMPStream({ topDown: true });
      const piped = (await fetch('/large.png')).body.pipeTo(other.writable).catch((reason) => reason);
      const reader = other.readable.getReader();
      await reader.read();
      await reader.cancel('enough');
      return {
        digest: await window.sha256(bmp), width: (await stream.info).width, workers: window.workers, gap: longest, ended: await piped,
      };
    });
    assert.equal(digest, sha256(getBMP(large, { topDown: true })));
    assert.deepEqual([width, ended, workers], [4000, 'enough', 1]);
    t.diagnostic(`${name}: the page paused for ${gap.toFixed()} ms at most`);
    assert.deepEqual(problems, []);
  });

  for (const [isolated, headers] of [['isolated', {
    'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp',
  }], ['ordinary', {}]]) {
    test(`${name} stops a conversion that is aborted, in an ${isolated} page`, options, async (t) => {
      const { page, problems } = await openPage(t, name, { headers });
      const { names, digest, shares } = await page.evaluate(async () => {
        const png = await (await fetch('/large.png')).arrayBuffer();
        const small = await (await fetch('/pngs/RGB 8.png')).arrayBuffer();
        const errors = [];
        await window.library.getBMPAsync(small);
        for (const delay of [0, 30]) {
          const controller = new AbortController();
          const all = Array.from({ length: 6 }, () => window.library.getBMPAsync(png, { signal: controller.signal }));
          const stop = () => controller.abort();
          setTimeout(stop, delay);
          Promise.race(all).then(stop, stop); // the timer may be late on a busy machine
          errors.push(...(await Promise.allSettled(all)).map(({ reason }) => reason?.name ?? 'done'));
        }
        return {
          names: errors, digest: await window.sha256(await window.library.getBMPAsync(small)),
          shares: window.crossOriginIsolated,
        };
      });
      assert.equal(shares, isolated === 'isolated');
      assert.ok(names.filter((each) => each === 'AbortError').length >= 8, names.join(' '));
      assert.equal(digest, sha256(getBMP(pngs['/pngs/RGB 8.png'])), 'and converts the next');
      assert.deepEqual(problems, []);
    });
  }

  test(`${name} converts on the page where its policy allows no Worker`, options, async (t) => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'none'";
    const { page } = await openPage(t, name, {
      html: `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>test</title>`,
    });
    const digests = await page.evaluate(async () => {
      const png = await (await fetch('/pngs/RGBA 8.png')).arrayBuffer();
      const streamed = new Blob([png]).stream().pipeThrough(window.library.createBMPStream());
      const all = await Promise.all([...[1, 2, 3].map(() => window.library.getBMPAsync(png)), new Response(streamed).arrayBuffer()]);
      return Promise.all(all.map((bmp) => window.sha256(bmp)));
    });
    assert.deepEqual(digests, Array(4).fill(sha256(getBMP(pngs['/pngs/RGBA 8.png']))));
  });

  test(`${name} encodes what a canvas has, and takes files, responses and streams`, options, async (t) => {
    const { page } = await openPage(t, name);
    const { encoded, digests } = await page.evaluate(async () => {
      await window.library.init();
      const context = Object.assign(document.createElement('canvas'), { width: 3, height: 2 }).getContext('2d');
      context.fillStyle = '#ff8000';
      context.fillRect(0, 0, 3, 2);
      const image = context.getImageData(0, 0, 3, 2);
      const path = '/pngs/RGB 8.png';
      const blob = await (await fetch(path)).blob();
      const sources = [blob, new File([blob], 'a.png'), await fetch(path), (await fetch(path)).body, blob.stream()];
      const bmps = await Promise.all(sources.map((source) => window.library.getBMPAsync(source)));
      return {
        encoded: [window.library.encodeBMP(image), await window.library.encodeBMPAsync(image)].map((bmp) => Array.from(bmp.slice(54, 57))),
        digests: await Promise.all(bmps.map((bmp) => window.sha256(bmp))),
      };
    });
    assert.deepEqual(encoded, [[0, 128, 255], [0, 128, 255]]);
    assert.deepEqual(digests, Array(5).fill(sha256(getBMP(pngs['/pngs/RGB 8.png']))));
  });
}
