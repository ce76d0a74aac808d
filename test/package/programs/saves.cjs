'use strict';

// Saves where names, paths and files in use are matters of the system: what each gives, the same on all.

const fs = require('node:fs');
const path = require('node:path');
const { getBMP, saveBMP, saveBMPAsync } = require('png2bmp');

const png = fs.readFileSync('sample.png');
const bmp = getBMP(png);
const directory = fs.mkdtempSync('saves-');
const at = (...names) => path.join(directory, ...names);

async function check(what, file, save) {
  try {
    await save(file);
    console.log(`${what}: ${fs.readFileSync(file).equals(bmp) ? 'saved' : 'other bytes'}`);
  } catch (error) {
    console.log(`${what}: ${error.code} ${error.syscall}`);
  }
}

function longPath() {
  const deep = path.resolve(directory, ...Array(6).fill('d'.repeat(60)));
  fs.mkdirSync(deep, { recursive: true });
  return path.join(deep, 'a.bmp');
}

async function saveElsewhere() {
  const home = process.cwd();
  process.chdir(directory);
  const saving = saveBMPAsync('relative.bmp', png);
  process.chdir(home);
  await saving;
}

async function main() {
  for (const save of [saveBMP, saveBMPAsync]) {
    const here = (file, options) => save(file, png, options);
    await check('new, then over it', at(`${save.name}.bmp`), here);
    await check('over it', at(`${save.name}.bmp`), here);
    await check('not over it', at(`${save.name}.bmp`), (file) => here(file, { flag: 'wx' }));
    await check('nothing to go over', at(`${save.name}-wx.bmp`), (file) => here(file, { flag: 'wx' }));
    await check('onto the disk', at('sync.bmp'), (file) => here(file, { sync: true }));
    await check('names in no code page', at('漢字 ü 𝒳.bmp'), here);
    await check('both slashes', `${directory}/slash.bmp`, here);
    await check('absolute', path.resolve(directory, 'absolute.bmp'), here);
    await check('a path of more than 260', longPath(), here);
    await check('no such directory', at('no', 'a.bmp'), here);
    await check('a directory', directory, here);
  }
  await check('relative, then chdir', at('relative.bmp'), saveElsewhere);
  await check('many at once', at('many.bmp'), (file) =>
    Promise.all(Array.from({ length: 60 }, () => saveBMPAsync(file, png))));
  console.log(fs.readdirSync(directory).length, 'files');
  fs.rmSync(directory, { recursive: true });
}

main();
