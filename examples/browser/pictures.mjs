// The pictures on the page: each has a PNG, and the BMP that the current options make of it.

import { encodeICOAsync, getBMPAsync } from '../../lib/browser.mjs';
import { outputName } from './commands.mjs';
import { asSeen } from './panels.mjs';

const TYPES = { bmp: 'image/bmp', ico: 'image/x-icon' };

function bytesText(bytes) {
  const [unit, of] = bytes < 1e6 ? ['kB', 1e3] : ['MB', 1e6];
  return `${(bytes / of).toFixed(1)} ${unit}`;
}

/** The bytes of the BMP or the icon: of one File, or for an icon of several. */
export function convertFiles(files, { output, options }, more) {
  return output === 'ico' ? encodeICOAsync(files, { ...options, ...more }) : getBMPAsync(files[0], { ...options, ...more });
}

/** What browsers can show of these settings' output: bare rows and DIBs as the BMP of the same pixels. */
function shownSettings({ output, options }) {
  return options.container === undefined ? undefined
    : { output, options: { ...options, container: undefined, rowAlign: undefined } };
}

/** Says what went wrong, with a link from its code to what that means. */
function explain(element, { message, code, name }) {
  if (typeof code !== 'string' || !code.startsWith('ERR_')) { // a DOMException has a number
    element.textContent = `${message} (${name})`;
    return;
  }
  const href = `${document.querySelector('#errors').href}#${code.toLowerCase()}`;
  element.replaceChildren(`${message} (`, Object.assign(document.createElement('a'), { href, textContent: code }), ')');
}

/** All figures of a picture show the same part of it. */
function scrollTogether(item) {
  const boxes = [...item.querySelectorAll('figure div')];
  const follow = (from, to) => {
    if (to.scrollLeft !== from.scrollLeft) to.scrollLeft = from.scrollLeft;
    if (to.scrollTop !== from.scrollTop) to.scrollTop = from.scrollTop;
  };
  for (const box of boxes) box.addEventListener('scroll', () => boxes.forEach((other) => follow(box, other)));
}

class Picture {
  bytes; // the latest output
  #running;
  #href; // of the download

  constructor(file, item) {
    this.file = file;
    this.item = item;
    this.find('h2').textContent = file.name;
    this.find('.remove').setAttribute('aria-label', `Remove ${file.name}`);
    this.#show('png', file);
    scrollTogether(item);
  }

  find(selector) {
    return this.item.querySelector(selector);
  }

  get state() {
    return this.item.className;
  }

  /** Shows a picture in one of the figures, and releases what was there; the caption says how large `bytes` are. */
  #show(kind, blob, bytes = blob.size) {
    const image = this.find(`.${kind} img`);
    this.#release(image);
    const caption = this.find(`.${kind} span`);
    if (caption) caption.textContent = bytesText(bytes);
    image.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      image.style.setProperty('--width', `${width}px`);
      if (caption) caption.textContent = `${width} × ${height}, ${bytesText(bytes)}`;
    };
    image.src = URL.createObjectURL(blob);
  }

  #release({ src }) {
    if (src) URL.revokeObjectURL(src);
  }

  #setState(state) {
    this.item.className = state;
    this.find('.download').hidden = state !== 'done';
    this.find('.bmp').hidden = state === 'bad';
    if (state === 'bad') this.find('.panel').hidden = true;
  }

  /** What an e-paper panel will show, where that is not what the BMP shows. */
  #showPanel(bytes, { output, options }) {
    const seen = output === 'bmp' ? asSeen(bytes, options) : undefined;
    this.find('.panel').hidden = seen === undefined;
    if (seen !== undefined) this.#show('panel', new Blob([seen], { type: TYPES.bmp }));
  }

  /** `shown` is what browsers can show of `bytes`. */
  #showOutput(bytes, shown, settings, milliseconds, warnings) {
    const { output } = settings;
    const link = this.find('.download');
    URL.revokeObjectURL(this.#href);
    this.bytes = bytes;
    this.outputName = outputName(this.file.name, settings);
    this.#show('bmp', new Blob([shown], { type: TYPES[output] }), bytes.length);
    this.#href = link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = this.outputName;
    link.setAttribute('aria-label', `Download ${this.outputName}`);
    this.#showPanel(shown, settings);
    this.find('.bmp b').textContent = { rows: 'Rows', dib: 'DIB' }[settings.options.container] ?? output.toUpperCase();
    this.find('p').textContent = [`${Math.round(milliseconds)} ms`, ...warnings].join('; ');
  }

  /** Converts with these settings; a conversion that is still running is aborted. */
  async convert(settings) {
    this.stop();
    const { signal } = this.#running = new AbortController();
    const warnings = [];
    this.#setState('busy');
    try {
      const start = performance.now();
      const bytes = await convertFiles([this.file], settings, { signal, onWarning: ({ message }) => warnings.push(message) });
      const milliseconds = performance.now() - start;
      const shown = shownSettings(settings);
      this.#showOutput(bytes, shown ? await convertFiles([this.file], shown, { signal }) : bytes, settings, milliseconds, warnings);
      this.#setState('done');
    } catch (error) {
      if (signal.aborted) return;
      explain(this.find('p'), error);
      this.#setState('bad');
    }
  }

  stop() {
    this.#running?.abort();
  }

  remove() {
    this.stop();
    URL.revokeObjectURL(this.#href);
    this.item.querySelectorAll('img').forEach((image) => this.#release(image));
    this.item.remove();
  }
}

/** The pictures in an element, made from a template; `changed` is called when one has been converted. */
export class Pictures {
  #all = [];
  #list;
  #template;
  #changed;

  constructor(list, template, changed) {
    this.#list = list;
    this.#template = template;
    this.#changed = changed;
  }

  get files() {
    return this.#all.map(({ file }) => file);
  }

  get done() {
    return this.#all.filter(({ state }) => state === 'done');
  }

  get failed() {
    return this.#all.filter(({ state }) => state === 'bad').length;
  }

  get count() {
    return this.#all.length;
  }

  async #convert(pictures, settings) {
    const each = pictures.map((picture) => picture.convert(settings).then(this.#changed));
    this.#changed();
    await Promise.all(each);
  }

  add(files, settings) {
    const added = files.map((file) => {
      const item = this.#template.content.firstElementChild.cloneNode(true);
      const picture = new Picture(file, item);
      picture.find('.remove').addEventListener('click', () => this.#remove(picture));
      this.#list.append(item);
      return picture;
    });
    this.#all.push(...added);
    return this.#convert(added, settings);
  }

  #remove(picture) {
    const next = picture.item.nextElementSibling ?? picture.item.previousElementSibling;
    picture.remove();
    this.#all = this.#all.filter((each) => each !== picture);
    next?.querySelector('.remove').focus(); // where the keyboard was
    this.#changed();
  }

  clear() {
    this.#all.forEach((picture) => picture.remove());
    this.#all = [];
  }

  convertAll(settings) {
    return this.#convert(this.#all, settings);
  }
}
