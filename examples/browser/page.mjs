// PNGs that are dropped, chosen or pasted are converted by Web Workers of this page.

import { constants, init } from '../../lib/browser.mjs';
import { commandOf, outputName, scriptOf } from './commands.mjs';
import { addPalettes, addPurposes, setPurpose, showEffective, valuesOf } from './form.mjs';
import { settingsOf } from './options.mjs';
import { Pictures, convertFiles } from './pictures.mjs';

const SAMPLE = 'sample.png';

const find = (selector) => document.querySelector(selector);
const form = find('#options');
const drop = find('#drop');
const status = find('#status');
const pictures = new Pictures(find('#results'), find('#result'), count);

let isSample = false; // what is shown is the sample, which gives way to the first picture
let paletteFile; // { name, colors, transparent } of the file that was read last

const settings = () => settingsOf({ ...valuesOf(form), paletteFile });

/** What cannot be read from the form yet, such as no number where one is needed. */
function problem() {
  const field = [...form.elements].find((each) => each.closest('[hidden]') === null && !each.checkValidity());
  return field && `${field.closest('label').firstChild.textContent.trim()}: ${field.validationMessage}`;
}

function count() {
  const [done, failed] = [pictures.done.length, pictures.failed];
  status.textContent = pictures.count === 0 ? '' : done + failed < pictures.count
    ? `Converting… ${done + failed} of ${pictures.count}`
    : `${done} converted${failed > 0 ? `, ${failed} failed` : ''}`;
  find('#all').hidden = done < 2;
  find('#icon').hidden = done < 2 || settings().output !== 'ico' || settings().options.sizes !== undefined;
  showTexts();
}

function showTexts() {
  const names = pictures.count > 0 ? pictures.files.map(({ name }) => name) : [SAMPLE];
  find('#command').textContent = commandOf(settings(), names);
  find('#script').textContent = scriptOf(settings(), names);
}

const hexOf = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** Reads the palette's file that was chosen, with the command line's own reader. */
async function readPalette(input) {
  const [file] = input.files;
  paletteFile = undefined;
  input.setCustomValidity('');
  if (file === undefined) return;
  const { coloursOfFile } = await import('./palette-file.mjs');
  try {
    const colours = coloursOfFile(new Uint8Array(await file.arrayBuffer()));
    if (input.files[0] !== file) return; // another one has been chosen meanwhile
    const colors = colours.map((entry) => (Array.isArray(entry) ? hexOf(entry) : { color: hexOf(entry.color), seen: hexOf(entry.seen) }));
    paletteFile = { name: file.name, colors, transparent: colours.transparent };
    if (colours.transparent !== undefined && form.elements.alpha.value === 'key') {
      form.elements.background.value = colors[colours.transparent];
    }
  } catch (error) {
    input.setCustomValidity(`${file.name} ${error.message}`);
  }
}

/** After a change of the form. */
function update() {
  showEffective(form, { paletteFile });
  const words = problem();
  if (words !== undefined) status.textContent = words;
  else void pictures.convertAll(settings());
}

function take(files) {
  if (files.length === 0) return;
  if (isSample) pictures.clear();
  isSample = false;
  void pictures.add(files, settings());
}

async function takeSample() {
  const response = await fetch(SAMPLE);
  if (!response.ok || pictures.count > 0) return;
  isSample = true;
  await pictures.add([new File([await response.arrayBuffer()], SAMPLE, { type: 'image/png' })], settings());
}

function save(bytes, name) {
  const href = URL.createObjectURL(new Blob([bytes]));
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** { name: bytes }; pictures of one name get numbers. */
function named(done) {
  const files = {};
  for (const { bytes, outputName: name } of done) {
    let free = name;
    for (let i = 2; free in files; i++) free = name.replace(/(\.\w+)$/, ` ${i}$1`);
    files[free] = bytes;
  }
  return files;
}

/** The Content-Security-Policy allows no workers made of text, which fflate's zip() would use. */
async function downloadAll() {
  const { zipSync } = await import('./fflate.mjs');
  save(zipSync(named(pictures.done), { level: 1 }), 'pictures.zip');
}

async function downloadIcon() {
  try {
    const files = pictures.done.map(({ file }) => file);
    save(await convertFiles(files, settings()), outputName(files[0].name, settings()));
  } catch (error) {
    status.textContent = `${error.message} (${error.code ?? error.name})`;
  }
}

async function copy({ target }) {
  const button = target.closest('[data-copy]');
  if (button === null) return;
  const { textContent } = find(`#${button.dataset.copy}`);
  try {
    await navigator.clipboard.writeText(textContent);
    status.textContent = 'Copied';
  } catch {
    status.textContent = 'The browser does not allow copying: select the text instead';
  }
}

form.addEventListener('change', async ({ target }) => {
  if (target.name === 'purpose') setPurpose(form, target.value);
  if (target.name === 'paletteFile') await readPalette(target);
  update();
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => { // by a purpose
  paletteFile = undefined;
  form.elements.paletteFile.setCustomValidity('');
});
document.addEventListener('click', copy);
find('#all').addEventListener('click', downloadAll);
find('#icon').addEventListener('click', downloadIcon);
find('#zoom').addEventListener('change', ({ target }) => {
  find('#results').dataset.zoom = target.value;
  find('#results').style.setProperty('--zoom', target.value);
});
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

addPurposes(find('#purposes'));
showEffective(form);
showTexts();
navigator.serviceWorker?.register('./offline.mjs', { type: 'module' }).catch(() => {}); // only over https or localhost
await init();
addPalettes(form.elements.palette, constants.palettes);
await takeSample();
