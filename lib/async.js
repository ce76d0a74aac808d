'use strict';

// The calls that convert on a worker thread. The addon only has promises; signals and callbacks are built on
// them here.

const native = require('./native');
const { collect, fromPieces, isCollectable, sizeOfSource } = require('./collect');
const { Feed } = require('./feed');
const { argumentTypeError } = require('./errors');
const { bindToContext, callLater } = require('./host');
const { asyncInput, checkStillThere, readPixels, sourceKinds, toLength, toPixels, toView } = require('./input');
const { depth16Of, readDecodeOptions, readOptions, withDensityOf } = require('./options');
const { abortable, newTicket } = require('./signals');
const { newFacts, toPixelsOf } = require('./sync');

/** start(ticket), with a ticket that the signal cancels. */
function startAbortable(signal, start) {
  const ticket = newTicket();
  return abortable(signal, () => native.cancel(ticket), () => start(ticket));
}

/** The options with an onWarning that the addon can call when the work is done: in the async context of the
 * call, which newer versions of Node.js do not keep for an addon. Binding runs async hooks, so it is done
 * before the signal is observed. */
function bindWarnings(options) {
  const { onWarning } = options;
  return onWarning === undefined ? options : { ...options, onWarning: bindToContext(onWarning) };
}

/** Calls start with the arguments common to all asynchronous functions of the addon; start returns a promise.
 * Async, so that whatever it throws rejects. name, size: of the view, counted before the signal's own code
 * ran. */
async function run(name, view, size, o, start) {
  const begin = (ticket) => {
    checkStillThere(name, view, size);
    const { view: input, copy } = asyncInput(view, o.input);
    return start(input, size, o.values, o.onWarning, copy, ticket);
  };
  return o.signal === undefined ? begin(0) : startAbortable(o.signal, begin);
}

/** Converts what comes in pieces as it comes: a promise of finish(feed), whose output is there, or is in `file`. Of the
 * PNG one piece is held, with `salvage` all of it. */
async function runPieces(source, o, finish, file) {
  const input = o.input === 'copy' ? 'copy' : 'borrow'; // the source has given nothing away
  const feed = new Feed({ ...o, input }, { size: sizeOfSource(source), wantsWhole: true, file });
  try {
    return await fromPieces(source, o, {
      take: (bytes) => feed.take(bytes),
      end: () => feed.end().then(() => finish(feed)),
      cancel: () => feed.close(),
    });
  } finally {
    await feed.close(); // then there is nothing left of a file that is not complete
  }
}

const canFeed = (png, length) => isCollectable(png) && length === undefined;

/** The same for a PNG, with options that `read` reads; waits for the bytes that collect.js collects. */
function runPng(png, length, options, start, read = readOptions) {
  const runView = (view, o) => run('png', view, toLength('png', view, length), o, start);
  if (isCollectable(png)) {
    const o = bindWarnings(read(options));
    return collect(png, o).then((bytes) => runView(bytes, o));
  }
  const view = toView('png', png, sourceKinds);
  return runView(view, bindWarnings(read(options)));
}

/** callback(error) or callback(null, value), outside of the promise: what it throws is an uncaught exception,
 * not an unhandled rejection. */
function deliver(promise, callback) {
  promise.then((value) => callLater(callback, null, value),
    (error) => callLater(callback, error));
}

/** Returns prepare()'s promise, or has the callback called. Wrong arguments, for which prepare throws, are
 * thrown if there is a callback, as in node:fs, and reject otherwise. */
function settle(callback, prepare) {
  if (callback === undefined) {
    return (async () => prepare())();
  }
  if (typeof callback !== 'function') {
    throw argumentTypeError('argument', 'callback', 'a function', callback);
  }
  return deliver(prepare(), callback);
}

/** [length, options, callback] from the arguments in their place, each of which may be omitted. */
function sortArguments(length, options, callback) {
  if (typeof length === 'function') {
    return [undefined, undefined, length];
  }
  if (typeof length === 'object') {
    return [undefined, length, options];
  }
  return typeof options === 'function' ? [length, undefined, options] : [length, options, callback];
}

function getBMPAsync(png, ...rest) {
  const [length, options, callback] = sortArguments(...rest);
  return settle(callback, () => (canFeed(png, length)
    ? runPieces(png, bindWarnings(readOptions(options)), ({ output }) => output)
    : runPng(png, length, options, (...common) => native.convertAsync(...common))));
}

function encodeBMPAsync(pixels, ...rest) {
  const [, options, callback] = sortArguments(undefined, ...rest);
  return settle(callback, () => {
    const given = readPixels(pixels);
    const o = bindWarnings(withDensityOf(given, readOptions(options)));
    const { view, size, width, height, channels, stride } = toPixels(given, depth16Of(o));
    return run('pixels.data', view, size, o,
      (...common) => native.encodeAsync(...common, width, height, channels, stride));
  });
}

/** As encodePNG in lib/sync.js. */
function encodePNGAsync({ data, width, height }, { signal }) {
  return run('pixels.data', data, data.length, { ...readOptions(), signal },
    (...common) => native.encodePNGAsync(...common, width, height, 4, 4 * width));
}

function decodePNGAsync(png, ...rest) {
  const [, options, callback] = sortArguments(undefined, ...rest);
  return settle(callback, () => {
    const o = readDecodeOptions(options);
    if (canFeed(png)) {
      return runPieces(png, bindWarnings(o), (feed) => toPixelsOf(feed.output, feed.facts, o));
    }
    const facts = newFacts();
    return runPng(png, undefined, options, async (...common) =>
      toPixelsOf(await native.decodeAsync(...common, facts), facts, o), () => o);
  });
}

module.exports = {
  /** Those that lib/ exports. */
  calls: { getBMPAsync, encodeBMPAsync, decodePNGAsync },
  bindWarnings, canFeed, encodePNGAsync, run, runPieces, runPng, settle, sortArguments, startAbortable,
};
