'use strict';

// lib/host.js in one file for every runtime: results are Uint8Arrays everywhere.

const web = require('../browser/host');
const { builtin } = require('../environment');

module.exports = builtin('node:fs') === undefined ? web : { ...require('../host'), allocate: web.allocate, wrap: web.wrap };
