'use strict';

// lib/browser.mjs and png2bmp/inline in pages that do not let them do as they like: files of another origin, policies,
// servers that answer with something else, Workers of other kinds.

/* global SharedWorker, window */

const assert = require('node:assert/strict');
const test = require('node:test');

const { getBMP } = require('../..');
const { largePng } = require('../kit/large-png');
const { BROWSERS, ROOT, launch, missing, serve } = require('./browsers');

const png = largePng({ width: 300, height: 200, noisy: 100 });
const LENGTH = getBMP(png).length;
const LOST = '/lost/prebuilds/png2bmp.wasm';
const INLINE = '/prebuilds/inline/inline.mjs';

/** Policies of pages; {cdn} is where the files are. */
const POLICIES = {
  none: undefined,
  trustedTypes: "require-trusted-types-for 'script'; trusted-types png2bmp",
  withoutBlobs: "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' {cdn}; connect-src 'self' {cdn}; worker-src 'self'",
};

const htmlOf = (policy, cdn) => `<!doctype html>${policy === undefined ? ''
  : `<meta http-equiv="Content-Security-Policy" content="${policy.replaceAll('{cdn}', cdn)}">`}<title>test</title>`;

/** Imports the library in the page and converts there; how many answers came from Workers. */
async function convert(file, init) {
  let answers = 0;
  const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', () => { answers++; });
    }
  };
  try {
    const library = await import(file);
    await library.init(...init);
    const { length } = await library.getBMPAsync(await (await fetch('/a.png')).arrayBuffer());
    return { length, answers };
  } catch (error) {
    return error.message;
  }
}

const ON_WORKER = { length: LENGTH, answers: 2 }; // 'ready', and the BMP
const ON_PAGE = { length: LENGTH, answers: 0 };

const SHARED = `import { getBMPAsync } from '/lib/browser.mjs';
  onconnect = ({ ports: [port] }) => {
    port.onmessage = async ({ data }) => { port.postMessage((await getBMPAsync(data)).length); };
  };`;
const SERVICE = `import { getBMPAsync } from '/lib/browser.mjs';
  onmessage = async ({ data, source }) => { source.postMessage((await getBMPAsync(data)).length); };`;

for (const name of Object.keys(BROWSERS)) {
  test(name, { timeout: 300_000, skip: missing(name) }, async (t) => {
    const cdn = await serve(ROOT, {}, { 'access-control-allow-origin': '*' });
    t.after(() => cdn.close());
    const pages = Object.fromEntries(Object.entries(POLICIES)
      .map(([key, policy]) => [`/${key}.html`, Buffer.from(htmlOf(policy, cdn.address))]));
    const own = await serve(ROOT, {
      '/a.png': png, ...pages, [LOST]: pages['/none.html'], '/shared.mjs': Buffer.from(SHARED), '/service.mjs': Buffer.from(SERVICE),
    });
    t.after(() => own.close());
    const browser = await launch(name);
    t.after(() => browser.close());
    const page = await browser.newPage();
    const open = async (key) => {
      await page.goto(`${own.address}/${key}.html`);
      return page;
    };
    const run = async (policy, file, ...init) => (await open(policy)).evaluate(convert, file, init);

    await t.test('files of another origin convert on Workers', async () => {
      assert.deepEqual(await run('none', `${cdn.address}/lib/browser.mjs`), ON_WORKER);
      assert.deepEqual(await run('none', `${cdn.address}${INLINE}`), ON_WORKER);
    });

    await t.test('Trusted Types: Workers by the policy png2bmp', async () => {
      for (const file of ['/lib/browser.mjs', `${cdn.address}/lib/browser.mjs`, INLINE])
        assert.deepEqual(await run('trustedTypes', file), ON_WORKER, file);
    });

    await t.test('a policy without blob: takes a Worker from the address that init is given, else the page converts', async () => {
      const worker = '/lib/browser/worker.mjs';
      for (const file of [`${cdn.address}/lib/browser.mjs`, INLINE]) {
        assert.deepEqual(await run('withoutBlobs', file), ON_PAGE, file);
        assert.deepEqual(await run('withoutBlobs', file, null, { worker }), ON_WORKER, file);
      }
      assert.deepEqual(await run('none', INLINE, null, { worker: '/nothing.mjs' }), ON_PAGE);
    });

    await t.test('a page in place of WebAssembly is named, with its address', async () => {
      const message = await run('none', '/lib/browser.mjs', LOST);
      assert.match(message, /\/lost\/prebuilds\/png2bmp\.wasm is not WebAssembly: it begins with "<!doctype html>". Is it the server's page/);
    });

    await t.test('shared and service workers convert', async () => {
      const lengths = await (await open('none')).evaluate(async () => {
        const bytes = await (await fetch('/a.png')).arrayBuffer();
        const told = (target) => new Promise((resolve, reject) => {
          target.onmessage = ({ data }) => resolve(data);
          target.onerror = reject;
        });
        const { port } = new SharedWorker('/shared.mjs', { type: 'module' });
        port.postMessage(bytes);
        const shared = await told(port);
        await navigator.serviceWorker.register('/service.mjs', { type: 'module' });
        const { active } = await navigator.serviceWorker.ready;
        active.postMessage(bytes);
        return [shared, await told(navigator.serviceWorker)];
      });
      assert.deepEqual(lengths, [LENGTH, LENGTH]);
    });
  });
}
