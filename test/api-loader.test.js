'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { scratch } = require('./kit/scratch');

const root = path.resolve(__dirname, '..');
const addon = path.join(root, 'build/Release/png2bmp.node');
const name = `${process.platform}-${process.arch}`;

// This file is about the addon, whichever converter the other tests use.
const env = { ...process.env, PNG2BMP_BACKEND: 'native' };

/** Loads a package that has these files next to lib/; returns what it prints and how it ends. */
function loadWith(t, files) {
  const directory = scratch(t);
  fs.cpSync(path.join(root, 'lib'), path.join(directory, 'lib'), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), content);
  }
  const script = "try { console.log(require('./lib').versions.png2bmp) } " +
    'catch (error) { console.log(error.code, error.message) }';
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script],
    { encoding: 'utf8', cwd: directory, env });
  assert.equal(stderr, '');
  return stdout.trim();
}

const built = fs.readFileSync(addon);
const { version } = require('../package.json');

test('the addon that was built here comes first', (t) => {
  const files = { 'build/Release/png2bmp.node': built, [`prebuilds/${name}.node`]: 'broken' };
  assert.equal(loadWith(t, files), version);
});

test('without one, that of the platform is taken', (t) => {
  assert.equal(loadWith(t, { [`prebuilds/${name}.node`]: built }), version);
});

test('where there is none, the error says which there are and what to do', (t) => {
  const other = loadWith(t, { 'prebuilds/plan9-mips.node': built });
  assert.match(other, new RegExp(`^ERR_NO_ADDON png2bmp has no addon for ${name}\\.`));
  assert.match(other, /Addons in this package: plan9-mips\. .*setup\.sh/);
  assert.match(loadWith(t, {}), /Addons in this package: none/);
});

test('where one is there and does not load, the error says why', (t) => {
  const message = loadWith(t, { [`prebuilds/${name}.node`]: 'broken' });
  assert.match(message, new RegExp(`^ERR_NO_ADDON .*\n.*${name}\\.node`));
});

for (const flags of [['--no-addons'], ['--experimental-permission', '--allow-fs-read=*']]) {
  test(`under ${flags[0]} the error says that addons are disabled, and which flag allows them`, () => {
    const script = "try { require('.') } catch (e) { console.log(e.code, e.message, e.cause.code) }";
    const { stdout } = spawnSync(process.execPath, [...flags, '-e', script],
      { encoding: 'utf8', cwd: root, env });
    assert.match(stdout, /^ERR_NO_ADDON .*may not load addons.*--allow-addons.*--no-addons.* ERR_DLOPEN_DISABLED/);
  });
}

test('where there is no file at all, the error says what a bundler has to be told', (t) => {
  assert.match(loadWith(t, {}), /--external:png2bmp.*--loader:\.node=copy/);
});

/** Loads lib/ again, around the addon that is already in memory or, on request, around a new load of it. */
function loadAgain({ addonToo }) {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(path.join(root, 'lib')) || (addonToo && file === addon)) {
      delete require.cache[file];
    }
  }
  return require('..');
}

for (const addonToo of [false, true]) {
  test(`lib/ loaded three times around ${addonToo ? 'three loads of the' : 'one'} addon works each ` +
    'time, with errors of its own classes', async () => {
    const loads = [1, 2, 3].map(() => loadAgain({ addonToo }));
    const png = fs.readFileSync(path.join(root, 'samples/sample.png'));
    const damaged = Buffer.from(png.subarray(0, 1000));
    const bmps = await Promise.all(loads.map((load) => load.getBMPAsync(png)));
    for (const [i, load] of loads.entries()) {
      const others = loads.filter((each) => each !== load);
      const isOwn = (error) => error instanceof load.errors.PngError &&
        others.every((other) => !(error instanceof other.errors.PngError));
      assert.throws(() => load.getBMP(damaged), isOwn);
      await assert.rejects(load.getBMPAsync(damaged), isOwn);
      assert.ok(load.getBMP(png).equals(bmps[i]));
    }
  });
}

test('a signal stops the conversion of its own load, not one of another load', async () => {
  const [first, second] = [1, 2].map(() => loadAgain({ addonToo: false }));
  const side = 2000;
  const pixels = { data: Buffer.alloc(side * side * 4, 200), width: side, height: side, channels: 4 };
  const controller = new AbortController();
  const stopped = first.encodeBMPAsync(pixels, { signal: controller.signal });
  const other = second.encodeBMPAsync(pixels, { signal: new AbortController().signal });
  controller.abort();
  await assert.rejects(stopped, { name: 'AbortError' });
  assert.equal((await other).length, side * side * 3 + 54);
});
