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

const fixed = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65536));
  return bytes;
};
const word = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const tagOf = (type, ...parts) => Buffer.concat([Buffer.from(type, 'latin1'), Buffer.alloc(4), ...parts]);

/** Curves of an ICC profile: of 16-bit entries (one of them: an exponent in 256ths), or parametric. */
const tableCurve = (entries) => tagOf('curv', word(entries.length), ...entries.map((value) => word(value).subarray(2)));
const parametricCurve = (type, ...numbers) => tagOf('para', Buffer.from([0, type, 0, 0]), ...numbers.map(fixed));

/** Columns of Display P3, adapted to D50. */
const P3 = [[0.5151, 0.2412, -0.0011], [0.292, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]];
const P3_CURVE = parametricCurve(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);

/** A profile of these tags: { name: bytes }. */
function profileOfTags(tags, { space = 'RGB ', kind = 'mntr', pcs = 'XYZ ' } = {}) {
  const names = Object.keys(tags);
  const table = [word(names.length)];
  const bodies = [];
  let at = 132 + 12 * names.length;
  for (const name of names) {
    table.push(Buffer.from(name, 'latin1'), word(at), word(tags[name].length));
    bodies.push(tags[name], Buffer.alloc(-tags[name].length & 3));
    at += tags[name].length + (-tags[name].length & 3);
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.write('\x04', 8, 'latin1');
  header.write(`${kind}${space}${pcs}`, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  [0.9642, 1, 0.8249].forEach((value, i) => fixed(value).copy(header, 68 + 4 * i));
  return Buffer.concat([header, ...table, ...bodies]);
}

/** An RGB profile with a matrix and curves. */
function matrixProfile({ columns = P3, curve = P3_CURVE, curves = [curve, curve, curve], more = {}, ...rest } = {}) {
  const tags = {};
  [...'rgb'].forEach((channel, i) => {
    tags[`${channel}XYZ`] = tagOf('XYZ ', ...columns[i].map(fixed));
    tags[`${channel}TRC`] = curves[i];
  });
  return profileOfTags({ ...tags, ...more }, rest);
}

const grayProfile = (curve) => profileOfTags({ kTRC: curve }, { space: 'GRAY' });

/** The chunk iCCP with these bytes, compressed. */
function profileChunk(profile, { name = 'test', stream = zlib.deflateSync(profile), ...rest } = {}) {
  const data = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.alloc(2), stream]);
  return { type: 'iCCP', data, ...rest };
}

module.exports = {
  grayProfile, iccProfile, matrixProfile, parametricCurve, profileChunk, profileOfTags, tableCurve,
};
