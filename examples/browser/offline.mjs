// A service worker: the page works without a network once it has been loaded. With one, the newest files are used.
// Other pages of the same site are left alone.

import { files } from './files.mjs'; // made by publish.sh

const CACHE = 'png2bmp';
const urlOf = (name) => new URL(name, self.registration.scope).href;
const kept = new Set(files.map(urlOf));

/** What a request is for, if it is kept: the page has two addresses. */
function keptUrl({ method, url }) {
  const plain = url.replace(/[?#].*$/, '');
  const whole = plain === self.registration.scope ? urlOf('index.html') : plain;
  return method === 'GET' && kept.has(whole) ? whole : undefined;
}

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(url, response.clone());
    return response;
  } catch (error) {
    const response = await cache.match(url);
    if (response === undefined) throw error;
    return response;
  }
}

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...kept])));
  self.skipWaiting();
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const url = keptUrl(event.request);
  if (url !== undefined) event.respondWith(answer(event.request, url));
});
