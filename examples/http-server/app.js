'use strict';

// POST /convert with a PNG, get a BMP. Also /, /metrics and /healthz.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { pipeline } = require('node:stream/promises');
const { createBMPStream, getBMPAsync, readInfo } = require('png2bmp');

const { HttpError, clientGone, sendTimeout, toHttpError } = require('./errors');
const { Budget, Gate } = require('./gate');
const { Metrics } = require('./metrics');
const { checkHeaders, limitedBody, readBody, readOptions } = require('./request');

const LINGER_MS = 1000;

const defaults = {
  maxBytes: 32 * 1024 * 1024, // of a PNG
  maxPixels: 25e6, // a BMP of 100 MB at most
  maxMemory: 32 * 1024 * 1024, // of one conversion, in addition to its PNG and its BMP
  maxUnsent: 256 * 1024 * 1024, // of all BMPs and what uploads hold that pass through, from their conversion to their last byte
  conversions: 2, // at a time; fewer than the 4 threads that Node.js also needs for files
  requests: 16, // at a time, from the headers to the last byte
  timeoutMs: 30000, // from the headers to the end of the conversion
  sendTimeoutMs: 120000, // from then on to the last byte
  stallTimeoutMs: 10000, // for a client that reads nothing at all
  convert: getBMPAsync,
};

const inFolder = (name) => fs.readFileSync(path.join(__dirname, 'page', name));

const files = [
  ['/', 'text/html; charset=utf-8', inFolder('index.html')],
  ['/page.css', 'text/css; charset=utf-8', inFolder('page.css')],
  ['/page.js', 'text/javascript; charset=utf-8', inFolder('page.js')],
];

const security = {
  'Content-Security-Policy':
    "default-src 'self'; img-src blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * A signal that aborts if the client disconnects before the end or the time is over, and sending(), to be
 * called when the response starts: from there on other time limits apply.
 */
function watch(request, response, settings) {
  const controller = new AbortController();
  let timer = setTimeout(() => {
    controller.abort(request.complete
      ? new HttpError(504, 'ERR_TIMEOUT', 'The conversion took too long')
      : new HttpError(408, 'ERR_UPLOAD_TIMEOUT', 'The PNG did not arrive in time'));
  }, settings.timeoutMs);
  response.on('close', () => {
    clearTimeout(timer);
    controller.abort(clientGone()); // without effect if everything has been sent
  });
  function sending() {
    const tooSlow = () => controller.abort(sendTimeout());
    clearTimeout(timer);
    timer = setTimeout(tooSlow, settings.sendTimeoutMs);
    response.setTimeout(settings.stallTimeoutMs, tooSlow);
  }
  return { signal: controller.signal, sending };
}

/** Rejects unless every byte was sent: Node.js reports a write that a disconnect cut off as a success. */
async function writeAll(response, bytes, signal) {
  const { socket } = response;
  let abort;
  try {
    await new Promise((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort);
      response.write(bytes, (error) => (error || socket.destroyed ? reject(clientGone()) : resolve()));
    });
  } finally {
    signal.removeEventListener('abort', abort); // which would keep the bytes until the end of the response
  }
}

