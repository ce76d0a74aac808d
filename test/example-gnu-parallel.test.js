'use strict';

/* examples/gnu-parallel: many files per process, run again after failures. */

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { getBMP } = require('..');
const { PROGRAM, TINY_PNG, blackPng, workplace } = require('./kit/cli');

const CONVERT = path.join(__dirname, '../examples/gnu-parallel/convert.sh');

/* moreutils has another program of this name */
const isGNU = /^GNU parallel/.test(spawnSync('parallel', ['--version'], { encoding: 'utf8' }).stdout);
const needsParallel = { skip: !isGNU && 'needs GNU parallel' };

const options = (place, batch) => ({
  cwd: place.directory,
  encoding: 'utf8',
  timeout: 120000,
  env: { ...process.env, PNG2BMP: PROGRAM, BATCH: String(batch), HOME: place.directory },
});

function convert(place, batch, more = []) {
  const { status, stdout, stderr } = spawnSync(CONVERT, ['in', 'out', 'state', ...more], options(place, batch));
  const records = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return { status, stderr, records };
}

/* Sequence number and exit status of each batch in the order in which they ended. */
function joblog(place) {
  const lines = place.read('state/joblog').toString().trimEnd().split('\n').slice(1);
  return lines.map((line) => line.split('\t')).map((fields) => [Number(fields[0]), Number(fields[6])]);
}

const outputs = (place) => place.list().filter((name) => name.startsWith('out'));

test('300 files, bad ones among them: each ends once, and a failure that passes is made good by another run', needsParallel, (t) => {
  const place = workplace(t);
  const write = (name, bytes) => {
    fs.mkdirSync(path.dirname(place.at(name)), { recursive: true });
    fs.writeFileSync(place.at(name), bytes);
  };
  for (let i = 0; i < 297; i++) write(`in/${i % 7}/it's ${i}.png`, TINY_PNG);
  write('in/bad.png', 'not a PNG');
  write('in/3/cut.png', TINY_PNG.subarray(0, -30));
  fs.symlinkSync(place.at('later.png'), place.at('in/5/absent.png'));

  const first = convert(place, 50);
  assert.equal(first.status, 1, 'one batch failed');
  assert.equal(first.records.length, 300);
  assert.equal(new Set(first.records.map((record) => record.input)).size, 300);
  assert.deepEqual(first.records.filter((record) => !record.ok).map((record) => record.error.code).sort(),
    ['ENOENT', 'ERR_PNG_SIGNATURE', 'ERR_PNG_TRUNCATED']);
  assert.equal(outputs(place).length, 297);
  const batches = joblog(place);
  const failed = batches.filter(([, exit]) => exit !== 0);
  assert.equal(batches.length, 6);
  assert.deepEqual(failed.map(([, exit]) => exit), [75]);

  write('later.png', TINY_PNG);
  const second = convert(place, 50);
  assert.equal(second.status, 0, second.stderr);
  assert.deepEqual(joblog(place).slice(6), [[failed[0][0], 0]], 'only that batch ran again');
  const converted = second.records.filter((record) => record.ok && !record.skipped);
  assert.deepEqual(converted.map((record) => record.input), ['./5/absent.png']);
  assert.equal(outputs(place).length, 298);
  for (const name of outputs(place)) assert.deepEqual(place.read(name), getBMP(TINY_PNG), name);
});

test('after everything was killed in the middle, another run completes the work', needsParallel, async (t) => {
  const png = blackPng(1200, 800);
  const place = workplace(t, { 'in/0.png': png });
  for (let i = 1; i < 59; i++) fs.linkSync(place.at('in/0.png'), place.at(`in/${i}.png`));
  spawnSync('mkfifo', [place.at('held')]); // without a writer: who reads it is not done before it is killed
  fs.symlinkSync(place.at('held'), place.at('in/59.png'));
  const run = spawn(CONVERT, ['in', 'out', 'state'], {
    ...options(place, 5), detached: true, stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(run.stdout, 'data');
  process.kill(-run.pid, 'SIGKILL');
  await once(run, 'close');
  fs.unlinkSync(place.at('in/59.png'));
  fs.linkSync(place.at('in/0.png'), place.at('in/59.png'));
  const before = outputs(place).length;
  assert.ok(before < 60, `${before} of 60 were written before the kill`);

  const writer = fs.openSync(place.at('held'), 'r+'); // GNU parallel's jobs have groups of their own, and go on
  const again = convert(place, 5);
  fs.closeSync(writer);
  assert.equal(again.status, 0, again.stderr);
  assert.equal(outputs(place).length, 60);
  const whole = getBMP(png);
  for (const name of outputs(place)) assert.ok(place.read(name).equals(whole), name);
});

test('IN, OUT, STATE and the program may have names with spaces and signs of the shell', needsParallel, (t) => {
  const place = workplace(t, { "my in/a  b's.png": TINY_PNG });
  const program = place.at('my $HOME');
  fs.symlinkSync(PROGRAM, program);
  const { status, stderr } = spawnSync(CONVERT, ['my in', 'my $HOME & out', 'my *'],
    { ...options(place, 5), env: { ...options(place, 5).env, PNG2BMP: program } });
  assert.equal(status, 0, stderr);
  assert.deepEqual(place.read("my $HOME & out/a  b's.bmp"), getBMP(TINY_PNG));
  assert.deepEqual(fs.readdirSync(place.directory).filter((name) => name !== '.parallel').sort(), ['my $HOME', 'my $HOME & out', 'my *', 'my in']);
});

test('the batches are spread over several machines that share the files', needsParallel, (t) => {
  /* Replaces ssh: records the host, and runs the command here. */
  const ssh = '#!/bin/sh\necho "$1" >> "${0%/*}/hosts"\nshift\n[ "$1" != -- ] || shift\nexec sh -c "$*"\n';
  const place = workplace(t, { ssh });
  fs.chmodSync(place.at('ssh'), 0o755);
  fs.mkdirSync(place.at('in'));
  for (let i = 0; i < 40; i++) fs.writeFileSync(place.at(`in/${i}.png`), TINY_PNG);
  const { status, stderr } = convert(place, 5, ['--ssh', place.at('ssh'), '--sshlogin', '1/one,1/two']);
  assert.equal(status, 0, stderr);
  assert.equal(outputs(place).length, 40);
  const hosts = new Set(place.read('hosts').toString().trim().split('\n'));
  assert.deepEqual([...hosts].sort(), ['one', 'two']);
});

test('convert.sh without arguments says its usage', () => {
  const { status, stderr } = spawnSync(CONVERT, [], { encoding: 'utf8' });
  assert.deepEqual([status, stderr.startsWith('usage: convert.sh IN OUT STATE')], [2, true]);
});
