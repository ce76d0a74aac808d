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
function paletteOf(values) {
  if (values.palette === 'own') return {};
  if (values.palette === 'best') return { colors: Number(values.colors) };
  return { palette: entriesOf(values) ?? values.palette };
}

/** The colours of a list or a file; undefined: the palette has a name. */
function entriesOf({ palette, list, paletteFile }) {
  return palette === 'list' ? colorsIn(list) : palette === 'file' ? paletteFile?.colors ?? [] : undefined;
}

/** Whether the palette says what is seen of its colours. */
function hasSeen(values) {
  return entriesOf(values)?.some((entry) => typeof entry === 'object') ??
    (Object.hasOwn(MEASURED, values.palette) && values.seen === 'measured');
}

/** Colours without a format mean 'indexed', and nothing at all means 'bgr24'. */
function formatOf(format, hasColors) {
  return format === (hasColors ? 'indexed' : 'bgr24') ? {} : { format };
}

const takesAlpha = ({ format }) => format === 'bgra32';

/** The index that a palette file says is transparent, if pixels can have it. */
const transparentOf = ({ palette, paletteFile, format }) =>
  (format === 'indexed' && palette === 'file' ? paletteFile?.transparent : undefined);

/** The command line takes key and background from such a file: so that it does not, they are said. */
function keyOf(values) {
  const { alphaThreshold, background, keyIndex } = values;
  const ofFile = transparentOf(values);
  const index = keyIndex === '' ? ofFile : /^\d+$/.test(keyIndex) ? Number(keyIndex) : keyIndex;
  return {
    alpha: 'key',
    ...(Number(alphaThreshold) === 128 ? {} : { alphaThreshold: Number(alphaThreshold) }),
    ...(background === '#ffffff' && ofFile === undefined ? {} : { background }),
    ...(fieldsOf(values).keyIndex ? given('keyIndex', index) : {}),
  };
}

function alphaOf(values) {
  const { alpha, background } = values;
  if (takesAlpha(values)) return alpha === 'premultiply' ? { alpha } : {};
  if (alpha === 'drop') return { alpha };
  if (alpha === 'key') return keyOf(values);
  return background === '#ffffff' ? {} : { background };
}

function blackAndWhiteOf({ threshold, invert }) {
  return { ...(Number(threshold) === 128 ? {} : { threshold: Number(threshold) }), ...(invert ? { invert } : {}) };
}

const given = (name, value) => (value === '' || value === undefined ? {} : { [name]: value });
const numbered = (name, value) => (value === '' ? {} : { [name]: Number(value) });

const sidesIn = (text) => (text.match(/\d+/g) ?? []).map(Number);

/** Fields about the size: an icon has images of several. */
function sizeFieldsOf(values) {
  const isIcon = values.output === 'ico';
  const isSized = isIcon ? sidesIn(values.sizes).length > 0 : values.width !== '' || values.height !== '';
  const hasShape = isIcon ? isSized : values.width !== '' && values.height !== '';
  return {
    sizes: isIcon, width: !isIcon, height: !isIcon,
    fit: hasShape, position: hasShape && values.fit !== 'fill', kernel: isSized && values.fit !== 'none',
  };
}

/** Fields about what is around the pixels. */
function fileFieldsOf({ output, container }) {
  const isIcon = output === 'ico';
  const hasHeader = !isIcon && container !== 'rows';
  return { container: !isIcon, rowAlign: !isIcon && !hasHeader, density: hasHeader, header: hasHeader, topDown: !isIcon };
}

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
    paletteFile: hasColors && values.palette === 'file',
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
    keyIndex: isKey && hasColors,
    background: !isIcon && !takesAlpha(values) && values.alpha !== 'drop',
    png: isIcon && values.format === 'bgra32',
    colorSpace: true,
    salvage: true,
    ...sizeFieldsOf(values),
    rotate: true,
    flip: true,
    flop: true,
    ...fileFieldsOf(values),
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

const flagged = (values, names) => Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, true]));

/** What differs from the first choice, of those that have an effect. */
const chosen = (values, fields, initial) => Object.fromEntries(Object.entries(initial)
  .filter(([name, first]) => fields[name] && values[name] !== first).map(([name]) => [name, values[name]]));

/** How the image is turned, and gets its size. */
function geometryOf(values, fields) {
  const { output, width, height, rotate } = values;
  const size = fields.width && `${width}${height}` !== '' ? `${width}x${height}` : '';
  return {
    ...given('rotate', /^\d+$/.test(rotate) ? Number(rotate) : rotate),
    ...flagged(values, ['flip', 'flop']),
    ...given('size', size),
    ...(fields.sizes && values.sizes.trim() !== '' ? { sizes: sidesIn(values.sizes) } : {}),
    ...chosen(values, fields, { fit: output === 'ico' ? 'contain' : 'cover', position: 'center', kernel: 'smooth' }),
  };
}

function fileOf(values, fields) {
  return {
    ...(fields.density ? numbered('density', values.density) : {}),
    ...(fields.header ? given('header', values.header) : {}),
    ...chosen(values, fields, { container: 'bmp' }),
    ...(fields.rowAlign && values.rowAlign !== '4' ? { rowAlign: Number(values.rowAlign) } : {}),
    ...flagged(values, fields.topDown ? ['topDown', 'salvage'] : ['salvage']),
  };
}

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
    ...geometryOf(values, fields),
    ...fileOf(values, fields),
  };
}

/** The options of encodeICO, whose images have 32 bits or a palette. */
function icoOptions(values, fields) {
  return {
    ...(fields.palette && values.palette === 'own' ? { format: 'indexed' } : {}),
    ...(fields.palette ? paletteOf(values) : {}),
    ...reductionOf(values, fields),
    ...colorSpaceOf(values),
    ...geometryOf(values, fields),
    ...fileOf(values, fields),
    ...(fields.png && values.png !== 'large' ? { png: values.png } : {}),
  };
}

export function optionsOf(values) {
  return (values.output === 'ico' ? icoOptions : bmpOptions)(values, fieldsOf(values));
}

/** { output, options, paletteFile }: all that a conversion, a command and a script are made of. The name of a palette's
 * file is for the command. */
export function settingsOf(values) {
  const name = fieldsOf(values).paletteFile ? values.paletteFile?.name : undefined;
  return { output: values.output, options: optionsOf(values), ...(name === undefined ? {} : { paletteFile: name }) };
}
