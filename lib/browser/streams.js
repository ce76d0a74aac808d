'use strict';

// createBMPStream as Web Streams: the bytes of a PNG in, those of its BMP out.

/** Bytes of the BMP that may wait for their reader. */
const WAITING_BYTES = 131072;

/**
 * { readable, writable, info }. loading: a promise of the library; undefined if it is there, then wrong options are thrown.
 */
function createStreams(options, loading) {
  let reader, writer, feed, signal, failure;
  let wake = () => {};
  let unfollow = () => {};
  let tellInfo, refuseInfo;
  const info = new Promise((resolve, reject) => {
    [tellInfo, refuseInfo] = [resolve, reject];
  });
  info.catch(() => {}); // nobody may be waiting for it

  /** Ends the conversion and its reader. */
  function end(error) {
    failure ??= { error };
    unfollow();
    refuseInfo(error);
    reader.error(error);
    wake();
    return feed?.close();
  }

  function fail(error) {
    writer.error(error);
    return end(error);
  }

  async function orFail(work) {
    try {
      await work();
    } catch (error) {
      if (failure === undefined) {
        fail(error);
      }
      throw failure.error;
    }
  }

  /** Waits while the reader has enough. */
  async function put(bytes) {
    reader.enqueue(bytes);
    if (reader.desiredSize <= 0) {
      await new Promise((resolve) => { wake = resolve; });
    }
  }

  function begin() {
    const { bindWarnings } = require('../async');
    const { Feed } = require('../feed');
    const { readOptions } = require('../options');
    const o = bindWarnings(readOptions(options));
    signal = o.signal;
    feed = new Feed(o, { sink: { planned: () => tellInfo(feed.info), put } });
  }

  function followSignal() {
    const { AbortError } = require('../errors');
    const signals = require('../signals');
    const abort = () => fail(new AbortError(signal.reason));
    if (signal?.aborted) {
      abort();
    } else if (signal !== undefined) {
      signals.follow(signal, abort);
      unfollow = () => {
        unfollow = () => {};
        signals.unfollow(signal, abort);
      };
    }
  }

  async function beginLater() {
    await loading;
    if (failure === undefined) {
      begin();
      followSignal();
    }
  }

  if (loading === undefined) {
    begin();
  }
  const readable = new ReadableStream({
    start(controller) {
      reader = controller;
    },
    pull: () => wake(),
    cancel: fail,
  }, { highWaterMark: WAITING_BYTES, size: ({ length }) => length });
  const writable = new WritableStream({
    start(controller) {
      writer = controller;
      // Tells of an abort while write() waits for the reader.
      controller.signal?.addEventListener('abort', () => end(controller.signal.reason));
      return loading === undefined ? followSignal() : orFail(beginLater);
    },
    write: (chunk) => orFail(() => feed.take(require('../input').toView('chunk', chunk))),
    close: () => orFail(async () => {
      await feed.end();
      if (feed.output !== undefined) {
        reader.enqueue(feed.output);
      }
      reader.close();
      unfollow();
      await feed.close();
    }),
    abort: end,
  });
  return { readable, writable, info };
}

module.exports = { createStreams };
