'use strict';

// The addon (or lib/wasm/load.js in its place) as this load of lib/ uses it. Its functions find the data of their
// load on the object that they are called on: see addon/instance.h. There may be several loads around one
// addon: jest makes one for every test file.

const { builtin, environmentVariable } = require('./environment');

const { Buffer, constants } = builtin('node:buffer') ?? require('node:buffer');

const { errorFromNative, argumentValueError } = require('./errors');
const { loadBackend } = require('./load-backend');

const addon = loadBackend();

// PNG2BMP_CPU restricts the hot functions to one instruction set, for tests and comparisons. Every level
// gives the same bytes.
function cpuLevel() {
  const name = environmentVariable('PNG2BMP_CPU') || 'auto';
  const { choices } = addon.options.find((option) => option.name === 'cpu');
  const level = choices.indexOf(name);
  if (level < 0) {
    throw argumentValueError('environment variable', 'PNG2BMP_CPU', choices, name);
  }
  return level;
}

module.exports = {
  __proto__: addon,
  makeError: errorFromNative,
  allocate: Buffer.allocUnsafeSlow,
  maxLength: constants.MAX_LENGTH,
  cpu: cpuLevel(),
};
