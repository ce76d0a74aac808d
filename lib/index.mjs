import png2bmp from './index.js';

export const {
  getBMP,
  getBMPAsync,
  getBMPInto,
  createConverter,
  createBMPStream,
  saveBMP,
  saveBMPAsync,
  convertFile,
  convertFileAsync,
  readInfo,
  encodeBMP,
  encodeBMPAsync,
  encodeICO,
  encodeICOAsync,
  saveICO,
  saveICOAsync,
  decodePNG,
  decodePNGAsync,
  constants,
  errors,
  versions,
} = png2bmp;

export default png2bmp;
