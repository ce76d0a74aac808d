'use strict';

/*
 * One job. `begin` does at once what takes microseconds: it looks whether the
 * output may be written, reads the head of the PNG and plans, and converts
 * small images on the spot, since a trip through the thread pool costs more than
 * their conversion. What is larger it hands back to be run when there is room.
 */

const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const exitCodes = require('./exit-codes');
const { readAll, readHead } = require('./files');
const { STANDARD_STREAM } = require('./inputs');

/* Up to this size of the BMP a conversion takes less than about a millisecond,
 * and is done on the JavaScript thread: bench/cli-icons.sh has the measurements. */
const SMALL_BMP_BYTES = 262144;

/* What is not known before the input has been read: such a job runs alone. */
const UNKNOWN_BYTES = Infinity;

class JobError extends Error {
  constructor(exitCode, cause) {
    super(cause.message, { cause });
    this.code = cause.code;
    this.exitCode = exitCode;
  }
}

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

/* The library's own errors: of the file system when it has made a system call,
 * else of the PNG; memory that was short today may be there tomorrow. */
function exitCodeOf(error) {
  if (error.exitCode !== undefined) return error.exitCode;
  if (error.syscall !== undefined) return exitCodes.CANNOT_WRITE;
  if (error.code === 'ERR_OUT_OF_MEMORY') return exitCodes.SOME_FAILED;
  return exitCodes.BAD_PNG;
}

/* 'missing', 'file' (or a directory: the save will say so), or 'special': a
 * device or a pipe, which is written to and not replaced. */
function kindOfOutput(output) {
  const stat = fs.lstatSync(output, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  const target = stat.isSymbolicLink() ? fs.statSync(output, { throwIfNoEntry: false }) : stat;
  return !target || target.isFile() || target.isDirectory() ? 'file' : 'special';
}

/* What happens to standard output is told once, whoever wrote: see main.js. */
const isOfStandardOutput = (job, error) => job.output === STANDARD_STREAM
  && error.exitCode === exitCodes.CANNOT_WRITE;

class Converter {
  /**
   * @param {object} library what lib/index.js exports
   * @param {object} settings as parseCommandLine gives them
   * @param {object} conversion options for the library
   * @param {AbortSignal} signal stops running conversions
   */
  constructor(library, settings, conversion, signal) {
    this.library = library;
    this.settings = settings;
    this.conversion = conversion;
    this.signal = signal;
    this.directories = new Set();
  }

  /**
   * @param {{ input: string, output?: string, error?: Error }} job
   * @returns {object} an outcome (it has `ok`), or { bytes, run }: run() promises
   *   the outcome and needs about so many bytes of memory meanwhile
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
    if (job.error) throw new JobError(exitCodes.CANNOT_READ, job.error);
    const special = this.#checkOutput(job);
    if (special === 'skip') return { ...job, ok: true, skipped: true };
    const head = job.input === STANDARD_STREAM
      ? undefined
      : attempt(exitCodes.CANNOT_READ, () => readHead(job.input));
    if (head === undefined) return this.#later(job, start, special, undefined, UNKNOWN_BYTES);
    const { png, info } = this.#plan(job.input, head);
    if (this.#onlyLooks()) return this.#done(job, start, info, []);
    this.#makeDirectory(job.output);
    const small = png !== undefined && info.bmp.byteLength <= SMALL_BMP_BYTES;
    if (small && !special) return this.#convertNow(job, start, png, info);
    return this.#later(job, start, special, png, head.size + info.bmp.byteLength);
  }

  #onlyLooks() {
    return this.settings.info || this.settings.dryRun;
  }

  #checkOutput({ output }) {
    if (this.settings.info) return false;
    if (output === STANDARD_STREAM) return true;
    const kind = attempt(exitCodes.CANNOT_WRITE, () => kindOfOutput(output));
    if (kind === 'special') return true;
    if (kind === 'missing' || this.settings.force) return false;
    if (this.settings.skipExisting) return 'skip';
    throw new JobError(exitCodes.CANNOT_WRITE, Object.assign(
      new Error('EEXIST: it exists (--force overwrites, --skip-existing skips)'),
      { code: 'EEXIST' },
    ));
  }

  /* The head alone may not do: for long chunks before the pixels, or because the
   * plan holds the size of the image against the bytes that could make it up. */
  #plan(input, { bytes, size }) {
    const whole = bytes.length === size;
    try {
      return { png: whole ? bytes : undefined, info: this.library.readInfo(bytes, this.conversion) };
    } catch (error) {
      if (whole) throw error;
    }
    const png = attempt(exitCodes.CANNOT_READ, () => fs.readFileSync(input));
    return { png, info: this.library.readInfo(png, this.conversion) };
  }

  #makeDirectory(output) {
    if (this.settings.outDir === undefined) return;
    const directory = path.dirname(output);
    if (this.directories.has(directory)) return;
    attempt(exitCodes.CANNOT_WRITE, () => fs.mkdirSync(directory, { recursive: true }));
    this.directories.add(directory);
  }

  #convertNow(job, start, png, info) {
    const warnings = [];
    this.library.saveBMP(job.output, png, this.#options(warnings));
    return this.#done(job, start, info, warnings);
  }

  #options(warnings) {
    return { ...this.conversion, onWarning: (warning) => warnings.push(warning) };
  }

  #later(job, start, special, png, bytes) {
    const run = async () => {
      try {
        return await this.#run(job, start, special, png);
      } catch (error) {
        return this.#failed(job, start, error);
      }
    };
    return { bytes, run };
  }

  async #run(job, start, special, head) {
    const png = head ?? await attemptAsync(exitCodes.CANNOT_READ, readAll(job.input, this.signal));
    const info = this.library.readInfo(png, this.conversion);
    if (this.#onlyLooks()) return this.#done(job, start, info, []);
    const warnings = [];
    const options = { ...this.#options(warnings), signal: this.signal };
    if (special) {
      const bmp = await this.library.getBMPAsync(png, options);
      await attemptAsync(exitCodes.CANNOT_WRITE, this.#send(job.output, bmp));
    } else {
      this.#makeDirectory(job.output);
      await this.library.saveBMPAsync(job.output, png, options);
    }
    return this.#done(job, start, info, warnings);
  }

  async #send(output, bmp) {
    if (output !== STANDARD_STREAM) {
      await fs.promises.writeFile(output, bmp, { signal: this.signal });
    } else if (!process.stdout.write(bmp)) {
      await once(process.stdout, 'drain', { signal: this.signal });
    }
  }

  #done(job, start, info, warnings) {
    return { ...job, ok: true, info, warnings, ms: performance.now() - start };
  }

  #failed(job, start, error) {
    const { code, message } = error;
    return {
      input: job.input,
      output: job.output,
      ok: false,
      aborted: error.name === 'AbortError' || isOfStandardOutput(job, error),
      error: { code, message },
      exitCode: exitCodeOf(error),
      ms: performance.now() - start,
    };
  }
}

module.exports = { Converter };
