'use strict';

/* The progress bar, shown only if standard error is a terminal. */

const process = require('node:process');

const REDRAWS_PER_SECOND = 10;

const ERASE_LINE = '\r\u001b[K';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

const NO_PROGRESS = { advance() {}, makeRoom() {}, stop() {}, watch() {} };

/* What takes less needs no bar. */
const SILENT_MS = 500;

const LEAST_BAR = 10;
const LONGEST_BAR = 60;

function timeText(seconds) {
  if (!Number.isFinite(seconds)) return '?';
  const [minutes, rest] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/**
 * The percentage, the bar, and as much of the rest as there is room for. One column stays free: in the last
 * one some terminals begin a new line.
 *
 * @param {{ progress: number, value: number, total: number, eta: number }} state as cli-progress has it
 * @param {number} speed megabytes per second
 * @param {number} columns of the terminal
 * @param {string} unit of value and total
 */
function barLine({ progress, value, total, eta }, speed, columns, unit = 'files') {
  const percent = `${String(Math.floor(progress * 100)).padStart(3)}%`;
  const count = `  ${value}/${total} ${unit}`;
  const left = `  ${timeText(eta)} left`;
  const room = columns - 1 - percent.length - 1;
  const facts = [`${count}  ${speed} MB/s${left}`, count + left, left].find((text) => room - text.length >= LEAST_BAR);
  if (facts === undefined) return percent.slice(0, Math.max(0, columns - 1));
  const length = Math.min(room - facts.length, LONGEST_BAR);
  const done = Math.floor(progress * length);
  return `${percent} ${'#'.repeat(done)}${'-'.repeat(length - done)}${facts}`;
}

/* Calls `before` when Ctrl-Z is about to stop the process, and `after` when it goes on. Returns how to end that. */
function aroundSuspension(before, after) {
  const suspend = () => {
    before();
    process.removeListener('SIGTSTP', suspend); /* so that the signal stops the process */
    process.kill(process.pid, 'SIGTSTP');
  };
  const resume = () => {
    process.removeListener('SIGTSTP', suspend);
    process.on('SIGTSTP', suspend);
    after();
  };
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  return () => {
    process.removeListener('SIGTSTP', suspend);
    process.removeListener('SIGCONT', resume);
  };
}

/**
 * @param {number} total number of files
 * @param {import('node:tty').WriteStream} stream
 * @returns {{ advance(bytes: number): void, makeRoom(): void, stop(): void, watch(input: object): void }}
 *   advance: one more file is done, with this many bytes written;
 *   watch: does nothing: see startByteProgress;
 *   makeRoom: call it before other text is written to the terminal;
 *   stop: the terminal is as it was
 */
function startProgress(total, stream) {
  /* loaded here, since it takes longer than the conversion of one file */
  const { SingleBar } = require('cli-progress');
  const start = performance.now();
  let megabytes = 0;
  const bar = new SingleBar({
    format: (_, state, { speed }) => barLine(state, speed, stream.columns || 80),
    stream,
    fps: REDRAWS_PER_SECOND,
    hideCursor: true,
    linewrap: true, /* as it is: a message longer than the terminal is wide is not to be cut */
    clearOnComplete: true,
    forceRedraw: true,
    gracefulExit: false,
  });
  /* The bar would go back to where it started, although lines have been written since. */
  bar.terminal.cursorSave = () => {};
  bar.terminal.cursorRestore = () => {};
  bar.start(total, 0, { speed: 0 });
  const endSuspensions = aroundSuspension(
    () => stream.write(ERASE_LINE + SHOW_CURSOR),
    () => stream.write(HIDE_CURSOR),
  );
  return {
    advance(bytes) {
      megabytes += bytes / 1e6;
      const seconds = (performance.now() - start) / 1000;
      bar.increment(1, { speed: Math.round(megabytes / seconds) });
    },
    makeRoom() {
      if (bar.isActive) stream.write(ERASE_LINE);
    },
    stop() {
      endSuspensions();
      bar.stop();
    },
    watch() {},
  };
}

/**
 * The line for one input: as barLine, but in megabytes; of a pipe, whose end is not known, what has come.
 *
 * @param {{ done: number, size?: number, seconds: number }} state bytes, and since when
 */
function byteLine({ done, size, seconds }, columns) {
  const [value, total] = [done, size].map((bytes) => Math.round(bytes / 1e6));
  const speed = Math.round(done / 1e6 / seconds);
  if (size === undefined) return `${value} MB read  ${speed} MB/s`.slice(0, Math.max(0, columns - 1));
  const progress = Math.min(1, done / size);
  return barLine({ progress, value, total, eta: seconds * (1 / progress - 1) }, speed, columns, 'MB');
}

/**
 * How far the only input is, if it takes long.
 *
 * @param {import('node:tty').WriteStream} stream
 * @param {number} silentMs before it is shown
 * @returns as startProgress; watch({ size?: number, bytesDone(): number }): the input, whose size may not be known
 */
function startByteProgress(stream, silentMs = SILENT_MS) {
  const start = performance.now();
  let input;
  let endSuspensions; /* while it is shown */
  const show = () => {
    stream.write(HIDE_CURSOR);
    endSuspensions = aroundSuspension(() => stream.write(ERASE_LINE + SHOW_CURSOR), () => stream.write(HIDE_CURSOR));
  };
  const draw = () => {
    const now = performance.now();
    const done = input?.bytesDone() ?? 0;
    if (done === 0 || now - start < silentMs) return;
    if (endSuspensions === undefined) show();
    stream.write(ERASE_LINE + byteLine({ done, size: input.size, seconds: (now - start) / 1000 }, stream.columns || 80));
  };
  const timer = setInterval(draw, 1000 / REDRAWS_PER_SECOND);
  timer.unref();
  return {
    ...NO_PROGRESS,
    watch(watched) {
      input = watched;
    },
    makeRoom() {
      if (endSuspensions) stream.write(ERASE_LINE);
    },
    stop() {
      clearInterval(timer);
      if (endSuspensions) stream.write(ERASE_LINE + SHOW_CURSOR);
      endSuspensions?.();
      endSuspensions = undefined;
    },
  };
}

module.exports = { NO_PROGRESS, barLine, byteLine, startByteProgress, startProgress };
