'use strict';

/* examples/http-server, over loopback. test/browser/ tests what a browser shows. */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');
const { setImmediate: breathe, setTimeout: sleep } = require('node:timers/promises');
const { getBMP, getBMPAsync, readInfo } = require('..');
const { createApp } = require('../examples/http-server/app');
const { TINY_PNG, blackPng } = require('./kit/cli');
const { createImage } = require('./kit/image');
const { assemble, encodePng, pngChunks } = require('./kit/png-encoder');

const bounded = { timeout: 180_000 };

/* A slow machine is no slow client: only the time limits that a test sets are those of a real server. */
const PATIENT = { timeoutMs: 1e6, sendTimeoutMs: 1e6, stallTimeoutMs: 1e6 };

/* The app on a free port, gone when the test ends. */
async function start(t, settings) {
  const { server, stop } = createApp({ ...PATIENT, ...settings });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => stop(0));
  return { port: server.address().port, stop };
}

/* A request whose body the test sends: its response is { status, headers, body }. */
function open(port, target = '/convert', { method = 'POST', headers = {} } = {}) {
  const request = http.request({ port, host: '127.0.0.1', method, path: target, agent: false, headers });
  const answer = once(request, 'response').then(async ([response]) => {
    const body = Buffer.concat(await response.toArray());
    return { status: response.statusCode, headers: response.headers, body };
  });
  answer.catch(() => {}); // aborted ones are not waited for
  return { request, answer };
}

function post(port, body, query = '', headers = {}) {
  const { request, answer } = open(port, `/convert${query}`, { headers });
  request.end(body);
  return answer;
}

function get(port, target) {
  const { request, answer } = open(port, target, { method: 'GET' });
  request.end();
  return answer;
}

const errorOf = ({ status, body }) => [status, JSON.parse(body).code];

/* A request that is admitted and has not sent any of its body yet. */
async function uploading(port) {
  const upload = open(port, '/convert', { headers: { Expect: '100-continue', 'Content-Length': TINY_PNG.length } });
  upload.request.flushHeaders();
  await once(upload.request, 'continue');
  return upload;
}

/* A conversion that starts when the test calls the first of `held`. */
function waitingConversion() {
  const held = [];
  async function convert(png, options) {
    await new Promise((resolve, reject) => {
      held.push(resolve);
      options.signal.addEventListener('abort', () => reject(options.signal.reason));
    });
    return getBMPAsync(png, options);
  }
  return { held, convert };
}

const BIG = [4000, 2000]; // a BMP larger than what sockets hold

/* A request that gets a large BMP and does not read it. */
async function notReading(port) {
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/convert', agent: false });
  request.on('error', () => {});
  request.end(blackPng(...BIG));
  const [response] = await once(request, 'response');
  response.pause();
  return { request, response };
}

async function metric(port, name) {
  const { body } = await get(port, '/metrics');
  const line = body.toString().split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.split(' ')[1]);
}

async function until(port, name, value) {
  while (await metric(port, name) !== value) await breathe();
}

test('a PNG that is posted comes back as the BMP that getBMP gives', bounded, async (t) => {
  const { port } = await start(t);
  const { status, headers, body } = await post(port, TINY_PNG);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'image/bmp');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.deepEqual(body, getBMP(TINY_PNG));
});

test('the query has the options', bounded, async (t) => {
  const { port } = await start(t);
  const png = encodePng(createImage({ width: 9, height: 7, colorType: 6, bitDepth: 16 }));
  const cases = [
    ['?format=bgra32', { format: 'bgra32' }],
    ['?alpha=drop&depth16=truncate', { alpha: 'drop', depth16: 'truncate' }],
    ['?background=%23123456&topDown=true', { background: '#123456', topDown: true }],
    ['?background=abc&topDown', { background: '#abc', topDown: true }],
    ['?topDown=0', { topDown: false }],
    ['?palette=acep7&dither=atkinson', { palette: 'acep7', dither: 'atkinson' }],
    ['?colors=5&header=v4&bits=8', { colors: 5, header: 'v4', bits: 8 }],
    ['?alpha=key&alphaThreshold=9', { alpha: 'key', alphaThreshold: 9 }],
    ['?format=mono1&dither=none&threshold=77&invert=1', { format: 'mono1', dither: 'none', threshold: 77, invert: true }],
  ];
  for (const [query, options] of cases) {
    assert.deepEqual((await post(port, png, query)).body, getBMP(png, options), query);
  }
});

