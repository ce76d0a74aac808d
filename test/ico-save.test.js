'use strict';

// saveICO and saveICOAsync keep the promises of saveBMP: they write through the same code.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setTimeout } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');

const { encodeICO, saveICO, saveICOAsync } = require('..');
const { createImage } = require('./kit/image');
const { encodePng } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const icon = (side) => encodePng(createImage({ width: side, height: side, colorType: 6, bitDepth: 8 }));
const list = [icon(16), icon(48)];
const ico = encodeICO(list);
/** More than a pipe holds. */
const long = Array.from({ length: 8 }, () => icon(128));

const onWindows = process.platform === 'win32' && 'links, pipes and modes are those of POSIX';
const forms = { saveICO: async (...args) => saveICO(...args), saveICOAsync };

for (const [name, save] of Object.entries(forms)) {
  test(`${name} writes the file, or replaces one that is there`, async (t) => {
    const at = (file) => path.join(scratch(t), file);
    const file = at('a.ico');
    for (const target of [file, file, Buffer.from(file), pathToFileURL(file)]) {
      assert.equal(await save(target, list), true);
      assert.ok(fs.readFileSync(file).equals(ico));
    }
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a.ico']);
  });

  test(`${name} takes the options of the icon and of the file`, async (t) => {
    const file = path.join(scratch(t), 'a.cur');
    await save(file, list, { type: 'cursor', order: 'given', sync: true, flag: 'wx' });
    assert.equal(fs.readFileSync(file).readUInt16LE(2), 2);
    await assert.rejects(save(file, list, { type: 'cursor', flag: 'wx' }), { code: 'EEXIST', syscall: 'open', path: file });
    await assert.rejects(save(file, list, { flag: 'r' }), { code: 'ERR_INVALID_ARG_VALUE' });
    await assert.rejects(save(undefined, list), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  test(`${name} refuses a name that ends like another kind of picture, unless forceExtension is set`, async (t) => {
    const directory = scratch(t);
    const refused = [['a.png', 'icon'], ['a.BMP', 'icon'], ['a.cur', 'icon'], ['a.ico', 'cursor'], ['a.dib', 'cursor']];
    for (const [end, type] of refused) {
      const file = path.join(directory, end);
      for (const target of [file, Buffer.from(file), pathToFileURL(file)]) {
        await assert.rejects(save(target, list, { type }), {
          code: 'ERR_INVALID_ARG_VALUE', message: new RegExp(`a name for an? ${type}, not \\.(png|bmp|cur|ico|dib)`),
        });
      }
    }
    assert.deepEqual(fs.readdirSync(directory), []);
    assert.equal(await save(path.join(directory, 'a.png'), list, { forceExtension: true }), true);
    assert.equal(await save(path.join(directory, 'a.bin'), list), true);
  });

  test(`${name}: wrong options have a code`, async (t) => {
    const file = path.join(scratch(t), 'a.ico');
    for (const options of [null, 'cursor', 5, { forceExtension: 1 }]) {
      await assert.rejects(save(file, list, options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
  });

  test(`${name} leaves the old file if an image is damaged`, async (t) => {
    const file = path.join(scratch(t), 'a.ico');
    fs.writeFileSync(file, 'old');
    await assert.rejects(save(file, [icon(16), icon(200).subarray(0, 900)]), { code: 'ERR_PNG_TRUNCATED', image: 1 });
    assert.equal(String(fs.readFileSync(file)), 'old');
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a.ico']);
  });

  test(`${name} keeps mode and links`, { skip: onWindows }, async (t) => {
    const at = (file) => path.join(directory, file);
    const directory = scratch(t);
    fs.writeFileSync(at('a.ico'), 'old', { mode: 0o600 });
    fs.symlinkSync('a.ico', at('link.ico'));
    await save(at('link.ico'), list);
    assert.ok(fs.lstatSync(at('link.ico')).isSymbolicLink());
    assert.equal(fs.statSync(at('a.ico')).mode & 0o777, 0o600);
    assert.ok(fs.readFileSync(at('a.ico')).equals(ico));
  });

  test(`${name} writes into a pipe and into a descriptor`, { skip: onWindows }, async (t) => {
    const directory = scratch(t);
    const pipe = path.join(directory, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    const file = path.join(directory, 'out.ico');
    const fd = fs.openSync(file, 'w');
    const reader = spawn('cat', [pipe], { stdio: ['ignore', fd, 'inherit'] });
    const code = once(reader, 'exit');
    const opened = await openWhenRead(pipe); // the reader waits for the last writer
    await save(pipe, long);
    fs.closeSync(opened);
    await code;
    assert.ok(fs.lstatSync(pipe).isFIFO());
    assert.ok(fs.readFileSync(file).equals(encodeICO(long)));
    if (fs.existsSync('/dev/fd')) {
      await save(`/dev/fd/${fd}`, list);
      assert.ok(fs.readFileSync(file).equals(ico), 'written in place, and cut');
    }
    fs.closeSync(fd);
  });

  test(`${name} has room for names as long as the system's`, async (t) => {
    const file = path.join(scratch(t), `${'n'.repeat(251)}.ico`);
    await save(file, list);
    assert.ok(fs.readFileSync(file).equals(ico));
  });

  test(`${name} says what is full`, { skip: !fs.existsSync('/dev/full') && 'needs /dev/full' }, async () => {
    await assert.rejects(save('/dev/full', list), { code: 'ENOSPC', syscall: 'write', path: '/dev/full' });
  });
}

/** A descriptor of the pipe, as soon as somebody reads it. */
async function openWhenRead(pipe) {
  for (;;) {
    try {
      return fs.openSync(pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    } catch (error) {
      assert.equal(error.code, 'ENXIO');
      await setTimeout(5);
    }
  }
}

test('a relative path means what it meant when saveICOAsync was called', async (t) => {
  const [first, second] = [scratch(t), scratch(t)];
  const home = process.cwd();
  t.after(() => process.chdir(home));
  process.chdir(first);
  const saved = saveICOAsync('a.ico', list);
  process.chdir(second);
  await saved;
  assert.deepEqual([fs.readdirSync(first), fs.readdirSync(second)], [['a.ico'], []]);
});

test('saveICOAsync calls back, and stops at a signal', async (t) => {
  const file = path.join(scratch(t), 'a.ico');
  const result = await new Promise((resolve, reject) => {
    saveICOAsync(file, list, (error, value) => (error ? reject(error) : resolve(value)));
  });
  assert.equal(result, true);
  const stop = new AbortController();
  const saved = saveICOAsync(file, long, { signal: stop.signal });
  stop.abort();
  await assert.rejects(saved, { name: 'AbortError' });
  assert.ok(fs.readFileSync(file).equals(ico));
});

test('saveICO asks the permission model', { skip: !process.allowedNodeEnvironmentFlags.has('--permission') && 'Node.js is too old' }, (t) => {
  const directory = scratch(t);
  const script = `require(${JSON.stringify(path.resolve(__dirname, '..'))}).saveICO(
    ${JSON.stringify(path.join(directory, 'a.ico'))}, [Buffer.from('${list[0].toString('base64')}', 'base64')])`;
  const { stderr } = spawnSync(process.execPath, ['--permission', '--allow-fs-read=*', '--allow-addons', '-e', script], { encoding: 'utf8' });
  assert.match(stderr, /ERR_ACCESS_DENIED/);
  assert.deepEqual(fs.readdirSync(directory), []);
});