/** A server that does not listen yet, and stop(ms), which ends it gracefully. */
function createApp(options) {
  const settings = { ...defaults, ...options };
  const gate = new Gate(settings.requests, settings.conversions);
  const unsent = new Budget(settings.maxUnsent);
  const metrics = new Metrics();
  let stopping = false;

  function head(response, status, headers) {
    const connection = stopping ? { Connection: 'close' } : {};
    response.writeHead(status, { ...security, ...connection, ...headers });
  }

  function send(response, status, type, body, headers) {
    head(response, status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers });
    response.end(body);
  }

  /** Responds although the client may still be sending. If the connection were closed at once, what the
   * client sends would be answered with a reset, and it would lose our response. */
  async function refuse(request, response, error) {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const body = JSON.stringify({ code: error.code, message: error.message });
    const headers = { ...error.headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    if (request.complete) {
      head(response, error.status, headers);
      response.end(body);
      return;
    }
    head(response, error.status, { ...headers, Connection: 'close' });
    response.write(body);
    request.resume();
    await once(request, 'close', { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => {});
    response.end();
  }

  /** The BMP, when it is our turn. From here on its bytes count as unsent, unless this throws. */
  function toBmp(png, options) {
    return gate.turn(options.signal, async () => {
      const { byteLength } = readInfo(png, { ...options, onWarning: undefined }).bmp;
      unsent.take(byteLength);
      try {
        return await settings.convert(png, options);
      } catch (error) {
        unsent.giveBack(byteLength);
        throw error;
      }
    });
  }

  async function receive(request, signal) {
    const png = await readBody(request, settings.maxBytes, signal);
    metrics.receivedBytes += png.length;
    return png;
  }

  function headOfBmp(response, length, warnings) {
    head(response, 200, {
      'Content-Type': 'image/bmp',
      'Content-Length': length,
      ...(warnings.length > 0 && { 'X-Warnings': warnings.join(', ') }),
    });
  }

  /** Rows from top to bottom leave as they are made, while the PNG is still coming: little of either is held, and a client
   * that is slow takes no turn from others. The BMP of an interlaced image, or one with `colors`, leaves when it is
   * complete; it counts for maxMemory, and what is held counts as unsent. Warnings after the first row cannot be told. */
  async function passOn(request, response, options, warnings, { signal, sending }) {
    const stream = createBMPStream(options);
    let held = 0;
    stream.once('info', ({ bmp, memory }) => {
      try {
        unsent.take(memory);
      } catch (error) {
        stream.destroy(error);
        return;
      }
      held = memory;
      sending();
      headOfBmp(response, bmp.byteLength, warnings);
    });
    try {
      await passParts(request, response, stream, signal);
    } finally {
      unsent.giveBack(held);
    }
  }

  async function passParts(request, response, stream, signal) {
    const fed = pipeline(limitedBody(request, settings.maxBytes, metrics), stream);
    fed.catch(() => {}); // the loop ends with the same error
    for await (const part of stream) {
      await writeAll(response, part, signal);
      metrics.sentBytes += part.length;
    }
    await fed;
    response.end();
  }

  async function answer(request, response, query, { signal, sending }) {
    const warnings = [];
    const options = {
      ...readOptions(query),
      maxPixels: settings.maxPixels,
      maxMemory: settings.maxMemory,
      onWarning: (warning) => warnings.push(warning.code),
      signal,
    };
    if (request.headers.expect === '100-continue') response.writeContinue();
    if (options.topDown === true) {
      await passOn(request, response, options, warnings, { signal, sending });
      return;
    }
    // The turn ends when the BMP is there, so that a client that does not read blocks no other.
    const bmp = await toBmp(await receive(request, signal), options);
    try {
      sending();
      headOfBmp(response, bmp.length, warnings);
      await writeAll(response, bmp, signal);
      response.end();
      metrics.sentBytes += bmp.length;
    } finally {
      unsent.giveBack(bmp.length);
    }
  }

  async function admitted(request, response, query, watched) {
    if (stopping) throw new HttpError(503, 'ERR_STOPPING', 'The server is stopping', { 'Retry-After': 1 });
    checkHeaders(request, settings.maxBytes);
    gate.admit();
    try {
      await answer(request, response, query, watched);
    } finally {
      gate.leave();
    }
  }

  async function convert(request, response, query) {
    const start = performance.now();
    const watched = watch(request, response, settings);
    let outcome = 'ok';
    try {
      await admitted(request, response, query, watched);
    } catch (thrown) {
      const error = toHttpError(watched.signal.aborted ? watched.signal.reason : thrown);
      if (error.status === 500) console.error(thrown);
      outcome = error.code;
      await refuse(request, response, error);
    } finally {
      metrics.count(outcome, (performance.now() - start) / 1000);
    }
  }

  const pages = new Map([
    ['/healthz', (response) =>
      send(response, stopping ? 503 : 200, 'text/plain', stopping ? 'stopping\n' : 'ok\n')],
    ['/metrics', (response) =>
      send(response, 200, 'text/plain; version=0.0.4', metrics.render(gate, unsent))],
    ...files.map(([name, type, body]) => [name, (response) => send(response, 200, type, body)]),
  ]);

  function route(request, response) {
    const [pathname, query] = request.url.split('?', 2);
    const page = pages.get(pathname);
    const method = pathname === '/convert' ? 'POST' : 'GET';
    if (pathname !== '/convert' && page === undefined) {
      return refuse(request, response, new HttpError(404, 'ERR_NOT_FOUND', 'There is nothing here'));
    }
    const asked = request.method === 'HEAD' ? 'GET' : request.method; // Node.js omits the body
    if (asked !== method) {
      const error = new HttpError(405, 'ERR_METHOD', `Use ${method} here`, { Allow: method });
      return refuse(request, response, error);
    }
    return page === undefined ? convert(request, response, new URLSearchParams(query)) : page(response);
  }

  const server = http.createServer(route);
  // So that the client is told to continue only when we know that we want the body.
  server.on('checkContinue', route);

  /** Accepts no new work, lets admitted requests finish, and after `ms` cuts off those that are left. */
  async function stop(ms) {
    stopping = true;
    const timer = setTimeout(() => server.closeAllConnections(), ms);
    const closed = once(server, 'close');
    server.close();
    await closed;
    clearTimeout(timer);
  }

  return { server, stop };
}

module.exports = { createApp };
