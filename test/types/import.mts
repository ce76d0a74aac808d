// Compiled, never run: the ECMAScript entry has types of its own, with a default export.
import png2bmp, { getBMP } from 'png2bmp';

export const same: boolean = png2bmp.getBMP === getBMP;
