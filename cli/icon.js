'use strict';

/* --ico and --cur: all inputs into one file. */

const fs = require('node:fs');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { inFlags } = require('./effect');
const exitCodes = require('./exit-codes');
const { checkOutput, exitCodeOf, existsError, flagFor, mostBytes } = require('./convert');
const { readFile, readStream } = require('./files');
const { STANDARD_STREAM, planIcon, refuseTerminal } = require('./inputs');
const { UsageError } = require('./mistakes');
const { toPath } = require('./names');
const { printable, printableJSON } = require('./printable');
const { plural, withCode, withoutPath } = require('./report');

const LONGEST_SIDE = 256;

/* With the exit status, and the input or output that it is about. */
class IconError extends Error {
  constructor(exitCode, file, cause) {
    super(cause.message, { cause });
    this.code = cause.code;
    this.exitCode = exitCode;
    this.file = file;
  }
}

const isAbort = (error) => error.name === 'AbortError';

/* ---- Inputs -------------------------------------------------------------------------------- */

/* A pipe or a device may be endless. */
function mayBeEndless(name) {
  if (name === STANDARD_STREAM) return true;
  const stat = fs.statSync(toPath(name));
  return !stat.isFile() && !stat.isDirectory();
}

async function readInput(library, name, signal) {
  try {
    return !mayBeEndless(name) ? await readFile(name, signal)
      : await readStream(name, signal, (head) => mostBytes(head, library.readInfo));
  } catch (error) {
    if (isAbort(error)) throw error;
    const isOfFile = error.syscall !== undefined || error.code === 'ERR_INPUT_LIMIT';
    throw new IconError(isOfFile ? exitCodes.CANNOT_READ : exitCodes.BAD_PNG, name, error);
  }
}

/* Limits and defects are for encodeICO, which has the options. */
function refuseLarge(library, name, png) {
  let info;
  try {
    info = library.readInfo(png, { maxPixels: Infinity, maxMemory: Infinity });
  } catch {
    return;
  }
  if (info.width > LONGEST_SIDE || info.height > LONGEST_SIDE) {
    const message = `${info.width} x ${info.height} pixels, but the images of an icon have at most ` +
      `${LONGEST_SIDE} x ${LONGEST_SIDE}`;
    throw new IconError(exitCodes.BAD_PNG, name, { message, code: 'ERR_PIXEL_LIMIT' });
  }
}

/* One after the other: standard input may be any of them. */
async function readInputs(library, names, signal) {
  const pngs = [];
  for (const name of names) {
    const png = await readInput(library, name, signal);
    refuseLarge(library, name, png);
    pngs.push(png);
  }
  return pngs;
}

/* ---- The icon ------------------------------------------------------------------------------ */

function imagesOf(pngs, hotspots) {
  if (hotspots !== undefined && hotspots.length !== pngs.length) {
    throw new UsageError(`--hotspot has ${plural(hotspots.length, 'point')} for ${plural(pngs.length, 'input')}: ` +
      'give one for each, such as 4,2:8,4');
  }
  return pngs.map((png, i) => ({ png, hotspot: hotspots?.[i] }));
}

async function writeOut(icon) {
  await new Promise((resolve, reject) => {
    process.stdout.write(icon, (error) => (error ? reject(error) : resolve()));
  });
}

/* main.js hears of it by then, says so and stops everything. */
async function untilStopped(error) {
  await nextTurn();
  throw Object.assign(error, { name: 'AbortError' });
}

/* An error of an image, of a file, or of the options. */
function failureOf(error, names, output) {
  if (error.image === undefined) return new IconError(exitCodeOf(error), output, error);
  const isOfOptions = error.code === 'ERR_OUT_OF_RANGE' || error.code === 'ERR_INVALID_ARG_VALUE';
  return new IconError(isOfOptions ? exitCodes.USAGE : exitCodeOf(error), names[error.image], error);
}

async function save(library, images, names, output, kind, options, settings) {
  try {
    if (output === STANDARD_STREAM) await writeOut(await library.encodeICOAsync(images, options)).catch(untilStopped);
    else await library.saveICOAsync(toPath(output), images, { ...options, flag: flagFor(kind, settings) });
    return true;
  } catch (error) {
    if (isAbort(error)) throw error;
    if (error.code !== 'EEXIST') throw failureOf(error, names, output);
    if (!settings.skipExisting) throw new IconError(exitCodes.CANNOT_WRITE, output, existsError());
    return false;
  }
}

/* ---- What is printed ----------------------------------------------------------------------- */

const errorText = ({ file, exitCode, message, code }) => {
  const what = { [exitCodes.CANNOT_READ]: 'cannot read: ', [exitCodes.CANNOT_WRITE]: 'cannot write: ' }[exitCode];
  return `${file}: ${(what ?? '') + withCode({ code, message: inFlags(withoutPath(message)) })}`;
};

const complain = (text) => process.stderr.write(`png2bmp: ${printable(text)}\n`);

function tell({ names, output, skipped, warnings, ms }, { quiet, verbose, json }) {
  if (!quiet) warnings.forEach(({ input, message, code }) => complain(`${input}: warning: ${message} (${code})`));
  if (json || quiet) return;
  const lines = output === STANDARD_STREAM ? process.stderr : process.stdout;
  const text = skipped ? `${output}: exists, skipped` : `${output}: ${plural(names.length, 'image')}, ${Math.round(ms)} ms`;
  if (output !== STANDARD_STREAM || verbose) lines.write(`${printable(text)}\n`);
}

function tellJSON(facts) {
  process.stdout.write(`${printableJSON(facts)}\n`);
}

/* ---- All of it ----------------------------------------------------------------------------- */

async function make(library, names, output, settings, conversion, signal, warnings) {
  const check = () => checkOutput(names, output, settings);
  if (check() === 'skipped') return { skipped: true };
  const pngs = await readInputs(library, names, signal);
  const images = imagesOf(pngs, settings.hotspot);
  const onWarning = ({ code, message, image }) => warnings.push({ input: names[image], code, message });
  const options = { ...conversion, type: settings.cur ? 'cursor' : 'icon', signal, onWarning };
  const kind = check(); /* again: reading may have taken long */
  const isWritten = kind !== 'skipped' && await save(library, images, names, output, kind, options, settings);
  return isWritten ? {} : { skipped: true };
}

/** @returns {Promise<number>} the exit status */
async function writeIcon(operands, settings, conversion, signal) {
  const { names, output } = await planIcon(operands, settings, signal);
  refuseTerminal([{ output }], settings, process.stdout);
  const library = require('..');
  const start = performance.now();
  const warnings = [];
  const facts = { inputs: names, output };
  try {
    const done = await make(library, names, output, settings, conversion, signal, warnings);
    const ms = performance.now() - start;
    tell({ names, output, ...done, warnings, ms }, settings);
    if (settings.json) tellJSON({ ...facts, ok: true, ...done, ms, warnings });
    return exitCodes.OK;
  } catch (error) {
    if (isAbort(error)) return exitCodes.CANNOT_WRITE; /* main.js knows why */
    if (error instanceof UsageError) throw error;
    const named = error instanceof IconError ? error : failureOf(error, names, output);
    const { code, message, exitCode, file } = named;
    complain(errorText(named));
    if (settings.json) tellJSON({ ...facts, ok: false, error: { file, code, message } });
    return exitCode;
  }
}

module.exports = { writeIcon };
