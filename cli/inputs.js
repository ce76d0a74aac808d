'use strict';

/*
 * Which files are read and which are written: operands in, jobs out. All names are
 * known, and all contradictions found, before the first byte is written.
 *
 * A job is { input, output }, where '-' is standard input and output,
 * or { input, error } for a directory that cannot be listed, and { input, output,
 * error } for a file found by --recursive whose output is also that of another.
 */

const fs = require('node:fs');
const path = require('node:path');
const exitCodes = require('./exit-codes');
const { REPLACEMENT, STANDARD_STREAM, fromBytes, toPath } = require('./names');
const { UsageError } = require('./options');
const { openStream, statOfStandardInput } = require('./streams');
const { expandWildcards, hasWildcard } = require('./wildcards');
const { kinds } = require('../lib/extensions');

/* The same file, so messages must not go there. */
const toOutput = (name) => (name === '/dev/stdout' ? STANDARD_STREAM : name);

/* The same, even if it is a socket, which cannot be opened. */
const toInput = (name) => (name === '/dev/stdin' ? STANDARD_STREAM : name);

const isOutput = (name) => name === STANDARD_STREAM || /\.bmp$/i.test(name);

/* The second name distinguishes `IN OUT` from `IN IN`. */
function takeOutputOperand(operands, settings) {
  const input = operands[0];
  const output = toOutput(operands[1]);
  if (operands.length !== 2 || !isOutput(output)) return { operands, output: toOutput(settings.output) };
  if (settings.output !== undefined || settings.outDir !== undefined) {
    throw new UsageError(`${output} is an output, but --output or --out-dir names another`);
  }
  return { operands: [input], output };
}

/* Windows programs write a byte order mark, PowerShell that of UTF-16. */
function decodeList(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  return fromBytes(bytes).replace(/^\ufeff/, '');
}

