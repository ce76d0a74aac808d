'use strict';

/*
 * One job. `begin` does what takes microseconds: it checks whether the output may be written, reads the PNG's
 * header, makes the plan, and converts small images at once, since the thread pool would cost more than their
 * conversion. For larger ones it returns work, to be run when there is room.
 */

const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { inFlags } = require('./effect');
const exitCodes = require('./exit-codes');
const { Chunks, HEAD_BYTES, isOfReading, readFile, readHead, readStream, sizeOf } = require('./files');
const { STANDARD_STREAM, toPath } = require('./names');
const { MOST_FILES, fileConverter, filesConverter, startConversion } = require('../lib/convert-file');

/* Files and images up to this size take at most about 0.3 ms, icons 0.1 ms, and are converted on the JavaScript thread:
 * the thread pool adds 0.07 ms of processor time. */
const SMALL_FILE_BYTES = HEAD_BYTES;
const SMALL_PIXELS = 65536;

/* Several small files with one call, during which no signal is seen: as many as have taken this long so far. */
const SEVERAL_MS = 10;
const FEWEST_FILES = 2;

/* Unknown before the input has been read: such a job runs alone. */
const UNKNOWN_BYTES = Infinity;

/* The first bytes may not be enough: because of long chunks before the pixels, or because the plan compares
 * the image's size with that of the file. */
const WANTS_MORE = new Set(['ERR_PNG_TRUNCATED', 'ERR_PNG_BOMB']);

/* What says that a file is not small: of these limits, or of the system, whose error comes again. */
const TOO_LARGE = new Set(['ERR_PIXEL_LIMIT', 'EFBIG']);

/* A stream longer than twice the largest pixels plus this much for text and profiles is not a reasonable PNG. */
const MOST_BYTES_PER_PIXEL = 8;
const MOST_METADATA_BYTES = 256 * 1024 * 1024;

class JobError extends Error {
  constructor(exitCode, cause) {
    super(cause.message, { cause });
    this.code = cause.code;
    this.exitCode = exitCode;
  }
}

/* An error of the PNG keeps its own exit status, wherever it is found. */
const asInputError = (error) => (isOfReading(error) ? new JobError(exitCodes.CANNOT_READ, error) : error);

function attempt(exitCode, action) {
  try {
    return action();
  } catch (error) {
    throw new JobError(exitCode, error);
  }
}

async function attemptAsync(exitCode, promise) {
  try {
    return await promise;
  } catch (error) {
    throw error.name === 'AbortError' ? error : new JobError(exitCode, error);
  }
}

/* The library's own errors: of the file system if they name a system call, of the command line if options
 * contradict each other or the format, otherwise of the PNG. Out of memory is neither: another attempt may
 * succeed. */
function exitCodeOf(error) {
  if (error.exitCode !== undefined) return error.exitCode;
  if (error.syscall !== undefined) return exitCodes.CANNOT_WRITE;
  if (error.code === 'ERR_OUT_OF_MEMORY') return exitCodes.SOME_FAILED;
  if (error.code === 'ERR_OPTION') return exitCodes.USAGE;
  return exitCodes.BAD_PNG;
}

/**
 * The maximum length of a stream with this beginning, undefined if that cannot be told yet: see Chunks.
 * @param {(head: Buffer) => object} readInfo of the library, with the options of the conversion
 */
function mostBytes(head, readInfo) {
  let info;
  try {
    info = readInfo(head);
  } catch (error) {
    if (!WANTS_MORE.has(error.code)) throw error;
    return undefined;
  }
  return MOST_METADATA_BYTES + 2 * info.width * info.height * MOST_BYTES_PER_PIXEL;
}

/* The beginning of a file as if it were the whole, for a plan that reads no more and needs its size: the system gives
 * memory only for what is written. More than a GiB is enough for any image. */
function extended(head, size) {
  const bytes = Buffer.alloc(Math.min(size, 2 ** 30));
  head.copy(bytes);
  return bytes;
}

/* 'missing', 'file' (or a directory: the save will fail and say so), or 'special': a
 * device or a pipe, where writing destroys nothing. */
