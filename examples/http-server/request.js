'use strict';

// Reads a request: options in the query, a PNG in the body.

const { HttpError, clientGone } = require('./errors');

const asIs = (text) => text;
const flags = new Map([['', true], ['true', true], ['1', true], ['false', false], ['0', false]]);
const flag = (text) => flags.get(text) ?? text;
const color = (text) => text.replace(/^#?/, '#'); // in a URL a # would have to be %23

const readers = new Map(Object.entries({
  format: asIs,
  alpha: asIs,
  alphaThreshold: Number,
  background: color,
  bits: Number,
  colors: Number,
  palette: asIs,
  header: asIs,
  topDown: flag,
  depth16: asIs,
  dither: asIs,
  threshold: Number,
  invert: flag,
  strict: flag,
  ignoreChecksums: flag,
}));

/** Options for png2bmp, which checks the values itself. */
function readOptions(query) {
  const options = {};
  for (const [name, text] of query) {
    const read = readers.get(name);
    if (read === undefined) {
      const known = [...readers.keys()].join(', ');
      throw new HttpError(400, 'ERR_UNKNOWN_OPTION', `No option "${name}". The options are: ${known}`);
    }
    options[name] = read(text);
  }
  return options;
}

const tooLarge = (limit) =>
  new HttpError(413, 'ERR_BODY_LIMIT', `The PNG may have ${limit} bytes at most`);

/** Throws if the headers are wrong, before any of the body has been read. */
function checkHeaders({ headers }, limit) {
  const type = (headers['content-type'] ?? 'image/png').split(';')[0].trim().toLowerCase();
  if (type !== 'image/png' && type !== 'application/octet-stream') {
    throw new HttpError(415, 'ERR_CONTENT_TYPE', `Send a PNG as image/png, not as ${type}`);
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new HttpError(415, 'ERR_CONTENT_ENCODING', 'Send the PNG as it is, without Content-Encoding');
  }
  if (headers['content-length'] > limit) {
    throw tooLarge(limit);
  }
}

/** The whole body, of at most `limit` bytes; no more than that is ever kept. */
function readBody(request, limit, signal) {
  const chunks = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size > limit) {
        chunks.length = 0;
        reject(tooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(clientGone()));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The same body as it comes. The request stays open after an error, so that its sender can be told. */
async function* limitedBody(request, limit, metrics) {
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      metrics.receivedBytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw request.destroyed && !(error instanceof HttpError) ? clientGone() : error;
  }
}

module.exports = { readOptions, checkHeaders, limitedBody, readBody };