/* As a stream: its writer may be late. */
async function readList(file, signal) {
  const chunks = [];
  for await (const chunk of openStream(file, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readNames(settings, signal) {
  const file = settings.filesFrom;
  if (file === undefined) return [];
  let text;
  try {
    text = decodeList(await readList(file, signal));
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new UsageError(`--files-from: ${error.message}`);
  }
  const names = settings.null ? text.split('\0') : text.split(/\r?\n/);
  return names.filter((name) => name !== '');
}

/* Undefined if it fails: reading the file will fail as well, and say why. */
function statOrNothing(name) {
  try {
    return fs.statSync(toPath(name));
  } catch {
    return undefined;
  }
}

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function isPNGFile({ name, entry }, file) {
  if (!/\.png$/i.test(name)) return false;
  if (entry.isSymbolicLink()) return statOrNothing(file)?.isFile() === true;
  return entry.isFile();
}

/* On other file systems macOS adds a second file for each file, and in zip archives a folder of
 * them: AppleDouble files, which have the image's name but none of its pixels. */
const isAppleDouble = (name) => name.startsWith('._') || name === '__MACOSX';

/* undefined where a name may not be UTF-8, or one has led Node.js to look for a file that is not there. */
function readAsText(read) {
  try {
    const entries = read('utf8');
    return entries.some(({ name }) => name.includes(REPLACEMENT)) ? undefined : entries;
  } catch {
    return undefined;
  }
}

/* The entries of a directory. Names are read as text, which is several times as fast, and otherwise as bytes. */
function readEntries(directory) {
  const read = (encoding) => fs.readdirSync(toPath(directory), { withFileTypes: true, encoding });
  const entries = readAsText(read);
  return entries === undefined ? read('buffer').map((entry) => ({ name: fromBytes(entry.name), entry }))
    : entries.map((entry) => ({ name: entry.name, entry }));
}

/* { name, entry } of each, in the order of their names. */
const list = (directory) => readEntries(directory).sort(byName);

/* What path.join(directory, name) puts before the name of an entry: joining thousands of names takes longer. */
const beginOf = (directory) => path.join(directory, 'x').slice(0, -1);

/* Adds the *.png below a directory to `found`, in the order of their names: { file, inTree }, the second as seen
 * from the operand, to which `above` is the way. */
function walk(directory, above, found) {
  let items;
  try {
    items = list(directory);
  } catch (error) {
    found.push({ file: directory, error });
    return;
  }
  const begin = beginOf(directory);
  for (const item of items) {
    const file = begin + item.name;
    const inTree = above + item.name;
    if (isAppleDouble(item.name)) found.push({ file, leftOut: true });
    else if (item.entry.isDirectory()) walk(file, inTree + path.sep, found);
    else if (isPNGFile(item, file)) found.push({ file, inTree });
  }
}

/* What the shell has left. On Windows none expands wildcards. */
function expandOperand(name) {
  if (!hasWildcard(name) || statOrNothing(name) !== undefined) return [name];
  const found = process.platform === 'win32' ? expandWildcards(name) : [];
  return found.length > 0 ? found : [name];
}

/* { file } of each name, and what walk finds in the directories among them. */
function expand(names, settings) {
  const found = [];
  for (const name of names) {
    const isTree = settings.recursive && name !== STANDARD_STREAM && statOrNothing(name)?.isDirectory();
    if (isTree) walk(name, '', found);
    else found.push({ file: name });
  }
  return found;
}

/* The path below --out-dir: never above it, whatever the input is called. */
function pathInTree(file) {
  const normal = path.normalize(file);
  const leaves = path.isAbsolute(normal) || normal.split(path.sep)[0] === '..';
  return leaves ? path.basename(normal) : normal;
}

/* A function that names the output of what was found. */
function outputNamer({ outDir, suffix = '.bmp' }) {
  const rename = (name) => name.replace(/\.png$/i, '') + suffix;
  const begin = outDir === undefined ? undefined : beginOf(outDir);
  return ({ file, inTree }) => {
    if (file === STANDARD_STREAM) {
      if (outDir === undefined) return STANDARD_STREAM;
      throw new UsageError('standard input has no name to use in --out-dir: use --output');
    }
    return outDir === undefined ? rename(file) : begin + rename(inTree ?? pathInTree(file));
  };
}

/* On Windows and macOS, A.bmp and a.bmp are usually the same file. */
const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin';

function realPath(name) {
  try {
    return fromBytes(fs.realpathSync.native(toPath(name), 'buffer'));
  } catch {
    return undefined;
  }
}

/* Every name is relative if the working directory is gone. */
function absolute(name) {
  try {
    return path.resolve(name);
  } catch {
    return name;
  }
}

/* Whether a last part of a path is the name of a file as it stands. On Windows, which knows more separators, none is. */
const isPlain = (last) => path.sep === '/' && last !== '' && last !== '.' && last !== '..';

/* A key that is the same for all names of a file. Without --force no file is overwritten, so
 * only directories have to be resolved. */
class Identities {
  constructor({ force }) {
    this.force = force;
    this.directories = new Map();
    this.begins = new Map(); /* of what directories are called in names */
  }

  /* For a file that does not exist: its name in its parent directory. */
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

  /* As #belowParent of the resolved name: thousands of names have a directory in common. */
  #inDirectory(name) {
    const length = name.lastIndexOf(path.sep) + 1;
    const last = name.slice(length);
    if (!isPlain(last)) return this.#belowParent(absolute(name));
    const directory = name.slice(0, length);
    if (!this.begins.has(directory)) {
      this.begins.set(directory, beginOf(this.#directory(absolute(directory))));
    }
    return this.begins.get(directory) + last;
  }

  of(name) {
    const real = (this.force ? realPath(absolute(name)) : undefined) ?? this.#inDirectory(name);
    return FOLDS_CASE ? real.toLowerCase() : real;
  }
}

/* For two names that were typed, it is a mistake in the command line. Two that were found in a tree
 * (a.png and a.PNG) fail, and the rest of the tree is converted. */
function collide(first, second) {
  const message = first.input === second.input ? `${first.input} is named twice`
    : `${first.input} and ${second.input} would both be written to ${second.output}`;
  if (!first.found || !second.found) throw new UsageError(message);
  const error = Object.assign(new Error(message), { code: 'EEXIST', exitCode: exitCodes.CANNOT_WRITE });
  first.error ??= error;
  second.error ??= error;
}

function refuseCollisions(jobs, settings) {
  const identities = new Identities(settings);
  const outputs = new Map();
  for (const job of jobs) {
    if (job.output === undefined || job.output === STANDARD_STREAM) continue;
    const key = identities.of(job.output);
    if (outputs.has(key)) collide(outputs.get(key), job);
    else outputs.set(key, job);
  }
  for (const { input } of jobs) {
    if (outputs.has(identities.of(input))) {
      throw new UsageError(`${input} is an input and would be overwritten`);
    }
  }
}

/** Whether a BMP goes to standard output. */
function carriesBMP(jobs, settings) {
  return !settings.info && !settings.dryRun && jobs.some((job) => job.output === STANDARD_STREAM);
}

function refuseListAsInput(inputs, { filesFrom }) {
  if (filesFrom === STANDARD_STREAM && inputs.includes(STANDARD_STREAM)) {
    throw new UsageError('standard input cannot be both an input and the list of inputs');
  }
}

function refuseSharedStreams(jobs, output, settings) {
  const inputs = jobs.map(({ input }) => input);
  if (jobs.length > 1 && output !== undefined) {
    throw new UsageError('one output for several inputs: use --out-dir');
  }
  if (jobs.length > 1 && inputs.includes(STANDARD_STREAM)) {
    throw new UsageError("standard input ('-') must be the only input");
  }
  refuseListAsInput(inputs, settings);
  if (settings.json && carriesBMP(jobs, settings)) {
    throw new UsageError('the BMP goes to standard output, so --json needs --output FILE');
  }
}

/**
 * @throws {UsageError} for a BMP that would be written to a terminal
 */
function refuseTerminal(jobs, settings, stdout) {
  if (stdout.isTTY && carriesBMP(jobs, settings) && !settings.force) {
    throw new UsageError('standard output is a terminal: redirect it or name an output');
  }
}

const looksLikeDirectory = (name) => (process.platform === 'win32' ? /[/\\]$/ : /\/$/).test(name) ||
  statOrNothing(name)?.isDirectory() === true;

function refuseDirectory(output) {
  if (output === undefined || output === STANDARD_STREAM || !looksLikeDirectory(output)) return;
  throw new UsageError(`--output needs a file, but ${output} is a directory: use --out-dir ${output}`);
}

const extensionOf = (name) => /\.(\w+)$/.exec(name)?.[1].toLowerCase();

/* `IN OUT` with an OUT that does not end in .bmp. */
function refuseMeantAsOutput(operands, { recursive }, otherExtensions) {
  const last = operands.at(-1);
  if (operands.length < 2 || last === STANDARD_STREAM) return;
  if (!recursive && looksLikeDirectory(last) && !operands.slice(0, -1).some(looksLikeDirectory)) {
    throw new UsageError(`${last} is a directory: use --out-dir ${last} to write there, ` +
      'or --recursive to convert its files');
  }
  const extension = extensionOf(last);
  const isInput = extension === 'png' || hasWildcard(last) || statOrNothing(last) !== undefined;
  if (operands.length !== 2 || isInput || statOrNothing(operands[0]) === undefined) return;
  throw new UsageError(otherExtensions.includes(extension) ? otherPictureText(last, extension)
    : `there is no ${last}: to write it, use --output ${last}`);
}

function otherPictureText(output, extension) {
  const icon = { ico: '--ico', cur: '--cur' }[extension];
  const instead = icon ? `for ${icon === '--ico' ? 'an icon' : 'a cursor'} add ${icon}`
    : `name it ${output.slice(0, -extension.length)}bmp`;
  return `${output} would be a BMP: ${instead}, or add --force-extension`;
}

function otherThanIconText(output, extension, cur) {
  const [what, own, other, option] = cur ? ['a cursor', 'cur', 'ico', '--ico'] : ['an icon', 'ico', 'cur', '--cur'];
  const instead = extension === other ? `use ${option}` : `name it ${output.slice(0, -extension.length)}${own}`;
  return `${output} would be ${what}: ${instead}, or add --force-extension`;
}

/* As for a BMP. */
function refuseOtherThanIcon(output, { cur }, { forceExtension }) {
  const extension = extensionOf(output);
  if (forceExtension || !kinds[cur ? 'cursor' : 'icon'].others.includes(extension)) return;
  throw new UsageError(otherThanIconText(output, extension, cur));
}

/* A BMP under the name of another kind of picture is a mistake that shows much later. */
function refuseOtherPictures(jobs, settings, otherExtensions) {
  if (settings.info) return;
  for (const { output } of jobs) {
    const extension = output && extensionOf(output);
    if (otherExtensions.includes(extension)) throw new UsageError(otherPictureText(output, extension));
  }
}

/* Not a terminal, where nobody would know what is awaited, nor /dev/null. */
function standardInputIsGiven() {
  const stat = statOfStandardInput();
  return stat !== undefined && (stat.isFile() || stat.isFIFO() || stat.isSocket());
}

/* `png2bmp < in.png`: standard input need not be named. */
function withStandardInput(operands, settings) {
  if (operands.length > 0 || settings.filesFrom !== undefined) return operands;
  if (settings.outDir === undefined && !settings.recursive && standardInputIsGiven()) return [STANDARD_STREAM];
  throw new UsageError('no input: png2bmp IN.png [OUT.bmp], or --help');
}

/* The operands, then the names of --files-from. */
async function namesOf(operands, settings, signal) {
  return [...operands.flatMap(expandOperand), ...await readNames(settings, signal)].map(toInput);
}

function toJob(item, output, nameOutput) {
  if (item.error) return { input: item.file, error: item.error };
  return { input: item.file, output: output ?? nameOutput(item), found: item.inTree !== undefined };
}

/**
 * @param {string[]} given the operands of the command line
 * @param {object} settings as parseCommandLine gives them
 * @param {string[]} otherExtensions of other picture formats, for which no output is meant
 * @param {AbortSignal} signal ends the wait for names on standard input
 * @returns {Promise<{ jobs: { input: string, output?: string, error?: Error }[], leftOut: string[] }>}
 *   the jobs in the order of the operands; what --recursive found and skipped
 * @throws {UsageError} or an AbortError
 */
async function planJobs(given, settings, otherExtensions, signal) {
  const { operands, output } = takeOutputOperand(withStandardInput(given, settings), settings);
  if (operands.includes('')) throw new UsageError('empty input name');
  refuseDirectory(output);
  if (output === undefined && settings.outDir === undefined) {
    refuseMeantAsOutput(operands, settings, otherExtensions);
  }
  const found = expand(await namesOf(operands, settings, signal), settings);
  const leftOut = found.filter((item) => item.leftOut).map((item) => item.file);
  const nameOutput = outputNamer(settings);
  const jobs = found.filter((item) => !item.leftOut).map((item) => toJob(item, output, nameOutput));
  refuseSharedStreams(jobs, output, settings);
  refuseOtherPictures(jobs, settings, otherExtensions);
  if (!settings.info) refuseCollisions(jobs, settings);
  return { jobs, leftOut };
}

function refuseSharedStreamsOfIcon(names, output, settings) {
  if (names.filter((name) => name === STANDARD_STREAM).length > 1) {
    throw new UsageError("standard input ('-') can be only one of the inputs");
  }
  refuseListAsInput(names, settings);
  if (settings.json && output === STANDARD_STREAM) {
    throw new UsageError('the icon goes to standard output, so --json needs --output FILE');
  }
}

/**
 * The inputs and the output of an icon, checked as those of planJobs are.
 *
 * @returns {Promise<{ names: string[], output: string }>}
 * @throws {UsageError}
 */
async function planIcon(operands, settings, conversion, signal) {
  const output = toOutput(settings.output);
  if (output === undefined) throw new UsageError('--ico and --cur need --output FILE');
  const names = await namesOf(operands, settings, signal);
  if (names.length === 0) throw new UsageError('no input: png2bmp --ico -o OUT.ico 16.png 32.png ...');
  if (names.includes('')) throw new UsageError('empty input name');
  refuseDirectory(output);
  refuseSharedStreamsOfIcon(names, output, settings);
  refuseCollisions(names.map((input, i) => ({ input, output: i === 0 ? output : undefined })), settings);
  refuseOtherThanIcon(output, settings, conversion);
  return { names, output };
}

module.exports = {
  carriesBMP, planIcon, planJobs, refuseTerminal,
};