function kindOfOutput(output) {
  const file = toPath(output);
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  const target = stat.isSymbolicLink() ? fs.statSync(file, { throwIfNoEntry: false }) : stat;
  return !target || target.isFile() || target.isDirectory() ? 'file' : 'special';
}

/* Errors of standard output are reported once, in main.js. */
const isOfStandardOutput = (job, error) => job.output === STANDARD_STREAM &&
  error.exitCode === exitCodes.CANNOT_WRITE;

const existsError = () => new JobError(exitCodes.CANNOT_WRITE, Object.assign(
  new Error('EEXIST: file exists (--force overwrites it, --skip-existing skips it)'),
  { code: 'EEXIST' },
));

/* Standard input has no time: it always counts as new. */
function isNewer(output, input) {
  if (input === STANDARD_STREAM) return false;
  const [from, to] = [input, output].map((name) =>
    fs.statSync(toPath(name), { bigint: true, throwIfNoEntry: false }));
  return from !== undefined && to !== undefined && to.mtimeNs >= from.mtimeNs;
}

function mayStay(inputs, output, { skipExisting, update }) {
  return skipExisting || (update && inputs.every((input) => isNewer(output, input)));
}

/**
 * @param {string[]} inputs what the output is made of
 * @returns {string} what the output is, as kindOfOutput says, or 'skipped' if it is to be kept
 */
function checkOutput(inputs, output, settings) {
  if (output === STANDARD_STREAM) return 'special';
  const kind = attempt(exitCodes.CANNOT_WRITE, () => kindOfOutput(output));
  if (kind === 'file' && mayStay(inputs, output, settings)) return 'skipped';
  if (kind !== 'file' || settings.force || settings.update) return kind;
  throw existsError();
}

/** The option `flag` for an output of this kind: a file that appears during the conversion is not replaced. */
const flagFor = (kind, { force }) => (kind === 'missing' && !force ? 'wx' : 'w');

/* How many files come with the next call, when this many have taken so long. */
const numberAfter = (count, ms) =>
  Math.max(FEWEST_FILES, Math.min(MOST_FILES, 2 * count, Math.floor(count * SEVERAL_MS / ms)));

/* Whether it says that the PNG cannot be read. */
const isOfInput = (job, error) => error.syscall !== undefined && error.path === String(toPath(job.input));

const warningInFlags = ({ code, message }) => ({ code, message: inFlags(message) });

const succeeded = ({ input, output }, facts) => ({ input, output, ok: true, ...facts });

const skipped = (job) => succeeded(job, { skipped: true });

class Converter {
  /**
   * @param {object} library what lib/index.js exports
   * @param {object} settings as parseCommandLine gives them; wantsInfo: of what was converted, info is used;
   *   watch: as that of startProgress
   * @param {object} conversion options for the library
   * @param {AbortSignal} signal stops running conversions
   */
  constructor(library, settings, conversion, signal) {
    this.library = library;
    this.settings = settings;
    this.conversion = conversion;
    this.signal = signal;
    this.directories = new Set();
    this.warnings = []; /* of the small file that is being converted */
    this.atOnce = FEWEST_FILES; /* of several small files */
    this.tried = undefined; /* the job before which a call for several has ended: the same again would fail as well */
    this.convertSmall = this.#smallConverters();
    this.isQuick = conversion.colors === undefined; /* to choose colours takes milliseconds, even of an icon */
    /* --sync: a save may fail when the file has its name already, and would then be found to be there. */
    this.expectsNew = this.isQuick && !(settings.force || settings.skipExisting || settings.update || conversion.sync || this.#onlyLooks());
  }

  /* One for each value of the option `flag`. Their options are read once: thousands of small files may come. */
  #smallConverters() {
    const { maxPixels = Infinity } = this.conversion;
    const options = {
      ...this.conversion, maxPixels: Math.min(maxPixels, SMALL_PIXELS), maxInputBytes: SMALL_FILE_BYTES,
      onWarning: (warning) => this.warnings.push(warning),
    };
    const withFlag = (flag) => fileConverter({ ...options, flag }, this.settings.wantsInfo);
    return { w: withFlag('w'), wx: withFlag('wx'), several: filesConverter({ ...options, flag: 'wx' }) };
  }

