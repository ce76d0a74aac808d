'use strict';

// The page of examples/browser, published as its README says, in real browsers.

/* global document, DataTransfer, window */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const { unzipSync } = require('fflate');

const { getBMP } = require('../..');
const { createImage } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');
const { BROWSERS, ROOT, launch, missing, serve } = require('./browsers');

const bounded = { timeout: 180_000 };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-site-'));
test.after(() => fs.rmSync(folder, { recursive: true }));
const at = (...names) => path.join(folder, ...names);

const png = (colorType, more) => encodePng(createImage({ width: 61, height: 47, colorType, bitDepth: 8, fill: 'gradients', ...more }));
const pictures = { 'rgb.png': png(2), 'alpha.png': png(6), 'palette.png': png(3) };

test.before(() => {
  execFileSync(path.join(ROOT, 'examples/browser/publish.sh'), [at('site')]);
  fs.mkdirSync(at('pngs'));
  for (const [name, bytes] of Object.entries({ ...pictures, 'broken.png': Buffer.from('no PNG') }))
    fs.writeFileSync(at('pngs', name), bytes);
});

async function openPage(t, name) {
  const server = await serve(at('site'));
  t.after(() => server.close());
  const browser = await launch(name);
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    if (request.method() !== 'GET' || !(/^(data|blob):/.test(request.url()) || request.url().startsWith(server.address)))
      problems.push(`${request.method()} ${request.url()}`);
  });
  await page.goto(`${server.address}/index.html`);
  return { browser, page, problems, server };
}

const settled = (page, count) => page.waitForFunction((wanted) => {
  const items = [...document.querySelectorAll('#results li')];
  return items.length === wanted && items.every((item) => /done|bad/.test(item.className));
}, { timeout: 60_000 }, count);

async function choose(page, names) {
  const input = await page.$('#files');
  await input.uploadFile(...names.map((name) => at('pngs', name)));
}

/** The effect of dropping or pasting files. */
function give(page, event, files) {
  return page.evaluate((type, list) => {
    const data = new DataTransfer();
    for (const [name, base64] of list) {
      const bytes = Uint8Array.from(window.atob(base64), (c) => c.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/png' }));
    }
    const key = type === 'drop' ? 'dataTransfer' : 'clipboardData';
    const happening = new Event(type, { bubbles: true, cancelable: true });
    Object.defineProperty(happening, key, { value: data });
    document.body.dispatchEvent(happening);
  }, event, files.map(([name, bytes]) => [name, bytes.toString('base64')]));
}

/** The text of each picture on the page, and the pixels of both images. */
function shown(page) {
  return page.evaluate(async () => Promise.all([...document.querySelectorAll('#results li')].map(async (item) => {
    const pixelsOf = async (image) => {
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
      context.fillStyle = '#ffffff';
      context.fillRect(0, 0, width, height);
      context.drawImage(image, 0, 0);
      return Array.from(context.getImageData(0, 0, width, height).data);
    };
    const isDone = item.className === 'done';
    const [before, after] = isDone ? await Promise.all([...item.querySelectorAll('figure:not(.panel) img')].map(pixelsOf)) : [[], []];
    return {
      name: item.querySelector('h2').textContent, state: item.className, text: item.querySelector('p').textContent,
      sizes: [...item.querySelectorAll('figcaption span')].map((each) => each.textContent),
      download: item.querySelector('.download').download,
      difference: before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i])), 0), pixels: after.length,
    };
  })));
}

