'use strict';

// npm run test:wine: the BMPs as Windows' own loaders see them, LoadImage of GDI and the Windows Imaging
// Component, both as Wine has them. Installs Wine and a compiler for Windows, where it may.

const { WINE_PROGRAMS } = require('../kit/bmp-programs');
const { testReadback } = require('../kit/bmp-readback');

WINE_PROGRAMS.forEach(testReadback);
