'use strict';

// The functions of the addon that write files, in WebAssembly.

const { builtin } = require('../environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');
const fs = builtin('node:fs') ?? require('node:fs');
const { process } = globalThis;

const { bytesOf } = require('../input');
const { pathFrom, workingDirectory } = require('../save-path');
const { bytesToFile, toFile } = require('./to-file');
const { newFlag } = require('./work');

/** Longer paths are refused by every system. */
const LONGEST_PATH = 4095;

/** The absolute path of the file, unless it is too long. */
function absoluteOf(file) {
  const absolute = pathFrom(workingDirectory(), file);
  return absolute.length <= LONGEST_PATH ? absolute : file;
}

/** Whether writing may have to wait for a reader: of a pipe, for one. */
function mayWait(file) {
  try {
    return !fs.statSync(file).isFile();
  } catch {
    return false; // there is none, or the save says what is wrong
  }
}

/** A process that ends waits at most so long for what its threads remove. */
const END_MS = 2000;

/** Closes saves that are not complete, so that no temporary file stays. Promises are not settled any more. */
function closeNow(places) {
  const end = performance.now() + END_MS;
  places.forEach((place) => place.close());
  for (const { flag } of places) {
    if (flag) {
      Atomics.wait(flag, 0, 1, Math.max(0, end - performance.now()));
    }
  }
}

/** The calls, of the engine on this thread and what createCalls and createFeeds give. isFromFile: it is half of convertFile,
 * to which other limits apply. */
function createSaves({ engine, settled, start, open, places, cancel }) {
  let listens = false;

  function closeAtEnd(place) {
    places.add(place);
    if (!listens) {
      listens = true;
      process.on('exit', () => closeNow(places));
    }
  }

  function save(view, length, values, onWarning, file, isFromFile) {
    settled(toFile(engine, bytesOf(view, length), { values, isFromFile }, file, file), onWarning, save);
    return true;
  }

  function saveBytes(view, length, values, onWarning, file) {
    settled(bytesToFile(engine, bytesOf(view, length), { values }, file, file), onWarning, saveBytes);
    return true;
  }

  async function startSave(request, view, length, onWarning, ticket, file) {
    const path = Buffer.from(file);
    const own = ticket || {};
    const place = { flag: newFlag(), close: () => cancel(own) };
    closeAtEnd(place);
    try {
      await start(view, length, { ...request, flag: place.flag, to: absoluteOf(path), path }, onWarning, own);
    } finally {
      places.delete(place);
    }
    return true;
  }

  const saveAsync = (view, length, values, onWarning, _copy, ticket, file, isFromFile) =>
    startSave({ options: { values, isFromFile } }, view, length, onWarning, ticket, file);

  const saveBytesAsync = (view, length, values, onWarning, _copy, ticket, file) =>
    startSave({ options: { values }, asIs: true }, view, length, onWarning, ticket, file);

  function openSave(file, values, size) {
    const path = Buffer.from(file);
    const stream = open({ values, size, wantsWhole: true, to: absoluteOf(path), path, mayWait: mayWait(path) });
    closeAtEnd(stream.place);
    return stream;
  }

  return { save, saveAsync, saveBytes, saveBytesAsync, openSave };
}

module.exports = { createSaves };
