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
  getBMP: sync.getBMP,
  getBMPAsync: async.getBMPAsync,
  getBMPInto: sync.getBMPInto,
  createConverter,
  createBMPStream,
  saveBMP: save.saveBMP,
  saveBMPAsync: save.saveBMPAsync,
  convertFile,
  convertFileAsync,
  readInfo: sync.readInfo,
  encodeBMP: sync.encodeBMP,
  encodeBMPAsync: async.encodeBMPAsync,
  encodeICO,
  encodeICOAsync,
  saveICO: save.saveICO,
  saveICOAsync: save.saveICOAsync,
  decodePNG: sync.decodePNG,
  decodePNGAsync: async.decodePNGAsync,
  constants,
  errors,
  versions,
};
