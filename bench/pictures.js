'use strict';

/* The pictures of bench/palettes.js and bench/sizes.js: ten photographs and ten drawings of the corpus. */

const { corpusFiles, SMOKE } = require('./corpus.js');

const PICTURES = SMOKE ? { photographs: ['sample'] } : {
  photographs: ['Ubuntu-Mate-Cold', 'Ubuntu-Mate-Radioactive', 'Ubuntu-Mate-Warm', 'GammaCygni', 'n1672', 'n5367',
    'vdb152', 'fluent-color', 'garching-gl1', 'garching-ground3'],
  drawings: ['emerald-theme', 'moonlight-theme', 'softwaves-theme', 'plymouth_background_homeworld',
    'shell-appts-classic', 'en-kdenlive_quickstart-mainwindow', 'gnome-help-shell-exit-expanded', 'CakeL',
    'OctopusL', 'Underwater-Sky'],
};

function fileOf(part) {
  const found = corpusFiles().find(({ name, reencoded }) => !reencoded && name.includes(part));
  if (!found) throw new Error(`the corpus has no ${part}`);
  return found.file;
}

module.exports = { PICTURES, fileOf };
