'use strict';

/*
 * What the command line prints, and where:
 *   standard output   what was written (one input, or --verbose), --info,
 *                     --dry-run, --json; never together with a BMP
 *   standard error    failures, warnings, the progress bar
 */

const exitCodes = require('./exit-codes');
const { describeMetadata, metadataOf } = require('./metadata');
const { printable, printableJSON } = require('./printable');
const { NO_PROGRESS, startByteProgress, startProgress } = require('./progress');

/* "ENOENT: no such file or directory, open 'x'": without the name, which is printed already */
const withoutPath = (message) => message.replace(/, \w+( '.*')?$/s, '');

const COLOR_TYPES = { 0: 'gray', 2: 'RGB', 3: 'palette', 4: 'gray with alpha', 6: 'RGB with alpha' };

/* The metadata of the PNG, as far as it has any, and how many colours were counted. */
function aboutPicture(info) {
  const { colors } = info;
  const counted = colors === undefined ? [] : [colors === Infinity ? 'more than 256 colours' : plural(colors, 'colour')];
  return [...describeMetadata(info), ...counted].map((text) => `, ${text}`).join('');
}

function describe({ input, info }) {
  const { width, height, bitDepth, colorType, interlaced, bmp, png } = info;
  const ownSize = png ?? { width, height };
  const newSize = png ? `${width} x ${height}, ` : '';
  return `${input}: PNG ${ownSize.width} x ${ownSize.height}, ${bitDepth} bit ${COLOR_TYPES[colorType]}` +
    `${interlaced ? ', interlaced' : ''}${aboutPicture(info)}; BMP ${newSize}${bmp.format}, ${bmp.bitsPerPixel} bit, ` +
    `${bmp.convertedFrom ? `converted to sRGB from ${bmp.convertedFrom}, ` : ''}${bmp.byteLength} bytes`;
}

/* How errors of damaged pixels end, if there is something to salvage. */
const SOME_ROWS = /; [1-9]\d* of \d+ [a-z ]+ were decoded$/;

/* The code is what docs/errors.md is searched for. Those of the system come first in its messages. */
function withCode({ code, message }) {
  const text = SOME_ROWS.test(message) ? `${message}: --salvage keeps them` : message;
  return code === undefined || message.startsWith(code) ? text : `${text} (${code})`;
}

function failureText({ input, output, error, exitCode }) {
  const text = withCode({ ...error, message: withoutPath(error.message) });
  if (exitCode === exitCodes.CANNOT_READ) return `${input}: cannot read: ${text}`;
  return exitCode === exitCodes.CANNOT_WRITE ? `${input}: cannot write ${output}: ${text}` : `${input}: ${text}`;
}

const roundedMs = (ms) => Math.round(ms * 100) / 100;

