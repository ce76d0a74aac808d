'use strict';

// What readInfo reports about a PNG that no conversion uses, from the facts of a plan.

const native = require('./native');
const { bytesOf } = require('./input');

/** { x, y } in pixels per metre; undefined when the PNG does not say. */
function densityOf(fact) {
  const [x, y] = [fact.xPixelsPerMeter, fact.yPixelsPerMeter];
  return x > 0 && y > 0 ? { x, y } : undefined;
}

function cicpOf(fact) {
  return {
    primaries: fact.primaries, transfer: fact.transfer, matrix: fact.matrix, fullRange: fact.fullRange === 1,
  };
}

/** Latin-1, the encoding of names in a PNG. */
function profileNameOf(view, fact) {
  const at = fact.profileNameAt;
  return String.fromCharCode(...bytesOf(view).subarray(at, at + fact.profileNameLength));
}

/** As the file states it, with all that it states. */
function colorSpaceOf(view, fact) {
  const space = { sRGB: fact.isSrgb === 1, hdr: fact.isHdr === 1 };
  if (fact.hasCicp === 1) {
    space.cICP = cicpOf(fact);
  }
  if (fact.profileNameLength > 0) {
    space.profile = profileNameOf(view, fact);
  }
  if (fact.gamma > 0) {
    space.gamma = fact.gamma / 100000;
  }
  return space;
}

/** See HOST_FACTS in src/host/host_facts.h. */
const PLAIN = native.facts.slice(native.facts.indexOf('colors') + 1);

/** { density, colorSpace, orientation, frames } */
function aboutOf(view, fact) {
  const about = { density: densityOf(fact), colorSpace: colorSpaceOf(view, fact) };
  for (const name of PLAIN) {
    about[name] = fact[name] || undefined;
  }
  about.frames = fact.frames || 1;
  return about;
}

// In the order of png2bmp_color_source.
const SOURCES = [undefined, 'cICP', 'iCCP', 'gAMA'];

/** { convertedFrom }, or {}. */
function conversionOf(fact) {
  const source = fact.convertedFrom;
  return source === 0 ? {} : { convertedFrom: SOURCES[source] };
}

module.exports = { aboutOf, conversionOf, densityOf };
