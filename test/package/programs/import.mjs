// The same package with import: by name, as a whole, and the same functions as with require.

import { createRequire } from 'node:module';
import png2bmp, * as names from 'png2bmp';

const required = createRequire(import.meta.url)('png2bmp');
for (const name of Object.keys(required)) {
  if (names[name] !== required[name] || png2bmp[name] !== required[name])
    throw new Error(`${name} differs between import and require`);
}
console.log(Object.keys(required).sort().join(' '));
