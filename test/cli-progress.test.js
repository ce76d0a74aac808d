'use strict';

/* The progress bar and the terminal it is on. */

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const test = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');
const { barLine, byteLine, startByteProgress } = require('../cli/progress');
const { PROGRAM, TINY_PNG, noTerminal, workplace } = require('./kit/cli');

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

test('the bar fits every terminal, the percentage comes first, and the least important goes first', () => {
  const state = { progress: 0.63, value: 252, total: 400, eta: 75 };
  for (let columns = 1; columns <= 200; columns++) {
    const line = barLine(state, 31, columns);
    assert.ok(line.length < columns, `${columns} columns: ${line}`);
    if (columns > 4) assert.match(line, /^ 63%/);
  }
  assert.equal(barLine(state, 31, 20), ' 63%');
  assert.equal(barLine(state, 31, 30), ' 63% #######-----  1m15s left');
  assert.equal(barLine(state, 31, 48), ' 63% #########------  252/400 files  1m15s left');
  assert.equal(barLine(state, 31, 60), ' 63% ###########-------  252/400 files  31 MB/s  1m15s left');
  assert.equal(barLine(state, 31, 500).match(/[#-]+/)[0].length, 60);
  assert.match(barLine({ ...state, eta: Infinity }, 0, 80), /  \? left$/);
});

test('on a narrow terminal a message longer than a line is there to its end', { skip: noTerminal() }, (t) => {
  const name = `${'long'.repeat(30)}.png`;
  const place = workplace(t, { [name]: 'no PNG at all', 'b.png': TINY_PNG });
  const command = `stty cols 40; "${process.execPath}" "${PROGRAM}" ${name} b.png`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'],
    { cwd: place.directory, encoding: 'utf8', input: '' });
  assert.match(stdout, new RegExp(`${name}: not a PNG: .*\\(ERR_PNG_SIGNATURE\\)`));
  assert.doesNotMatch(stdout, /\x1b\[\?7l/, 'wrap is not turned off');
  for (const [line] of stdout.matchAll(/ +\d+% [^\r\n\x1b]*/g)) assert.ok(line.length < 40, line);
});

test('the line for one input counts megabytes, and of a pipe what has come', () => {
  assert.equal(byteLine({ done: 63e6, size: 100e6, seconds: 2 }, 60), ' 63% ###############----------  63/100 MB  32 MB/s  1s left');
  assert.equal(byteLine({ done: 63e6, seconds: 2 }, 60), '63 MB read  32 MB/s');
  for (const size of [undefined, 100e6]) {
    for (let columns = 1; columns <= 100; columns++) assert.ok(byteLine({ done: 2e6, size, seconds: 0.7 }, columns).length < columns);
  }
});

test('one input has a bar once it takes long, which goes with its last text', async () => {
  const texts = [];
  const written = new EventEmitter();
  const stream = { columns: 60, write: (text) => { texts.push(text); written.emit('text'); } };
  let done = 0;
  const progress = startByteProgress(stream, 0);
  const alive = setInterval(() => {}, 1000); /* its own timer keeps no process */
  progress.watch({ size: 100e6, bytesDone: () => { done += 1e6; return done - 1e6; } });
  while (!texts.at(-1)?.includes('  2/100 MB')) await once(written, 'text');
  progress.stop();
  clearInterval(alive);
  assert.equal(texts[0], HIDE_CURSOR);
  assert.match(texts[1], /^\r\x1b\[K  1% [#-]+  1\/100 MB/, 'nothing is drawn before the first bytes');
  assert.equal(texts.at(-1), `\r\x1b[K${SHOW_CURSOR}`);

  texts.length = 0;
  const quick = startByteProgress(stream);
  quick.watch({ size: 100e6, bytesDone: () => 1e6 });
  quick.makeRoom();
  quick.stop();
  assert.deepEqual(texts, []);
});

test('on a terminal, a pipe that is slow is read under a count, which leaves no trace', { skip: noTerminal() }, (t) => {
  const place = workplace(t, { 'a.png': TINY_PNG });
  const convert = `"${process.execPath}" "${PROGRAM}" - -o a.bmp`;
  const slowly = 'head -c 40 a.png; until grep -aq "MB read" said; do sleep 0.1; done; tail -c +41 a.png';
  const { stdout } = spawnSync('script', ['-qfec', `( ${slowly} ) | ${convert}`, 'said'],
    { cwd: place.directory, encoding: 'utf8', input: '', timeout: 120_000 });
  assert.match(stdout, /\r\x1b\[K0 MB read  0 MB\/s/);
  assert.ok(stdout.lastIndexOf('MB read') < stdout.indexOf('a.bmp: '), 'the line of the result comes last');
  assert.ok(place.list().includes('a.bmp'));
});

const BAR = `
  process.stdout.isTTY = true;
  const bar = require(${JSON.stringify(require.resolve('../cli/progress'))}).startProgress(3, process.stdout);
  process.stdout.write('pid ' + process.pid + '.');
  process.on('SIGUSR1', () => bar.stop());`;

/* What a stream has said since the last call, once it contains the text. */
function reader(stream) {
  let said = '';
  stream.setEncoding('utf8').on('data', (text) => { said += text; });
  return async (text) => {
    while (!said.includes(text)) await once(stream, 'data');
    const before = said;
    said = '';
    return before;
  };
}

async function untilStopped(pid) {
  if (process.platform !== 'linux') return;
  const state = () => /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))[1];
  while (state() !== 'T') await pause(5);
}

test('Ctrl-Z gives the cursor back, each time, and fg takes it again', {
  skip: noTerminal() || (spawnSync('bash', ['--version']).status !== 0 && 'needs bash'), timeout: 120_000,
}, async (t) => {
  // A shell with job control, for which it needs a terminal: the signal does not stop a process that no shell could
  // continue.
  const shell = spawn('script', ['-qec', 'bash -mc \'"$NODE" -e "$BAR" & read\'', '/dev/null'], {
    env: { ...process.env, NODE: process.execPath, BAR },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => shell.kill()); // its terminal goes with it, and all in that
  const until = reader(shell.stdout);
  const pid = Number(/pid (\d+)/.exec(await until('.'))[1]);
  for (let i = 0; i < 2; i++) {
    process.kill(pid, 'SIGTSTP');
    await until(SHOW_CURSOR);
    await untilStopped(pid);
    process.kill(pid, 'SIGCONT');
    await until(HIDE_CURSOR);
  }
  process.kill(pid, 'SIGUSR1');
  await until(SHOW_CURSOR);
  shell.stdin.end();
  await once(shell, 'close');
});
