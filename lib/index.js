'use strict';

// The public interface, described in index.d.ts.

const sync = require('./sync');
const async = require('./async');
const { createConverter } = require('./converter');
const save = require('./save');
const { convertFile, convertFileAsync } = require('./convert-file');
const { createBMPStream } = require('./stream');
const { encodeICO, encodeICOAsync } = require('./ico');
const { constants, errors, versions } = require('./facts');

module.exports = {
  ...sync.calls,
  ...async.calls,
  createConverter,
  createBMPStream,
  ...save.calls,
  convertFile,
  convertFileAsync,
  encodeICO,
  encodeICOAsync,
  constants,
  errors,
  versions,
};
