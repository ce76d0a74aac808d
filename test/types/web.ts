// Compiled, never run: what conversions give is what the web's own interfaces take.
import { decodePNG, encodeBMP, getBMP, getBMPAsync } from 'png2bmp';

const png = new Uint8Array(8);

export const response = new Response(getBMP(png), { headers: { 'content-type': 'image/bmp' } });
export const blob = new Blob([getBMP(png)]);
export const blobLater = getBMPAsync(png).then((bmp) => new Blob([bmp]));
export const file = new File([encodeBMP(new ImageData(1, 1))], 'x.bmp');
export const image = new ImageData(new Uint8ClampedArray(decodePNG(png).data), 1);
export const collected = [
  getBMPAsync(new Blob([png])),
  getBMPAsync(new Response(png), { maxInputBytes: 1000 }),
  getBMPAsync(new Request('http://localhost')),
  getBMPAsync(new Blob([png]).stream()),
  getBMPAsync(file),
];
export const upload = fetch('http://localhost', { method: 'POST', body: getBMP(png) });
