'use strict';

// The calls that convert into a file.

const native = require('./native');
const { runPng, settle, sortArguments } = require('./async');
const { toWritablePath } = require('./permission');
const { checkOrder } = require('./save-path');
const { begin } = require('./sync');

function saveBMP(path, png, length, options) {
  checkOrder(path, png);
  const file = toWritablePath(path);
  const { view, size, o } = begin(png, length, options);
  return native.save(view, size, o.values, o.onWarning, file);
}

function saveBMPAsync(path, png, ...rest) {
  const [length, options, callback] = sortArguments(...rest);
  return settle(callback, () => {
    checkOrder(path, png);
    const file = toWritablePath(path);
    return runPng(png, length, options, (...common) => native.saveAsync(...common, file));
  });
}

module.exports = { saveBMP, saveBMPAsync };
