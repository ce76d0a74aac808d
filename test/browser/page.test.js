'use strict';

/* The page of examples/http-server in a real Chromium: PNGs are dropped on it, and the BMP
 * that the browser shows is compared with the PNG that it shows, pixel by pixel. */

/* global document, DataTransfer, window */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { chromium } = require('playwright-core');
const { createApp } = require('../../examples/http-server/app');
const { createImage, withSamples } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');

const SAMPLE = path.join(__dirname, '../../samples/sample.png');
const bounded = { timeout: 120000 };

/* Nothing but the page itself may be fetched. */
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
  '--disable-background-networking', '--disable-component-update'];

let browser;
let server;
let address;

test.before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0, // which root cannot have
    args: QUIET,
  });
  server = createApp();
  server.server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  address = `http://127.0.0.1:${server.server.address().port}/`;
});

test.after(async () => {
  await browser?.close();
  await server?.stop(0);
});

/* A page on which every error is noticed. */
async function openPage(t, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 }, ...options });
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(address)) problems.push(url);
  });
  t.after(() => page.close());
  await page.goto(address);
  return { page, problems };
}

/* The effect of dropping a file. */
async function drop(page, png, name = 'picture.png', type = 'image/png') {
  const transfer = await page.evaluateHandle(async ({ base64, name: fileName, type: kind }) => {
    const bytes = Uint8Array.from(window.atob(base64), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], fileName, { type: kind }));
    return data;
  }, { base64: png.toString('base64'), name, type });
  await page.evaluate(() => { document.querySelector('#status').textContent = ''; });
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
  await converted(page);
}

const converted = (page) => page.waitForFunction(() => {
  const status = document.querySelector('#status');
  return status.classList.contains('bad') || status.textContent.startsWith('Converted');
});

/* The pixels of both pictures as the browser draws them: on a colour, or on nothing. */
function shown(page, background = null) {
  return page.evaluate((color) => {
    const pixelsOf = (image) => {
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      if (color) {
        context.fillStyle = color;
        context.fillRect(0, 0, width, height);
      }
      context.drawImage(image, 0, 0);
      return [width, height, ...context.getImageData(0, 0, width, height).data];
    };
    const [png, bmp] = ['#png img', '#bmp img'].map((selector) => pixelsOf(document.querySelector(selector)));
    return { png, bmp };
  }, background);
}

const largestDifference = ({ png, bmp }) => {
  assert.equal(bmp.length, png.length);
  return png.reduce((largest, value, i) => Math.max(largest, Math.abs(value - bmp[i])), 0);
};

const image = (colorType, bitDepth, more) =>
  createImage({ width: 61, height: 47, colorType, bitDepth, fill: 'gradients', ...more });

/* 16-bit samples that are 8-bit ones times 257, since readers reduce others in different ways. */
const exact16 = (colorType) => {
  const deep = image(colorType, 16);
  return withSamples(deep, deep.samples.map((value) => (value >> 8) * 257));
};

const OPAQUE = {
  'gray, 1 bit': image(0, 1),
  'gray, 8 bit': image(0, 8),
  'gray, 16 bit': exact16(0),
  'RGB, 8 bit': image(2, 8),
  'RGB, 16 bit': exact16(2),
  'palette, 1 bit': image(3, 1),
  'palette, 4 bit': image(3, 4),
  'palette, 8 bit': image(3, 8, { fill: 'noise' }),
};

const TRANSPARENT = {
  'gray with alpha': image(4, 8),
  'gray with alpha, 16 bit': exact16(4),
  'RGB with alpha': image(6, 8),
  'RGB with alpha, 16 bit': exact16(6),
  'RGB with a colour key': image(2, 8, { transparency: true }),
  'palette with alpha': image(3, 8, { transparency: true }),
};

test('an opaque picture looks the same as a BMP, in every pixel', bounded, async (t) => {
  const { page, problems } = await openPage(t);
  for (const topDown of [false, true]) {
    await page.locator('[name=topDown]').setChecked(topDown);
    for (const [name, picture] of Object.entries(OPAQUE)) {
      await drop(page, encodePng(picture));
      const pixels = await shown(page);
      assert.equal(pixels.png.length, 2 + 61 * 47 * 4);
      assert.equal(largestDifference(pixels), 0, name);
    }
  }
  assert.deepEqual(problems, []);
});

