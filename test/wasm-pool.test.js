'use strict';

// The threads of WebAssembly: what happens to them, and to the conversions that wait for them.

const assert = require('node:assert/strict');
const test = require('node:test');

const { Pool } = require('../lib/wasm/pool');

/** A pool of threads that do nothing of their own accord: { pool, threads, run }. Each thread has what it was
 * asked, and the listener that it tells of its fate. run(name) is a promise of its outcome. */
function poolOf(size, runHere = () => assert.fail('threads can be started')) {
  const threads = [];
  const pool = new Pool({
    size,
    runHere,
    open: (listener) => {
      const thread = { listener, asked: [] };
      threads.push(thread);
      return { ask: (request) => thread.asked.push(request.name), idle() {}, stop() {} };
    },
  });
  const run = (name) => new Promise((resolve, reject) => {
    pool.run({ name, bytes: new Uint8Array(1) }, (outcome, error) => (error ? reject(error) : resolve(outcome)));
  });
  return { threads, run };
}

test('a thread that dies fails its conversion only, and another takes its place', async () => {
  const { threads, run } = poolOf(2);
  const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map(run);
  assert.deepEqual(threads.map(({ asked }) => asked), [['a'], ['b']], 'no more threads than allowed');
  for (const { listener } of threads.slice(0, 2)) listener.ended(new Error('killed'));
  await assert.rejects(first, /killed/);
  await assert.rejects(second, /killed/);
  assert.deepEqual(threads.slice(2).map(({ asked }) => asked), [['c'], ['d']], 'the others do not wait for ever');
  threads[2].listener.answered('of c');
  assert.equal(await third, 'of c');
  threads[3].listener.ended();
  await assert.rejects(fourth, /a worker thread ended/);
});

test('an idle thread that dies is not asked again', async () => {
  const { threads, run } = poolOf(1);
  const first = run('a');
  threads[0].listener.answered('of a');
  assert.equal(await first, 'of a');
  threads[0].listener.ended();
  const second = run('b');
  threads[1].listener.answered('of b');
  assert.equal(await second, 'of b');
  assert.deepEqual(threads.map(({ asked }) => asked), [['a'], ['b']]);
});

test('what a thread that never starts was to do is done by another, and in the end here', async () => {
  const { threads, run } = poolOf(2, ({ name }) => `of ${name}, here`);
  const [first, second] = ['a', 'b'].map(run);
  threads[1].listener.refused();
  assert.deepEqual(threads.map(({ asked }) => asked), [['a'], ['b']], 'no other is started');
  threads[0].listener.refused();
  assert.equal(await first, 'of a, here');
  assert.equal(await second, 'of b, here');
});
