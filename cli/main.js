'use strict';

/* The command line, from its arguments to its exit status. */

const os = require('node:os');
const { refuseWithoutEffect } = require('./effect');
const exitCodes = require('./exit-codes');
const { shortHelp, wholeHelp } = require('./help');
const { carriesBMP, planJobs, refuseTerminal } = require('./inputs');
const { chooseConcurrency, runJobs } = require('./jobs');
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
    process.stderr.write(`png2bmp: cannot write to standard output: ${require('./report').withoutPath(error.message)}\n`);
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

/* While there is no report yet, or none at all. */
function endOfStop(reason) {
  const text = require('./report').interruption(reason);
  if (text !== undefined) process.stderr.write(`png2bmp: ${text}\n`);
  return codeOfStop(reason);
}

function codeOfStop(reason) {
  const signal = os.constants.signals[reason];
  return signal === undefined ? exitCodes.CANNOT_WRITE : exitCodes.SIGNAL + signal;
}

async function convertAll(library, { jobs, leftOut }, settings, conversion, stop) {
  const { Converter } = require('./convert');
  const { Report } = require('./report');
  const facts = { total: jobs.length, carriesBMP: carriesBMP(jobs, settings), signal: stop.signal };
  const report = new Report(settings, facts, process);
  report.leftOut(leftOut);
  const { wantsInfo, progress } = report;
  const converter = new Converter(library, { ...settings, wantsInfo, watch: progress.watch }, conversion, stop.signal);
  const limits = { concurrency: settings.concurrency, failFast: settings.failFast, signal: stop.signal };
  const outcomes = { last: undefined };
  await runJobs(jobs, converter, limits, (outcome) => {
    outcomes.last = outcome;
    report.ended(outcome);
  });
  report.end();
  return exitCodeOf(outcomes, report);
}

async function convert(operands, settings, conversion, stop) {
  stopOnSignals(stop);
  /* before standard input is read, which may use the thread pool */
  const concurrency = chooseConcurrency(settings.jobs);
  const library = require('..');
  refuseWithoutEffect(library, conversion);
  const otherExtensions = conversion.forceExtension ? [] : library.constants.otherExtensions;
  const plan = await planJobs(operands, settings, otherExtensions, stop.signal);
  refuseTerminal(plan.jobs, settings, process.stdout);
  const code = await convertAll(library, plan, { ...settings, concurrency }, conversion, stop);
  if (!stop.signal.aborted) return code;
  /* the rest of a BMP may have no reader; lines of text are waited for */
  if (carriesBMP(plan.jobs, settings)) process.exit(codeOfStop(stop.signal.reason));
  return codeOfStop(stop.signal.reason);
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
    if (settings.help) return say(operands[0] === 'all' ? wholeHelp() : shortHelp());
    if (settings.version) return say(`png2bmp ${version}\n`);
    if (settings.ico || settings.cur) {
      stopOnSignals(stop);
      const code = await require('./icon').writeIcon(operands, settings, conversion, stop.signal);
      return stop.signal.aborted ? endOfStop(stop.signal.reason) : code;
    }
    return await convert(operands, settings, conversion, stop);
  } catch (error) {
    if (error.name === 'AbortError') return endOfStop(stop.signal.reason);
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`png2bmp: ${printable(error.message)}\nTry 'png2bmp --help'.\n`);
    return exitCodes.USAGE;
  }
}

module.exports = { main };