test('a transparent picture looks as it does on the background that was chosen', bounded, async (t) => {
  const { page, problems } = await openPage(t);
  for (const color of ['#ffffff', '#0a64c8']) {
    await page.locator('[name=background]').fill(color);
    for (const [name, picture] of Object.entries(TRANSPARENT)) {
      await drop(page, encodePng(picture));
      // Chromium blends in its own way, with colours that it has multiplied by alpha.
      assert.ok(largestDifference(await shown(page, color)) <= 1, name);
      assert.notEqual(largestDifference(await shown(page)), 0, `${name}: the BMP is opaque`);
    }
  }
  assert.deepEqual(problems, []);
});

test('a BMP with alpha is as transparent as the PNG, in every pixel', bounded, async (t) => {
  const { page, problems } = await openPage(t);
  await page.locator('[name=format]').selectOption('bgra32');
  for (const [name, picture] of Object.entries(TRANSPARENT)) {
    await drop(page, encodePng(picture));
    const pixels = await shown(page);
    assert.ok(pixels.png.some((value, i) => i > 2 && (i - 2) % 4 === 3 && value < 255), name);
    assert.equal(largestDifference(pixels), 0, name);
  }
  assert.deepEqual(problems, []);
});

test('another option converts the same picture again, and the BMP can be saved', bounded, async (t) => {
  const { page } = await openPage(t);
  await drop(page, fs.readFileSync(SAMPLE), 'sample.png');
  const facts = page.locator('#bmp .facts');
  assert.match(await facts.textContent(), /^640 × 400, 768\.1 kB$/);
  await page.evaluate(() => { document.querySelector('#status').textContent = ''; });
  await page.locator('[name=format]').selectOption('bgra32');
  await converted(page);
  assert.match(await facts.textContent(), /^640 × 400, 1\.0 MB$/);

  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
  assert.equal(download.suggestedFilename(), 'sample.bmp');
  const bmp = fs.readFileSync(await download.path());
  assert.equal(bmp.toString('latin1', 0, 2), 'BM');
  assert.equal(bmp.length, 1024122);
});

test('a file can be chosen as well as dropped', bounded, async (t) => {
  const { page } = await openPage(t);
  await page.locator('#file').setInputFiles(SAMPLE);
  await converted(page);
  assert.equal(largestDifference(await shown(page, '#ffffff')) <= 1, true);
});

test('what is not a PNG is reported, and the next picture is shown again', bounded, async (t) => {
  const { page } = await openPage(t);
  await drop(page, Buffer.from('not a PNG'));
  assert.match(await page.locator('#status').textContent(), /ERR_PNG_SIGNATURE/);
  assert.equal(await page.locator('#bmp img').isVisible(), false);
  await drop(page, encodePng(OPAQUE['RGB, 8 bit']));
  assert.equal(await page.locator('#bmp img').isVisible(), true);
  assert.equal(largestDifference(await shown(page)), 0);
});

test('a picture of another kind is not shown as a PNG', bounded, async (t) => {
  const { page } = await openPage(t);
  await drop(page, encodePng(image(2, 8)));
  await drop(page, Buffer.from('a JPEG'), 'photo.jpg', 'image/jpeg');
  assert.match(await page.textContent('#status'), /photo\.jpg is image\/jpeg, not a PNG/);
  assert.equal(await page.isVisible('#png img'), false);
  assert.equal(await page.isVisible('#save'), false);
});

test('the page fits its window, wide or narrow, light or dark', bounded, async (t) => {
  const folder = process.env.SCREENSHOTS || fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-page-'));
  if (!process.env.SCREENSHOTS) t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const [name, width, colorScheme] of [['wide', 1200, 'light'], ['narrow', 390, 'light'], ['dark', 1200, 'dark']]) {
    const { page } = await openPage(t, { viewport: { width, height: 860 }, colorScheme });
    await page.screenshot({ path: path.join(folder, `${name}-empty.png`), fullPage: true });
    await drop(page, fs.readFileSync(SAMPLE), 'sample.png');
    const inside = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    assert.ok(inside, name);
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }
});
