'use strict';

// A save on the calling thread of a PNG that is read in pieces: half of convertFile. Only in the package.

const { FedFile } = require('./to-file');
const { never } = require('./work');

const NO_BYTES = new Uint8Array(0);

/** { error, warnings, numbers } of pieces, the first and an iterator of the others. open: as for FedFile. */
function piecesToFile(module, open, first, rest) {
  const png = new FedFile(module, open);
  const warnings = [];
  let last = png.opened;
  const feed = (request) => {
    for (last of png.steps(request, never)) {
      warnings.push(...last.warnings);
    }
    return last.error === undefined;
  };
  try {
    for (let bytes = first; bytes !== undefined && feed({ bytes }); bytes = rest.next().value);
    if (last.error === undefined) {
      feed({ bytes: NO_BYTES, isLast: true });
    }
    return { ...last, warnings };
  } finally {
    png.close();
    rest.return();
  }
}

/** settled: of createCalls. */
function createSavePieces(module, settled) {
  /** Gives the facts, as a step of openSave does. */
  return function savePieces(first, rest, size, values, onWarning, file) {
    const open = { values, size, wantsWhole: true, to: file, path: file };
    return settled(piecesToFile(module, open, first, rest), onWarning, savePieces).numbers;
  };
}

module.exports = { createSavePieces };
