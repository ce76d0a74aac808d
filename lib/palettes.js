'use strict';

// Named palettes, as lists of 0xRRGGBB in the order of their indices.

const levels = (count) => Array.from({ length: count }, (_, i) => Math.round(i * 255 / (count - 1)));
const grays = (count) => levels(count).map((level) => level * 0x010101);

const BLACK = 0x000000, WHITE = 0xffffff, RED = 0xff0000, GREEN = 0x00ff00, BLUE = 0x0000ff;
const YELLOW = 0xffff00, ORANGE = 0xff8000;

// Web colours: red, green and blue in six levels each.
function web216() {
  const steps = levels(6);
  return steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => r << 16 | g << 8 | b)));
}

const palettes = {
  __proto__: null,
  bw: [BLACK, WHITE],
  bwr: [BLACK, WHITE, RED],
  bwy: [BLACK, WHITE, YELLOW],
  // Four-colour e-paper, in the panel's own numbers.
  bwry: [BLACK, WHITE, YELLOW, RED],
  gray4: grays(4),
  gray16: grays(16),
  // Seven-colour e-paper (ACeP), in the panel's own numbers.
  acep7: [BLACK, WHITE, GREEN, BLUE, RED, YELLOW, ORANGE],
  // Six-colour e-paper (E Ink Spectra 6), in the panel's own numbers, which have no 4. Of equal colours the
  // first is used, so the second black never is.
  spectra6: [BLACK, WHITE, YELLOW, RED, BLACK, BLUE, GREEN],
  // The sixteen colours of VGA's text mode and of Windows, in Windows' order.
  vga16: [0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xc0c0c0,
    0x808080, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff],
  web216: web216(),
};

/*
 * What panels show for these colours, as others measured it: docs/palettes.md has the sources.
 */
const measured = {
  __proto__: null,
  bwry: [0x0a070e, 0xadb2ae, 0xac8000, 0x55180e],
  acep7: [0x191e21, 0xf1f1f1, 0x53a428, 0x31318f, 0xd20e13, 0xf3cf11, 0xb85e1c],
  spectra6: [0x191e21, 0xe8e8e8, 0xefde44, 0xb21318, 0x191e21, 0x2157ba, 0x125f20],
};

module.exports = { measured, palettes };
