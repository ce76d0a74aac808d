'use strict';

/*
 * Which files are read and which are written: operands in, jobs out. Everything
 * is known, and every contradiction found, before the first byte is written.
 *
 * A job is { input, output }, where '-' stands for standard input and output,
 * or { input, error } for a directory that cannot be listed.
 */

const fs = require('node:fs');
const path = require('node:path');
const { UsageError } = require('./options');

const STANDARD_STREAM = '-';

/* The same thing, and what is said must stay off it. */
const toOutput = (name) => (name === '/dev/stdout' ? STANDARD_STREAM : name);

const isOutput = (name) => name === STANDARD_STREAM || /\.bmp$/i.test(name);

/* `IN OUT` is told from `IN IN` by the second name. */
function takeOutputOperand(operands, settings) {
  const [input, output] = operands;
  if (operands.length !== 2 || !isOutput(output)) return { operands, output: toOutput(settings.output) };
  if (settings.output !== undefined || settings.outDir !== undefined) {
    throw new UsageError(`${output} is an output, and --output or --out-dir names another`);
  }
  return { operands: [input], output };
}

function readNames(settings) {
  const file = settings.filesFrom;
  if (file === undefined) return [];
  let text;
  try {
    text = fs.readFileSync(file === STANDARD_STREAM ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`--files-from: ${error.message}`);
  }
  const names = settings.null ? text.split('\0') : text.split(/\r?\n/);
  return names.filter((name) => name !== '');
}

/* What cannot be looked at is left to the reading of it, which says why. */
function statOrNothing(name) {
  try {
    return fs.statSync(name);
  } catch {
    return undefined;
  }
}

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function isPNGFile(entry, file) {
  if (!/\.png$/i.test(entry.name)) return false;
  if (entry.isSymbolicLink()) return statOrNothing(file)?.isFile() === true;
  return entry.isFile();
}

/* The *.png below a directory, in the order of their names. */
function* walk(directory) {
  let entries;
  try {
    entries = fs.readdirSync(directory, { withFileTypes: true }).sort(byName);
  } catch (error) {
    yield { file: directory, error };
    return;
  }
  for (const entry of entries) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(file);
    else if (isPNGFile(entry, file)) yield { file };
  }
}

/* { file, root }: root is the directory operand that the file was found under */
function* expand(names, settings) {
  for (const name of names) {
    if (settings.recursive && name !== STANDARD_STREAM && statOrNothing(name)?.isDirectory()) {
      for (const found of walk(name)) yield { ...found, root: name };
    } else {
      yield { file: name };
    }
  }
}

/* The path below --out-dir: never above it, whatever the input is called. */
function pathInTree(file, root) {
  if (root !== undefined) return path.relative(root, file);
  const normal = path.normalize(file);
  const leaves = path.isAbsolute(normal) || normal.split(path.sep)[0] === '..';
  return leaves ? path.basename(normal) : normal;
}

function outputFor({ file, root }, settings) {
  if (file === STANDARD_STREAM) {
    if (settings.outDir === undefined) return STANDARD_STREAM;
    throw new UsageError('standard input has no name for --out-dir: use --output');
  }
  const rename = (name) => name.replace(/\.png$/i, '') + (settings.suffix ?? '.bmp');
  if (settings.outDir === undefined) return rename(file);
  return path.join(settings.outDir, rename(pathInTree(file, root)));
}

/* File systems of Windows and macOS take A.bmp and a.bmp for one name. */
const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin';

function realPath(name) {
  try {
    return fs.realpathSync.native(name);
  } catch {
    return undefined;
  }
}

/* The same for all names of one file. Without --force no file is written over, and
 * so it is enough to know the directories. */
class Identities {
  constructor({ force }) {
    this.force = force;
    this.directories = new Map();
  }

  /* Of what is to be made: below its parent. */
  #belowParent(name) {
    const parent = path.dirname(name);
    return parent === name ? name : path.join(this.#directory(parent), path.basename(name));
  }

  #directory(name) {
    if (!this.directories.has(name)) {
      this.directories.set(name, realPath(name) ?? this.#belowParent(name));
    }
    return this.directories.get(name);
  }

  of(name) {
    const resolved = path.resolve(name);
    const real = (this.force ? realPath(resolved) : undefined) ?? this.#belowParent(resolved);
    return FOLDS_CASE ? real.toLowerCase() : real;
  }
}

function refuseCollisions(jobs, settings) {
  const identities = new Identities(settings);
  const outputs = new Map();
  for (const { input, output } of jobs) {
    if (output === undefined || output === STANDARD_STREAM) continue;
    const key = identities.of(output);
    if (outputs.has(key)) {
      throw new UsageError(`${outputs.get(key)} and ${input} would both be written to ${output}`);
    }
    outputs.set(key, input);
  }
  for (const { input } of jobs) {
    if (outputs.has(identities.of(input))) {
      throw new UsageError(`${input} is an input, and would be written over`);
    }
  }
}

/** Whether standard output is taken by a BMP. */
function carriesBMP(jobs, settings) {
  return !settings.info && !settings.dryRun && jobs.some((job) => job.output === STANDARD_STREAM);
}

function refuseSharedStreams(jobs, output, settings) {
  const stdin = jobs.some((job) => job.input === STANDARD_STREAM);
  if (jobs.length > 1 && output !== undefined) {
    throw new UsageError('one output for many inputs: use --out-dir');
  }
  if (jobs.length > 1 && stdin) {
    throw new UsageError("standard input ('-') can only be the only input");
  }
  if (stdin && settings.filesFrom === STANDARD_STREAM) {
    throw new UsageError('standard input cannot be both an input and the list of inputs');
  }
  if (settings.json && carriesBMP(jobs, settings)) {
    throw new UsageError('standard output carries the BMP, so --json needs --output FILE');
  }
}

/**
 * @throws {UsageError} for a BMP that would fill somebody's screen
 */
function refuseTerminal(jobs, settings, stdout) {
  if (stdout.isTTY && carriesBMP(jobs, settings) && !settings.force) {
    throw new UsageError('standard output is a terminal: redirect it, or name an output');
  }
}

/**
 * @param {string[]} given the operands of the command line
 * @param {object} settings as parseCommandLine gives them
 * @returns {{ input: string, output?: string, error?: Error }[]} in the order of the operands
 * @throws {UsageError}
 */
function planJobs(given, settings) {
  const { operands, output } = takeOutputOperand(given, settings);
  if (operands.length === 0 && settings.filesFrom === undefined) {
    throw new UsageError('no input: png2bmp IN.png [OUT.bmp], or --help');
  }
  if (operands.includes('')) throw new UsageError('an input has an empty name');
  const found = [...expand([...operands, ...readNames(settings)], settings)];
  const jobs = found.map((item) => (item.error
    ? { input: item.file, error: item.error }
    : { input: item.file, output: output ?? outputFor(item, settings) }));
  refuseSharedStreams(jobs, output, settings);
  if (!settings.info) refuseCollisions(jobs, settings);
  return jobs;
}

module.exports = {
  STANDARD_STREAM, carriesBMP, planJobs, refuseTerminal,
};
