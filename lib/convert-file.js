'use strict';

// From a file to a file. The addon reads the PNG itself; without it, lib/read-file.js does.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const { process } = globalThis;

const native = require('./native');
const { bindWarnings, run, settle, sortArguments, startAbortable } = require('./async');
const { fromPieces } = require('./collect');
const { argumentTypeError, rangeError } = require('./errors');
const { Feed } = require('./feed');
const { isUint8Array } = require('./kinds');
const { readOptions } = require('./options');
const { toReadablePath, toWritablePath } = require('./permission');
const { OldFile, withPath } = require('./read-file');
const { readerFor } = require('./save');
const { pathFrom, pathFromHere, workingDirectory } = require('./save-path');
const { throwIfAborted } = require('./signals');
const { byteLengthOf, infoOf, newFacts } = require('./sync');

const MOST_DESCRIPTORS = 2 ** 31 - 1;
const NO_PATH = new Uint8Array(0);

/** At once: what takes a hundredth of a second at most. */
const MOST_FILES = 32;

/** Whether it begins as the signature of a PNG does. */
const isPng = (bytes) => bytes[0] === 0x89 && bytes[1] === 0x50;

/** What is read: { path, descriptor }, with a descriptor of -1 or no path. */
function toSource(from) {
  if (typeof from === 'number') {
    if (!(Number.isInteger(from) && from >= 0 && from <= MOST_DESCRIPTORS)) {
      throw rangeError('argument', 'from', `a path, or a descriptor from 0 to ${MOST_DESCRIPTORS}`, from);
    }
    return { path: NO_PATH, descriptor: from };
  }
  if (isUint8Array(from) && isPng(from)) {
    throw argumentTypeError('argument', 'from', 'the path of a PNG. For the bytes of one call saveBMP(path, png)', from);
  }
  return { path: toReadablePath(from, 'from'), descriptor: -1 };
}

/** onWarning, which also adds to the list what it throws. */
const noting = (onWarning, thrown) => (warning) => {
  try {
    onWarning(warning);
  } catch (error) {
    thrown.push(error);
    throw error;
  }
};

/** What is converted, where to, and how; and what onWarning throws. */
function prepare(from, to, options) {
  const source = toSource(from);
  const target = toWritablePath(to, 'to');
  const o = readerFor(to, target, 'to')(options);
  const thrown = [];
  const { onWarning } = o;
  return { from, source, target, o: onWarning === undefined ? o : { ...o, onWarning: noting(onWarning, thrown) }, thrown };
}

/** Whether the addon can read it: on Windows Node.js has descriptors of its own. */
const isForAddon = ({ descriptor }) => native.convertFile !== undefined &&
  (descriptor < 0 || process.platform !== 'win32');

const isOfReading = (error) => error?.syscall === 'read';

/** The error of a file that is too long names the option; what onWarning has thrown stays as it is. */
function withLimit(error, { from, o: { maxInputBytes }, thrown }) {
  return !thrown.includes(error) && error?.code === 'EFBIG' && isOfReading(error)
    ? rangeError('argument', 'from', `a file of at most ${maxInputBytes} bytes (option maxInputBytes)`, from) : error;
}

// ---- In the addon -----------------------------------------------------------------------------

/** The facts of the addon have 80 bytes at their end for the name of the profile. */
const newFileFacts = () => new Float64Array(native.facts.length + 10);

/** Of calls that have ended: memory for numbers takes longer than the numbers. A call in onWarning finds none. */
const spare = [];

/** answer: what to make of the facts, in the bytes of which they give places. */
function convertNatively({ source: { path, descriptor }, target, o }, answer = infoOf) {
  const facts = spare.pop() ?? newFileFacts();
  try {
    native.convertFile(path, path.length, o.values, o.onWarning, descriptor, o.maxInputBytes, target, facts);
    return answer(facts, facts);
  } finally {
    spare.push(facts);
  }
}

async function convertNativelyAsync({ source: { path, descriptor }, target, o, facts = newFileFacts() }) {
  const start = (ticket) => native.convertFileAsync(path, path.length, o.values, o.onWarning, false, ticket, descriptor,
    o.maxInputBytes, target, facts);
  await (o.signal === undefined ? start(0) : startAbortable(o.signal, start));
  return infoOf(facts, facts);
}

// ---- Without it -------------------------------------------------------------------------------

/** undefined if there is no plan: then the save says why. */
function infoOfPng(png, { values }) {
  const facts = newFacts();
  try {
    native.plan(png, png.length, values, undefined, facts);
  } catch {
    return undefined;
  }
  return infoOf(png, facts);
}

function convertWhole(png, { values, onWarning }, target) {
  const info = infoOfPng(png, { values });
  native.save(png, png.length, values, onWarning, target, true);
  return info;
}

function convertHere({ source, target, o }) {
  const file = new OldFile(source, o);
  const pieces = file.now();
  const first = pieces.next().value;
  if (file.isWhole) {
    pieces.return();
    return convertWhole(first, o, target);
  }
  const facts = native.savePieces(first, pieces, file.length, o.values, o.onWarning, target);
  return infoOf(facts, facts);
}

