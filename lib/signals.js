'use strict';

// AbortSignals: work that one stops.

const { AbortError } = require('./errors');

function throwIfAborted(signal) {
  if (signal !== undefined && signal.aborted) {
    throw new AbortError(signal.reason);
  }
}

// Signal to { cancels, listener }, the listener of all work that it can stop: one for each would be
// reported as a leak when there are more than ten.
const listeners = new WeakMap();

function listen(signal) {
  const cancels = new Set();
  const listener = () => cancels.forEach((cancel) => cancel());
  signal.addEventListener('abort', listener);
  listeners.set(signal, { cancels, listener });
  return cancels;
}

function follow(signal, cancel) {
  const cancels = listeners.get(signal)?.cancels ?? listen(signal);
  cancels.add(cancel);
}

function unfollow(signal, cancel) {
  const { cancels, listener } = listeners.get(signal);
  cancels.delete(cancel);
  if (cancels.size === 0) {
    signal.removeEventListener?.('abort', listener); // look-alikes may lack it
    listeners.delete(signal);
  }
}

/** work(), which cancel() stops: it is called when the signal says so, and then the work is to
 * reject with the code ERR_CANCELLED. */
async function abortable(signal, cancel, work) {
  throwIfAborted(signal);
  follow(signal, cancel);
  try {
    return await work();
  } catch (error) {
    throw error?.code === 'ERR_CANCELLED' ? new AbortError(signal.reason) : error;
  } finally {
    unfollow(signal, cancel);
  }
}

module.exports = { abortable, throwIfAborted };
