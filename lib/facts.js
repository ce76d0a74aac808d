'use strict';

// Constants: names, codes, versions.

const native = require('./native');
const { PngError } = require('./errors');
const { otherExtensions } = require('./extensions');
const { palettes } = require('./palettes');
const { choiceNames, defaultOf, inputs, offered } = require('./options');

function warningCodes() {
  const all = Object.keys(native.codes);
  const warnings = all.slice(all.indexOf(native.firstWarning));
  return Object.fromEntries(warnings.map((code) =>
    [code.replace('ERR', 'WARN'), native.codes[code]]));
}

/** 'depth16' gives 'depths16'. */
const plural = (name) => name.replace(/\d*$/, 's$&');

const constants = Object.freeze({
  ...Object.fromEntries(choiceNames.map((name) => [plural(name), Object.freeze(offered(name))])),
  palettes: Object.freeze(Object.keys(palettes)),
  inputs: Object.freeze(inputs),
  otherExtensions: Object.freeze(otherExtensions),
  colorTypes: Object.freeze({ gray: 0, rgb: 2, palette: 3, grayAlpha: 4, rgbAlpha: 6 }),
  DEFAULT_MAX_PIXELS: defaultOf('maxPixels'),
  DEFAULT_MAX_MEMORY: defaultOf('maxMemory'),
  MAX_BMP_LENGTH: 0xffffffff,
});

const errors = Object.freeze({
  PngError,
  codes: Object.freeze(native.codes),
  warnings: Object.freeze(warningCodes()),
});

module.exports = { constants, errors, versions: Object.freeze(native.versions) };
