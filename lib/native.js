'use strict';

// The addon, set up for this thread.

const { Buffer, constants } = require('node:buffer');
const process = require('node:process');

const { errorFromNative, argumentValueError } = require('./errors');
const { loadAddon } = require('./load-addon');

const native = loadAddon();

// PNG2BMP_CPU holds the hot functions to one instruction set, for tests and
// comparisons. Every level gives the same bytes.
function cpuLevel() {
  const name = process.env.PNG2BMP_CPU || 'auto';
  const level = native.names.cpu.indexOf(name);
  if (level < 0) {
    throw argumentValueError('environment variable', 'PNG2BMP_CPU', native.names.cpu, name);
  }
  return level;
}

native.setup(errorFromNative, Buffer.allocUnsafeSlow, constants.MAX_LENGTH, cpuLevel());

module.exports = native;
