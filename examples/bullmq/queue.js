'use strict';

// Shared by producer and worker: the queue's name, Redis, and which failures are temporary.

const QUEUE = 'png2bmp';

/** Where Redis is: REDIS_URL (redis: or rediss:, with user, password and database), or this machine. */
function connection() {
  const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  const decoded = (text) => (text === '' ? undefined : decodeURIComponent(text));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''), // of an IPv6 address
    port: Number(url.port || 6379),
    username: decoded(url.username),
    password: decoded(url.password),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

/** Reports each connection error once: the connection is tried again many times a minute. */
function sayOnce(emitter) {
  let last;
  emitter.on('error', (error) => {
    const text = error.message || error.code;
    if (text !== last) console.error(text);
    last = text;
  });
}

// Errors of the file system that may be gone in a minute. A damaged PNG stays damaged.
const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EAGAIN', 'EBUSY',
  'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'ERR_OUT_OF_MEMORY']);

const canPass = (error) => passing.has(error.code);

module.exports = { QUEUE, connection, sayOnce, canPass };
