// PNGs that are dropped, chosen or pasted are converted by Web Workers of this page.

import { getBMPAsync } from '../../lib/browser.mjs';

const find = (selector) => document.querySelector(selector);
const form = find('#options');
const drop = find('#drop');
const list = find('#results');
const all = find('#all');
const status = find('#status');

/** { file, item, running } of every picture on the page. */
const pictures = [];

function size(bytes) {
  const [unit, of] = bytes < 1e6 ? ['kB', 1e3] : ['MB', 1e6];
  return `${(bytes / of).toFixed(1)} ${unit}`;
}

function options() {
  const { format, alpha, background, topDown } = form.elements;
  return {
    format: format.value, alpha: alpha.value, background: background.value, topDown: topDown.checked,
  };
}

/** Shows the picture, and releases the previous one. */
function show(item, kind, blob) {
  const image = item.querySelector(`.${kind} img`);
  const before = image.src;
  image.src = URL.createObjectURL(blob);
  if (before) URL.revokeObjectURL(before);
  item.querySelector(`.${kind} span`).textContent = size(blob.size);
  return image.src;
}

function count() {
  const done = list.querySelectorAll('li.done').length;
  const bad = list.querySelectorAll('li.bad').length;
  status.textContent = done + bad < pictures.length ? `Converting… ${done + bad} of ${pictures.length}`
    : `${done} converted${bad > 0 ? `, ${bad} failed` : ''}`;
  all.hidden = done < 2;
}

function showResult({ item, file }, bmp, milliseconds, warnings) {
  const link = item.querySelector('a');
  link.href = show(item, 'bmp', new Blob([bmp], { type: 'image/bmp' }));
  link.download = file.name.replace(/(\.png)?$/i, '.bmp');
  const what = [`${Math.round(milliseconds)} ms`, ...warnings.map(({ message }) => message)];
  item.querySelector('p').textContent = what.join('; ');
}

function setState({ item }, state) {
  item.className = state;
  item.querySelector('a').hidden = state !== 'done';
  item.querySelector('.bmp').hidden = state === 'bad';
}

/** Converts with the current options; a conversion of this picture that is still running is aborted. */
async function convert(picture) {
  picture.running?.abort();
  const { signal } = picture.running = new AbortController();
  const warnings = [];
  setState(picture, 'busy');
  try {
    const start = performance.now();
    const bmp = await getBMPAsync(picture.file, { ...options(), signal, onWarning: (w) => warnings.push(w) });
    showResult(picture, bmp, performance.now() - start, warnings);
    setState(picture, 'done');
  } catch (error) {
    if (signal.aborted) return;
    picture.item.querySelector('p').textContent = `${error.message} (${error.code ?? error.name})`;
    setState(picture, 'bad');
  }
  count();
}

function take(files) {
  for (const file of files) {
    const item = find('#result').content.firstElementChild.cloneNode(true);
    item.querySelector('h2').textContent = file.name;
    show(item, 'png', file);
    list.append(item);
    pictures.push({ file, item });
  }
  const added = pictures.slice(pictures.length - files.length);
  added.forEach((picture) => void convert(picture));
  count();
}

/** One after another: browsers drop downloads that come all at once. */
async function downloadAll() {
  for (const link of list.querySelectorAll('li.done a')) {
    link.click();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

all.addEventListener('click', downloadAll);
form.addEventListener('change', () => {
  pictures.forEach((picture) => void convert(picture));
  count();
});
form.addEventListener('submit', (event) => event.preventDefault());
find('#files').addEventListener('change', ({ target }) => {
  take([...target.files]);
  target.value = ''; // the same file may be chosen again
});
window.addEventListener('paste', ({ clipboardData }) => take([...clipboardData.files]));

// The whole window is a target: a near miss would open the file in place of the page.
window.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
window.addEventListener('dragleave', () => drop.classList.remove('over'));
window.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take([...event.dataTransfer.files]);
});
