'use strict';

// The library once for each backend and each CPU level, all in one process.

const path = require('node:path');
const process = require('node:process');

const { cpuLevels } = require('../kit/cpu-levels');

const LIB = path.join(__dirname, '../../lib');

/** A load of its own of lib/, with these environment variables; and what browsers have as createBMPStream. */
function load(variables) {
  const before = { ...process.env };
  const cached = Object.keys(require.cache).filter((file) => file.startsWith(LIB + path.sep))
    .map((file) => [file, require.cache[file]]);
  for (const [file] of cached) delete require.cache[file];
  Object.assign(process.env, variables);
  try {
    return { ...require(LIB), createWebStreams: require(path.join(LIB, 'browser/streams')).createStreams };
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
    for (const [file, module] of cached) require.cache[file] = module;
  }
}

/** { name: library }. The first is the addon at the best level of this CPU. */
function libraries() {
  const native = { native: load({ PNG2BMP_BACKEND: 'native' }) };
  for (const level of cpuLevels.filter((name) => name !== 'auto'))
    native[`native, ${level}`] = load({ PNG2BMP_BACKEND: 'native', PNG2BMP_CPU: level });
  for (const level of ['auto', 'scalar']) native[`wasm, ${level}`] = load({ PNG2BMP_BACKEND: 'wasm', PNG2BMP_CPU: level });
  return native;
}

module.exports = { libraries };
