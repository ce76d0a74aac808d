'use strict';

const { hasAlpha, rgba16 } = require('./image');

/**
 * The model: what the options must give, in plain arithmetic on whole numbers,
 * written from the decision tables and not from the converter.
 */

const DEFAULTS = {
    format: 'bgr24',
    alpha: 'blend',
    background: [255, 255, 255],
    topDown: false,
    depth16: 'round',
};

function parseBackground(background) {
    if (typeof background !== 'string') return background;
    return [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
}

/** 16 bits to 8. */
function reduce(value, depth16) {
    return depth16 === 'truncate' ? value >> 8 : Math.floor((value * 255 + 32767) / 65535);
}

/** round((colour * alpha + background * (max - alpha)) / max); max is odd, so no ties. */
function blend(color, alpha, background, max) {
    return Math.floor((color * alpha + background * (max - alpha) + (max - 1) / 2) / max);
}

/** One 16-bit colour as the 8 bits of a format without alpha. */
function opaqueSample(color, alpha, background, { bitDepth, depth16, alpha: rule }) {
    if (bitDepth === 16) {
        const blended = rule === 'drop' ? color : blend(color, alpha, background * 257, 65535);
        return reduce(blended, depth16);
    }
    return rule === 'drop' ? color / 257 : blend(color / 257, alpha / 257, background, 255);
}

function opaqueColor([r, g, b, a], settings) {
    return [r, g, b].map((color, c) => opaqueSample(color, a, settings.background[c], settings));
}

/**
 * The pixels that a BMP shows, R G B A a pixel, top row first.
 *
 * pixels: R G B A of 16 bits each (8-bit values times 257).
 */
function expectedRgba(pixels, bitDepth, options = {}) {
    const settings = { ...DEFAULTS, ...options, bitDepth };
    settings.background = parseBackground(settings.background);
    const out = new Uint8Array(pixels.length);
    for (let i = 0; i < pixels.length; i += 4) {
        const pixel = pixels.subarray(i, i + 4);
        if (settings.format === 'bgra32')
            out.set(
                Array.from(pixel, (v) => (bitDepth === 16 ? reduce(v, settings.depth16) : v / 257)),
                i,
            );
        else out.set([...opaqueColor(pixel, settings), 255], i);
    }
    return out;
}

/** What 'auto' picks: the smallest format that loses nothing. */
function autoFormat(image) {
    if (hasAlpha(image)) return 'bgra32';
    return image.colorType === 2 ? 'bgr24' : 'indexed';
}

function canBeIndexed(image, { alpha }) {
    if (image.colorType !== 0 && image.colorType !== 3) return false;
    // 256 grays have no room for the background's colour.
    return !(image.bitDepth === 16 && image.key && alpha === 'blend');
}

/** The pixel colour of each index: R G B A of 16 bits, as rgba16() gives them. */
function indexColors(image) {
    const count = image.bitDepth === 16 ? 256 : 2 ** image.bitDepth;
    const bitDepth = Math.min(image.bitDepth, 8);
    const key = image.bitDepth === 16 ? null : image.key;
    const samples = Uint16Array.from({ length: count }, (_, i) => i);
    return {
        bitDepth,
        colors: rgba16({ ...image, bitDepth, key, samples, width: count, height: 1 }),
    };
}

function expectedPalette(image, options) {
    const { bitDepth, colors } = indexColors(image);
    const shown = expectedRgba(colors, bitDepth, { ...options, format: 'indexed' });
    // PLTE may have fewer entries than the depth allows: those are plain black.
    return Array.from({ length: shown.length / 4 }, (_, i) => [
        ...shown.subarray(i * 4, i * 4 + 3),
    ]);
}

/**
 * What an image must become: { error } or { format, bitsPerPixel, width, height,
 * topDown, palette, indices, rgba }.
 */
function expectedBmp(image, options = {}) {
    const settings = { ...DEFAULTS, ...options };
    const format = settings.format === 'auto' ? autoFormat(image) : settings.format;
    settings.format = format;
    const common = {
        format,
        width: image.width,
        height: image.height,
        topDown: settings.topDown,
        bitsPerPixel: format === 'bgr24' ? 24 : 32,
        palette: [],
        rgba: expectedRgba(rgba16(image), image.bitDepth, settings),
    };
    if (format !== 'indexed') return common;
    if (!canBeIndexed(image, settings)) return { error: 'ERR_FORMAT' };
    const indices = Uint8Array.from(image.samples, (v) =>
        image.bitDepth === 16 ? reduce(v, settings.depth16) : v,
    );
    return {
        ...common,
        bitsPerPixel: image.bitDepth === 1 ? 1 : 8,
        palette: expectedPalette(image, settings),
        indices,
    };
}

module.exports = { expectedBmp, expectedRgba, reduce };