for (const name of Object.keys(BROWSERS)) {
  const options = { ...bounded, skip: missing(name) };

  test(`${name}: pictures that are chosen, dropped and pasted appear next to their BMPs`, options, async (t) => {
    const { page, problems } = await openPage(t, name);
    await choose(page, ['rgb.png']);
    await settled(page, 1);
    await give(page, 'drop', [['alpha.png', pictures['alpha.png']]]);
    await give(page, 'paste', [['palette.png', pictures['palette.png']]]);
    await settled(page, 3);
    const results = await shown(page);
    assert.deepEqual(results.map((each) => each.name), Object.keys(pictures));
    for (const each of results) {
      assert.equal(each.state, 'done', each.text);
      assert.match(each.text, /^\d+ ms$/);
      assert.equal(each.pixels, 61 * 47 * 4);
      assert.ok(each.difference <= 1, each.name); // browsers blend by their own arithmetic
      assert.equal(each.download, each.name.replace('png', 'bmp'));
      assert.equal(each.sizes[1], `61 × 47, ${(getBMP(pictures[each.name]).length / 1e3).toFixed(1)} kB`);
    }
    assert.equal(await page.$eval('#status', (each) => each.textContent), '3 converted');
    assert.deepEqual(problems, []);
  });

  test(`${name}: another format converts all again, and what is not a PNG is reported`, options, async (t) => {
    const { page } = await openPage(t, name);
    await choose(page, ['rgb.png', 'broken.png', 'alpha.png']);
    await settled(page, 3);
    const [rgb, broken, alpha] = await shown(page);
    assert.match(broken.text, /\(ERR_PNG_SIGNATURE\)$/);
    assert.match(await page.$eval('#results .bad a[href*=err]', ({ href }) => href), /errors\.md#err_png_signature$/);
    assert.equal(broken.state, 'bad');
    assert.deepEqual([rgb.state, alpha.state], ['done', 'done']);
    assert.equal(await page.$eval('#status', (each) => each.textContent), '2 converted, 1 failed');
    await page.select('[name=format]', 'bgra32');
    await page.waitForFunction((text) => document.querySelector('.bmp span').textContent === text, {},
      `61 × 47, ${(getBMP(pictures['rgb.png'], { format: 'bgra32' }).length / 1e3).toFixed(1)} kB`);
  });

  test(`${name}: the page can be used by keyboard, and fits a phone, light and dark`, options, async (t) => {
    const { page } = await openPage(t, name);
    await page.setViewport({ width: 390, height: 800 });
    await choose(page, ['rgb.png', 'alpha.png']);
    await settled(page, 2);
    const colors = [];
    for (const value of name === 'Chromium' ? ['light', 'dark'] : ['']) {
      if (value !== '') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      colors.push(await page.evaluate(() => window.getComputedStyle(document.body).backgroundColor));
      if (process.env.SCREENSHOTS) await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `browser-${name}${value}.png`), fullPage: true });
      const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: window.innerWidth }));
      assert.ok(scroll <= inner, `${scroll} > ${inner}`);
    }
    assert.equal(new Set(colors).size, colors.length);
    const reached = [];
    for (let i = 0; i < 45; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement.tagName === 'SUMMARY')) await page.keyboard.press('Enter'); // opens it
      reached.push(await page.evaluate(() => {
        const { id, name: called, textContent } = document.activeElement;
        return id || called || document.activeElement.querySelector('code')?.id || textContent;
      }));
    }
    for (const each of ['purpose', 'format', 'alpha', 'background', 'width', 'rotate', 'container', 'topDown', 'files', 'all', 'zoom', 'Remove', 'Download', 'command'])
      assert.ok(reached.includes(each), `${each}: ${reached.join(' ')}`);
  });
}

async function allowDownloads(browser) {
  const session = await browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: at('downloads') });
}

/** The bytes of a download, which gets its name when it is complete. */
async function downloaded(name) {
  const file = at('downloads', name);
  for (const end = Date.now() + 60_000; Date.now() < end && !fs.existsSync(file);) await new Promise((resolve) => setTimeout(resolve, 50));
  return fs.readFileSync(file);
}

const textOf = (page, selector) => page.$eval(selector, (each) => each.textContent);

test('Chromium: the sample is there at once, and gives way to the first picture', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { page, problems } = await openPage(t, 'Chromium');
  await settled(page, 1);
  const [sample] = await shown(page);
  assert.deepEqual([sample.name, sample.state], ['sample.png', 'done']);
  await choose(page, ['rgb.png', 'palette.png']);
  await settled(page, 2);
  assert.deepEqual((await shown(page)).map(({ name }) => name), ['rgb.png', 'palette.png']);
  await page.click('#results li .remove');
  await settled(page, 1);
  assert.equal(await textOf(page, '#status'), '1 converted');
  assert.equal(await textOf(page, '#command'), 'png2bmp -o palette.bmp palette.png');
  assert.deepEqual(problems, []);
});

test('Chromium: each purpose fills the form in, shows what has an effect, and converts', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { page, problems } = await openPage(t, 'Chromium');
  await choose(page, ['alpha.png']);
  await settled(page, 1);
  const purposes = await page.$$eval('[name=purpose]', (all) => all.map(({ value }) => value));
  const commands = {};
  for (const purpose of purposes) {
    await page.$eval(`[name=purpose][value=${purpose}]`, (each) => each.click());
    await settled(page, 1);
    assert.equal((await shown(page))[0].state, 'done', purpose);
    commands[purpose] = await textOf(page, '#command');
  }
  assert.equal(commands.spectra6, 'png2bmp --palette spectra6 --seen measured -o alpha.bmp alpha.png');
  assert.equal(commands.game, 'png2bmp --alpha key --background ff00ff -o alpha.bmp alpha.png');
  assert.equal(commands.icon, 'png2bmp --sizes 16,24,32,48,64,256 --ico -o alpha.ico alpha.png');
  const isShown = (name) => page.$eval(`[name=${name}]`, (each) => each.closest('[hidden]') === null);
  assert.deepEqual([await isShown('png'), await isShown('threshold'), await isShown('topDown')], [true, false, false]);
  await page.$eval('[name=purpose][value=label]', (each) => each.click());
  assert.deepEqual([await isShown('png'), await isShown('threshold'), await isShown('topDown')], [false, true, true]);
  assert.deepEqual(problems, []);
});

