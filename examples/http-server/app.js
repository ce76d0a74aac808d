'use strict';

// POST /convert with a PNG, get a BMP. Also /, /metrics and /healthz.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { getBMPAsync } = require('png2bmp');

const { HttpError, clientGone, toHttpError } = require('./errors');
const { Gate } = require('./gate');
const { Metrics } = require('./metrics');
const { checkHeaders, readBody, readOptions } = require('./request');

const LINGER_MS = 1000;

const defaults = {
  maxBytes: 32 * 1024 * 1024, // of a PNG
  maxPixels: 25e6, // 100 MB of BMP at most
  conversions: 2, // at a time; fewer than the 4 threads that Node.js has for files, too
  requests: 16, // at a time, those that convert included
  timeoutMs: 30000, // from the headers to the last byte
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

/** Aborts when the client goes away before the end, or when the time is over. */
function watch(request, response, timeoutMs) {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(request.complete
      ? new HttpError(504, 'ERR_TIMEOUT', 'The conversion took too long')
      : new HttpError(408, 'ERR_UPLOAD_TIMEOUT', 'The PNG did not arrive in time'));
  }, timeoutMs);
  response.on('close', () => {
    clearTimeout(timer);
    controller.abort(clientGone()); // heard by nobody when all was sent
  });
  return controller.signal;
}

/** Rejects when not every byte went out: Node.js calls a write that a disconnect cut off well done. */
function writeAll(response, bytes, signal) {
  const { socket } = response;
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error || socket.destroyed ? reject(clientGone()) : resolve()));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A server that does not listen yet, and stop(ms), which ends it gracefully. */
function createApp(options) {
  const settings = { ...defaults, ...options };
  const gate = new Gate(settings.requests, settings.conversions);
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

  /** Answers although the client may still be sending: when the connection is closed at once,
   * what it sends meets a reset, and that takes the answer away from it, too. */
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

  async function answer(request, response, query, signal) {
    const warnings = [];
    const options = {
      ...readOptions(query),
      maxPixels: settings.maxPixels,
      maxMemory: 32 * 1024 * 1024, // beside PNG and BMP
      onWarning: (warning) => warnings.push(warning.code),
      signal,
    };
    if (request.headers.expect === '100-continue') response.writeContinue();
    const png = await readBody(request, settings.maxBytes, signal);
    metrics.receivedBytes += png.length;

    // A turn ends with the last byte, so that no more BMPs than turns are in memory.
    await gate.turn(signal, async () => {
      const bmp = await getBMPAsync(png, options);
      head(response, 200, {
        'Content-Type': 'image/bmp',
        'Content-Length': bmp.length,
        ...(warnings.length > 0 && { 'X-Warnings': warnings.join(', ') }),
      });
      await writeAll(response, bmp, signal);
      response.end();
      metrics.sentBytes += bmp.length;
    });
  }

  async function admitted(request, response, query, signal) {
    if (stopping) throw new HttpError(503, 'ERR_STOPPING', 'The server is stopping', { 'Retry-After': 1 });
    checkHeaders(request, settings.maxBytes);
    gate.admit();
    try {
      await answer(request, response, query, signal);
    } finally {
      gate.leave();
    }
  }

  async function convert(request, response, query) {
    const start = performance.now();
    const signal = watch(request, response, settings.timeoutMs);
    let outcome = 'ok';
    try {
      await admitted(request, response, query, signal);
    } catch (thrown) {
      const error = toHttpError(signal.aborted ? signal.reason : thrown);
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
      send(response, 200, 'text/plain; version=0.0.4', metrics.render(gate))],
    ...files.map(([name, type, body]) => [name, (response) => send(response, 200, type, body)]),
  ]);

  function route(request, response) {
    const [pathname, query] = request.url.split('?', 2);
    const page = pages.get(pathname);
    const method = pathname === '/convert' ? 'POST' : 'GET';
    if (pathname !== '/convert' && page === undefined) {
      return refuse(request, response, new HttpError(404, 'ERR_NOT_FOUND', 'There is nothing here'));
    }
    const asked = request.method === 'HEAD' ? 'GET' : request.method; // Node.js leaves the body out
    if (asked !== method) {
      const error = new HttpError(405, 'ERR_METHOD', `Use ${method} here`, { Allow: method });
      return refuse(request, response, error);
    }
    return page === undefined ? convert(request, response, new URLSearchParams(query)) : page(response);
  }

  const server = http.createServer(route);
  // Not to be told to continue before it is known that we want the body.
  server.on('checkContinue', route);

  /** Takes no new work, lets what is inside end, and after `ms` cuts what is left. */
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
