'use strict';

// Threads that end and conversions that are given up, at random moments, many of them.
// PNG2BMP_STRESS_WORKERS: worker threads to terminate, 40 unless told.
// PNG2BMP_STRESS_SECONDS: how long to keep 64 conversions in flight, 5 unless told.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const workers = Number(process.env.PNG2BMP_STRESS_WORKERS) || 40;
const seconds = Number(process.env.PNG2BMP_STRESS_SECONDS) || 5;

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

/** Runs a script in a process of its own: what it prints, once it has ended well. */
function runNode(script) {
  // With these, glibc gives large blocks back at once, so that resident memory tells of leaks.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '65536' };
  const { stdout, stderr, status, signal } = spawnSync(process.execPath,
    ['--expose-gc', '-e', prelude + script], { encoding: 'utf8', env, cwd: root });
  assert.deepEqual({ stderr, status, signal }, { stderr: '', status: 0, signal: null });
  return stdout.trim();
}

const workerScript = `${prelude}
  const png = largePng({ width: 800, height: 800 });
  const small = largePng({ width: 10, height: 10 });
  const signal = new AbortController().signal;
  const forever = (call) => { call().then(() => forever(call), () => forever(call)); };
  forever(() => png2bmp.getBMPAsync(png, { signal, onWarning() {} }));
  forever(() => png2bmp.getBMPAsync(png, { input: 'copy' }));
  forever(() => png2bmp.saveBMPAsync(path.join(workerData, 'a.bmp'), png));
  forever(() => png2bmp.decodePNGAsync(small));
  forever(() => png2bmp.getBMPAsync(small.subarray(0, 60)));
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
      const file = path.join(directory, 'a.bmp');
      console.log(!fs.existsSync(file) || fs.readFileSync(file).equals(whole));
      fs.rmSync(directory, { recursive: true });
    })();
  `);
  assert.equal(printed, 'true');
});

test(`64 conversions in flight for ${seconds} s, with aborts, gain no memory and no file`, () => {
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
      return random.below(4)
        ? png2bmp.getBMPAsync(bytes, { signal, input })
        : png2bmp.saveBMPAsync(path.join(directory, slot + '.bmp'), bytes, { signal, input });
    }

    async function keepBusy(slot, end) {
      while (Date.now() < end) {
        const outcome = await start(slot).catch((error) => error);
        counts[!(outcome instanceof Error) ? 'converted'
          : outcome.name === 'AbortError' ? 'aborted' : 'failed']++;
      }
    }

    async function run(milliseconds) {
      const end = Date.now() + milliseconds;
      await Promise.all(Array.from({ length: 64 }, (_, slot) => keepBusy(slot, end)));
      for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate); }
      const open = fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
      return { rss: process.memoryUsage().rss, open };
    }

    (async () => {
      const before = await run(${seconds * 1000} / 2);
      const after = await run(${seconds * 1000});
      const strays = fs.readdirSync(directory).filter((name) => !/^\\d+\\.bmp$/.test(name));
      fs.rmSync(directory, { recursive: true });
      console.log(JSON.stringify({ before, after, strays, counts }));
    })();
  `);
  const { before, after, strays, counts } = JSON.parse(printed);
  for (const outcome of ['converted', 'aborted', 'failed']) assert.ok(counts[outcome] > 0, printed);
  assert.equal(after.open, before.open, printed);
  assert.deepEqual(strays, []);
  assert.ok(after.rss - before.rss < 8e6, printed);
});
