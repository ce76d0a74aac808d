'use strict';

// What producer and worker share: the queue's name, Redis, and how failures are told apart.

const QUEUE = 'png2bmp';

/** Where Redis is: REDIS_URL, or this machine. */
function connection() {
  const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    password: url.password || undefined,
    maxRetriesPerRequest: null, // a worker waits for Redis to come back
  };
}

// Of the file system, what may be otherwise in a minute. A damaged PNG stays damaged.
const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EAGAIN', 'EBUSY',
  'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'ERR_OUT_OF_MEMORY']);

const canPass = (error) => passing.has(error.code);

module.exports = { QUEUE, connection, canPass };