  /* Converts it on this thread. */
  #convertNow(job, start, flag) {
    this.warnings = [];
    const info = this.convertSmall[flag](toPath(job.input), toPath(job.output));
    return this.#done(job, start, info, this.warnings);
  }

  /**
   * Converts what #tryNew would, several files with one call.
   *
   * @param {object[]} jobs
   * @param {number} first of them
   * @returns {object[]} the outcomes of those from the first on that were converted; there may be none
   */
  beginSeveral(jobs, first) {
    const end = this.#endOfSeveral(jobs, first);
    if (end - first < 2 || jobs[first] === this.tried) return [];
    this.warnings = [];
    const names = [];
    for (let i = first; i < end; i++) names.push(jobs[i].input, jobs[i].output);
    const lengths = this.#convertSeveral(names);
    if (first + lengths.length < end) this.tried = jobs[first + lengths.length];
    return Array.from(lengths, (byteLength, i) => succeeded(jobs[first + i], {
      info: { bmp: { byteLength } }, warnings: i === lengths.length - 1 ? this.warnings.map(warningInFlags) : [],
    }));
  }

  #convertSeveral(names) {
    const start = performance.now();
    const lengths = this.convertSmall.several(names);
    if (lengths.length > 0) this.atOnce = numberAfter(lengths.length, performance.now() - start);
    return lengths;
  }

  #endOfSeveral(jobs, first) {
    let end = first;
    if (!this.expectsNew || this.settings.wantsInfo || this.convertSmall.several === undefined) return end;
    const most = Math.min(jobs.length, first + this.atOnce);
    while (end < most && this.#isOfSeveral(jobs[end])) end++;
    return end;
  }

  /* Names that are not text are opened one by one. */
  #isOfSeveral({ found, error, input, output }) {
    return found && error === undefined && toPath(input) === input && toPath(output) === output && this.#hasDirectory(output);
  }

  /**
   * @param {{ input: string, output?: string, error?: Error }} job
   * @returns {object} an outcome (it has `ok`), or { bytes, run }: run() promises
   *   the outcome and needs about that many bytes of memory
   */
  begin(job) {
    const start = performance.now();
    try {
      return this.#begin(job, start);
    } catch (error) {
      return this.#failed(job, start, error);
    }
  }

  #begin(job, start) {
    if (job.error) throw new JobError(job.error.exitCode ?? exitCodes.CANNOT_READ, job.error);
    /* --recursive has seen that it is a file */
    return (job.found && this.#tryNew(job, start)) || this.#beginKnown(job, start);
  }

  #beginKnown(job, start) {
    const kind = this.#checkOutput(job);
    if (kind === 'skipped') return skipped(job);
    return (job.found && this.#tryNow(job, start, kind)) || this.#beginSlowly(job, start, kind);
  }

  #beginSlowly(job, start, kind) {
    const size = job.input === STANDARD_STREAM ? undefined : attempt(exitCodes.CANNOT_READ, () => sizeOf(job.input));
    if (size === undefined) return this.#later({ job, start, bytes: UNKNOWN_BYTES });
    return (!job.found && size <= SMALL_FILE_BYTES && this.#tryNow(job, start, kind)) ||
      this.#beginLarge(job, start, kind, size);
  }

  /* Also a small file, if it is the first in its directory, which is made when there is something to put into it. */
  #beginLarge(job, start, kind, size) {
    const head = attempt(exitCodes.CANNOT_READ, () => readHead(job.input, size));
    const { png, info } = this.#plan(job.input, head, size);
    if (this.settings.countColors) return this.#later({ job, start, png, isRegular: true, bytes: size });
    if (this.#onlyLooks()) return this.#done(job, start, info, info.warnings);
    const isNew = !this.#hasDirectory(job.output);
    this.#makeDirectory(job.output);
    return (isNew && size <= SMALL_FILE_BYTES && this.#tryNow(job, start, kind)) ||
      this.#later({ job, start, png, isRegular: true, size, bytes: size + info.bmp.byteLength });
  }

  #onlyLooks() {
    return this.settings.info || this.settings.dryRun;
  }

  #checkOutput({ input, output }) {
    return this.settings.info ? 'missing' : checkOutput([input], output, this.settings);
  }

  #plan(input, bytes, size) {
    const whole = bytes.length === size;
    try {
      return { png: whole ? bytes : undefined, info: this.#info(bytes) };
    } catch (error) {
      if (whole || !WANTS_MORE.has(error.code)) throw error;
      if (error.code === 'ERR_PNG_BOMB') return { info: this.#info(extended(bytes, size)) };
    }
    const png = attempt(exitCodes.CANNOT_READ, () => fs.readFileSync(toPath(input)));
    return { png, info: this.#info(png) };
  }

  /* With the warnings that a conversion will give, as far as it is known before the pixels are read. */
  #info(png, more) {
    const warnings = [];
    return { ...this.library.readInfo(png, { ...this.#options(warnings), ...more }), ...this.#sizeOfPNG(png), warnings };
  }

  /* For --info, if the BMP has another size, which is the one that readInfo gives. */
  #sizeOfPNG(png) {
    const { rotate, size, salvage, ignoreChecksums } = this.conversion;
    if (!this.settings.info || (!rotate && size === undefined)) return {};
    const { width, height } = this.library.readInfo(png,
      { format: 'mono1', salvage, ignoreChecksums, maxPixels: Infinity, maxMemory: Infinity });
    return { png: { width, height } };
  }

  async #read(job, isRegular) {
    try {
      return await (isRegular ? readFile(job.input, this.signal)
        : readStream(job.input, this.#whileReading(), (head) => mostBytes(head, (png) => this.#info(png))));
    } catch (error) {
      throw asInputError(error);
    }
  }

  #whileReading() {
    return { signal: this.signal, watch: this.settings.watch };
  }

  /* Whether it is there, or not to be made. */
  #hasDirectory(output) {
    return this.settings.outDir === undefined || this.directories.has(path.dirname(output));
  }

  #makeDirectory(output) {
    if (this.#hasDirectory(output)) return;
    const directory = path.dirname(output);
    attempt(exitCodes.CANNOT_WRITE, () => {
      if (!path.isAbsolute(directory)) process.cwd(); /* an error if it is gone, where mkdirSync does not end */
      fs.mkdirSync(toPath(directory), { recursive: true });
    });
    this.directories.add(directory);
  }

  /* The outcome of a small file whose output is new: only the save looks whether it is. undefined in any other case,
   * errors included: then what is there is looked at first, as for all other files. */
  #tryNew(job, start) {
    if (!this.expectsNew || job === this.tried || !this.#hasDirectory(job.output)) return undefined;
    try {
      return this.#convertNow(job, start, 'wx');
    } catch {
      return undefined;
    }
  }

  /* The outcome of a small file, converted on this thread. undefined if this is none, or its output is none, or it
   * cannot be read: then the slow way says why. */
  #tryNow(job, start, kind) {
    if (!this.isQuick || kind === 'special' || this.#onlyLooks() || !this.#hasDirectory(job.output)) return undefined;
    try {
      return this.#convertNow(job, start, flagFor(kind, this.settings));
    } catch (error) {
      if (TOO_LARGE.has(error.code) || isOfInput(job, error)) return undefined;
      return this.#unconverted(job, error);
    }
  }

  async #convertLater(job, start, kind, size) {
    const warnings = [];
    const flag = flagFor(kind, this.settings);
    const options = { ...this.#options(warnings), maxInputBytes: Infinity, signal: this.signal, flag };
    try {
      const { promise, bytesDone } = startConversion(toPath(job.input), toPath(job.output), options);
      this.settings.watch({ size, bytesDone });
      return this.#done(job, start, await promise, warnings);
    } catch (error) {
      return this.#unconverted(job, error);
    }
  }

  /* The outcome, or the error, of a file that was not converted. */
  #unconverted(job, error) {
    if (error.code === 'EEXIST') return this.#appeared(job);
    throw isOfInput(job, error) ? new JobError(exitCodes.CANNOT_READ, error) : error;
  }

  #appeared(job) {
    if (this.settings.skipExisting) return skipped(job);
    throw existsError();
  }

  #options(warnings) {
    return { ...this.conversion, onWarning: (warning) => warnings.push(warning) };
  }

  #later({ job, start, png, isRegular = false, size, bytes }) {
    const isConverted = !this.#onlyLooks() && !this.settings.countColors;
    const run = async () => {
      try {
        if (isConverted && isRegular && job.output !== STANDARD_STREAM)
          return await this.#write(job, start, (kind) => this.#convertLater(job, start, kind, size));
        if (isConverted && png === undefined) return await this.#convertChunks(job, start);
        return await this.#run(job, start, png ?? await this.#read(job, isRegular));
      } catch (error) {
        return this.#failed(job, start, error);
      }
    };
    return { bytes, run };
  }

  /* As they come; but first, there must be info. */
  async #convertChunks(job, start) {
    let info;
    const chunks = new Chunks(job.input, this.#whileReading(), (head) => mostBytes(head, (png) => {
      info = this.#info(png);
      return info;
    }));
    try {
      const first = await chunks.first();
      if (info === undefined) return await this.#run(job, start, first);
      return await this.#write(job, start, (kind) => this.#convertFrom(chunks, job, start, kind, info));
    } catch (error) {
      throw error === chunks.failure ? asInputError(error) : error;
    } finally {
      chunks.destroy();
    }
  }

  async #run(job, start, png) {
    const info = this.#info(png, this.settings.countColors && { countColors: true });
    if (this.#onlyLooks()) return this.#done(job, start, info, info.warnings);
    return this.#write(job, start, (kind) => this.#convertFrom(png, job, start, kind, info));
  }

  /* Looks at the output again: there may have been a long wait. */
  #write(job, start, convert) {
    const kind = this.#checkOutput(job);
    if (kind === 'skipped') return skipped(job);
    if (job.output !== STANDARD_STREAM) this.#makeDirectory(job.output);
    return convert(kind);
  }

  /* source: the bytes of a PNG, or Chunks. */
  async #convertFrom(source, job, start, kind, info) {
    const warnings = [];
    const options = { ...this.#options(warnings), signal: this.signal };
    try {
      await (job.output === STANDARD_STREAM ? this.#toStandardOutput(source, options, info)
        : this.#toFile(source, job.output, { ...options, flag: flagFor(kind, this.settings) }));
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      return this.#appeared(job);
    }
    return this.#done(job, start, info, warnings);
  }

  /* How much there may be of it is known here. */
  #toFile(source, output, options) {
    return this.library.saveBMPAsync(toPath(output), source, { ...options, maxInputBytes: Infinity });
  }

  async #toStandardOutput(source, options, info) {
    if (source instanceof Chunks) return this.#streamOut(source, options, info);
    return this.#writeOut(await this.library.getBMPAsync(source, options));
  }

  /* Rows leave as early as their order allows. A BMP that must be complete is held, as that of a PNG in memory is. */
  async #streamOut(chunks, options, info) {
    const { maxMemory = this.library.constants.DEFAULT_MAX_MEMORY } = options;
    const stream = this.library.createBMPStream({ ...options, maxMemory: maxMemory + info.bmp.byteLength });
    stream.once('close', () => chunks.destroy()); /* of an error: pipeline would wait for the next chunk */
    await pipeline(chunks, stream, async (parts) => {
      for await (const part of parts) await this.#writeOut(part);
    });
  }

  async #writeOut(bytes) {
    if (process.stdout.write(bytes)) return;
    await attemptAsync(exitCodes.CANNOT_WRITE, once(process.stdout, 'drain', { signal: this.signal }));
  }

  #done(job, start, info, warnings) {
    return succeeded(job, { info, warnings: warnings.map(warningInFlags), ms: performance.now() - start });
  }

  #failed(job, start, error) {
    const { code, message } = error;
    return {
      input: job.input,
      output: job.output,
      ok: false,
      aborted: error.name === 'AbortError' || isOfStandardOutput(job, error),
      error: { code, message: error.syscall === undefined ? inFlags(message) : message },
      exitCode: exitCodeOf(error),
      ms: performance.now() - start,
    };
  }
}

module.exports = {
  Converter, checkOutput, exitCodeOf, existsError, flagFor, mostBytes,
};
