'use strict';

// What is Windows' own about saves: files that somebody has open, read-only ones, long paths, names that
// the system changes, devices; and errors that are those of node:fs.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { getBMP, saveBMP, saveBMPAsync, versions } = require('png2bmp');

const OPEN_FOR_ONE = 0x10000000; // UV_FS_O_EXLOCK: nobody else may open it

const png = fs.readFileSync('sample.png');
const bmp = getBMP(png);
const directory = fs.mkdtempSync('windows-');
const at = (...names) => path.join(directory, ...names);
const isSaved = (file) => fs.readFileSync(file).equals(bmp);

function oldFile(name) {
  const file = at(name);
  fs.writeFileSync(file, 'old');
  return file;
}

const checks = {
  'a file that stays open for one is not replaced': async (save) => {
    const file = oldFile('open.bmp');
    const fd = fs.openSync(file, fs.constants.O_RDONLY | OPEN_FOR_ONE);
    await assert.rejects(async () => save(file, png), { code: /^(EPERM|EBUSY)$/, syscall: 'rename' });
    fs.closeSync(fd);
    assert.strictEqual(fs.readFileSync(file, 'utf8'), 'old');
  },

  'a file that is open for reading by everybody is replaced, or stays': async (save) => {
    const file = oldFile('shared.bmp');
    const fd = fs.openSync(file, 'r');
    const outcome = await (async () => save(file, png))().then(() => 'saved', ({ code }) => code);
    fs.closeSync(fd);
    assert.ok(outcome === 'saved' ? isSaved(file) : fs.readFileSync(file, 'utf8') === 'old', outcome);
  },

  'a read-only file is refused, and stays': async (save) => {
    const file = oldFile('read-only.bmp');
    fs.chmodSync(file, 0o444);
    await assert.rejects(async () => save(file, png), { code: 'EPERM', syscall: 'open' });
    assert.strictEqual(fs.readFileSync(file, 'utf8'), 'old');
    fs.chmodSync(file, 0o666);
  },

  'paths of more than 260 characters: relative, absolute, with a prefix, over an old file': async (save) => {
    const deep = path.join(directory, ...Array(6).fill('d'.repeat(60)));
    fs.mkdirSync(path.resolve(deep), { recursive: true });
    const files = [path.join(deep, 'a.bmp'), path.resolve(deep, 'b.bmp'), path.toNamespacedPath(path.resolve(deep, 'c.bmp'))];
    for (const file of [...files, ...files]) {
      await save(file, png);
      assert.ok(isSaved(file), file);
    }
    assert.deepStrictEqual(fs.readdirSync(path.resolve(deep)).sort(), ['a.bmp', 'b.bmp', 'c.bmp']);
  },

  'names of other alphabets, spaces, and 240 characters': async (save) => {
    for (const name of ['漢字 ü 𝒳.bmp', ' a b.bmp', 'Ωμέγα.bmp', `${'n'.repeat(236)}.bmp`, `n${'𝒳'.repeat(60)}.bmp`]) {
      await save(at(name), png);
      assert.ok(isSaved(at(name)), name);
      assert.ok(fs.readdirSync(directory).includes(name), name);
    }
  },

  'a name that is too long is an error': async (save) => {
    await assert.rejects(async () => save(at('n'.repeat(300)), png), { code: /^(ENAMETOOLONG|ENOENT)$/ });
  },

  'slashes of both kinds, . and ..': async (save) => {
    await save(`${directory}/./../${directory}\\dots.bmp`, png);
    assert.ok(isSaved(at('dots.bmp')));
  },

  // node:fs, and so WebAssembly, makes a file of that name.
  'the device NUL takes everything': async (save) => {
    if (versions.backend === 'native') {
      await save('NUL', png);
      assert.ok(!fs.readdirSync('.').includes('NUL'));
    }
  },

  'an error has the number and the text of node:fs': async (save) => {
    const file = path.resolve(directory, 'none/a.bmp');
    const wanted = (() => {
      try {
        return fs.writeFileSync(file, '');
      } catch (error) {
        return error;
      }
    })();
    const { errno, code, syscall, message } = wanted;
    await assert.rejects(async () => save(file, png), { errno, code, syscall, path: file, message });
  },
};

/** Somebody has the file open for 300 ms: an asynchronous save waits. */
async function saveWhileOpen() {
  const file = oldFile('waits.bmp');
  const fd = fs.openSync(file, fs.constants.O_RDONLY | OPEN_FOR_ONE);
  const saving = saveBMPAsync(file, png);
  await sleep(300);
  fs.closeSync(fd);
  await saving;
  assert.ok(isSaved(file));
}

async function main() {
  for (const save of [saveBMP, saveBMPAsync]) {
    for (const [name, check] of Object.entries(checks)) {
      await check(save);
      console.log(`ok ${save.name}: ${name}`);
    }
  }
  await saveWhileOpen();
  console.log('ok a save waits until another program has closed the file');
  assert.deepStrictEqual(fs.readdirSync(directory).filter((name) => name.includes('.png2bmp-')), []);
  console.log('ok no temporary file is left');
  fs.rmSync(directory, { recursive: true });
}

main();
