'use strict';

// The parts of examples/bullmq that need no Redis; `npm run test:bullmq` tests the rest.

const assert = require('node:assert/strict');
const test = require('node:test');

const { connection, sayOnce } = require('../examples/bullmq/queue');
const { EventEmitter } = require('node:events');

function connectionFor(t, url) {
  const before = process.env.REDIS_URL;
  t.after(() => (before === undefined ? delete process.env.REDIS_URL : Object.assign(process.env, { REDIS_URL: before })));
  if (url === undefined) delete process.env.REDIS_URL;
  else process.env.REDIS_URL = url;
  return connection();
}

test('REDIS_URL may be redis: or rediss:, with user, encoded password and database', (t) => {
  assert.deepEqual(connectionFor(t, undefined),
    { host: '127.0.0.1', port: 6379, username: undefined, password: undefined, db: 0 });
  assert.deepEqual(connectionFor(t, 'rediss://us%40er:p%3Aw%2Fd@example.org:6380/2'),
    { host: 'example.org', port: 6380, username: 'us@er', password: 'p:w/d', db: 2, tls: {} });
  assert.equal(connectionFor(t, 'redis://[::1]/').host, '::1');
});

test('the same trouble with the connection is said once', (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const emitter = new EventEmitter();
  sayOnce(emitter);
  for (const text of ['down', 'down', 'other', 'down']) emitter.emit('error', new Error(text));
  assert.deepEqual(said.mock.calls.map((call) => call.arguments[0]), ['down', 'other', 'down']);
});
