import png2bmp from './index.js';

export const {
  getBMP,
  getBMPAsync,
  getBMPInto,
  createConverter,
  saveBMP,
  saveBMPAsync,
  readInfo,
  encodeBMP,
  encodeBMPAsync,
  encodeICO,
  decodePNG,
  decodePNGAsync,
  constants,
  errors,
  versions,
} = png2bmp;

export default png2bmp;
