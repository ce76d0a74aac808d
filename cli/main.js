'use strict';

/* The command line, from its arguments to its exit status. */

const os = require('node:os');
const exitCodes = require('./exit-codes');
const { helpText } = require('./help');
const { carriesBMP, planJobs, refuseTerminal } = require('./inputs');
const { UsageError, parseCommandLine } = require('./options');
const { rawArguments } = require('./names');
const { printable } = require('./printable');
const { version } = require('../package.json');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/* The first signal stops running conversions cleanly, a second one ends the process as usual. */
function stopOnSignals(stop) {
  for (const signal of SIGNALS) process.once(signal, () => stop.abort(signal));
}

/* A reader that closes standard output is not worth a message: as in any pipe, it ends the
 * program as if by SIGPIPE. */
function stopOnBrokenOutput(stop) {
  process.stdout.on('error', (error) => {
    if (stop.signal.aborted) return;
    if (error.code === 'EPIPE') return stop.abort('SIGPIPE');
    process.stderr.write(`png2bmp: cannot write to standard output: ${error.message}\n`);
    process.exitCode = exitCodes.CANNOT_WRITE;
    stop.abort('standard output');
  });
  process.stderr.on('error', () => {});
}

function say(text) {
  process.stdout.write(text);
  return exitCodes.OK;
}

function exitCodeOf(outcomes, report) {
  if (report.failed === 0) return exitCodes.OK;
  return report.total === 1 ? outcomes.last.exitCode : exitCodes.SOME_FAILED;
}

function codeOfStop(reason) {
  const signal = os.constants.signals[reason];
  return signal === undefined ? exitCodes.CANNOT_WRITE : exitCodes.SIGNAL + signal;
}

/* Which values of `alpha` are for which formats, the library knows: it refuses a pixel. */
function refuseAlpha({ encodeBMP }, { alpha, format }) {
  if (alpha === undefined) return;
  try {
    encodeBMP({ data: new Uint8Array(4), width: 1, height: 1, channels: 4 }, { alpha, format });
  } catch (error) {
    if (error.code !== 'ERR_OPTION') throw error;
    throw new UsageError(`--alpha: ${error.message}`);
  }
}

async function convertAll(jobs, leftOut, settings, conversion, stop) {
  const { chooseConcurrency, runJobs } = require('./jobs');
  const { Converter } = require('./convert');
  const { Report } = require('./report');
  const concurrency = chooseConcurrency(settings.jobs);
  const library = require('..');
  refuseAlpha(library, conversion);
  const facts = { total: jobs.length, carriesBMP: carriesBMP(jobs, settings) };
  const report = new Report(settings, facts, process);
  report.leftOut(leftOut);
  const converter = new Converter(library, settings, conversion, stop.signal);
  const limits = { concurrency, failFast: settings.failFast, signal: stop.signal };
  const outcomes = { last: undefined };
  await runJobs(jobs, converter, limits, (outcome) => {
    outcomes.last = outcome;
    report.ended(outcome);
  });
  report.end();
  return exitCodeOf(outcomes, report);
}

/**
 * @param {string[]} args the command line without the program's name
 * @returns {Promise<number>} the exit status
 */
async function main(args) {
  const stop = new AbortController();
  stopOnBrokenOutput(stop);
  try {
    const { operands, settings, conversion } = parseCommandLine(rawArguments(args));
    if (settings.help) return say(helpText());
    if (settings.version) return say(`png2bmp ${version}\n`);
    if (settings.ico || settings.cur) {
      stopOnSignals(stop);
      const code = await require('./icon').writeIcon(operands, settings, conversion, stop.signal);
      return stop.signal.aborted ? codeOfStop(stop.signal.reason) : code;
    }
    const { jobs, leftOut } = planJobs(operands, settings);
    refuseTerminal(jobs, settings, process.stdout);
    stopOnSignals(stop);
    const code = await convertAll(jobs, leftOut, settings, conversion, stop);
    if (!stop.signal.aborted) return code;
    /* the rest of a BMP may have no reader; lines of text are waited for */
    if (carriesBMP(jobs, settings)) process.exit(codeOfStop(stop.signal.reason));
    return codeOfStop(stop.signal.reason);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`png2bmp: ${printable(error.message)}\nTry 'png2bmp --help'.\n`);
    return exitCodes.USAGE;
  }
}

module.exports = { main };
