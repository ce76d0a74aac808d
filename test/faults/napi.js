'use strict';

// Each Node-API call fails in turn: every function of the addon throws or rejects, and its next call is
// right. Builds the addon again, with napi_faults.h before each file.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const headers = require('node-api-headers');

const ROOT = path.join(__dirname, '../..');

const { recipe } = require('../../scripts/recipe');

function build(file) {
  const libdeflate = execFileSync(process.execPath, ['scripts/libdeflate.js'],
    { cwd: ROOT, encoding: 'utf8' }).trim();
  // _DEFAULT_SOURCE: because of -include, a definition in the file would come too late.
  const flags = [...recipe('SHARED_CODE'), ...recipe('NODE_DEFINES'), '-O1', '-g', '-shared',
    '-D_DEFAULT_SOURCE=', '-Iinclude', '-Isrc', '-Itest/faults', '-isystem', headers.include_dir];
  const cc = (...args) => execFileSync(process.env.CC || 'cc', [...flags, ...args],
    { cwd: ROOT, stdio: 'inherit' });
  const library = 'build/c/internals.a';
  const plain = `${file}.plain.o`;
  // napi_faults.c calls the real Node-API: it is compiled without napi_faults.h.
  cc('-c', '-o', plain, 'test/faults/napi_faults.c');
  execFileSync('make', ['-s', library], { cwd: ROOT, stdio: 'inherit' });
  cc('-include', 'napi_faults.h', '-o', file, ...recipe('ADDON_SOURCES'), plain, library, libdeflate);
}

/** The library on top of another addon. */
function libraryOn(addon) {
  const loader = require.resolve('../../lib/load-addon');
  require.cache[loader] = { id: loader, filename: loader, loaded: true,
    exports: { loadAddon: () => addon } };
  return require('../..');
}

async function failEach(addon, name, call, isRight) {
  let failed = 0;
  for (let k = 1; ; k++) {
    addon.failAt(k);
    let result, error;
    try {
      result = await call();
    } catch (caught) {
      error = caught;
    }
    const made = addon.calls();
    addon.failAt(0);
    if (error === undefined) {
      assert(isRight(result), `${name}: call ${k} failed, and the result is wrong`);
    } else {
      assert(error instanceof Error, `${name}: call ${k} failed with ${error}`);
      failed++;
    }
    assert(isRight(await call()), `${name}: wrong after call ${k} failed`);
    if (made < k) {
      break;
    }
  }
  assert(failed > 0, `${name}: nothing failed`);
  console.log(`${name}: ${failed} calls of Node-API made it fail, each with an error`);
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-napi-'));
  const file = path.join(directory, 'png2bmp.node');
  try {
    build(file);
    const addon = require(file);
    const library = libraryOn(addon);
    const sample = path.join(ROOT, 'samples/sample.png');
    const png = fs.readFileSync(sample);
    const cut = png.subarray(0, png.length - 12); // without IEND: a warning
    const bmp = library.getBMP(png);
    const target = Buffer.alloc(bmp.length);
    const output = path.join(directory, 'out.bmp');
    const pixels = library.decodePNG(png, { channels: 4 });
    const encoded = library.encodeBMP(pixels); // without the PNG's pHYs
    const isBMP = (result) => bmp.equals(result);
    const isPixels = (result) => pixels.data.equals(result.data);
    const isSaved = (result) => result === true && bmp.equals(fs.readFileSync(output));
    const isConverted = (info) => info.width === 640 && bmp.equals(fs.readFileSync(output));
    const options = { onWarning() {} };
    const signal = () => ({ signal: new AbortController().signal });

    const calls = {
      getBMP: [() => library.getBMP(png), isBMP],
      'getBMP with a warning': [() => library.getBMP(cut, options), isBMP],
      getBMPInto: [() => library.getBMPInto(target, png) && target, isBMP],
      saveBMP: [() => library.saveBMP(output, png), isSaved],
      convertFile: [() => library.convertFile(sample, output), isConverted],
      convertFileAsync: [() => library.convertFileAsync(sample, output, signal()), isConverted],
      readInfo: [() => library.readInfo(png), (info) => info.width === 640],
      getBMPAsync: [() => library.getBMPAsync(png), isBMP],
      'getBMPAsync with a copy': [() => library.getBMPAsync(png, { input: 'copy' }), isBMP],
      'getBMPAsync with a signal': [() => library.getBMPAsync(png, signal()), isBMP],
      'getBMPAsync with a warning': [() => library.getBMPAsync(cut, options), isBMP],
      saveBMPAsync: [() => library.saveBMPAsync(output, png), isSaved],
      encodeBMP: [() => library.encodeBMP(pixels), (result) => encoded.equals(result)],
      decodePNG: [() => library.decodePNG(png, { channels: 4 }), isPixels],
      decodePNGAsync: [() => library.decodePNGAsync(png, { channels: 4 }), isPixels],
    };
    for (const [name, [call, isRight]] of Object.entries(calls)) {
      await failEach(addon, name, call, isRight);
    }
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
