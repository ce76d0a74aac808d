// Threads for lib/wasm/pool.js in browsers.

// A thread that has been idle for this long is ended, as it has memory of its own.
const REST_MS = 5000;

/** Starts a thread; throws if that is not allowed. listener: { answered(answer), ended(error),
 * refused(bytes) }. */
export function openThread(module, listener) {
  // Written out, so that bundlers find the file.
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
  let resting;
  let isReady = false;
  /** Requests from before the thread was ready. They are not sent, since it may never be. */
  let first;

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
    if (first !== undefined) {
      worker.postMessage(...first);
      first = undefined;
    }
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

  return {
    ask(...message) {
      clearTimeout(resting);
      worker.ref?.(); // Bun has it
      if (isReady) {
        worker.postMessage(...message);
      } else {
        first = message;
      }
    },
    rest() {
      worker.unref?.();
      resting = setTimeout(() => {
        stop();
        listener.ended();
      }, REST_MS);
      resting.unref?.();
    },
    stop,
  };
}
