'use strict';

// The calls that write a file.

const { builtin } = require('./environment');

const { Buffer } = builtin('node:buffer') ?? require('node:buffer');

const native = require('./native');
const { bindWarnings, canFeed, run, runPieces, runPng, settle, sortArguments } = require('./async');
const { isCollectable } = require('./collect');
const { checkExtension } = require('./extensions');
const { beginICO, encodeICO } = require('./ico');
const { readOptions, readable } = require('./options');
const { toWritablePath } = require('./permission');
const { checkOrder, pathFromHere } = require('./save-path');
const { begin } = require('./sync');

const nameOf = (file) => Buffer.from(file).toString('latin1');

/** Reads the options of a save into this file. argument: the name of its path. */
function readerFor(path, file, argument) {
  return (options) => {
    const o = readOptions(options);
    checkExtension(path, nameOf(file), 'bmp', o, argument);
    return o;
  };
}

function saveBMP(path, png, length, options) {
  checkOrder(path, png);
  const file = toWritablePath(path);
  const { view, size, o } = begin(png, length, options, readerFor(path, file));
  return native.save(view, size, o.values, o.onWarning, file);
}

function saveBMPAsync(path, png, ...rest) {
  const [length, options, callback] = sortArguments(...rest);
  return settle(callback, () => {
    checkOrder(path, png);
    const file = toWritablePath(path);
    const read = readerFor(path, file);
    if (canFeed(png, length)) {
      return runPieces(png, bindWarnings(read(options)), () => true, file);
    }
    const pathNow = isCollectable(png) ? pathFromHere(file) : () => file;
    return runPng(png, length, options, (...common) => native.saveAsync(...common, pathNow()), read);
  });
}

/** The options that concern the file, for an icon: own properties, as everywhere. */
function fileOptions(path, file, options = {}) {
  const { flag, sync, signal, forceExtension, type } = { __proto__: null, ...readable(options) };
  const o = readOptions({ flag, sync, signal, forceExtension });
  checkExtension(path, nameOf(file), type === 'cursor' ? 'cursor' : 'icon', o);
  return o;
}

function saveICO(path, images, options) {
  const file = toWritablePath(path);
  const icon = encodeICO(images, options);
  return native.saveBytes(icon, icon.length, fileOptions(path, file, options).values, undefined, file);
}

function saveICOAsync(path, images, ...rest) {
  const [, options, callback] = sortArguments(undefined, ...rest);
  return settle(callback, async () => {
    const file = toWritablePath(path);
    const pathNow = pathFromHere(file);
    const o = fileOptions(path, file, options);
    const icon = await beginICO(images, options);
    return run('icon', icon, icon.length, o, (...common) => native.saveBytesAsync(...common, pathNow()));
  });
}

module.exports = {
  /** Those that lib/ exports. */
  calls: { saveBMP, saveBMPAsync, saveICO, saveICOAsync },
  readerFor,
};
