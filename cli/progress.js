'use strict';

/* The progress bar, shown only if standard error is a terminal. */

const REDRAWS_PER_SECOND = 10;

const ERASE_LINE = '\r\u001b[K';

const NO_PROGRESS = { advance() {}, makeRoom() {}, stop() {} };

/**
 * @param {number} total number of files
 * @param {import('node:tty').WriteStream} stream
 * @returns {{ advance(bytes: number): void, makeRoom(): void, stop(): void }}
 *   advance: one more file is done, with this many bytes written;
 *   makeRoom: call it before other text is written to the terminal
 */
function startProgress(total, stream) {
  /* loaded here, since it takes longer than the conversion of one file */
  const { SingleBar } = require('cli-progress');
  const start = performance.now();
  let megabytes = 0;
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {value}/{total} files  {speed} MB/s  {eta_formatted} left',
    stream,
    fps: REDRAWS_PER_SECOND,
    barsize: 24,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    gracefulExit: false,
  });
  /* The bar would go back to where it started, although lines have been written since. */
  bar.terminal.cursorSave = () => {};
  bar.terminal.cursorRestore = () => {};
  bar.start(total, 0, { speed: 0 });
  return {
    advance(bytes) {
      megabytes += bytes / 1e6;
      const seconds = (performance.now() - start) / 1000;
      bar.increment(1, { speed: Math.round(megabytes / seconds) });
    },
    makeRoom: () => stream.write(ERASE_LINE),
    stop: () => bar.stop(),
  };
}

module.exports = { NO_PROGRESS, startProgress };
