'use strict';

// The inside of a thread that converts: one request, one answer, whose output is moved, not copied.

const { Engine } = require('./engine');

/** A function that handles a request and posts its answer, or gives the bytes back if WebAssembly has no memory
 * on this thread. run(engine, request, isCancelled) converts. */
function createAnswerer(module, run, post) {
  const engine = new Engine(module);
  return (request) => {
    if (engine.shortage() !== undefined) {
      post({ refused: request.bytes }, [request.bytes.buffer]);
      return;
    }
    const { flag } = request; // shared with the requesting thread, where shared memory is available
    const isCancelled = () => flag !== undefined && Atomics.load(flag, 0) !== 0;
    const { error, warnings, facts, output } = run(engine, request, isCancelled);
    const moved = error === undefined ? output?.buffer : undefined;
    post({ error, warnings, facts, output: moved }, moved === undefined ? [] : [moved]);
  };
}

module.exports = { createAnswerer };