test('a defect that was tolerated is named in a header', bounded, async (t) => {
  const { port } = await start(t);
  const { status, headers } = await post(port, TINY_PNG.subarray(0, -12));
  assert.equal(status, 200);
  assert.equal(headers['x-warnings'], 'WARN_PNG_END');
});

test('each failure has its status, and a code and a message as JSON', bounded, async (t) => {
  const { port } = await start(t, { maxBytes: 10000, maxPixels: 100 });
  const damaged = pngChunks(createImage({ width: 5, height: 3, colorType: 2, bitDepth: 8 }));
  damaged.find(({ type }) => type === 'IDAT').crcXor = 1;
  const rows = [
    [400, 'ERR_UNKNOWN_OPTION', TINY_PNG, '?__proto__=1'],
    [400, 'ERR_UNKNOWN_OPTION', TINY_PNG, '?maxPixels=1e9'],
    [400, 'ERR_INVALID_ARG_VALUE', TINY_PNG, '?format=gif'],
    [400, 'ERR_INVALID_ARG_VALUE', TINY_PNG, '?background=red'],
    [400, 'ERR_INVALID_ARG_TYPE', TINY_PNG, '?topDown=perhaps'],
    [415, 'ERR_PNG_SIGNATURE', '', ''],
    [400, 'ERR_OUT_OF_RANGE', TINY_PNG, '?threshold=many'],
    [413, 'ERR_PIXEL_LIMIT', blackPng(11, 10), ''],
    [413, 'ERR_BODY_LIMIT', Buffer.alloc(10001), ''],
    [415, 'ERR_PNG_SIGNATURE', 'not a PNG', ''],
    [415, 'ERR_CONTENT_TYPE', TINY_PNG, '', { 'Content-Type': 'image/jpeg' }],
    [415, 'ERR_CONTENT_ENCODING', TINY_PNG, '', { 'Content-Encoding': 'gzip' }],
    [422, 'ERR_PNG_CRC', assemble(damaged), ''],
    [422, 'ERR_PNG_TRUNCATED', TINY_PNG.subarray(0, 50), ''],
    [422, 'ERR_PNG_END', TINY_PNG.subarray(0, -12), '?strict'],
    [422, 'ERR_FORMAT', TINY_PNG, '?format=indexed&bits=1'],
    [400, 'ERR_OPTION', TINY_PNG, '?format=mono1&colors=4'],
    [400, 'ERR_INVALID_ARG_VALUE', TINY_PNG, '?palette=none'],
  ];
  for (const [status, code, body, query, headers] of rows) {
    const answer = await post(port, body, query, headers);
    assert.deepEqual(errorOf(answer), [status, code], query);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.match(JSON.parse(answer.body).message, /\w/);
  }
});

test('what is not there, and the wrong method, are errors, and odd paths do no harm', bounded, async (t) => {
  const { port } = await start(t);
  for (const target of ['/nothing', '//', '/%', '/constructor', '/../app.js', '*', '/page/index.html']) {
    assert.deepEqual(errorOf(await get(port, target)), [404, 'ERR_NOT_FOUND'], target);
  }
  const wrong = await get(port, '/convert');
  assert.deepEqual(errorOf(wrong), [405, 'ERR_METHOD']);
  assert.equal(wrong.headers.allow, 'POST');
});

test('a body that says it is too large is not asked for', bounded, async (t) => {
  const { port } = await start(t, { maxBytes: 1000 });
  const { request, answer } = open(port, '/convert', { headers: { Expect: '100-continue', 'Content-Length': 1001 } });
  let asked = false;
  request.on('continue', () => { asked = true; });
  request.flushHeaders();
  assert.deepEqual(errorOf(await answer), [413, 'ERR_BODY_LIMIT']);
  assert.equal(asked, false);
  request.destroy();
});

test('a body of unknown length is cut at the limit, and its sender is told why', bounded, async (t) => {
  const { port } = await start(t, { maxBytes: 100000 });
  const { request, answer } = open(port);
  request.on('error', () => {}); // still sending when the connection ends
  const piece = Buffer.alloc(30000);
  const more = () => { if (request.writable) request.write(piece, () => setTimeout(more, 5)); };
  more();
  const answered = await answer;
  assert.deepEqual(errorOf(answered), [413, 'ERR_BODY_LIMIT']);
  assert.equal(answered.headers.connection, 'close');
  request.destroy();
});

