'use strict';

// What has to do with files and threads of Node.js, for main.js, where there is node:fs.

const work = require('../wasm/request');
const { createSaves } = require('../wasm/saves');

const openThread = (...given) => require('../wasm/threads').openThread(...given);

/** saves() has the calls, which need the library's functions. */
module.exports = { work, createSaves, openThread, saves: () => require('../save').calls };
