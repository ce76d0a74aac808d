'use strict';

// Converts what is in the queue until SIGTERM: node worker.js

const fs = require('node:fs/promises');

const { UnrecoverableError, Worker } = require('bullmq');
const { saveBMPAsync } = require('../..'); // require('png2bmp') in a project of your own

const { QUEUE, canPass, connection } = require('./queue');

/**
 * One job. It may run twice, when a worker dies in the middle: the BMP appears whole or not at
 * all, so the second run finds the old state or writes the same file again.
 */
async function convert({ data: { input, output } }) {
  try {
    await saveBMPAsync(output, await fs.readFile(input), { maxPixels: 100e6 });
    return output;
  } catch (error) {
    if (canPass(error)) throw error; // tried again after a while
    throw new UnrecoverableError(`${error.code}: ${error.message}`);
  }
}

const worker = new Worker(QUEUE, convert, {
  connection: connection(),
  concurrency: 3, // fewer than the four threads that conversions share with the file system
  // A job whose worker has died is given to another after this time.
  lockDuration: Number(process.env.LOCK_MS ?? 30000),
  stalledInterval: Number(process.env.LOCK_MS ?? 30000),
  maxStalledCount: 3,
});
worker.on('error', (error) => console.error(error.message));

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => worker.close());
}
