'use strict';

const zlib = require('node:zlib');

/** An ICC profile with a valid header and noise for its tags. */
function iccProfile({ length = 400, space = 'RGB ', intent = 0, seed = 1 } = {}) {
  const profile = Buffer.alloc(length);
  let state = seed;
  for (let i = 132; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    profile[i] = state >>> 24;
  }
  profile.writeUInt32BE(length, 0);
  profile.write(`mntr${space}XYZ `, 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  profile.writeUInt32BE(intent, 64);
  return profile;
}

/** The chunk iCCP with these bytes, compressed. */
function profileChunk(profile, { name = 'test', stream = zlib.deflateSync(profile), ...rest } = {}) {
  const data = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.alloc(2), stream]);
  return { type: 'iCCP', data, ...rest };
}

module.exports = { iccProfile, profileChunk };
