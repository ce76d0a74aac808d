'use strict';

// Puts a job for each PNG into the queue: node producer.js OUT_DIR IN.png...

const path = require('node:path');

const { Queue } = require('bullmq');

const { QUEUE, connection } = require('./queue');

/** One job a file. Its id is its output, so that a file that is queued twice is made once. */
function jobFor(input, directory) {
  const output = path.join(directory, `${path.parse(input).name}.bmp`);
  return {
    name: 'convert',
    data: { input, output },
    opts: {
      jobId: Buffer.from(output).toString('hex'), // BullMQ gives ':' a meaning of its own
      attempts: 5,
      backoff: { type: 'exponential', delay: 200 },
    },
  };
}

async function produce(directory, inputs) {
  const queue = new Queue(QUEUE, { connection: connection() });
  try {
    const absolute = (name) => path.resolve(name);
    await queue.addBulk(inputs.map((name) => jobFor(absolute(name), absolute(directory))));
  } finally {
    await queue.close();
  }
}

const [directory, ...inputs] = process.argv.slice(2);
if (inputs.length === 0) {
  console.error('usage: node producer.js OUT_DIR IN.png...');
  process.exitCode = 2;
} else {
  produce(directory, inputs).then(() => console.log(`${inputs.length} jobs`), (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
