'use strict';

/* What --info says of the metadata of a PNG: the key in readInfo and --json, its name in the help, and its text. */

const INCHES_PER_METER = 39.37;

/* Primaries and transfer functions of ITU-T H.273. */
const CICP_NAMES = { '1/13': 'sRGB', '12/13': 'Display P3', '9/16': 'BT.2100 PQ', '9/18': 'BT.2100 HLG', '1/1': 'BT.709' };

function textOfCICP({ primaries, transfer, fullRange }) {
  const name = CICP_NAMES[`${primaries}/${transfer}`] ?? `primaries ${primaries}, transfer function ${transfer}`;
  return `cICP ${name}${fullRange ? '' : ', narrow range'}`;
}

function textOfDensity({ x, y }) {
  const dpi = new Set([x, y].map((n) => Math.round(n / INCHES_PER_METER)));
  return `${[...dpi].join(' x ')} dpi`;
}

function textOfColorSpace({ sRGB, profile, hdr, cICP }) {
  return [sRGB && 'sRGB', profile && `profile '${profile}'`, hdr && 'HDR', cICP && textOfCICP(cICP)].filter(Boolean).join(', ');
}

const METADATA = [
  { key: 'density', name: 'density', text: textOfDensity },
  { key: 'colorSpace', name: 'colour space', text: textOfColorSpace },
  { key: 'orientation', name: 'Exif orientation', text: (orientation) => `orientation ${orientation}` },
  { key: 'frames', name: 'frames', text: (frames) => (frames > 1 ? `${frames} frames` : '') },
];

const KEYS = METADATA.map(({ key }) => key);
const NAMES = METADATA.map(({ name }) => name);

/** { density, ... } of what readInfo has given, for --json. */
const metadataOf = (info) => Object.fromEntries(KEYS.map((key) => [key, info[key]]));

/** The texts about what the PNG has. */
const describeMetadata = (info) => METADATA
  .map(({ key, text }) => (info[key] === undefined ? '' : text(info[key])))
  .filter((text) => text !== '');

module.exports = { KEYS, NAMES, describeMetadata, metadataOf };
