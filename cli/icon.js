'use strict';

/* --ico and --cur: all inputs into one file. */

const fs = require('node:fs');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { inFlags } = require('./effect');
const exitCodes = require('./exit-codes');
const { checkOutput, exitCodeOf, existsError, flagFor, mostBytes } = require('./convert');
const { isOfReading, readFile, readStream } = require('./files');
const { planIcon, refuseTerminal } = require('./inputs');
const { UsageError } = require('./mistakes');
const { STANDARD_STREAM, toPath } = require('./names');
const { printable, printableJSON } = require('./printable');
const { plural, roundedMs, withCode, withoutPath } = require('./report');

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
      : await readStream(name, { signal }, (head) => mostBytes(head, library.readInfo));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new IconError(isOfReading(error) ? exitCodes.CANNOT_READ : exitCodes.BAD_PNG, name, error);
  }
}

/* { width, height } of the turned image; undefined if the PNG is defective: encodeICO, which has all options, says how. */
function sizeOf(library, png, { rotate, flip, flop }) {
  try {
    return library.readInfo(png, { rotate, flip, flop, maxPixels: Infinity, maxMemory: Infinity });
  } catch {
    return undefined;
  }
}

function refuseLarge(name, { width, height }) {
  if (width <= LONGEST_SIDE && height <= LONGEST_SIDE) return;
  const message = `${width} x ${height} pixels, but the images of an icon have at most ${LONGEST_SIDE} x ${LONGEST_SIDE}; ` +
    '--sizes 16,32,48,256 makes all of them from one PNG';
  throw new IconError(exitCodes.BAD_PNG, name, { message, code: 'ERR_PIXEL_LIMIT' });
}

function refuseOutside(name, { width, height }, { x, y }) {
  if (x < width && y < height) return;
  throw new UsageError(`--hotspot ${x},${y} is outside of ${name}, which has ${width} x ${height} pixels`);
}

function refuseOtherNumber(names, hotspots) {
  if (hotspots === undefined || hotspots.length === names.length) return;
  throw new UsageError(`--hotspot has ${plural(hotspots.length, 'point')} for ${plural(names.length, 'input')}: ` +
    'give one for each, such as 4,2:8,4');
}

/* { png, hotspot, size } of each, one after the other: standard input may be any of them. */
async function readImages(library, names, { hotspot: hotspots }, conversion, signal) {
  const { sizes } = conversion;
  refuseOtherNumber(names, hotspots);
  if (sizes !== undefined && names.length > 1) throw new UsageError(`--sizes makes all images of one input, not of ${names.length}`);
  const images = [];
  for (const [i, name] of names.entries()) {
    const png = await readInput(library, name, signal);
    const size = sizeOf(library, png, conversion);
    if (size && sizes === undefined) refuseLarge(name, size);
    if (size && hotspots) refuseOutside(name, size, hotspots[i]);
    images.push({ png, hotspot: hotspots?.[i], size });
  }
  return images;
}

/* ---- The icon ------------------------------------------------------------------------------ */

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

/* An error of an image, of a file, or of an option. */
function failureOf(error, names, output) {
  const file = error.image === undefined ? output : names[error.image];
  if (error.code !== 'ERR_INVALID_ARG_VALUE') return new IconError(exitCodeOf(error), file, error);
  const message = error.message.replace(/\. Received .*$/s, '');
  return new IconError(exitCodes.USAGE, file, { message, code: error.code });
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

function linesOf({ inputs, output, skipped, ms }, images, { verbose, sizes }) {
  if (skipped) return [`${output}: exists, skipped`];
  const all = verbose ? images.map(({ size }, i) => `${inputs[i]}: ${size.width} x ${size.height}`) : [];
  return [...all, `${output}: ${plural(sizes?.length ?? inputs.length, 'image')}, ${Math.round(ms)} ms`];
}

function tell(facts, images, settings) {
  const { quiet, verbose, json } = settings;
  if (!quiet) facts.warnings.forEach(({ file, message, code }) => complain(`${file}: warning: ${message} (${code})`));
  if (json || quiet || (facts.output === STANDARD_STREAM && !verbose)) return;
  const stream = facts.output === STANDARD_STREAM ? process.stderr : process.stdout;
  for (const line of linesOf(facts, images, settings)) stream.write(`${printable(line)}\n`);
}

function tellJSON(facts) {
  process.stdout.write(`${printableJSON(facts)}\n`);
}

/* ---- All of it ----------------------------------------------------------------------------- */

/* { images, warnings }, or undefined if the output is to be kept. */
async function make(library, names, output, settings, conversion, signal) {
  const check = () => checkOutput(names, output, settings);
  if (check() === 'skipped') return undefined;
  const images = await readImages(library, names, settings, conversion, signal);
  const warnings = [];
  const onWarning = ({ code, message, image }) => warnings.push({ file: names[image], code, message: inFlags(message) });
  const options = { ...conversion, type: settings.cur ? 'cursor' : 'icon', signal, onWarning };
  const kind = check(); /* again: reading may have taken long */
  const isWritten = kind !== 'skipped' && await save(library, images, names, output, kind, options, settings);
  return isWritten ? { images, warnings } : undefined;
}

/** @returns {Promise<number>} the exit status */
async function writeIcon(operands, settings, conversion, signal) {
  const { names, output } = await planIcon(operands, settings, conversion, signal);
  refuseTerminal([{ output }], settings, process.stdout);
  const library = require('..');
  const start = performance.now();
  const facts = { inputs: names, output };
  try {
    const { images, warnings } = await make(library, names, output, settings, conversion, signal) ?? { warnings: [] };
    const ms = roundedMs(performance.now() - start);
    const all = { ...facts, ok: true, ...(images ? {} : { skipped: true }), ms, warnings };
    tell(all, images, { ...settings, sizes: conversion.sizes });
    if (settings.json) tellJSON(all);
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
