'use strict';

// The pictures of README.md: the page of examples/browser with a few images, and the command line's
// progress bar, as a terminal gets it. Needs util-linux's script, and what run.sh installs.
//     npm run screenshots

/* global document */

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { createImage } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');
const { ROOT, launch, serve } = require('./browsers');

const PICTURES = path.join(ROOT, 'docs/pictures');
const FILES = 400; // enough for the bar to be drawn a few times
const SHOWN_PERCENT = 60;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-screenshots-'));
const at = (...names) => path.join(folder, ...names);

async function screenshot(browser, url, name, { width, height }, prepare) {
  const page = await browser.newPage();
  await page.setViewport({ width, height, deviceScaleFactor: 1.5 });
  await page.goto(url);
  await prepare?.(page);
  await page.screenshot({ path: path.join(PICTURES, name) });
  await page.close();
}

async function takePage(browser) {
  execFileSync(path.join(ROOT, 'examples/browser/publish.sh'), [at('site')]);
  const server = await serve(at('site'));
  const isDone = () => document.querySelector('#results li.done') !== null;
  await screenshot(browser, `${server.address}/index.html`, 'page.png', { width: 1000, height: 1410 }, async (page) => {
    await page.waitForFunction(isDone, { timeout: 60_000 });
    await page.$eval('[name=purpose][value=spectra6]', (each) => each.click());
    await page.waitForFunction(isDone, { timeout: 60_000 });
  });
  server.close();
}

const COMMAND = 'png2bmp -r -d bmp icons';

/** The terminal's contents while the bar is at SHOWN_PERCENT or more, and after the program has ended. */
function runInTerminal() {
  fs.mkdirSync(at('icons'));
  const png = encodePng(createImage({ width: 640, height: 480, colorType: 2, bitDepth: 8, fill: 'gradients' }));
  for (let i = 0; i < FILES; i++) fs.writeFileSync(at('icons', `${i}.png`), png);
  fs.writeFileSync(at('icons', '123.png'), png.subarray(0, 5000));
  const program = COMMAND.replace('png2bmp', `"${process.execPath}" "${path.join(ROOT, 'bin/png2bmp.js')}"`);
  const { stdout } = spawnSync('script', ['-qc', program, '/dev/null'], { cwd: folder, encoding: 'utf8' });
  const lines = stdout.split(/[\r\n]+|\u001b\[1G/).map((line) => line.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '').trimEnd());
  const bar = lines.find((line) => Number(/(\d+)%/.exec(line)?.[1]) >= SHOWN_PERCENT);
  const failures = lines.filter((line) => line.startsWith('png2bmp: '));
  if (bar === undefined || failures.length !== 1) throw new Error(`not as expected:\n${stdout}`);
  return [`$ ${COMMAND}`, ...failures, bar];
}

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const terminalPage = (lines) => `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #1e1f22 }
pre { margin: 0; padding: 20px 24px; color: #e6e6e6; font: 15px/1.6 "DejaVu Sans Mono", monospace;
  width: 80ch; white-space: pre-wrap; word-break: break-all }
</style><pre>${escaped(lines.join('\n'))}</pre>`;

async function takeProgress(browser) {
  fs.writeFileSync(at('terminal.html'), terminalPage(runInTerminal()));
  await screenshot(browser, `file://${at('terminal.html')}`, 'progress.png', { width: 780, height: 136 });
}

async function main() {
  fs.mkdirSync(PICTURES, { recursive: true });
  const browser = await launch('Chromium');
  try {
    await takePage(browser);
    await takeProgress(browser);
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  }
}

main();
