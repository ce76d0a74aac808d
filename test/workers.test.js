'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');

const { isWasm } = require('./kit/backend');
const { environment, tellsOfLeaks } = require('./kit/resident-memory');

const root = path.resolve(__dirname, '..');
const kit = path.join(__dirname, 'kit/large-png.js');
const prelude = `
  const { parentPort, workerData, Worker } = require('node:worker_threads');
  const { getBMP, getBMPAsync, saveBMPAsync, errors } = require(${JSON.stringify(root)});
  const { largePng } = require(${JSON.stringify(kit)});
`;

function runNode(script) {
  return spawnSync(process.execPath, ['-e', prelude + script], { encoding: 'utf8' });
}

function startWorker(script, workerData) {
  return new Worker(prelude + script, { eval: true, workerData });
}

test('the addon works when a worker is the first to load it', () => {
  const inside = `${prelude}
    const png = largePng({ width: 20, height: 20 });
    getBMPAsync(png).then((bmp) => parentPort.postMessage([bmp.equals(getBMP(png)), bmp.length]));
  `;
  const script = `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(${JSON.stringify(inside)}, { eval: true });
    worker.on('message', (message) => {
      console.log(...message);
      const { getBMP } = require(${JSON.stringify(root)});
      const { largePng } = require(${JSON.stringify(kit)});
      worker.on('exit', () => console.log(getBMP(largePng({ width: 20, height: 20 })).length));
    });
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script],
    { encoding: 'utf8' });
  assert.equal(stdout, 'true 1254\n1254\n', stderr);
  assert.equal(status, 0);
});

test('many workers convert at once, each with errors of its own class', async () => {
  const script = `
    const png = largePng({ width: 100 + workerData, height: 50 });
    (async () => {
      const results = [];
      for (let i = 0; i < 20; i++) results.push((await getBMPAsync(png)).equals(getBMP(png)));
      const error = await getBMPAsync(png.subarray(0, 70)).catch((e) => e);
      results.push(error instanceof errors.PngError, error.code === 'ERR_PNG_TRUNCATED');
      parentPort.postMessage(results);
    })();
  `;
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) =>
    new Promise((resolve, reject) => {
      startWorker(script, i).once('message', resolve).once('error', reject);
    })));
  for (const results of outcomes) {
    assert.equal(results.length, 22);
    assert.ok(results.every(Boolean));
  }
});

test('a result can be moved to another thread', async () => {
  const script = `
    const bmp = getBMP(largePng({ width: 100, height: 100 }));
    parentPort.postMessage(bmp, [bmp.buffer]);
    parentPort.postMessage(bmp.length);
  `;
  const worker = startWorker(script);
  const messages = await new Promise((resolve, reject) => {
    const list = [];
    worker.on('message', (message) => list.push(message));
    worker.once('error', reject).once('exit', () => resolve(list));
  });
  assert.equal(messages[0].length, 54 + 300 * 100);
  assert.equal(messages[1], 0);
});

// Each in a process of its own: an abort would end it, with a signal in `signal`.

test('workers that are terminated in the middle of conversions do no harm', () => {
  const script = `
    const inside = ${JSON.stringify(`${prelude}
      const png = largePng({ width: 1500, height: 1500 });
      const signal = new AbortController().signal;
      const again = () => getBMPAsync(png, { signal, onWarning() {} }).then(again);
      for (let i = 0; i < 3; i++) again();
      setImmediate(() => parentPort.postMessage('running'));
    `)};
    const one = (delay) => new Promise((resolve, reject) => {
      const worker = new Worker(inside, { eval: true });
      worker.once('error', reject);
      worker.once('message', () =>
        setTimeout(() => worker.terminate().then(resolve, reject), delay));
    });
    (async () => {
      for (let i = 0; i < 12; i++) await Promise.all([one(i), one(2 * i)]);
      console.log((await getBMPAsync(largePng({ width: 10, height: 10 }))).length);
    })();
  `;
  const { stdout, stderr, status, signal } = runNode(script);
  assert.deepEqual({ stdout, stderr, status, signal },
    { stdout: '374\n', stderr: '', status: 0, signal: null });
});

test('a worker terminated while saving leaves a whole file or none', () => {
  const script = `
    const fs = require('node:fs');
    const os = require('node:os');
    const path = require('node:path');
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-worker-'));
    const file = path.join(directory, 'a.bmp');
    const inside = ${JSON.stringify(`${prelude}
      const png = largePng({ width: 1500, height: 1500 });
      saveBMPAsync(workerData, png);
      setImmediate(() => parentPort.postMessage('running'));
    `)};
    const worker = new Worker(inside, { eval: true, workerData: file });
    worker.once('message', () => worker.terminate().then(() => {
      const names = fs.readdirSync(directory);
      const whole = getBMP(largePng({ width: 1500, height: 1500 }));
      console.log(names.every((n) => n === 'a.bmp' && fs.readFileSync(file).equals(whole)));
      fs.rmSync(directory, { recursive: true });
    }));
  `;
  const { stdout, stderr, status } = runNode(script);
  assert.equal(stdout, 'true\n', stderr);
  assert.equal(status, 0);
});

test('process.exit() in the middle of conversions ends the process as asked', () => {
  for (const where of ['process.exit(7)', 'setTimeout(() => process.exit(7), 5)']) {
    const { stdout, stderr, status } = runNode(`
      const png = largePng({ width: 1500, height: 1500 });
      for (let i = 0; i < 10; i++) getBMPAsync(png);
      ${where};
    `);
    assert.deepEqual({ stdout, stderr, status }, { stdout: '', stderr: '', status: 7 });
  }
});

test('conversions that are done leak no memory, aborted ones included', () => {
  const script = `
    const png = largePng({ width: 700, height: 700, noisy: 500 });
    const round = async () => {
      for (let i = 0; i < 40; i++) {
        const controller = new AbortController();
        const { signal } = controller;
        const jobs = [getBMPAsync(png), getBMPAsync(png, { signal, input: 'copy' }),
          getBMPAsync(png.subarray(0, -100)), getBMPAsync(Buffer.from(png), { input: 'transfer' })];
        if (i % 2) controller.abort();
        await Promise.allSettled(jobs);
        try { getBMP(png.subarray(0, -100)); } catch {}
        getBMP(png);
      }
      for (let i = 0; i < 3; i++) { gc(); await new Promise(setImmediate); }
      const { external, arrayBuffers, rss } = process.memoryUsage();
      return { external, arrayBuffers, rss };
    };
    (async () => {
      for (let i = 0; i < 2; i++) await round();
      const before = await round();
      for (let i = 0; i < 4; i++) await round();
      const after = await round();
      console.log(JSON.stringify({ before, after }));
    })();
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', prelude + script],
    { encoding: 'utf8', env: environment });
  assert.notEqual(stdout, '', stderr);
  const { before, after } = JSON.parse(stdout);
  // A leaked result would be 1.5 MB, a leaked copy of the input 0.35 MB; 200 copies were made. gc() does not
  // reach the threads of WebAssembly, so the garbage that they hold varies.
  assert.ok(after.arrayBuffers - before.arrayBuffers < (isWasm ? 50e6 : 1e6), stdout);
  assert.ok(after.external - before.external < 1e6, stdout);
  if (tellsOfLeaks && !isWasm) assert.ok(after.rss - before.rss < 5e6, stdout);
});
