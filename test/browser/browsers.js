'use strict';

// The browsers to test, and a server for the files of the repository.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const process = require('node:process');
const puppeteer = require('puppeteer-core');

const ROOT = path.resolve(__dirname, '../..');

/** Nothing but the page itself may be fetched. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
  '--disable-background-networking', '--disable-component-update'];

const BROWSERS = {
  Chromium: { browser: 'chrome', executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: QUIET },
  Firefox: { browser: 'firefox', executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr' },
};

const TYPES = {
  '.html': 'text/html', '.css': 'text/css', '.mjs': 'text/javascript', '.js': 'text/javascript',
  '.wasm': 'application/wasm', '.png': 'image/png', '.svg': 'image/svg+xml', '.json': 'application/json',
};

/** { address, close } of a server: `extra` files (path to bytes) take precedence over those below `root`. */
async function serve(root, extra = {}, headers = {}) {
  const server = http.createServer(({ url }, response) => {
    const name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = path.join(root, path.normalize(name));
    const body = extra[name] ?? (fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(file) : undefined);
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'text/plain', ...headers }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Why this browser is not available; false if it is. */
const missing = (name) => !fs.existsSync(BROWSERS[name].executablePath) && `${name} is not installed`;

const launch = (name) => puppeteer.launch({ headless: true, timeout: 180_000, ...BROWSERS[name] });

module.exports = { BROWSERS, ROOT, launch, missing, serve };
