'use strict';

/**
 * An image of another size, in floating point and by the definitions alone: of each pixel all weights, of light,
 * premultiplied. Slow.
 */

const fromSample = (v) => (v <= 0.04045 * 255 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const toSample = (l) => 255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055);
const within = (value, most) => Math.min(Math.max(value, 0), most);

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos3 = (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);

function catmullRom(signed) {
  const x = Math.abs(signed);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

// ---- Sides ------------------------------------------------------------------------------------

function sizeOf(size) {
  if (typeof size !== 'string') return size;
  const [width, height] = size.split('x').map((side) => (side === '' ? undefined : Number(side)));
  return { width, height };
}

const inRatio = (length, to, from) => within(Math.floor((length * to + Math.floor(from / 2)) / from), 0x7fffffff) || 1;

/** { width, height } of the result. */
function canvasOf(image, { size }) {
  const { width, height } = sizeOf(size);
  return {
    width: width ?? inRatio(image.width, height, image.height),
    height: height ?? inRatio(image.height, width, image.width),
  };
}

/** { width, height } that the image is resized to, before anything is cut off or added. */
function scaledOf(image, options, canvas) {
  const { fit = 'cover' } = options;
  const { width, height } = sizeOf(options.size);
  if (fit === 'none') return { width: image.width, height: image.height };
  if (fit === 'fill' || width === undefined || height === undefined) return canvas;
  const isWider = canvas.width * image.height >= canvas.height * image.width;
  return isWider === (fit === 'cover')
    ? { width: canvas.width, height: inRatio(image.height, canvas.width, image.width) }
    : { width: inRatio(image.width, canvas.height, image.height), height: canvas.height };
}

const START = { left: 0, top: 0, right: 1, bottom: 1 };

/** Where the image begins along a side: negative if it is cut off. words: of the position that are about it. */
function startOf(canvas, scaled, [word]) {
  const rest = canvas - scaled;
  const share = word === undefined ? 0.5 : START[word];
  return Math.sign(rest) * Math.floor(Math.abs(rest) * share);
}

/** { canvas, scaled, x, y, hasBars } */
function placesOf(image, options) {
  const canvas = canvasOf(image, options);
  const scaled = scaledOf(image, options, canvas);
  const words = (options.position ?? 'center').split(' ');
  const x = startOf(canvas.width, scaled.width, words.filter((word) => word === 'left' || word === 'right'));
  const y = startOf(canvas.height, scaled.height, words.filter((word) => word === 'top' || word === 'bottom'));
  return { canvas, scaled, x, y, hasBars: scaled.width < canvas.width || scaled.height < canvas.height };
}

// ---- Pixels --------------------------------------------------------------------------------------

/** [[place, weight], ...] for pixel i of `to` that are made of `from`. */
function weightsOf(from, to, i, isNearest) {
  const middle = (i + 0.5) * from / to;
  if (isNearest || from === to) return [[Math.floor((2 * i + 1) * from / (2 * to)), 1]];
  const scale = Math.max(1, from / to);
  const list = [];
  let sum = 0;
  for (let k = Math.max(0, Math.floor(middle - 3 * scale) - 1); k < Math.min(from, middle + 3 * scale + 1); k++) {
    const weight = (to < from ? lanczos3 : catmullRom)((k + 0.5 - middle) / scale);
    list.push([k, weight]);
    sum += weight;
  }
  return list.map(([k, weight]) => [k, weight / sum]);
}

/** Rows of four numbers per pixel, resized along their length; then turned, so that columns are next. */
function resizeAcross({ width, height, data }, start, count, weights) {
  const out = new Float64Array(4 * count * height);
  for (let i = 0; i < count; i++) {
    for (const [k, weight] of weights(start + i)) {
      for (let y = 0; y < height; y++) {
        for (let c = 0; c < 4; c++) out[4 * (i * height + y) + c] += weight * data[4 * (y * width + k) + c];
      }
    }
  }
  return { width: height, height: count, data: out };
}

function toLight(rgba) {
  return Float64Array.from(rgba, (v, i) => (i % 4 === 3 ? v / 255 : fromSample(v) * rgba[i - i % 4 + 3] / 255));
}

/** One pixel, not rounded. */
function toSamples([r, g, b, a]) {
  const alpha = within(a, 1);
  return [...[r, g, b].map((light) => (alpha > 0 ? toSample(within(light, alpha) / alpha) : 0)), 255 * alpha];
}

/**
 * { width, height, rgba } of an image { width, height, rgba } of 8 bits; rgba: numbers that are not rounded, and
 * transparent around the image. options: size, fit, position, kernel.
 */
function resized(image, options) {
  const { canvas, scaled, x, y } = placesOf(image, options);
  const isNearest = options.kernel === 'nearest';
  const isCopied = isNearest || (scaled.width === image.width && scaled.height === image.height);
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const count = { width: Math.min(scaled.width, canvas.width), height: Math.min(scaled.height, canvas.height) };
  const data = isCopied ? image.rgba : toLight(image.rgba);
  const wide = resizeAcross({ ...image, data }, left - x, count.width, (i) => weightsOf(image.width, scaled.width, i, isNearest));
  const whole = resizeAcross(wide, top - y, count.height, (i) => weightsOf(image.height, scaled.height, i, isNearest));
  const rgba = new Float64Array(4 * canvas.width * canvas.height);
  for (let row = 0; row < count.height; row++) {
    for (let column = 0; column < count.width; column++) {
      const at = 4 * (row * count.width + column);
      const pixel = whole.data.slice(at, at + 4);
      rgba.set(isCopied ? pixel : toSamples(pixel), 4 * ((top + row) * canvas.width + left + column));
    }
  }
  return { ...canvas, rgba };
}

/**
 * Where pixels of whole numbers differ from those that are not rounded, by more than 1; of colours under alpha, whose
 * light is a share of it, by more than a five thousandth of all light. -1: nowhere.
 */
function differsAt(found, wanted) {
  return wanted.findIndex((value, i) => {
    if (Math.abs(found[i] - value) <= 1.1) return false;
    if (i % 4 === 3) return true;
    const alpha = wanted[i - i % 4 + 3];
    if (alpha >= 254) return true;
    return alpha > 1 && Math.abs(fromSample(found[i]) - fromSample(value)) * alpha / 255 > 1 / 5000;
  });
}

module.exports = { differsAt, placesOf, resized };
