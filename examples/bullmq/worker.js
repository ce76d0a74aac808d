'use strict';

// Converts what is in the queue until SIGTERM: node worker.js

const fs = require('node:fs/promises');
const path = require('node:path');

const { UnrecoverableError, Worker } = require('bullmq');
const { saveBMPAsync } = require('../..'); // require('png2bmp') in a project of your own

const { QUEUE, canPass, connection, sayOnce } = require('./queue');

const PATIENCE_MS = 10000;

/**
 * One job. It may run twice, if a worker dies in the middle: the BMP is written completely or not at all, so
 * the second run finds the old state or writes the same file again.
 */
async function convert({ data: { input, output } }) {
  try {
    await fs.mkdir(path.dirname(output), { recursive: true });
    await saveBMPAsync(output, await fs.readFile(input), { maxPixels: 100e6 });
    return output;
  } catch (error) {
    if (canPass(error)) throw error; // tried again after a while
    throw new UnrecoverableError(`${error.code}: ${error.message}`);
  }
}

const worker = new Worker(QUEUE, convert, {
  connection: { ...connection(), maxRetriesPerRequest: null }, // waits for Redis to come back
  concurrency: 3, // fewer than the four threads that conversions share with the file system
  // A job whose worker has died is given to another one after this time.
  lockDuration: Number(process.env.LOCK_MS ?? 30000),
  stalledInterval: Number(process.env.LOCK_MS ?? 30000),
  maxStalledCount: 3,
});
sayOnce(worker);
worker.on('failed', (job, error) => {
  console.error(`${job?.data.input}: attempt ${job?.attemptsMade}: ${error.message}`);
});

/** Lets running jobs end. Without Redis their end cannot be reported; the worker then just ends. */
function stop() {
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  worker.close().then(() => process.exit(0), () => process.exit(1));
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, stop);
}
