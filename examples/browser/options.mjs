// What the form says, as options of the library: only those that have an effect, and differ from the defaults,
// so that the command and the script that are made of them are as short as they can be.

import { MEASURED } from './panels.mjs';

const DITHERED_FORMATS = ['mono1', 'rgb565', 'rgb555'];

const DIGITS = '#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])';
const COLORS = new RegExp(`(?<![0-9a-z=#])${DIGITS}(?:=${DIGITS})?`, 'gi');

const colorOf = (digits) => `#${(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits).toLowerCase()}`;

/**
 * The colours in a text, such as '#fff, 000000' or one a line: ['#ffffff', '#000000']. 'ff0000=b21318' is the colour
 * ff0000, of which b21318 is seen.
 */
export function colorsIn(text) {
  return [...text.matchAll(COLORS)].map(([, color, seen]) => (seen === undefined ? colorOf(color)
    : { color: colorOf(color), seen: colorOf(seen) }));
}

/** { palette }, { colors } or {}: what the colours of an image become. */
function paletteOf({ palette, colors, list }) {
  if (palette === 'own') return {};
  if (palette === 'best') return { colors: Number(colors) };
  return { palette: palette === 'list' ? colorsIn(list) : palette };
}

/** Whether the palette says what is seen of its colours. */
function hasSeen({ palette, list, seen }) {
  return palette === 'list' ? colorsIn(list).some((entry) => typeof entry === 'object')
    : Object.hasOwn(MEASURED, palette) && seen === 'measured';
}

/** Colours without a format mean 'indexed', and nothing at all means 'bgr24'. */
function formatOf(format, hasColors) {
  return format === (hasColors ? 'indexed' : 'bgr24') ? {} : { format };
}

const takesAlpha = ({ format }) => format === 'bgra32';

function alphaOf(values) {
  const { alpha, alphaThreshold, background } = values;
  if (takesAlpha(values)) return alpha === 'premultiply' ? { alpha } : {};
  if (alpha === 'drop') return { alpha };
  const under = background === '#ffffff' ? {} : { background };
  if (alpha !== 'key') return under;
  return { alpha, ...(Number(alphaThreshold) === 128 ? {} : { alphaThreshold: Number(alphaThreshold) }), ...under };
}

function blackAndWhiteOf({ threshold, invert }) {
  return { ...(Number(threshold) === 128 ? {} : { threshold: Number(threshold) }), ...(invert ? { invert } : {}) };
}

const given = (name, value) => (value === '' || value === undefined ? {} : { [name]: value });
const numbered = (name, value) => (value === '' ? {} : { [name]: Number(value) });

/** Which fields of the form have an effect: the others are hidden. */
export function fieldsOf(values) {
  const isIcon = values.output === 'ico';
  const hasPalette = values.format === 'indexed';
  const hasColors = hasPalette && values.palette !== 'own';
  const isSeen = hasColors && hasSeen(values);
  const canBeExact = hasColors && !isIcon && !isSeen;
  const isMatched = hasColors && !(canBeExact && values.exact); // with the nearest color, not only an equal one
  const isDithered = values.dither === '' ? isMatched || values.format === 'mono1' // by default
    : values.dither !== 'none' && (isMatched || DITHERED_FORMATS.includes(values.format));
  const isKey = !isIcon && !takesAlpha(values) && values.alpha === 'key';
  return {
    format: true,
    palette: hasPalette,
    colors: hasColors && values.palette === 'best',
    list: hasColors && values.palette === 'list',
    bits: hasPalette,
    seen: hasColors && Object.hasOwn(MEASURED, values.palette),
    exact: canBeExact,
    dither: isMatched || DITHERED_FORMATS.includes(values.format),
    light: isDithered,
    tone: isSeen,
    threshold: values.format === 'mono1',
    invert: values.format === 'mono1',
    alpha: !isIcon,
    alphaThreshold: isKey,
    background: !isIcon && !takesAlpha(values) && values.alpha !== 'drop',
    png: isIcon && values.format === 'bgra32',
    colorSpace: true,
    density: !isIcon,
    header: !isIcon,
    topDown: !isIcon,
  };
}

/** How colours are chosen and dithered. */
function reductionOf(values, fields) {
  return {
    ...(fields.bits ? numbered('bits', values.bits) : {}),
    ...(fields.seen ? given('seen', values.seen) : {}),
    ...(fields.exact && values.exact ? { exact: true } : {}),
    ...(fields.dither ? given('dither', values.dither) : {}),
    ...(fields.light ? given('light', values.light) : {}),
    ...(fields.tone ? given('tone', values.tone) : {}),
  };
}

const colorSpaceOf = ({ colorSpace }) => given('colorSpace', colorSpace);

/** The options of getBMP for these values of the form. */
function bmpOptions(values, fields) {
  const colors = fields.palette ? paletteOf(values) : {};
  return {
    ...formatOf(values.format, Object.keys(colors).length > 0),
    ...colors,
    ...reductionOf(values, fields),
    ...(fields.threshold ? blackAndWhiteOf(values) : {}),
    ...alphaOf(values),
    ...colorSpaceOf(values),
    ...numbered('density', values.density),
    ...given('header', values.header),
    ...(values.topDown ? { topDown: true } : {}),
  };
}

/** The options of encodeICO, whose images have 32 bits or a palette. */
function icoOptions(values, fields) {
  return {
    ...(fields.palette && values.palette === 'own' ? { format: 'indexed' } : {}),
    ...(fields.palette ? paletteOf(values) : {}),
    ...reductionOf(values, fields),
    ...colorSpaceOf(values),
    ...(fields.png && values.png !== 'large' ? { png: values.png } : {}),
  };
}

export function optionsOf(values) {
  return (values.output === 'ico' ? icoOptions : bmpOptions)(values, fieldsOf(values));
}