async function convertWholeAsync(png, o, target) {
  const info = infoOfPng(png, o);
  await run('png', png, png.length, o, (...common) => native.saveAsync(...common, target, true));
  return info;
}

/** Warnings are told at the end, as those of one step are: none if not all could be read, or the call was aborted. */
async function warnedAtEnd({ onWarning, ...o }, work) {
  const warnings = [];
  try {
    return await work({ ...o, onWarning: onWarning && ((warning) => warnings.push(warning)) });
  } catch (error) {
    if (isOfReading(error) || error.code === 'ABORT_ERR') {
      warnings.length = 0;
    }
    throw error;
  } finally {
    warnings.forEach((warning) => onWarning(warning));
  }
}

/** Work on the target. Its errors have the path as it was given. */
async function naming(target, absolute, work) {
  try {
    return await work();
  } catch (error) {
    throw typeof error.errno === 'number' && error.path === absolute.toString() ? withPath(error, target) : error;
  }
}

/** The paths are those from the directory in which the call was made. */
async function convertSoon({ source, target, facts = [] }, o) {
  const [absolute, targetNow] = [pathFrom(workingDirectory(), target), pathFromHere(target)];
  const file = new OldFile({ ...source, absolute: pathFrom(workingDirectory(), source.path) }, o);
  const pieces = file.soon();
  let whole, feed;
  const take = (bytes) => naming(target, absolute, async () => {
    if (file.isWhole) {
      whole = bytes;
      return;
    }
    feed ??= new Feed({ ...o, input: 'borrow' }, { size: file.length, wantsWhole: true, file: targetNow() });
    await feed.take(bytes);
    facts[0] += bytes.length;
  });
  const end = () => naming(target, absolute, async () => {
    if (file.isWhole) {
      return convertWholeAsync(whole, o, targetNow());
    }
    await feed.end();
    return feed.info;
  });
  try {
    return await fromPieces(pieces, { ...o, maxInputBytes: Infinity }, { take, end, cancel: () => feed?.close() });
  } finally {
    await Promise.all([file.stop(pieces), feed?.close()]);
  }
}

const convertHereAsync = (request) => warnedAtEnd(request.o, (o) => convertSoon(request, o));

// ---- The calls --------------------------------------------------------------------------------

function convertFile(from, to, options) {
  const request = prepare(from, to, options);
  throwIfAborted(request.o.signal);
  try {
    return (isForAddon(request.source) ? convertNatively : convertHere)(request);
  } catch (error) {
    throw withLimit(error, request);
  }
}

/** convertFile for thousands of files, for cli/: a function (from, to), whose options were read once. It looks neither
 * at the extension of `to` nor at a signal, and a file that is too long is EFBIG. It returns info, or without
 * `wantsInfo`, which takes longer than all else in JavaScript, the BMP's length only: { bmp: { byteLength } }. */
function fileConverter(options, wantsInfo) {
  const o = readOptions(options);
  const answer = wantsInfo ? infoOf : (_, facts) => ({ bmp: { byteLength: byteLengthOf(facts) } });
  return (from, to) => {
    const request = { source: toSource(from), target: toWritablePath(to, 'to'), o };
    return (isForAddon(request.source) ? convertNatively : convertHere)(request, answer);
  };
}

async function start(request) {
  try {
    return await (isForAddon(request.source) ? convertNativelyAsync : convertHereAsync)(request);
  } catch (error) {
    throw withLimit(error, request);
  }
}

function convertFileAsync(from, to, ...rest) {
  const [, options, callback] = sortArguments(undefined, ...rest);
  return settle(callback, () => {
    const request = prepare(from, to, options);
    return start({ ...request, o: bindWarnings(request.o) });
  });
}

/** The same for several files with one call, at most MOST_FILES: a function of their names [from, to, from, to ...] as
 * strings. It returns the lengths of the BMPs, until the next call: of all, or of those before
 * a file that fails, of which it says nothing, or up to one with warnings. undefined where there is no such call, or
 * the permission model is to be asked for each file. */
function filesConverter(options) {
  if (native.convertFiles === undefined || process.permission !== undefined) {
    return undefined;
  }
  const { values, onWarning, maxInputBytes } = readOptions(options);
  const lengths = newFileFacts();
  return (names) => {
    const bytes = Buffer.from(`${names.join('\0')}\0`);
    const count = native.convertFiles(bytes, bytes.length, values, onWarning, -1, maxInputBytes, NO_PATH, lengths);
    return lengths.subarray(0, count);
  };
}

/** convertFileAsync(from, to, options) for cli/, which shows how far it is: { promise, bytesDone() }. The second answers,
 * until the promise settles, how many bytes of the PNG have been converted; 0 if that is not known. */
function startConversion(from, to, options) {
  const request = prepare(from, to, options);
  const facts = newFileFacts();
  return { promise: start({ ...request, o: bindWarnings(request.o), facts }), bytesDone: () => facts[0] };
}

module.exports = { MOST_FILES, convertFile, convertFileAsync, fileConverter, filesConverter, startConversion };
