'use strict';

// AbortSignals, and the work that each of them stops.

const { AbortError } = require('./errors');

function throwIfAborted(signal) {
  if (signal !== undefined && signal.aborted) {
    throw new AbortError(signal.reason);
  }
}

// Maps a signal to { cancels, listener }: one listener for all work that the signal can stop, since more than
// ten would be reported as a leak.
const listeners = new WeakMap();

function listen(signal) {
  const cancels = new Set();
  const listener = () => cancels.forEach((cancel) => cancel());
  signal.addEventListener('abort', listener);
  listeners.set(signal, { cancels, listener });
  return cancels;
}

/** cancel() is called when the signal is aborted, until unfollow; the signal is not yet. */
function follow(signal, cancel) {
  const cancels = listeners.get(signal)?.cancels ?? listen(signal);
  cancels.add(cancel);
}

function unfollow(signal, cancel) {
  const { cancels, listener } = listeners.get(signal);
  cancels.delete(cancel);
  if (cancels.size === 0) {
    signal.removeEventListener?.('abort', listener); // imitations may lack it
    listeners.delete(signal);
  }
}

/** Runs work(), which cancel() stops when the signal is aborted; the work should then reject with the code
 * ERR_CANCELLED. */
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

let lastTicket = 0;

/** A number for native.cancel. */
function newTicket() {
  lastTicket = lastTicket % 0xffffffff + 1;
  return lastTicket;
}

module.exports = { abortable, follow, newTicket, throwIfAborted, unfollow };
