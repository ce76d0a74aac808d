'use strict';

// The library around a WebAssembly module, outside of Node.js's package.

const native = require('../native');
const { createCalls } = require('../wasm/calls');
const { Engine } = require('../wasm/engine');
const { FeedThreads } = require('../wasm/feed-threads');
const { createFeeds } = require('../wasm/feeds');
const inMemory = require('../wasm/in-memory');
const { Pool } = require('../wasm/pool');

const AUTO = 0; // the only CPU level

/**
 * The exports of lib/ but for saves, from the one WebAssembly.Module of this load. `threads` is how many
 * openThread(module, listener) may start. work: { run, openFed }, what in-memory.js has, and more(own) are
 * functions of the addon in addition to those of lib/wasm/calls.js.
 */
function createLibrary(module, { threads, openThread, work: { run, openFed } = inMemory, more = () => ({}) }) {
  const engine = new Engine(module);
  const started = { size: threads, open: (listener) => openThread(module, listener) };
  const pool = new Pool({
    ...started,
    runHere: (request) => run(engine, request),
  });
  const calls = createCalls(engine, pool);
  const words = engine.words();
  const feeds = createFeeds({
    engine, module, facts: words.facts.length, settled: calls.settled, threads: new FeedThreads(started), openFed,
  });
  Object.assign(native, words, calls.functions, feeds.functions, more({ engine, ...calls, ...feeds }), { cpu: AUTO, versions: { ...words.versions, backend: 'wasm' } });
  return {
    ...require('../sync').calls, ...require('../async').calls, ...require('../facts'), ...require('../converter'), ...require('../ico'),
  };
}

module.exports = { createLibrary };
