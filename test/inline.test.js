'use strict';

// prebuilds/inline/: png2bmp in one file, copied to folders where nothing else is. `npm run test:package` tests it in
// Bun, Deno and other versions of Node.js, `npm run test:loaders` in bundlers.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const ts = require('typescript');

const png2bmp = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const built = path.join(ROOT, 'prebuilds/inline');
const FILES = ['inline.mjs', 'inline.cjs'];
const skip = !FILES.every((name) => fs.existsSync(path.join(built, name))) && 'needs prebuilds/inline: npm run build:wasm, npm run build';

const png = encodePng(createImage({ width: 300, height: 200, colorType: 6, bitDepth: 8, fill: 'noise' }));
const pixels = png2bmp.decodePNG(png, { channels: 3 });
const small = encodePng(createImage({ width: 32, height: 32, colorType: 6, bitDepth: 8, fill: 'gradients' }));

const digest = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** A folder with one of the files, a PNG and a program that starts with loading it as `library`; runs that. */
function runAlone(t, file, body, { flags = [], env = {} } = {}) {
  const folder = scratch(t);
  fs.copyFileSync(path.join(built, file), path.join(folder, file));
  fs.writeFileSync(path.join(folder, 'a.png'), png);
  fs.writeFileSync(path.join(folder, 'small.png'), small);
  const isModule = file.endsWith('.mjs');
  const program = path.join(folder, isModule ? 'program.mjs' : 'program.cjs');
  fs.writeFileSync(program, `${isModule ? `import * as library from './${file}';` : `const library = require('./${file}');`}
    const builtin = (name) => (process.getBuiltinModule ?? process.kept)(name);
    const fs = builtin('node:fs');
    const digest = (bytes) => builtin('node:crypto').createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const png = fs.readFileSync('a.png');
    const small = fs.readFileSync('small.png');
    const codeOf = async (work) => { try { await work(); return 'nothing'; } catch (error) { return error.code ?? error.message; } };
    (async () => { ${body} })();`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, program], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });
  assert.equal(status, 0, stderr.slice(-2000));
  return JSON.parse(stdout);
}

/** What every call gives: digests, codes, sizes. */
const EVERYTHING = `
  const pixels = library.decodePNG(png, { channels: 3 });
  const target = new Uint8Array(library.readInfo(png).bmp.byteLength);
  library.getBMPInto(target, png);
  const converter = library.createConverter({ format: 'rgb565' });
  const outputs = [
    library.getBMP(png), library.getBMP(png, { format: 'indexed', colors: 16 }), target,
    converter.getBMP(png).slice(), (await converter.getBMPAsync(png)).slice(), pixels.data, library.encodeBMP(pixels),
    library.encodeICO([small]), await library.getBMPAsync(png), await library.getBMPAsync(new Blob([png])),
    (await library.decodePNGAsync(png, { channels: 3 })).data, await library.encodeBMPAsync(pixels), await library.encodeICOAsync([small]),
    new Uint8Array(await new Response(new Blob([png]).stream().pipeThrough(library.createBMPStream())).arrayBuffer()),
  ];
  const errors = [await codeOf(() => library.getBMP(png.subarray(0, -9000))), await codeOf(() => library.getBMPAsync(png.subarray(0, -9000))),
    await codeOf(() => library.getBMP(8)), await codeOf(() => library.getBMPAsync(png, { signal: AbortSignal.abort() }))];
  const result = { digests: outputs.map(digest), errors, plain: outputs.every((each) => Object.getPrototypeOf(each) === Uint8Array.prototype),
    versions: library.versions, constants: library.constants, codes: library.errors.codes };`;

function checkEverything({ digests, errors, plain, versions, constants, codes }) {
  const bmp = png2bmp.getBMP(png);
  const rgb565 = png2bmp.getBMP(png, { format: 'rgb565' });
  const ico = png2bmp.encodeICO([small]);
  assert.deepEqual(digests, [
    bmp, png2bmp.getBMP(png, { format: 'indexed', colors: 16 }), bmp, rgb565, rgb565, pixels.data, png2bmp.encodeBMP(pixels), ico,
    bmp, bmp, pixels.data, png2bmp.encodeBMP(pixels), ico, bmp,
  ].map(digest));
  assert.deepEqual(errors, ['ERR_PNG_TRUNCATED', 'ERR_PNG_TRUNCATED', 'ERR_INVALID_ARG_TYPE', 'ABORT_ERR']);
  assert.ok(plain, 'Uint8Arrays');
  assert.deepEqual(versions, { ...png2bmp.versions, backend: 'wasm' });
  assert.deepEqual(constants, JSON.parse(JSON.stringify(png2bmp.constants)));
  assert.deepEqual(codes, { ...png2bmp.errors.codes });
}

const COUNT_THREADS = `
  const threads = builtin('node:worker_threads');
  let started = 0;
  threads.Worker = class extends threads.Worker { constructor(...args) { super(...args); started++; } };`;

