'use strict';

/** The pixels that go on, with a size; undefined: there are none. The reference says whether they are right. */
function resizedBy(lib, png, { size, fit, position, kernel, alpha, background, depth16, colorSpace, salvage, ignoreChecksums, format }) {
  const isDropped = alpha === 'drop' && format !== 'bgra32';
  const options = { size, fit, position, kernel, background, depth16, colorSpace, salvage, ignoreChecksums };
  if (size === undefined) return undefined;
  try {
    return lib.decodePNG(png, isDropped ? { ...options, alpha, channels: 3 } : options);
  } catch {
    return undefined;
  }
}

module.exports = { resizedBy };
