'use strict';

// The bytes of a BMP from the model's answer (test/kit/expected.js): Microsoft's "Bitmap Storage".

const MASKS = { rgb565: [0xf800, 0x7e0, 0x1f, 0], bgra32: [0xff0000, 0xff00, 0xff, 0xff000000] };
const HEADER_BYTES = { info: 40, v4: 108, v5: 124 };
const LCS_SRGB = 0x73524742;
const PROFILE_EMBEDDED = 0x4d424544;
// Rendering intents of ICC (perceptual, relative, saturation, absolute) as values of bV5Intent.
const INTENTS = [4, 2, 1, 8];

const words = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, 4 * i));
  return bytes;
};

function headerKind({ header, profile, format }) {
  return header ?? (profile === 'embed' ? 'v5' : format === 'bgra32' ? 'v4' : 'info');
}

/** BITMAPINFOHEADER, and what V4 and V5 have in addition. */
function infoHeader(bmp, kind, sizes) {
  const { width, height, topDown, bitsPerPixel, palette, density, profile } = bmp;
  const isLong = kind !== 'info';
  const masks = bmp.format === 'rgb565' || isLong ? MASKS[bmp.format] : undefined;
  const fields = [words(HEADER_BYTES[kind], width, topDown ? -height : height, 1 | bitsPerPixel << 16, masks ? 3 : 0,
    sizes.pixels, density.x, density.y, palette.length, 0)];
  if (!isLong) return Buffer.concat([...fields, words(...(masks ?? []).slice(0, 3))]);
  fields.push(words(...(masks ?? [0, 0, 0, 0]), profile ? PROFILE_EMBEDDED : LCS_SRGB), Buffer.alloc(48));
  if (kind === 'v5') {
    fields.push(profile ? words(INTENTS[profile.intent] ?? 4, sizes.profileAt, profile.bytes.length, 0)
      : words(4, 0, 0, 0));
  }
  return Buffer.concat(fields);
}

const paletteBytes = (palette) => Buffer.from(palette.flatMap(([r, g, b]) => [b, g, r, 0]));

// ---- Rows -------------------------------------------------------------------------------

function putIndices(row, { indices, bitsPerPixel, width }, y) {
  for (let x = 0; x < width; x++) {
    const bit = x * bitsPerPixel;
    row[bit >> 3] |= indices[y * width + x] << (8 - bitsPerPixel - (bit & 7));
  }
}

function putColors(row, { rgba, bitsPerPixel, width }, y) {
  const bytes = bitsPerPixel / 8;
  for (let x = 0; x < width; x++) {
    const from = (y * width + x) * 4;
    row[x * bytes] = rgba[from + 2];
    row[x * bytes + 1] = rgba[from + 1];
    row[x * bytes + 2] = rgba[from];
    if (bytes === 4) row[x * bytes + 3] = rgba[from + 3];
  }
}

function put16(row, { rgba, format, width }, y) {
  const greens = format === 'rgb565' ? 6 : 5;
  const level = (value, bits) => Math.round((value * (2 ** bits - 1)) / 255);
  for (let x = 0; x < width; x++) {
    const from = (y * width + x) * 4;
    row.writeUInt16LE(level(rgba[from], 5) << (5 + greens) | level(rgba[from + 1], greens) << 5 |
      level(rgba[from + 2], 5), 2 * x);
  }
}

function pixelBytes(bmp, stride) {
  const pixels = Buffer.alloc(stride * bmp.height);
  const put = bmp.indices ? putIndices : bmp.bitsPerPixel === 16 ? put16 : putColors;
  for (let y = 0; y < bmp.height; y++) {
    const line = bmp.topDown ? y : bmp.height - 1 - y;
    put(pixels.subarray(line * stride, (line + 1) * stride), bmp, y);
  }
  return pixels;
}

/**
 * bmp: what expectedBmp() gives, with `density` { x, y } in pixels per metre and `profile` { bytes, intent } or
 * undefined. options: those of the conversion, for the headers.
 */
function bmpBytes(bmp, options) {
  const align = options.container === 'rows' ? options.rowAlign ?? 4 : 4;
  const stride = Math.ceil((bmp.width * bmp.bitsPerPixel) / 8 / align) * align;
  if (options.container === 'rows') return pixelBytes(bmp, stride);
  const kind = headerKind({ ...options, format: bmp.format });
  const sizes = { pixels: stride * bmp.height };
  const palette = paletteBytes(bmp.palette);
  sizes.header = infoHeader(bmp, kind, sizes).length + palette.length;
  sizes.profileAt = sizes.header + sizes.pixels;
  const body = [infoHeader(bmp, kind, sizes), palette, pixelBytes(bmp, stride), bmp.profile?.bytes ?? Buffer.alloc(0)];
  if (options.fileHeader === false || options.container === 'dib') return Buffer.concat(body);
  const size = 14 + body.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([Buffer.from('BM'), words(size, 0, 14 + sizes.header), ...body]);
}

module.exports = { bmpBytes };
