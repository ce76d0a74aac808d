// What e-paper shows for the colours it is sent, and pictures as it will show them.

/** The palettes that were measured: what is seen, in the order of the palette. Those of lib/palettes.js. */
export const MEASURED = {
  bwry: ['#0a070e', '#adb2ae', '#ac8000', '#55180e'],
  acep7: ['#191e21', '#f1f1f1', '#53a428', '#31318f', '#d20e13', '#f3cf11', '#b85e1c'],
  spectra6: ['#191e21', '#e8e8e8', '#efde44', '#b21318', '#191e21', '#2157ba', '#125f20'],
};

/** What is seen of each colour of these options' palette; undefined: nothing else than what is written. */
function seenOf({ palette, seen }) {
  if (seen === 'measured') return MEASURED[palette];
  if (Array.isArray(palette) && palette.some((entry) => typeof entry === 'object')) {
    return palette.map((entry) => entry.seen ?? entry);
  }
  return undefined;
}

const PALETTE_OFFSET = 14 + 40; // behind BITMAPFILEHEADER and BITMAPINFOHEADER

/**
 * The BMP that looks on a screen as `bmp` will on the panel: a copy whose palette is what is seen. undefined: it
 * would look the same, or has a header of another kind.
 */
export function asSeen(bmp, options) {
  const seen = seenOf(options);
  const start = new DataView(bmp.buffer, bmp.byteOffset);
  if (seen === undefined || start.getUint32(14, true) !== 40 || start.getUint32(10, true) < PALETTE_OFFSET + 4 * seen.length) {
    return undefined;
  }
  const copy = new Uint8Array(bmp);
  seen.forEach((color, i) => {
    const rgb = Number.parseInt(color.slice(1), 16);
    copy.set([rgb & 255, rgb >> 8 & 255, rgb >> 16], PALETTE_OFFSET + 4 * i);
  });
  return copy;
}
