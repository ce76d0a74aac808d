'use strict';

// For NODE_OPTIONS=--require: loads the addon that PNG2BMP_TEST_ADDON names in place of the
// one that was built, in every thread and child process.

const Module = require('node:module');
const process = require('node:process');

const load = Module._extensions['.node'];
Module._extensions['.node'] = (module, file) => {
  const other = process.env.PNG2BMP_TEST_ADDON;
  return load(module, file.endsWith('png2bmp.node') ? other : file);
};
