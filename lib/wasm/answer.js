'use strict';

// The inside of a thread that converts: one request, one answer, whose output is moved, not copied.

const { Engine } = require('./engine');
const { buffersOf, tellEnd } = require('./work');

/** flag: shared with the requesting thread, where shared memory is available. */
const isSet = (flag) => flag !== undefined && Atomics.load(flag, 0) !== 0;

/** A function that handles the steps of PNGs that come in pieces, as feed-threads.js asks for them, and posts their answers,
 * one to each. */
function createFeeder(module, openFed, post) {
  const feeds = new Map();

  function step({ feed, open, ...request }) {
    if (open !== undefined) {
      feeds.set(feed, { png: openFed(module, open), flag: open.flag });
    }
    const { png, flag } = feeds.get(feed);
    const steps = [...png.steps(request, () => isSet(flag))];
    const { error, numbers } = steps.at(-1);
    const { memory } = request;
    const bytes = png.goesOn ? undefined : request.bytes;
    const answer = { error, warnings: steps.flatMap(({ warnings }) => warnings), numbers, memory, bytes };
    post(answer, buffersOf(memory, bytes));
  }

  function end({ feed }) {
    const { png, flag } = feeds.get(feed) ?? {};
    png?.close();
    feeds.delete(feed);
    tellEnd(flag);
    post({}, []);
  }

  return (request) => (request.ends ? end(request) : step(request));
}

/** A function that handles a request and posts its answer, or gives the bytes back if WebAssembly has no memory
 * on this thread. run(engine, request, isCancelled) converts, and openFed(module, open) gives a FedPng. */
function createAnswerer(module, { run, openFed }, post) {
  const engine = new Engine(module);
  const feed = createFeeder(module, openFed, post);
  return (request) => {
    if (request.feed !== undefined) {
      feed(request);
      return;
    }
    if (engine.shortage() !== undefined) {
      post({ refused: request.bytes }, [request.bytes.buffer]);
      return;
    }
    const { error, warnings, facts, output } = run(engine, request, () => isSet(request.flag));
    tellEnd(request.flag);
    const moved = error === undefined ? output?.buffer : undefined;
    post({ error, warnings, facts, output: moved }, moved === undefined ? [] : [moved]);
  };
}

module.exports = { createAnswerer };