/* One line of --json. Keys that every line has come first. */
function toRecord({ input, output, ok, skipped, info, warnings, error, ms }, settings) {
  const record = { input, output: settings.info ? undefined : output, ok };
  if (skipped) record.skipped = true;
  if (info) {
    const { width, height, bitDepth, colorType, interlaced, bmp } = info;
    Object.assign(record, { width, height, bytes: bmp.byteLength, format: bmp.format });
    if (settings.info) {
      const { colors, png } = info;
      if (png) record.png = png;
      Object.assign(record, { bitDepth, colorType, interlaced, bitsPerPixel: bmp.bitsPerPixel }, metadataOf(info));
      if (bmp.convertedFrom) record.convertedFrom = bmp.convertedFrom;
      if (colors !== undefined) record.colors = colors === Infinity ? 'many' : colors; /* JSON has no Infinity */
    }
  }
  if (ms !== undefined) record.ms = roundedMs(ms);
  if (warnings) record.warnings = warnings;
  if (error) record.error = error;
  return record;
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** What is said of a signal that stops the program; undefined for a closed pipe, of which nothing is. */
function interruption(reason) {
  if (reason === 'SIGPIPE' || !/^SIG/.test(reason)) return undefined;
  return reason === 'SIGINT' ? 'interrupted' : `interrupted by ${reason}`;
}

class Report {
  /**
   * @param {object} settings as parseCommandLine gives them
   * @param {{ total: number, carriesBMP: boolean, signal: AbortSignal }} facts the number of jobs;
   *   whether a BMP goes to standard output; what stops the jobs
   * @param {{ stdout, stderr }} streams
   */
  constructor(settings, { total, carriesBMP, signal }, { stdout, stderr }) {
    this.settings = settings;
    this.total = total;
    this.stderr = stderr;
    this.stdout = stdout;
    this.lines = carriesBMP ? stderr : stdout;
    this.counts = { written: 0, skipped: 0, failed: 0 };
    this.start = performance.now();
    const onlyLooks = settings.info || settings.dryRun;
    this.saysEach = !settings.quiet && (settings.verbose || onlyLooks || (total === 1 && !carriesBMP));
    this.wantsInfo = this.saysEach || settings.json; /* of what was converted, beside the BMP's length */
    const showsProgress = stderr.isTTY && !settings.quiet && !onlyLooks;
    this.progress = !showsProgress ? NO_PROGRESS
      : total > 1 ? startProgress(total, stderr) : startByteProgress(stderr);
    this.signal = signal;
    signal.addEventListener('abort', () => this.progress.stop());
  }

  ended(outcome) {
    this.#count(outcome);
    if (!outcome.ok) this.#message(failureText(outcome));
    if (this.settings.json) this.#write(this.stdout, printableJSON(toRecord(outcome, this.settings)));
    else if (outcome.ok && this.saysEach) this.#say(outcome);
    if (!this.settings.quiet) this.#warn(outcome);
    this.progress.advance(outcome.info?.bmp.byteLength ?? 0);
  }

  /** What -r found and skipped. */
  leftOut(names) {
    if (!this.settings.verbose) return;
    for (const name of names) {
      this.#message(`${name}: skipped: metadata of macOS, not an image`);
    }
  }

  /* After the last job. */
  end() {
    this.progress.stop();
    if (this.signal.aborted) this.#interrupted(interruption(this.signal.reason));
    const { json, quiet, verbose, info } = this.settings;
    if (this.total === 1 || json || quiet || info || !(verbose || this.stdout.isTTY)) return;
    const seconds = ((performance.now() - this.start) / 1000).toFixed(2);
    const done = this.settings.dryRun ? 'would be written' : 'written';
    const { written, skipped, failed } = this.counts;
    this.#write(this.lines, `${plural(written, 'file')} ${done}, ${skipped} skipped, ${failed} failed, ${seconds} s`);
  }

  get failed() {
    return this.counts.failed;
  }

  #count({ ok, skipped }) {
    if (!ok) this.counts.failed += 1;
    else if (skipped) this.counts.skipped += 1;
    else this.counts.written += 1;
  }

  #say(outcome) {
    this.#write(this.lines, printable(this.#line(outcome)));
  }

  #warn({ input, warnings = [] }) {
    for (const { code, message } of warnings) this.#message(`${input}: warning: ${message} (${code})`);
  }

  #interrupted(text) {
    if (text === undefined) return;
    const { written, skipped, failed } = this.counts;
    const open = this.total - written - skipped - failed;
    this.#message(this.total > 1 ? `${text}: ${open} of ${this.total} inputs were not done` : text);
  }

  #message(text) {
    this.#write(this.stderr, `png2bmp: ${printable(text)}`);
  }

  #line(outcome) {
    const { output, skipped, info, ms } = outcome;
    if (this.settings.info) return describe(outcome);
    if (skipped) return `${output}: exists, skipped`;
    const end = this.settings.dryRun ? 'would be written' : `${Math.round(ms)} ms`;
    return `${output}: ${info.width} x ${info.height}, ${info.bmp.byteLength} bytes, ${end}`;
  }

  #write(stream, text) {
    this.progress.makeRoom();
    stream.write(`${text}\n`);
  }
}

module.exports = { Report, interruption, plural, roundedMs, withCode, withoutPath };
