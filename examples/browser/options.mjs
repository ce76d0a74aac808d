// What the form says, as options of the library: only those that have an effect, and differ from the defaults,
// so that the command and the script that are made of them are as short as they can be.

const DITHERED_FORMATS = ['mono1', 'rgb565', 'rgb555'];

/** The colours in a text, such as '#fff, 000000' or one a line: ['#ffffff', '#000000']. */
export function colorsIn(text) {
  return [...text.matchAll(/(?<![0-9a-z])#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])/gi)]
    .map(([, digits]) => `#${(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits).toLowerCase()}`);
}

/** { palette }, { colors } or {}: what the colours of an image become. */
function paletteOf({ palette, colors, list }) {
  if (palette === 'own') return {};
  if (palette === 'best') return { colors: Number(colors) };
  return { palette: palette === 'list' ? colorsIn(list) : palette };
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
  const isKey = !isIcon && !takesAlpha(values) && values.alpha === 'key';
  return {
    format: true,
    palette: hasPalette,
    colors: hasColors && values.palette === 'best',
    list: hasColors && values.palette === 'list',
    bits: hasPalette,
    dither: hasColors || DITHERED_FORMATS.includes(values.format),
    threshold: values.format === 'mono1',
    invert: values.format === 'mono1',
    alpha: !isIcon,
    alphaThreshold: isKey,
    background: !isIcon && !takesAlpha(values) && values.alpha !== 'drop',
    png: isIcon && values.format === 'bgra32',
    density: !isIcon,
    header: !isIcon,
    topDown: !isIcon,
  };
}

/** The options of getBMP for these values of the form. */
function bmpOptions(values, fields) {
  const colors = fields.palette ? paletteOf(values) : {};
  return {
    ...formatOf(values.format, Object.keys(colors).length > 0),
    ...colors,
    ...(fields.bits ? numbered('bits', values.bits) : {}),
    ...(fields.dither ? given('dither', values.dither) : {}),
    ...(fields.threshold ? blackAndWhiteOf(values) : {}),
    ...alphaOf(values),
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
    ...(fields.bits ? numbered('bits', values.bits) : {}),
    ...(fields.dither ? given('dither', values.dither) : {}),
    ...(fields.png && values.png !== 'large' ? { png: values.png } : {}),
  };
}

export function optionsOf(values) {
  return (values.output === 'ico' ? icoOptions : bmpOptions)(values, fieldsOf(values));
}
