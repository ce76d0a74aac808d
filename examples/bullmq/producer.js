'use strict';

// Adds a job for each PNG to the queue: node producer.js OUT_DIR IN.png...

const path = require('node:path');

const { Queue } = require('bullmq');

const { QUEUE, connection, sayOnce } = require('./queue');

const PATIENCE_MS = 5000;

/** Below the output directory a relative name keeps its path: a/x.png and b/x.png are two files. */
function outputFor(input, directory) {
  const normal = path.normalize(input);
  const leaves = path.isAbsolute(normal) || normal.split(path.sep)[0] === '..';
  const kept = leaves ? path.basename(normal) : normal;
  return path.resolve(directory, kept.replace(/\.png$/i, '') + '.bmp');
}

/** One job per file. Its id is its output, so that a file that is queued twice is converted once. */
function jobFor(input, directory) {
  const output = outputFor(input, directory);
  return {
    name: 'convert',
    data: { input: path.resolve(input), output },
    opts: {
      jobId: Buffer.from(output).toString('hex'), // BullMQ gives ':' a special meaning
      attempts: 5,
      backoff: { type: 'exponential', delay: 200 },
    },
  };
}

function refuseCollisions(jobs) {
  const inputs = new Map();
  for (const { data: { input, output } } of jobs) {
    const other = inputs.get(output) ?? input;
    if (other !== input) throw new Error(`${other} and ${input} would both be written to ${output}`);
    inputs.set(output, input);
  }
}

/** A failed job keeps its id; it is removed, so that the file can be queued again. */
async function forgetFailure(queue, { opts: { jobId } }) {
  const job = await queue.getJob(jobId);
  if (await job?.isFailed()) await job.remove();
}

/** Rejects if Redis cannot be reached in time; BullMQ would keep trying. */
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from Redis in ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function produce(jobs) {
  const queue = new Queue(QUEUE, { connection: connection() });
  sayOnce(queue);
  await within(PATIENCE_MS, queue.waitUntilReady());
  await Promise.all(jobs.map((job) => forgetFailure(queue, job)));
  await queue.addBulk(jobs);
  await queue.close();
}

async function main(directory, inputs) {
  const jobs = inputs.map((input) => jobFor(input, directory));
  refuseCollisions(jobs);
  await produce(jobs);
  console.log(`${jobs.length} jobs`);
}

const [directory, ...inputs] = process.argv.slice(2);
if (inputs.length === 0) {
  console.error('usage: node producer.js OUT_DIR IN.png...');
  process.exitCode = 2;
} else {
  main(directory, inputs).catch((error) => {
    console.error(error.message);
    process.exit(1); // a connection that keeps retrying would keep the process alive
  });
}
