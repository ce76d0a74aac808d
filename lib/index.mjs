import png2bmp from './index.js';

export const {
  getBMP,
  getBMPInto,
  readInfo,
  encodeBMP,
  decodePNG,
  getBMPAsync,
  encodeBMPAsync,
  decodePNGAsync,
  createConverter,
  createBMPStream,
  saveBMP,
  saveBMPAsync,
  saveICO,
  saveICOAsync,
  convertFile,
  convertFileAsync,
  encodeICO,
  encodeICOAsync,
  constants,
  errors,
  versions,
} = png2bmp;

export default png2bmp;
