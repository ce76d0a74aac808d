'use strict';

// What has to do with files, for main.js, where there is node:fs.

const work = require('../wasm/request');
const { createSaves } = require('../wasm/saves');

/** saves() has the calls, which need the library's functions. */
module.exports = { work, createSaves, saves: () => require('../save').calls };
