'use strict';

// A Web Worker as a thread of lib/wasm/pool.js.

// A thread that has been idle for this long is ended, as it has memory of its own.
const REST_MS = 5000;

/** worker: a new one, of lib/browser/thread.js. listener: { answered(answer), ended(error), refused(bytes) }. */
function portOf(worker, module, listener) {
  let resting;
  let isReady = false;
  /** Requests from before the thread was ready. They are not sent, since it may never be. */
  const first = [];

  function stop() {
    clearTimeout(resting);
    worker.terminate();
  }

  worker.onmessage = ({ data }) => {
    if (data.refused !== undefined) {
      listener.refused(data.refused);
      return;
    }
    if (isReady) {
      listener.answered(data);
      return;
    }
    isReady = true;
    first.splice(0).forEach((message) => worker.postMessage(...message));
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    stop();
    if (isReady) {
      listener.ended(event.error ?? new Error(`png2bmp: a worker failed: ${event.message}`));
    } else {
      listener.refused(); // its script could not be fetched, or is not allowed to run
    }
  };
  worker.postMessage(module);
  worker.unref?.(); // until it is asked

  return {
    ask(...message) {
      clearTimeout(resting);
      worker.ref?.(); // Bun has it
      if (isReady) {
        worker.postMessage(...message);
      } else {
        first.push(message);
      }
    },
    idle(isHeld = false) {
      worker.unref?.();
      if (isHeld) {
        return;
      }
      resting = setTimeout(() => {
        stop();
        listener.ended();
      }, REST_MS);
      resting.unref?.();
    },
    stop,
  };
}

module.exports = { portOf };