test('when it is full it says so, with Retry-After, before anything is sent; then it is free again', bounded, async (t) => {
  const { port } = await start(t, { requests: 3 });
  const inside = [await uploading(port), await uploading(port), await uploading(port)];
  assert.equal(await metric(port, 'png2bmp_requests_in_flight'), 3);

  const refused = await post(port, TINY_PNG);
  assert.deepEqual(errorOf(refused), [503, 'ERR_BUSY']);
  assert.equal(refused.headers['retry-after'], '1');

  for (const { request, answer } of inside) {
    request.end(TINY_PNG);
    assert.equal((await answer).status, 200);
  }
  assert.equal((await post(port, TINY_PNG)).status, 200);
});

test('no more conversions than allowed are in flight, and the others wait for their turn', bounded, async (t) => {
  const { held, convert } = waitingConversion();
  const { port } = await start(t, { conversions: 2, requests: 5, convert });
  const answers = Array.from({ length: 5 }, () => post(port, TINY_PNG));
  await until(port, 'png2bmp_conversions_waiting', 3);
  for (let done = 0; done < 5; done++) {
    await until(port, 'png2bmp_conversions_in_flight', Math.min(2, 5 - done));
    assert.equal(held.length, Math.min(2 + done, 5));
    held[done]();
    await until(port, 'png2bmp_requests_total{outcome="ok"}', done + 1);
  }
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  assert.equal(await metric(port, 'png2bmp_requests_in_flight'), 0);
});

test('clients that do not read their BMP hold no turn', bounded, async (t) => {
  const { port } = await start(t, { conversions: 1 });
  const idle = [await notReading(port), await notReading(port), await notReading(port)];
  assert.equal(await metric(port, 'png2bmp_conversions_in_flight'), 0);
  assert.equal(await metric(port, 'png2bmp_requests_in_flight'), 3);
  assert.equal((await post(port, TINY_PNG)).status, 200);

  for (const { response } of idle) {
    const body = Buffer.concat(await response.toArray());
    assert.equal(body.length, 54 + BIG[0] * BIG[1] * 3);
  }
  await until(port, 'png2bmp_requests_total{outcome="ok"}', 4);
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
});

test('BMPs that nobody reads are bounded: one too many gets 503 and Retry-After', bounded, async (t) => {
  const size = 54 + BIG[0] * BIG[1] * 3;
  const { port } = await start(t, { maxUnsent: 2 * size });
  const idle = [await notReading(port), await notReading(port)];
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 2 * size);

  const refused = await post(port, TINY_PNG);
  assert.deepEqual(errorOf(refused), [503, 'ERR_BUSY']);
  assert.equal(refused.headers['retry-after'], '1');

  idle[0].request.destroy();
  await until(port, 'png2bmp_unsent_bytes', size);
  assert.equal((await post(port, TINY_PNG)).status, 200);
  idle[1].request.destroy();
  await until(port, 'png2bmp_unsent_bytes', 0);
});

test('a BMP above the limit of unsent bytes passes when it is the only one', bounded, async (t) => {
  const { port } = await start(t, { maxUnsent: 1 });
  assert.deepEqual((await post(port, TINY_PNG)).body, getBMP(TINY_PNG));
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
});

test('a conversion that fails gives back its turn and its bytes', bounded, async (t) => {
  const { port } = await start(t, { conversions: 1 });
  const image = createImage({ width: 5, height: 3, colorType: 2, bitDepth: 8 });
  const damaged = pngChunks(image);
  damaged.find(({ type }) => type === 'IDAT').crcXor = 1;
  assert.deepEqual(errorOf(await post(port, assemble(damaged))), [422, 'ERR_PNG_CRC']);
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
  assert.equal((await post(port, TINY_PNG)).status, 200);
});

