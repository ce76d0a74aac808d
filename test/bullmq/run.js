'use strict';

// examples/bullmq with a real Redis: 300 jobs, some of them bad, and a worker killed with SIGKILL in the
// middle. Every job ends once, every good file is converted completely.
// node test/bullmq/run.js

const assert = require('node:assert');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { getBMP } = require('../..');
const debian = require('../../scripts/debian');
const { createImage } = require('../kit/image');
const { encodePng } = require('../kit/png-encoder');

const EXAMPLE = path.join(__dirname, '../../examples/bullmq');
const GOOD = 270;
const BAD = 30;
const DEADLINE_MS = 120000;

function install() {
  if (spawnSync('redis-server', ['--version']).error) debian.install(['redis-server']);
  execFileSync('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: EXAMPLE, stdio: 'inherit' });
}

const fromExample = (name) => require(require.resolve(name, { paths: [EXAMPLE] }));

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A Redis without persistence, on loopback. */
async function startRedis(port, directory) {
  const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '',
    '--appendonly', 'no', '--dir', directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of redis.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    if (text.includes('Ready to accept connections')) break;
  }
  redis.stdout.resume();
  return redis;
}

function makeFiles(directory) {
  const names = [];
  for (let i = 0; i < GOOD + BAD; i++) {
    const image = createImage({ colorType: 2, bitDepth: 8, width: 300, height: 300, seed: i });
    const png = encodePng(image);
    const name = path.join(directory, `${i}.png`);
    fs.writeFileSync(name, i < GOOD ? png : png.subarray(0, png.length >> 1));
    names.push(name);
  }
  return names;
}

async function finished(queue) {
  const { completed, failed } = await queue.getJobCounts('completed', 'failed');
  return { completed, failed };
}

async function waitFor(what, condition) {
  const end = Date.now() + DEADLINE_MS;
  while (!await condition()) {
    assert(Date.now() < end, `${what} took longer than ${DEADLINE_MS} ms`);
    await sleep(50);
  }
}

/** How often each job was reported to have ended: the stream that BullMQ keeps in Redis. */
async function endings(queue, port) {
  const Redis = fromExample('ioredis');
  const client = new Redis({ host: '127.0.0.1', port });
  const ends = new Map();
  const events = await client.xrange(queue.toKey('events'), '-', '+');
  client.disconnect();
  for (const [, fields] of events) {
    const field = (name) => fields[fields.indexOf(name) + 1];
    if (!['completed', 'failed'].includes(field('event'))) continue;
    ends.set(field('jobId'), (ends.get(field('jobId')) ?? 0) + 1);
  }
  return [...ends.values()];
}

/** A file that cannot be read (EIO) is tried again, and converted when it can be read. */
async function checkRetry(queue, names, out, produce) {
  const late = path.join(path.dirname(names[0]), 'late.png');
  fs.symlinkSync('/proc/self/mem', late); // whose first page is never mapped
  produce([late]);
  const find = async () => (await queue.getJobs()).find((job) => job.data.input === late);
  await waitFor('the first attempt', async () => (await find()).attemptsMade > 0);
  fs.copyFileSync(names[0], `${late}.new`);
  fs.renameSync(`${late}.new`, late);
  await waitFor('the attempt that succeeds', async () => (await (await find()).getState()) === 'completed');
  assert(fs.readFileSync(path.join(out, 'late.bmp')).equals(getBMP(fs.readFileSync(late))));
}

/** A file that failed and was repaired is converted when it is queued again. */
async function checkSecondTry(queue, names, out, produce) {
  const repaired = names.at(-1);
  fs.copyFileSync(names[0], repaired);
  produce([repaired]);
  const output = path.join(out, `${path.parse(repaired).name}.bmp`);
  await waitFor('the second try', async () => fs.existsSync(output));
}

/** Without Redis the producer ends with a message, and a worker ends when it is told to. */
async function checkWithoutRedis(port, out, input) {
  const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${port}` };
  const producer = spawnSync(process.execPath, ['producer.js', out, input],
    { cwd: EXAMPLE, env, encoding: 'utf8', timeout: DEADLINE_MS });
  assert.strictEqual(producer.status, 1);
  assert(producer.stderr.trim().split('\n').length <= 3, producer.stderr);
  assert.match(producer.stderr, /Redis|ECONNREFUSED/);
  const worker = spawn(process.execPath, ['worker.js'], { cwd: EXAMPLE, env, stdio: 'ignore' });
  await sleep(2000);
  worker.kill('SIGTERM');
  await once(worker, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) });
}

async function check(queue, names, out, port) {
  assert.deepStrictEqual(await finished(queue), { completed: GOOD, failed: BAD });
  assert.deepStrictEqual(await endings(queue, port), new Array(GOOD + BAD).fill(1), 'each job ends once');
  for (const name of names.slice(0, GOOD)) {
    const bmp = fs.readFileSync(path.join(out, `${path.parse(name).name}.bmp`));
    assert(bmp.equals(getBMP(fs.readFileSync(name))), `${name} is not whole`);
  }
  assert.strictEqual(fs.readdirSync(out).length, GOOD, 'no other file is there');
  for (const job of await queue.getFailed()) {
    assert.match(job.failedReason, /^ERR_PNG_TRUNCATED: /);
    assert.strictEqual(job.attemptsMade, 1, 'a damaged PNG is not tried again');
  }
}

async function main() {
  install();
  const { Queue } = fromExample('bullmq');
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-bullmq-'));
  const out = path.join(directory, 'out');
  const names = makeFiles(directory);
  const held = names[10];
  fs.renameSync(held, `${held}.kept`);
  execFileSync('mkfifo', [held]); // without a writer: who reads it is not done before it is killed
  const port = await freePort();
  const redis = await startRedis(port, directory);
  const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${port}`, LOCK_MS: '1000' };
  const startWorker = () => spawn(process.execPath, ['worker.js'], { cwd: EXAMPLE, env, stdio: 'inherit' });
  const produce = (files) =>
    execFileSync(process.execPath, ['producer.js', out, ...files], { cwd: EXAMPLE, env });
  const children = [redis];
  const queue = new Queue('png2bmp', { connection: { host: '127.0.0.1', port } });
  try {
    produce(names);
    produce(names); // once more: no new jobs
    const victim = startWorker();
    children.push(victim);
    await waitFor('the first jobs', async () => (await finished(queue)).completed >= 20);
    victim.kill('SIGKILL');
    fs.renameSync(`${held}.kept`, held);
    const before = await finished(queue);
    assert(before.completed < GOOD, 'the worker was killed in the middle');
    const workers = [startWorker(), startWorker()];
    children.push(...workers);
    await waitFor('the rest', async () => {
      const { completed, failed } = await finished(queue);
      return completed + failed >= GOOD + BAD;
    });
    await check(queue, names, out, port);
    await checkRetry(queue, names, out, produce);
    await checkSecondTry(queue, names, out, produce);
    await checkWithoutRedis(await freePort(), out, names[0]);
    workers.forEach((worker) => worker.kill('SIGTERM'));
    for (const worker of workers) {
      if (worker.exitCode === null) await once(worker, 'exit');
      assert.strictEqual(worker.exitCode, 0, 'a worker ends well when it is asked to');
    }
    console.log(`${GOOD + BAD} jobs, a worker killed after ${before.completed}: ` +
      `${GOOD} files whole, ${BAD} bad ones failed once each`);
  } finally {
    await queue.close();
    children.forEach((child) => child.exitCode === null && child.kill('SIGKILL'));
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
