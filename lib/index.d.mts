export * from './index.js';
import * as png2bmp from './index.js';
export default png2bmp;