/* Of two clients the one that reads nothing is cut; resolves to whether the one that reads slowly gets its BMP. */
async function isSlowOneServed(t, stallTimeoutMs) {
  const { port } = await start(t, { stallTimeoutMs });
  const slow = await notReading(port);
  slow.response.on('error', () => {});
  const stalled = await notReading(port);
  const cut = once(stalled.response, 'error');
  const expected = 54 + BIG[0] * BIG[1] * 3;
  let read = 0;
  while (read < expected) {
    const piece = slow.response.read(Math.min(1 << 20, expected - read)) ?? slow.response.read();
    read += piece?.length ?? 0;
    if (slow.response.errored) return false;
    await sleep(stallTimeoutMs / 15);
  }
  await until(port, 'png2bmp_requests_total{outcome="ERR_SEND_TIMEOUT"}', 1);
  stalled.response.resume();
  await cut;
  await until(port, 'png2bmp_requests_total{outcome="ok"}', 1);
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
  return true;
}

test('a client that stops reading is cut, and one that reads slowly is not', bounded, async (t) => {
  // A machine that does nothing for 1.5 s cuts both: then they have more time.
  assert.ok(await isSlowOneServed(t, 1500) || await isSlowOneServed(t, 15_000), 'the slow one is cut');
});

test('a client that goes away leaves its place, wherever it is', bounded, async (t) => {
  const { convert } = waitingConversion();
  const { port } = await start(t, { conversions: 1, convert });
  const converting = open(port);
  converting.request.end(TINY_PNG);
  await until(port, 'png2bmp_conversions_in_flight', 1);
  const upload = await uploading(port);
  const queued = open(port);
  queued.request.end(TINY_PNG);
  await until(port, 'png2bmp_conversions_waiting', 1);

  queued.request.destroy();
  await until(port, 'png2bmp_requests_in_flight', 2);
  assert.equal(await metric(port, 'png2bmp_conversions_waiting'), 0);
  upload.request.destroy();
  await until(port, 'png2bmp_requests_in_flight', 1);
  converting.request.destroy();
  await until(port, 'png2bmp_requests_in_flight', 0);
  assert.equal(await metric(port, 'png2bmp_conversions_in_flight'), 0);
  await until(port, 'png2bmp_requests_total{outcome="ERR_CLIENT_GONE"}', 3);
  assert.equal(await metric(port, 'png2bmp_sent_bytes_total'), 0);
});

test('a client that goes away while its BMP is sent leaves its place', bounded, async (t) => {
  const { port } = await start(t);
  const { request } = await notReading(port);
  request.destroy();
  await until(port, 'png2bmp_requests_in_flight', 0);
  await until(port, 'png2bmp_requests_total{outcome="ERR_CLIENT_GONE"}', 1);
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
  assert.equal(await metric(port, 'png2bmp_sent_bytes_total'), 0);
});

test('a client that goes away stops its conversion', bounded, async (t) => {
  let stopped;
  // Again and again, so that it is not over before the server hears of the client.
  const convert = async (png, options) => {
    request.destroy();
    try {
      for (;;) await getBMPAsync(png, options);
    } catch (error) {
      stopped = error.name;
      throw error;
    }
  };
  const { port } = await start(t, { maxPixels: Infinity, convert });
  const { request } = open(port);
  request.end(blackPng(8000, 8000));
  await until(port, 'png2bmp_requests_total{outcome="ERR_CLIENT_GONE"}', 1);
  assert.equal(stopped, 'AbortError');
  assert.equal(await metric(port, 'png2bmp_sent_bytes_total'), 0);
});

test('whoever takes too long is told', bounded, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { convert } = waitingConversion();
  const { port } = await start(t, { conversions: 1, timeoutMs: 30000, convert });
  const converting = post(port, TINY_PNG);
  await until(port, 'png2bmp_conversions_in_flight', 1);
  const upload = await uploading(port);
  const queued = post(port, TINY_PNG);
  await until(port, 'png2bmp_conversions_waiting', 1);

  t.mock.timers.tick(30000);
  assert.deepEqual(errorOf(await converting), [504, 'ERR_TIMEOUT']);
  assert.deepEqual(errorOf(await queued), [504, 'ERR_TIMEOUT']);
  assert.deepEqual(errorOf(await upload.answer), [408, 'ERR_UPLOAD_TIMEOUT']);
  upload.request.destroy();
  await until(port, 'png2bmp_requests_in_flight', 0);
});

test('sending has a time of its own, after which the client is cut', bounded, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { port } = await start(t, { timeoutMs: 30000, sendTimeoutMs: 50000 });
  const { response } = await notReading(port);
  const cut = once(response, 'error');
  t.mock.timers.tick(49999);
  assert.equal(await metric(port, 'png2bmp_requests_in_flight'), 1);
  t.mock.timers.tick(1);
  await until(port, 'png2bmp_requests_total{outcome="ERR_SEND_TIMEOUT"}', 1);
  response.resume();
  await cut;
  assert.equal(await metric(port, 'png2bmp_unsent_bytes'), 0);
});

