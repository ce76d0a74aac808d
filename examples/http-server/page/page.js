/* global document, window */
'use strict';

// The dropped picture goes to POST /convert; the BMP that comes back is shown by the browser's own BMP
// reader.

const find = (selector) => document.querySelector(selector);
const drop = find('#drop');
const form = find('#options');
const status = find('#status');
const save = find('#save');

let file;
let running = new AbortController();

function say(text, bad = false) {
  status.textContent = text;
  status.classList.toggle('bad', bad);
}

function bytes(count) {
  const [unit, size] = count < 1e6 ? ['kB', 1e3] : ['MB', 1e6];
  return `${(count / size).toFixed(1)} ${unit}`;
}

/** Shows the picture in the figure, and releases the previous one. */
async function show(figure, blob) {
  const image = figure.querySelector('img');
  const before = image.src;
  image.src = URL.createObjectURL(blob);
  if (before) URL.revokeObjectURL(before);
  await image.decode();
  // Small images are enlarged by whole factors.
  const step = Math.floor(Math.min(320 / image.naturalWidth, 240 / image.naturalHeight));
  image.width = image.naturalWidth * Math.max(1, step);
  image.hidden = false;
  figure.querySelector('.hint').hidden = true;
  const size = `${image.naturalWidth} × ${image.naturalHeight}`;
  figure.querySelector('.facts').textContent = `${size}, ${bytes(blob.size)}`;
  return image.src;
}

function clear(figure, hint) {
  figure.querySelector('img').hidden = true;
  figure.querySelector('.facts').textContent = '';
  figure.querySelector('.hint').hidden = false;
  if (hint) figure.querySelector('.hint').textContent = hint;
}

async function post(body, signal) {
  const query = new URLSearchParams(new FormData(form));
  const response = await fetch(`convert?${query}`, {
    method: 'POST', headers: { 'Content-Type': 'image/png' }, body, signal,
  });
  if (!response.ok) {
    const { code, message } = await response.json();
    throw new Error(`${message} (${code})`);
  }
  return { bmp: await response.blob(), warnings: response.headers.get('X-Warnings') };
}

async function showResult({ bmp, warnings }, start, signal) {
  const ms = Math.round(performance.now() - start);
  save.href = await show(find('#bmp'), bmp);
  signal.throwIfAborted();
  save.download = file.name.replace(/(\.png)?$/i, '.bmp');
  save.hidden = false;
  say(`Converted in ${ms} ms${warnings ? `, with ${warnings}` : ''}`);
}

/** Converts the file with the current options; a request that is still running is aborted. */
async function convert() {
  if (file === undefined) return;
  running.abort();
  running = new AbortController();
  const { signal } = running;
  find('#bmp').classList.add('busy');
  say('Converting…');
  try {
    const start = performance.now();
    await showResult(await post(file, signal), start, signal);
  } catch (error) {
    if (signal.aborted) return;
    clear(find('#bmp'), 'No BMP');
    save.hidden = true;
    say(error.message, true);
  }
  find('#bmp').classList.remove('busy');
}

async function take(chosen) {
  if (chosen === undefined) return;
  running.abort(); // its BMP would be next to another PNG
  if (chosen.type !== '' && chosen.type !== 'image/png') {
    file = undefined;
    clear(find('#png'));
    clear(find('#bmp'));
    save.hidden = true;
    say(`${chosen.name} is ${chosen.type}, not a PNG`, true);
    return;
  }
  say('Converting…');
  file = chosen;
  drop.classList.remove('empty');
  // The browser cannot show it: the server says what it is.
  await show(find('#png'), file).catch(() => clear(find('#png')));
  await convert();
}

drop.classList.add('empty');
find('#file').addEventListener('change', ({ target }) => take(target.files[0]));
form.addEventListener('change', convert);
window.addEventListener('paste', ({ clipboardData }) => take(clipboardData.files[0]));

// The whole window is a target: a near miss would open the file in place of the page.
window.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
window.addEventListener('dragleave', () => drop.classList.remove('over'));
window.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take(event.dataTransfer.files[0]);
});
drop.addEventListener('keydown', ({ key }) => {
  if (key === 'Enter' || key === ' ') find('#file').click();
});
