'use strict';

// Names that a BMP, an icon or a cursor should not have.

const { argumentValueError } = require('./errors');

/** Of pictures, icons and cursors that are not BMPs: such a file would be opened as what it is not. */
const otherExtensions = [
  'ani', 'apng', 'avif', 'cur', 'dds', 'eps', 'exr', 'gif', 'hdr', 'heic', 'heif', 'icns', 'ico', 'jfif', 'jp2',
  'jpe', 'jpeg', 'jpg', 'jxl', 'pam', 'pbm', 'pcx', 'pdf', 'pgm', 'png', 'pnm', 'ppm', 'psd', 'qoi', 'svg', 'tga',
  'tif', 'tiff', 'webp', 'xcf',
];

const BMPS = ['bmp', 'dib'];

/** What is saved, and the ends of names that would be mistaken. */
const kinds = {
  bmp: { what: 'a BMP', others: otherExtensions },
  icon: { what: 'an icon', others: [...BMPS, ...otherExtensions].filter((end) => end !== 'ico') },
  cursor: { what: 'a cursor', others: [...BMPS, ...otherExtensions].filter((end) => end !== 'cur') },
};

const instead = { ico: 'saveICO makes icons', cur: "saveICO with type: 'cursor' makes cursors" };

/** Refuses a name that ends like another kind of picture than `kind`, unless `forceExtension` says that it is meant. */
function checkExtension(path, name, kind, { forceExtension }, argument = 'path') {
  const extension = /\.(\w+)$/.exec(name)?.[1].toLowerCase();
  const { what, others } = kinds[kind];
  if (!forceExtension && others.includes(extension)) {
    throw argumentValueError('argument', argument, `a name for ${what}, not .${extension} ` +
      `(${instead[extension] ?? 'forceExtension: true writes it all the same'})`, path);
  }
}

module.exports = { checkExtension, kinds, otherExtensions };
