'use strict';

// lib/browser.mjs, the module for pages, in Node.js; `npm run test:browser` tests it in browsers.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pathToFileURL } = require('node:url');

const png2bmp = require('..');
const { TYPES, createImage, typeName } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const lib = path.join(__dirname, '../lib');
const wasm = path.join(__dirname, '../prebuilds/png2bmp.wasm');
const skip = !fs.existsSync(wasm) && 'needs prebuilds/png2bmp.wasm: npm run build:wasm';

const png = encodePng(createImage({ width: 33, height: 19, colorType: 6, bitDepth: 8 }));
const bytes = skip ? undefined : fs.readFileSync(wasm);
const url = pathToFileURL(path.join(lib, 'browser.mjs')).href;

let loads = 0;
/** A load of its own. */
const load = () => import(`${url}?${loads++}`);

async function loaded() {
  const library = await load();
  await library.init(bytes);
  return library;
}

test('every exported name is described in browser.d.mts, and no other', async () => {
  const text = ['browser.d.mts', 'web.d.ts'].map((name) => fs.readFileSync(path.join(lib, name), 'utf8')).join('');
  const described = [...text.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(described)].sort(), Object.keys(await load()).sort());
});

/** The names of types that a face exports. */
function typesOf(face) {
  const text = fs.readFileSync(path.join(lib, face), 'utf8');
  const [, list] = /^export type \{([^}]*)\} from/m.exec(text);
  const own = [...text.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name);
  return [...own, ...list.match(/\w+/g)].sort();
}

test('pages have the types of Node.js, but for files and callbacks', () => {
  const forNode = typesOf('index.d.ts').filter((name) => !['Callback', 'Path', 'SaveOptions'].includes(name));
  assert.deepEqual(typesOf('web.d.ts').filter((name) => name !== 'InitOptions'), forNode);
});