/* A PNG whose rows take many chunks, in two halves. */
const upload = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 900, height: 700 }));
const halves = [upload.subarray(0, upload.length / 2), upload.subarray(upload.length / 2)];

test('the first rows of a top-down BMP are sent before the last byte of the upload arrives', bounded, async (t) => {
  const { port } = await start(t);
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/convert?topDown', agent: false });
  request.write(halves[0]);
  const [response] = await once(request, 'response');
  const parts = [];
  response.on('data', (part) => parts.push(part));
  while (parts.reduce((sum, { length }) => sum + length, 0) < 500000) await once(response, 'data');
  request.end(halves[1]);
  await once(response, 'end');
  const bmp = getBMP(upload, { topDown: true });
  assert.ok(Buffer.concat(parts).equals(bmp));
  assert.equal(Number(response.headers['content-length']), bmp.length);
});

test('a top-down conversion that fails before its first row has a status, and one that fails later is cut', bounded, async (t) => {
  const { port } = await start(t, { maxBytes: 100000 });
  for (const body of [Buffer.from('GIF89a, which is no PNG'), Buffer.alloc(0), TINY_PNG.subarray(0, 20)])
    assert.deepEqual(errorOf(await post(port, body, '?topDown')), errorOf(await post(port, body)));
  assert.deepEqual(errorOf(await post(port, TINY_PNG, '?topDown&format=gif')), [400, 'ERR_INVALID_ARG_VALUE']);
  const { request, answer } = open(port, '/convert?topDown');
  request.on('error', () => {});
  request.write(upload.subarray(0, 90000));
  await once(request, 'response');
  request.end(upload.subarray(90000)); // above maxBytes, and its length was not known
  await assert.rejects(answer, { code: 'ECONNRESET' });
  assert.equal((await post(port, TINY_PNG, '?topDown')).status, 200);
});

test('top-down BMPs that must be complete count as unsent: one too many gets 503 before it is held', bounded, async (t) => {
  const png = encodePng(createImage({ colorType: 2, bitDepth: 8, width: 900, height: 700 }), { interlaced: true });
  const { memory } = readInfo(png, { topDown: true });
  const size = 900 * 700 * 3;
  assert.ok(memory < size / 2, 'without the BMP');
  const { port } = await start(t, { maxUnsent: 1.5 * (memory + size) });
  const first = open(port, '/convert?topDown');
  first.request.write(png.subarray(0, 90000));
  while (await metric(port, 'png2bmp_unsent_bytes') === 0) await breathe();
  assert.ok(await metric(port, 'png2bmp_unsent_bytes') > size);

  const refused = await post(port, png, '?topDown');
  assert.deepEqual(errorOf(refused), [503, 'ERR_BUSY']);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal((await post(port, TINY_PNG, '?topDown')).status, 200);

  first.request.end(png.subarray(90000));
  assert.ok((await first.answer).body.equals(getBMP(png, { topDown: true })));
  await until(port, 'png2bmp_unsent_bytes', 0);
  assert.equal((await post(port, png, '?topDown')).status, 200);
});

test('a client that goes away in the middle of a top-down BMP leaves its place at once', bounded, async (t) => {
  const { port } = await start(t, { requests: 1 });
  for (let i = 0; i < 5; i++) {
    const { request, answer } = open(port, '/convert?topDown');
    request.on('error', () => {});
    request.write(halves[0]);
    if (i % 2) await once(request, 'response').then(([response]) => once(response.on('error', () => {}), 'data'));
    else await sleep(5);
    request.destroy();
    answer.catch(() => {});
    let status;
    do {
      ({ status } = await post(port, TINY_PNG));
      if (status === 503) await sleep(10);
    } while (status === 503);
    assert.equal(status, 200);
  }
});

// WebAssembly has a memory for each upload.
const MOST_MB = process.env.PNG2BMP_BACKEND === 'wasm' ? 200 : 100;