for (const file of FILES) {
  test(`${file} alone in a folder does all that the package does, on threads, without init`, { skip }, (t) => {
    const { started, ...result } = runAlone(t, file, `${COUNT_THREADS}${EVERYTHING} console.log(JSON.stringify({ ...result, started }));`);
    checkEverything(result);
    assert.ok(started >= 1, 'a thread');
  });

  test(`${file} saves where there are files`, { skip }, (t) => {
    const result = runAlone(t, file, `
      const done = [library.saveBMP('a.bmp', png), await library.saveBMPAsync('b.bmp', png, { sync: true }),
        await library.saveBMPAsync('c.bmp', new Blob([png])), library.saveICO('a.ico', [small]),
        await library.saveICOAsync('b.ico', [new Blob([small])])];
      const codes = [await codeOf(() => library.saveBMP('a.bmp', png, { flag: 'wx' })), await codeOf(() => library.saveBMPAsync('no/a.bmp', png)),
        await codeOf(() => library.saveBMP('a.ico', png))];
      console.log(JSON.stringify({ done, codes, digests: ['a.bmp', 'b.bmp', 'c.bmp', 'a.ico', 'b.ico'].map((name) => digest(fs.readFileSync(name))),
        names: fs.readdirSync('.').length }));`);
    const [bmp, ico] = [digest(png2bmp.getBMP(png)), digest(png2bmp.encodeICO([small]))];
    assert.deepEqual(result, {
      done: Array(5).fill(true), codes: ['EEXIST', 'ENOENT', 'ERR_INVALID_ARG_VALUE'], digests: [bmp, bmp, bmp, ico, ico], names: 9,
    });
  });

  test(`${file} converts where there is nothing of Node.js, after init, and saves say so`, { skip }, (t) => {
    const { before, saves, ...result } = runAlone(t, file, `
      const before = await codeOf(() => library.getBMP(png));
      await library.init();
      const saves = [await codeOf(() => library.saveBMP('a.bmp', png)), await codeOf(() => library.saveICOAsync('a.ico', [small]))];
      ${EVERYTHING} console.log(JSON.stringify({ ...result, before, saves }));`,
    { flags: ['--import', 'data:text/javascript,process.kept = process.getBuiltinModule; delete process.getBuiltinModule;'] });
    checkEverything(result);
    assert.match(before, /await init\(\)/);
    assert.deepEqual(saves, ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM']);
  });

  test(`${file} has at most 198 kB, and names no other file or module`, { skip }, () => {
    const text = fs.readFileSync(path.join(built, file), 'latin1');
    assert.ok(text.length <= 198_000, `${text.length} bytes`);
    const code = text.replace(/text: "[^"]*"/, '').replace('require("node:stream/consumers")', 'advice');
    assert.ok(text.length - code.length > 100_000);
    assert.equal(/\bimport\b|\brequire\(|__filename/.exec(code), null);
    assert.ok(!/[^\n]{4000}/.test(code), 'an uncaught error shows its line');
  });
}

test('a WebAssembly.Module may be given where the runtime compiles none', { skip }, (t) => {
  const wasm = path.join(ROOT, 'prebuilds/png2bmp.wasm');
  const { length } = runAlone(t, 'inline.mjs', `
    const module = new WebAssembly.Module(fs.readFileSync(${JSON.stringify(wasm)}));
    WebAssembly.compile = WebAssembly.Module = () => { throw new Error('not here'); };
    await library.init(module);
    console.log(JSON.stringify({ length: library.getBMP(png).length }));`);
  assert.equal(length, png2bmp.getBMP(png).length);
});

test('both files export the same names, which their types describe', { skip }, async () => {
  const text = ['inline.d.mts', 'web.d.ts'].map((name) => fs.readFileSync(path.join(built, name), 'utf8')).join('');
  const described = [...new Set([...text.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name))].sort();
  assert.deepEqual(Object.keys(await import(path.join(built, 'inline.mjs'))).sort(), described);
  assert.deepEqual(Object.keys(require(path.join(built, 'inline.cjs'))).sort(), described);
});

test('the types compile next to the files, with Node.js and in pages', { skip }, (t) => {
  const folder = scratch(t);
  fs.cpSync(built, folder, { recursive: true });
  const uses = `const bmp: Uint8Array = getBMP(new Uint8Array(8), { format: 'bgra32' });
    const stream: ReadableStream<Uint8Array> = createBMPStream({ topDown: true }).readable;
    const saved: Promise<true> = saveBMPAsync('a.bmp', bmp, { flag: 'wx' });
    export { bmp, saved, stream };`;
  fs.writeFileSync(path.join(folder, 'a.mts'), `import { createBMPStream, getBMP, saveBMPAsync } from './inline.mjs'; ${uses}`);
  fs.writeFileSync(path.join(folder, 'b.cts'), `import { createBMPStream, getBMP, saveBMPAsync } from './inline.cjs'; ${uses}
    // @ts-expect-error no such option
    getBMP(bmp, { fromat: 'auto' });`);
  const common = { noEmit: true, strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  for (const options of [
    { lib: ['lib.es2022.d.ts'], types: ['node'], typeRoots: [path.join(ROOT, 'node_modules/@types')] },
    { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] },
  ]) {
    const program = ts.createProgram(['a.mts', 'b.cts'].map((name) => path.join(folder, name)), { ...common, ...options });
    assert.deepEqual(ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')), []);
  }
});
