'use strict';

// Starts the server. Settings come from the environment; see README.md.

const { createApp } = require('./app');

const GRACE_MS = 10000;

function numbers(names) {
  const settings = {};
  for (const [key, name] of Object.entries(names)) {
    const text = process.env[name];
    if (text === undefined) continue;
    settings[key] = Number(text);
    if (!(settings[key] > 0)) throw new RangeError(`${name} must be a number above 0, not "${text}"`);
  }
  return settings;
}

const { server, stop } = createApp(numbers({
  maxBytes: 'MAX_BYTES',
  maxPixels: 'MAX_PIXELS',
  maxMemory: 'MAX_MEMORY',
  maxUnsent: 'MAX_UNSENT_BYTES',
  conversions: 'CONVERSIONS',
  requests: 'REQUESTS',
  timeoutMs: 'TIMEOUT_MS',
  sendTimeoutMs: 'SEND_TIMEOUT_MS',
  stallTimeoutMs: 'STALL_TIMEOUT_MS',
}));

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1', () => {
  const { address, family, port } = server.address();
  console.log(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`);
});

// Once only: a second signal ends the process as usual.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => stop(GRACE_MS));
}
