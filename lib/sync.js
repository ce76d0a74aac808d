'use strict';

// The calls that convert before they return.

const native = require('./native');
const { AbortError } = require('./errors');
const { checkOrder, toLength, toPixels, toView } = require('./input');
const { depth16Of, readDecodeOptions, readOptions } = require('./options');
const { toWritablePath } = require('./permission');

function throwIfAborted(signal) {
  if (signal !== undefined && signal.aborted) {
    throw new AbortError(signal.reason);
  }
}

function getBMP(png, length, options) {
  if (typeof length === 'object') {
    options = length;
    length = undefined;
  }
  const view = toView('png', png);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, length);
  return native.convert(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning);
}

function getBMPInto(target, png, options) {
  const output = toView('target', target);
  const view = toView('png', png);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, undefined);
  return native.convertInto(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning, output);
}

function saveBMP(path, png, length, options) {
  if (typeof length === 'object') {
    options = length;
    length = undefined;
  }
  checkOrder(path, png);
  const file = toWritablePath(path);
  const view = toView('png', png);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, length);
  return native.save(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning, file);
}

// Where the addon writes facts of a plan: read at once, before anything else runs.
const facts = new Float64Array(10);

function readInfo(png, options) {
  const view = toView('png', png);
  const o = readOptions(options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, undefined);
  native.plan(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning, facts);
  return {
    width: facts[0],
    height: facts[1],
    bitDepth: facts[2],
    colorType: facts[3],
    interlaced: facts[4] === 1,
    hasAlpha: facts[5] === 1,
    bmp: {
      format: native.names.format[facts[6]],
      bitsPerPixel: facts[7],
      byteLength: facts[8],
    },
    memory: facts[9],
  };
}

function encodeBMP(pixels, options) {
  const o = readOptions(options);
  throwIfAborted(o.signal);
  const { view, size, width, height, channels, stride } = toPixels(pixels, depth16Of(o));
  return native.encode(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning,
    width, height, channels, stride);
}

function decodePNG(png, options) {
  const view = toView('png', png);
  const o = readDecodeOptions(options);
  throwIfAborted(o.signal);
  const size = toLength('png', view, undefined);
  const own = new Float64Array(10);
  const data = native.decode(view, size, o.flags, o.background, o.maxPixels, o.maxMemory, o.onWarning, own);
  return { data, width: own[0], height: own[1], channels: o.channels };
}

module.exports = {
  throwIfAborted, getBMP, getBMPInto, saveBMP, readInfo, encodeBMP, decodePNG,
};
