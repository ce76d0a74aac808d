'use strict';

// Images that are turned: pixel by pixel, as the words say.

/** What brings an image of this Exif orientation upright, in order: Exif 2.32, tag 0x0112. */
const UPRIGHT = {
  1: [], 2: ['flop'], 3: [180], 4: ['flip'], 5: [90, 'flop'], 6: [90], 7: [270, 'flop'], 8: [270],
};

/** Where pixel (x, y) of what a step makes comes from, in an image of width x height. */
const FROM = {
  90: (x, y, { height }) => [y, height - 1 - x],
  180: (x, y, { width, height }) => [width - 1 - x, height - 1 - y],
  270: (x, y, { width }) => [width - 1 - y, x],
  flip: (x, y, { height }) => [x, height - 1 - y],
  flop: (x, y, { width }) => [width - 1 - x, y],
};

function step(image, name) {
  const isQuarter = name === 90 || name === 270;
  const [width, height] = isQuarter ? [image.height, image.width] : [image.width, image.height];
  const { channels } = image;
  const samples = image.samples.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = FROM[name](x, y, image);
      const from = (fromY * image.width + fromX) * channels;
      for (let c = 0; c < channels; c++) samples[(y * width + x) * channels + c] = image.samples[from + c];
    }
  }
  const density = image.density && isQuarter ? { x: image.density.y, y: image.density.x } : image.density;
  return { ...image, width, height, samples, ...(density && { density }) };
}

/** The steps of the options: turned first, then flipped and flopped. */
function stepsOf({ rotate = 0, flip = false, flop = false }, orientation = 1) {
  const turns = rotate === 'exif' ? UPRIGHT[orientation] : rotate === 0 ? [] : [rotate];
  return [...turns, ...(flip ? ['flip'] : []), ...(flop ? ['flop'] : [])];
}

/** An image of width, height, channels and samples as the options turn it. */
const turned = (image, options, orientation) => stepsOf(options, orientation).reduce(step, image);

module.exports = { stepsOf, turned };