test('Chromium: a palette\'s file, a size, a turn and bare rows are in the command, the picture and the bytes', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { browser, page, problems } = await openPage(t, 'Chromium');
  fs.writeFileSync(at('pngs', 'game.hex'), '000000\nff00ff\n10a020\nffffff\n');
  fs.writeFileSync(at('pngs', 'other.hex'), 'no colours');
  await choose(page, ['rgb.png']);
  await settled(page, 1);
  const set = (name, value) => page.$eval(`[name=${name}]`, (field, to) => {
    field[field.type === 'checkbox' ? 'checked' : 'value'] = to;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }, value);
  for (const [name, value] of Object.entries({ format: 'indexed', palette: 'file' })) await set(name, value);
  const input = await page.$('[name=paletteFile]');
  await input.uploadFile(at('pngs', 'other.hex'));
  await page.waitForFunction(() => document.querySelector('#status').textContent.startsWith('Palette file: other.hex is no palette'));
  await input.uploadFile(at('pngs', 'game.hex'));
  await page.waitForFunction(() => document.querySelector('#command').textContent.includes('game.hex'));
  const more = { width: '16', height: '9', rotate: '90', container: 'rows', rowAlign: '1', topDown: true };
  for (const [name, value] of Object.entries(more)) await set(name, value);
  await settled(page, 1);
  assert.equal(await textOf(page, '#command'), 'png2bmp --palette game.hex --rotate 90 --size 16x9 --container rows --row-align 1 --top-down -o rgb.bin rgb.png');
  const wanted = getBMP(pictures['rgb.png'], { palette: ['#000000', '#ff00ff', '#10a020', '#ffffff'], rotate: 90, size: '16x9', container: 'rows', rowAlign: 1, topDown: true });
  await allowDownloads(browser);
  await page.click('.download');
  assert.ok(wanted.equals(await downloaded('rgb.bin')));
  const [{ sizes, download }] = await shown(page);
  assert.deepEqual([sizes[1], download], ['16 × 9, 0.1 kB', 'rgb.bin']);
  await page.waitForFunction(() => document.querySelector('.bmp img').naturalWidth === 16);
  assert.deepEqual(problems, []);
});

test('Chromium: what a panel will show is there beside the BMP, and only for panels that were measured', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { page, problems } = await openPage(t, 'Chromium');
  await choose(page, ['rgb.png']);
  await settled(page, 1);
  const isShown = () => page.$eval('.panel', (each) => !each.hidden);
  for (const [purpose, wanted] of [['spectra6', true], ['bwr', false], ['spectra6', true], ['icon', false]]) {
    await page.$eval(`[name=purpose][value=${purpose}]`, (each) => each.click());
    await settled(page, 1);
    assert.equal(await isShown(), wanted, purpose);
  }
  await page.$eval('[name=purpose][value=spectra6]', (each) => each.click());
  await settled(page, 1);
  await page.waitForFunction(() => document.querySelector('.panel img').naturalWidth === 61);
  assert.deepEqual(problems, []);
});

test('Chromium: the pixels of both pictures can be looked at side by side', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { page } = await openPage(t, 'Chromium');
  await page.setViewport({ width: 390, height: 800 });
  await choose(page, ['rgb.png']);
  await settled(page, 1);
  await page.select('#zoom', '8');
  const [png, bmp] = await page.$$eval('#results figure img', (images) => images.map((image) => image.getBoundingClientRect().width));
  assert.deepEqual([png, bmp], [61 * 8, 61 * 8]);
  await page.$eval('.png div', (each) => { each.scrollLeft = 70; });
  await page.waitForFunction(() => document.querySelector('.bmp div').scrollLeft === 70);
});

test('Chromium: the page works offline after the first visit', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { page, server } = await openPage(t, 'Chromium');
  await settled(page, 1);
  await page.evaluate(async () => { await window.navigator.serviceWorker.ready; });
  server.close();
  await page.reload();
  await settled(page, 1);
  assert.equal((await shown(page))[0].state, 'done');
});

test('Chromium: download all gives a zip of every BMP, with the bytes of Node.js', { ...bounded, skip: missing('Chromium') }, async (t) => {
  const { browser, page } = await openPage(t, 'Chromium');
  await allowDownloads(browser);
  await choose(page, Object.keys(pictures));
  await settled(page, 3);
  await page.click('#all');
  const files = unzipSync(await downloaded('pictures.zip'));
  assert.deepEqual(Object.keys(files), Object.keys(pictures).map((name) => name.replace('png', 'bmp')));
  for (const [name, bytes] of Object.entries(pictures)) assert.ok(getBMP(bytes).equals(files[name.replace('png', 'bmp')]), name);
});
