'use strict';

// Names that a BMP should not have.

const { argumentValueError } = require('./errors');

/** Of pictures, icons and cursors that are not BMPs: such a file would be opened as what it is not. */
const otherExtensions = [
  'ani', 'apng', 'avif', 'cur', 'dds', 'eps', 'exr', 'gif', 'hdr', 'heic', 'heif', 'icns', 'ico', 'jfif', 'jp2',
  'jpe', 'jpeg', 'jpg', 'jxl', 'pam', 'pbm', 'pcx', 'pdf', 'pgm', 'png', 'pnm', 'ppm', 'psd', 'qoi', 'svg', 'tga',
  'tif', 'tiff', 'webp', 'xcf',
];

const instead = { ico: 'encodeICO makes icons', cur: 'encodeICO makes cursors' };

/** Refuses a name that ends in one of them, unless `forceExtension` says that it is meant. */
function checkExtension(path, name, { forceExtension }) {
  const extension = /\.(\w+)$/.exec(name)?.[1].toLowerCase();
  if (!forceExtension && otherExtensions.includes(extension)) {
    throw argumentValueError('argument', 'path', `a name for a BMP, not .${extension} ` +
      `(${instead[extension] ?? 'forceExtension: true writes it all the same'})`, path);
  }
}

module.exports = { checkExtension, otherExtensions };