test('nothing that pages load asks for Node.js', () => {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = fs.readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /['"]node:|\bprocess\.|\bglobal\.|\brequire\('[^.]/, file);
    assert.doesNotMatch(text.replace(/'[^'\n]*'|`[^`]*`/g, ''), /\bBuffer\.|new Buffer/, file);
    for (const [, name] of text.matchAll(/(?:from|URL\() ?'(\.[^']*\.mjs)'/g)) visit(path.join(path.dirname(file), name));
  };
  visit(path.join(lib, 'browser.mjs'));
  visit(path.join(lib, 'edge.mjs'));
  assert.ok(seen.size >= 4, [...seen].join(' '));
});

test('it gives the bytes of the package, for every type and depth of PNG', { skip }, async () => {
  const browser = await loaded();
  for (const type of TYPES) {
    for (const interlaced of [false, true]) {
      const source = encodePng(createImage({ ...type, width: 37, height: 21, fill: 'gradients' }), { interlaced });
      for (const format of ['bgr24', 'bgra32', 'auto', 'gray8', 'mono1', 'rgb565']) {
        const wanted = png2bmp.getBMP(source, { format });
        const bmp = browser.getBMP(source, { format });
        assert.equal(Object.getPrototypeOf(bmp), Uint8Array.prototype);
        assert.ok(wanted.equals(bmp), `${typeName(type)} ${format}`);
        assert.ok(wanted.equals(await browser.getBMPAsync(source, { format })), `${typeName(type)} ${format}`);
      }
      // Memory depends on the width of pointers, too.
      assert.deepEqual({ ...browser.readInfo(source), memory: 0 }, { ...png2bmp.readInfo(source), memory: 0 });
      const { data, ...pixels } = browser.decodePNG(source);
      const { data: same, ...others } = png2bmp.decodePNG(source);
      assert.ok(same.equals(data));
      assert.deepEqual(pixels, others);
      assert.ok(png2bmp.getBMP(source).equals(browser.encodeBMP(browser.decodePNG(source, { channels: 3 }))));
    }
  }
});

test('asynchronous calls take what pages have: Blob, Response, stream', { skip }, async () => {
  const browser = await loaded();
  const wanted = png2bmp.getBMP(png);
  for (const source of [new Blob([png]), new Response(png), new Blob([png]).stream(), png])
    assert.ok(wanted.equals(await browser.getBMPAsync(source)));
  assert.ok(wanted.equals(await browser.encodeBMPAsync(browser.decodePNG(png, { channels: 3 }))));
  const { data } = await browser.decodePNGAsync(new Blob([png]));
  assert.ok(png2bmp.decodePNG(png).data.equals(data));
});

test('icons are those of the package', { skip }, async () => {
  const browser = await load();
  const list = [png, encodePng(createImage({ width: 150, height: 140, colorType: 2, bitDepth: 8 }))];
  const wanted = png2bmp.encodeICO(list);
  const own = list.map((each) => Uint8Array.from(each));
  const ready = browser.init(bytes);
  const started = browser.encodeICOAsync([own[0], { png: own[1] }]);
  own.forEach((each) => each.fill(0));
  await ready;
  assert.ok(wanted.equals(await started), 'copied while WebAssembly is loaded');
  assert.ok(wanted.equals(browser.encodeICO(list)));
  assert.ok(wanted.equals(await browser.encodeICOAsync([new Blob([list[0]]), new Response(list[1])])));
});

test('init takes a module, bytes, a Response, a data URL, or a promise', { skip }, async () => {
  for (const source of [
    new WebAssembly.Module(bytes), bytes, new Uint8Array(bytes).buffer, new Response(bytes), Promise.resolve(bytes),
    `data:application/wasm;base64,${bytes.toString('base64')}`,
    new URL(`data:application/wasm;base64,${bytes.toString('base64')}`),
  ]) {
    const browser = await load();
    assert.equal(browser.versions, undefined);
    await browser.init(source);
    assert.deepEqual(browser.versions, { ...png2bmp.versions, backend: 'wasm' });
    assert.deepEqual(browser.constants, png2bmp.constants);
    assert.deepEqual(browser.errors.codes, png2bmp.errors.codes);
  }
});

test('an init that fails says why, and another may follow', { skip }, async () => {
  const browser = await load();
  assert.throws(() => browser.getBMP(png), /await init\(\)/);
  await assert.rejects(browser.init(new Response('no', { status: 404, statusText: 'Not Found' })), /404 Not Found/);
  await assert.rejects(browser.init(new Uint8Array(8)), WebAssembly.CompileError);
  await assert.rejects(browser.init(new Response('<!doctype html><p>Hello</p>')),
    /is not WebAssembly: it begins with "<!doctype html>". Is it the server's page .*init\(url\)/);
  assert.throws(() => browser.getBMP(png), /await init\(\)/);
  await Promise.all([browser.init(bytes), browser.init()]); // the first counts
  assert.ok(png2bmp.getBMP(png).equals(browser.getBMP(png)));
});

test('the module for edge runtimes names no file and starts no Worker: init takes a module', { skip }, async () => {
  const text = fs.readFileSync(path.join(lib, 'edge.mjs'), 'utf8');
  assert.doesNotMatch(text, /new URL|new Worker/);
  const edge = await import(pathToFileURL(path.join(lib, 'edge.mjs')).href);
  assert.deepEqual(Object.keys(edge).sort(), Object.keys(await load()).sort());
  await assert.rejects(edge.getBMPAsync(png), /import wasm from 'png2bmp\/png2bmp\.wasm\?module'/);
  await edge.init(new WebAssembly.Module(bytes));
  const wanted = png2bmp.getBMP(png);
  assert.ok(wanted.equals(await edge.getBMPAsync(png)));
  const streamed = new Blob([png]).stream().pipeThrough(edge.createBMPStream());
  assert.ok(wanted.equals(new Uint8Array(await new Response(streamed).arrayBuffer())));
});

test('asynchronous calls wait for init, and a copy is made when it is asked for', { skip }, async () => {
  const browser = await load();
  const init = browser.init(bytes);
  const mine = new Uint8Array(png);
  const pending = browser.getBMPAsync(mine, { input: 'copy' });
  mine.fill(0);
  assert.ok(png2bmp.getBMP(png).equals(await pending));
  await init;
});

test('errors are those of the package, with classes of their own', { skip }, async () => {
  const browser = await loaded();
  for (const broken of [png.subarray(0, 60), new Uint8Array(9)]) {
    const wanted = (() => { try { return png2bmp.getBMP(broken); } catch (error) { return error; } })();
    assert.throws(() => browser.getBMP(broken), (error) => error instanceof browser.errors.PngError &&
      error.code === wanted.code && error.message === wanted.message);
    await assert.rejects(browser.getBMPAsync(broken), { code: wanted.code, message: wanted.message });
  }
  for (const wrong of ['a.png', [1, 2], null, 5n, Symbol('x'), { a: 1 }, () => 1, new Blob([png])])
    assert.throws(() => browser.getBMP(wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(browser.getBMPAsync(png, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('the example is published to a new directory, again, and not among other files', { skip }, (t) => {
  const folder = scratch(t);
  const publish = (...args) => spawnSync(path.join(__dirname, '../examples/browser/publish.sh'), args, { cwd: folder, encoding: 'utf8' });
  assert.equal(publish('my page').status, 0);
  assert.equal(publish('my page').status, 0);
  assert.ok(fs.readdirSync(path.join(folder, 'my page')).includes('index.html'));
  fs.mkdirSync(path.join(folder, 'site'));
  fs.writeFileSync(path.join(folder, 'site/build.js'), '');
  const { status, stderr } = publish('site');
  assert.deepEqual([status, stderr], [1, 'publish.sh: site has other files; give a new directory\n']);
  assert.deepEqual(fs.readdirSync(path.join(folder, 'site')), ['build.js']);
  assert.equal(publish().status, 2);
});