test(`50 uploads of 12 megapixels, half of each still to come, hold less than ${MOST_MB} MB`, bounded, async (t) => {
  const script = `
    const { server } = require(${JSON.stringify(path.join(__dirname, '../examples/http-server/app'))}).createApp(${JSON.stringify({ ...PATIENT, requests: 60 })});
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    process.on('message', () => {
      gc(); // what is sent is garbage, not held
      setTimeout(() => process.send(process.memoryUsage().rss / 1e6), 50);
    });
  `;
  const server = spawn(process.execPath, ['--expose-gc', '-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => server.kill());
  const [port] = await once(server, 'message');
  async function resident() {
    server.send('gc');
    return (await once(server, 'message'))[0];
  }
  await post(port, TINY_PNG);
  const before = await resident();
  const png = blackPng(4000, 3000);
  const requests = await Promise.all(Array.from({ length: 50 }, async () => {
    const { request } = open(port, '/convert?topDown');
    request.on('error', () => {});
    request.write(png.subarray(0, png.length / 2));
    const [response] = await once(request, 'response');
    await once(response, 'readable');
    return request;
  }));
  let grown = await resident() - before;
  for (let tries = 0; grown >= MOST_MB && tries < 400; tries++) grown = await resident() - before; // garbage leaves in the background
  requests.forEach((request) => request.destroy());
  assert.ok(grown < MOST_MB, `${grown} MB`);
});

test('HEAD is answered where GET is, without a body', bounded, async (t) => {
  const { port } = await start(t);
  for (const page of ['/', '/healthz', '/metrics']) {
    const { answer, request } = open(port, page, { method: 'HEAD' });
    request.end();
    const { status, body } = await answer;
    assert.deepEqual([status, body.length], [200, 0]);
  }
});

test('/metrics counts outcomes, bytes and seconds in the format of Prometheus', bounded, async (t) => {
  const { port } = await start(t);
  await post(port, TINY_PNG);
  await post(port, TINY_PNG);
  await post(port, 'not a PNG');
  const { headers, body } = await get(port, '/metrics');
  assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const lines = body.toString().trimEnd().split('\n');
  for (const line of lines) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? \d[\d.e+-]*)$/);
  }
  const value = (name) => Number(lines.find((line) => line.startsWith(`${name} `)).split(' ')[1]);
  assert.equal(value('png2bmp_requests_total{outcome="ok"}'), 2);
  assert.equal(value('png2bmp_requests_total{outcome="ERR_PNG_SIGNATURE"}'), 1);
  assert.equal(value('png2bmp_received_bytes_total'), 2 * TINY_PNG.length + 9);
  assert.equal(value('png2bmp_sent_bytes_total'), 2 * getBMP(TINY_PNG).length);
  assert.equal(value('png2bmp_request_duration_seconds_count'), 3);
  const buckets = lines.filter((line) => line.includes('_bucket{')).map((line) => Number(line.split(' ')[1]));
  assert.deepEqual(buckets, buckets.toSorted((a, b) => a - b));
  assert.equal(buckets.at(-1), 3);
});

test('the page is there, and nothing in it comes from elsewhere', bounded, async (t) => {
  const { port } = await start(t);
  const page = await get(port, '/');
  assert.match(page.headers['content-security-policy'], /^default-src 'self';/);
  const names = [...page.body.toString().matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(names, ['data:,', 'page.css', 'page.js']);
  for (const name of names.slice(1)) {
    const { status, body } = await get(port, `/${name}`);
    assert.equal(status, 200);
    assert.doesNotMatch(body.toString(), /\/\/\w+\.\w|@import/);
  }
});

test('after SIGTERM what is inside ends well, and nothing new is taken', bounded, async (t) => {
  const program = path.join(__dirname, '../examples/http-server/server.js');
  const server = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill('SIGKILL'));
  const ended = once(server, 'exit');
  const [line] = await once(server.stdout, 'data');
  const { port } = new URL(line.toString().trim());
  assert.equal((await get(port, '/healthz')).body.toString(), 'ok\n');

  const upload = await uploading(port);
  server.kill('SIGTERM');
  const refused = async () => get(port, '/healthz').then(() => false, (error) => error.code === 'ECONNREFUSED');
  while (!await refused()) await breathe();

  upload.request.end(TINY_PNG);
  const { status, headers, body } = await upload.answer;
  assert.equal(status, 200);
  assert.equal(headers.connection, 'close');
  assert.deepEqual(body, getBMP(TINY_PNG));
  assert.deepEqual(await ended, [0, null]);
});
