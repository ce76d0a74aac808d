'use strict';

const { createRandom } = require('./random');

/** PNG specification, table 11.1: the 15 valid combinations. */
const TYPES = [
  { colorType: 0, bitDepth: 1 },
  { colorType: 0, bitDepth: 2 },
  { colorType: 0, bitDepth: 4 },
  { colorType: 0, bitDepth: 8 },
  { colorType: 0, bitDepth: 16 },
  { colorType: 2, bitDepth: 8 },
  { colorType: 2, bitDepth: 16 },
  { colorType: 3, bitDepth: 1 },
  { colorType: 3, bitDepth: 2 },
  { colorType: 3, bitDepth: 4 },
  { colorType: 3, bitDepth: 8 },
  { colorType: 4, bitDepth: 8 },
  { colorType: 4, bitDepth: 16 },
  { colorType: 6, bitDepth: 8 },
  { colorType: 6, bitDepth: 16 },
];

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const TYPE_NAMES = { 0: 'gray', 2: 'RGB', 3: 'palette', 4: 'gray+alpha', 6: 'RGBA' };

function typeName({ colorType, bitDepth }) {
  return `${TYPE_NAMES[colorType]} ${bitDepth}`;
}

function noise(random, count, levels) {
  const samples = new Uint16Array(count);
  for (let i = 0; i < count; i++) samples[i] = random.below(levels);
  return samples;
}

/** Slow gradients with a little noise, which suit filters and matches. */
function gradients(random, { width, height, channels }, levels) {
  const samples = new Uint16Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        const slope = (x * (c + 1)) / width + (y * (3 - (c % 3))) / height;
        const jitter = random.below(8) === 0 ? random.below(levels) / 16 : 0;
        samples[i] = Math.floor((slope * levels) / 4 + jitter) % levels;
      }
    }
  }
  return samples;
}

/**
 * Makes the colour of one pixel the transparent one, and gives other pixels colours that differ from it in
 * one bit of one channel.
 */
function plantKey(image, random) {
  const { samples, channels } = image;
  const pixels = image.width * image.height;
  const chosen = random.below(pixels) * channels;
  const key = Array.from(samples.subarray(chosen, chosen + channels));
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * channels;
    if (at === chosen) continue;
    const fate = random.below(3);
    if (fate === 2) continue;
    samples.set(key, at);
    if (fate === 1) samples[at + random.below(channels)] ^= 1 << random.below(image.bitDepth);
  }
  return key;
}

/**
 * An image as numbers: `samples` holds width * height * channels values at the file's own depth (palette:
 * indices).
 *
 * entries:      palette images: entries in PLTE (default 2^bitDepth).
 * strayIndices: palette images: also use indices without an entry.
 * transparency: true: a colour key (gray, RGB) or alpha of palette entries; a
 *               number: this many palette entries have an alpha.
 * fill:         'noise' or 'gradients'.
 */
function createImage({
  width,
  height,
  colorType,
  bitDepth,
  seed = 1,
  entries = 2 ** bitDepth,
  strayIndices = false,
  transparency = false,
  fill = 'noise',
}) {
  const random = createRandom(seed);
  const channels = CHANNELS[colorType];
  const image = { width, height, colorType, bitDepth, channels };
  image.palette = null;
  image.paletteAlpha = null;
  image.key = null;

  const levels = colorType === 3 && !strayIndices ? entries : 2 ** bitDepth;
  image.samples =
    fill === 'noise'
      ? noise(random, width * height * channels, levels)
      : gradients(random, image, levels);

  if (colorType === 3) {
    image.palette = Uint8Array.from({ length: entries * 3 }, () => random.below(256));
    if (transparency !== false) {
      const count = transparency === true ? Math.ceil(entries * 0.75) : transparency;
      image.paletteAlpha = Uint8Array.from({ length: count }, () => random.below(256));
      image.paletteAlpha[random.below(count)] = 0;
    }
  } else if (transparency) {
    image.key = plantKey(image, random);
  }
  return image;
}

/** The same image with other numbers in it. */
function withSamples(image, samples) {
  return { ...image, samples: Uint16Array.from(samples) };
}

/** True if there may be pixels that are not opaque. */
function hasAlpha(image) {
  if (image.colorType === 4 || image.colorType === 6 || image.key) return true;
  return image.paletteAlpha !== null && image.paletteAlpha.some((alpha) => alpha < 255);
}

/** Gray level or colour sample at the file's depth, on the scale of 16 bits. */
function widen(value, bitDepth) {
  return (value * 65535) / (2 ** bitDepth - 1);
}

function paletteColor({ palette, paletteAlpha }, index) {
  if (index * 3 >= palette.length) return [0, 0, 0, 65535]; // specification, 11.2.2
  const alpha = paletteAlpha && index < paletteAlpha.length ? paletteAlpha[index] : 255;
  return [...palette.subarray(index * 3, index * 3 + 3), alpha].map((v) => v * 257);
}

function isKey(image, at) {
  return image.key !== null && image.key.every((value, c) => image.samples[at + c] === value);
}

function pixelColor(image, at) {
  const { samples, colorType, bitDepth } = image;
  const at16 = (c) => widen(samples[at + c], bitDepth);
  switch (colorType) {
    case 0:
      return [at16(0), at16(0), at16(0), isKey(image, at) ? 0 : 65535];
    case 2:
      return [at16(0), at16(1), at16(2), isKey(image, at) ? 0 : 65535];
    case 3:
      return paletteColor(image, samples[at]);
    case 4:
      return [at16(0), at16(0), at16(0), at16(1)];
    default:
      return [at16(0), at16(1), at16(2), at16(3)];
  }
}

/** The image as R G B A of 16 bits each, without reduction. */
function rgba16(image) {
  const pixels = image.width * image.height;
  const out = new Uint16Array(pixels * 4);
  for (let i = 0; i < pixels; i++) out.set(pixelColor(image, i * image.channels), i * 4);
  return out;
}

module.exports = { TYPES, createImage, withSamples, hasAlpha, rgba16, typeName };
