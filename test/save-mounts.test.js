'use strict';

// Saves onto mount points and into file systems that no other process sees: each test runs this file again in
// a place where it may mount.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { getBMP, saveBMP } = require('..');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const UNSHARE = ['--mount', '--map-root-user'];
const mayMount = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
const skip = !mayMount && 'this user may not mount';

const small = encodePng(createImage({ width: 31, height: 17, colorType: 2, bitDepth: 8 }));
const mount = (...args) => execFileSync('mount', args);

const scenes = {
  'a file that is bound into a directory is written in place'(directory) {
    const [source, target] = ['source', 'dir/out.bmp'].map((name) => path.join(directory, name));
    fs.mkdirSync(path.dirname(target));
    fs.writeFileSync(source, 'x'.repeat(9000000), { mode: 0o640 });
    fs.writeFileSync(target, '');
    mount('--bind', source, target);
    for (const png of [small, largePng({ width: 1000, height: 900 }), small]) {
      saveBMP(target, png, { sync: true });
      assert.ok(fs.readFileSync(source).equals(getBMP(png)));
      assert.equal(fs.statSync(source).mode & 0o777, 0o640);
      assert.deepEqual(fs.readdirSync(path.dirname(target)), ['out.bmp']);
    }
    const damaged = Buffer.from(small);
    damaged[damaged.length - 20] ^= 1;
    assert.throws(() => saveBMP(target, damaged));
    assert.ok(fs.readFileSync(source).equals(getBMP(small)), 'a PNG that fails changes nothing');
  },

  'a file that is bound into a directory nobody may write to is written in place'(directory) {
    const [disk, readOnly] = ['disk', 'dir'].map((name) => path.join(directory, name));
    fs.mkdirSync(disk);
    fs.mkdirSync(readOnly);
    const target = path.join(readOnly, 'out.bmp');
    for (const name of ['out.bmp', 'other.bmp']) fs.writeFileSync(path.join(readOnly, name), 'old');
    mount('-t', 'tmpfs', 'none', disk);
    fs.writeFileSync(path.join(disk, 'source'), 'x'.repeat(9000000));
    mount('--bind', readOnly, readOnly);
    mount('--bind', path.join(disk, 'source'), target);
    mount('-o', 'remount,ro,bind', readOnly);
    for (const png of [largePng({ width: 1000, height: 900 }), small]) {
      saveBMP(target, png);
      assert.ok(fs.readFileSync(path.join(disk, 'source')).equals(getBMP(png)));
    }
    assert.throws(() => saveBMP(path.join(readOnly, 'other.bmp'), small), { code: 'EROFS' });
  },

  'a file system in memory takes every kind of save'(directory) {
    mount('-t', 'tmpfs', 'none', directory);
    const target = path.join(directory, 'a.bmp');
    for (const options of [{ flag: 'wx', sync: true }, {}, { sync: true }]) {
      saveBMP(target, small, options);
      assert.ok(fs.readFileSync(target).equals(getBMP(small)));
    }
    assert.throws(() => saveBMP(target, small, { flag: 'wx' }), { code: 'EEXIST' });
    assert.deepEqual(fs.readdirSync(directory), ['a.bmp']);
  },
};

if (process.env.PNG2BMP_SCENE) {
  scenes[process.env.PNG2BMP_SCENE](process.env.PNG2BMP_DIRECTORY);
} else {
  for (const name of Object.keys(scenes)) {
    test(name, { skip }, (t) => {
      const { status, stderr } = spawnSync('unshare', [...UNSHARE, process.execPath, __filename], {
        encoding: 'utf8',
        env: { ...process.env, PNG2BMP_SCENE: name, PNG2BMP_DIRECTORY: scratch(t) },
      });
      assert.equal(status, 0, stderr);
    });
  }
}
