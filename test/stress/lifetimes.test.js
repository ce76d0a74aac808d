'use strict';

// Threads that end and conversions that are aborted, at random moments, many of them.
// PNG2BMP_STRESS_WORKERS: worker threads to terminate, 40 by default.
// PNG2BMP_STRESS_SECONDS: how long to keep 64 conversions in flight, 10 by default.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { environment, tellsOfLeaks } = require('../kit/resident-memory');

const workers = Number(process.env.PNG2BMP_STRESS_WORKERS) || 40;
const seconds = Number(process.env.PNG2BMP_STRESS_SECONDS) || 10;

/** How often all conversions are awaited, so that what is left can be counted. */
const SAMPLES = 30;

/** What V8 and malloc keep settles after some 20,000 conversions, the first fifth of five minutes: 15 MiB
 * are gained until then. In ten seconds there are a few thousand, so the short form finds what gains several
 * kilobytes in each conversion. */
const ALLOWED_GROWTH = (seconds < 300 ? 24 : 2) * 1024 * 1024;

const root = path.resolve(__dirname, '../..');
const prelude = `
  const fs = require('node:fs');
  const os = require('node:os');
  const path = require('node:path');
  const { parentPort, workerData, Worker } = require('node:worker_threads');
  const png2bmp = require(${JSON.stringify(root)});
  const { largePng } = require(${JSON.stringify(path.join(root, 'test/kit/large-png.js'))});
  const { createRandom } = require(${JSON.stringify(path.join(root, 'test/kit/random.js'))});
`;

/** Runs a script in another process; returns what it prints, once it has ended well. */
function runNode(script) {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath,
    ['--expose-gc', '-e', prelude + script], { encoding: 'utf8', env: environment, cwd: root });
  assert.deepEqual({ stderr, status, signal }, { stderr: '', status: 0, signal: null });
  return stdout.trim();
}

/** Single samples vary with what V8 and malloc happen to keep. */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

const workerScript = `${prelude}
  const png = largePng({ width: 800, height: 800 });
  const small = largePng({ width: 10, height: 10 });
  const from = path.join(workerData, 'a.png');
  if (!fs.existsSync(from)) fs.writeFileSync(from, png);
  const signal = new AbortController().signal;
  const forever = (call) => { call().then(() => forever(call), () => forever(call)); };
  forever(() => png2bmp.getBMPAsync(png, { signal, onWarning() {} }));
  forever(() => png2bmp.getBMPAsync(png, { input: 'copy' }));
  forever(() => png2bmp.saveBMPAsync(path.join(workerData, 'a.bmp'), png));
  forever(() => png2bmp.convertFileAsync(from, path.join(workerData, 'b.bmp'), { signal, onWarning() {} }));
  forever(() => png2bmp.decodePNGAsync(small));
  forever(() => png2bmp.getBMPAsync(small.subarray(0, 60)));
  forever(() => png2bmp.getBMPAsync(new Blob([png])));
  forever(() => new Promise((resolve) => {
    const stream = png2bmp.createBMPStream({ topDown: true }).on('close', resolve).on('error', () => {}).resume();
    for (let at = 0; at < png.length; at += 20000) stream.write(png.subarray(at, at + 20000));
    setTimeout(() => stream.destroy(), 5);
  }));
  parentPort.postMessage('running');
`;

test(`${workers} worker threads are terminated at random moments of conversions`, () => {
  const printed = runNode(`
    const random = createRandom(99);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-stress-'));
    const one = (delay) => new Promise((resolve, reject) => {
      const worker = new Worker(${JSON.stringify(workerScript)},
        { eval: true, workerData: directory });
      worker.once('error', reject);
      worker.once('message', () =>
        setTimeout(() => worker.terminate().then(resolve, reject), delay));
    });
    (async () => {
      for (let done = 0; done < ${workers}; done += 4) {
        await Promise.all([1, 2, 3, 4].map(() => one(random.below(20))));
      }
      const whole = png2bmp.getBMP(largePng({ width: 800, height: 800 }));
      console.log(['a.bmp', 'b.bmp'].map((name) => path.join(directory, name))
        .every((file) => !fs.existsSync(file) || fs.readFileSync(file).equals(whole)));
      fs.rmSync(directory, { recursive: true });
    })();
  `);
  assert.equal(printed, 'true');
});

test(`64 conversions in flight for ${seconds} s, with aborts, gain no memory and no file`, (t) => {
  const printed = runNode(`
    const random = createRandom(5);
    const png = largePng({ width: 500, height: 400, noisy: 300 });
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-stress-'));
    const counts = { converted: 0, aborted: 0, failed: 0 };

    function start(slot) {
      const controller = new AbortController();
      const signal = random.below(2) ? controller.signal : undefined;
      if (signal) setTimeout(() => controller.abort(), random.below(30));
      const input = ['borrow', 'copy', 'transfer'][random.below(3)];
      const bytes = Buffer.from(random.below(5) ? png : png.subarray(0, -50));
      if (random.below(3) === 0) return startStream(bytes, signal);
      return random.below(4)
        ? png2bmp.getBMPAsync(bytes, { signal, input })
        : png2bmp.saveBMPAsync(path.join(directory, slot + '.bmp'), bytes, { signal, input });
    }

    /** Written in pieces, read or not, and destroyed at a random moment, if it is not aborted. */
    function startStream(bytes, signal) {
      return new Promise((resolve, reject) => {
        const stream = png2bmp.createBMPStream({ signal, topDown: random.below(2) === 0 });
        stream.on('error', reject).on('close', resolve);
        if (random.below(4)) stream.resume();
        for (let at = 0; at < bytes.length; at += 30000) stream.write(bytes.subarray(at, at + 30000));
        if (random.below(3)) stream.end();
        setTimeout(() => stream.destroy(), random.below(40));
      });
    }

    async function keepBusy(slot, end) {
      while (Date.now() < end) {
        const outcome = await start(slot).catch((error) => error);
        counts[!(outcome instanceof Error) ? 'converted'
          : outcome.name === 'AbortError' ? 'aborted' : 'failed']++;
      }
    }

    /** Resident bytes and open files, with nothing in flight. */
    async function rest() {
      for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate); }
      const open = fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
      return { rss: process.memoryUsage().rss, open };
    }

    (async () => {
      const samples = [];
      for (let i = 0; i < ${SAMPLES}; i++) {
        const end = Date.now() + ${(seconds * 1000) / SAMPLES};
        await Promise.all(Array.from({ length: 64 }, (_, slot) => keepBusy(slot, end)));
        samples.push(await rest());
      }
      const strays = fs.readdirSync(directory).filter((name) => !/^\\d+\\.bmp$/.test(name));
      fs.rmSync(directory, { recursive: true });
      console.log(JSON.stringify({ samples, strays, counts }));
    })();
  `);
  const { samples, strays, counts } = JSON.parse(printed);
  const settled = samples.slice(SAMPLES / 5);
  const rss = settled.map((sample) => sample.rss);
  const growth = median(rss.slice(-SAMPLES / 5)) - median(rss.slice(0, SAMPLES / 5));
  t.diagnostic(`${JSON.stringify(counts)}, resident at rest ${JSON.stringify(rss)}: ` +
    `grew by ${(growth / 1024).toFixed(0)} KiB`);
  for (const outcome of ['converted', 'aborted', 'failed']) assert.ok(counts[outcome] > 0, printed);
  assert.deepEqual(new Set(settled.map((sample) => sample.open)), new Set([samples[0].open]));
  assert.deepEqual(strays, []);
  if (tellsOfLeaks) assert.ok(growth < ALLOWED_GROWTH, printed);
});
