'use strict';

// The doors in C (doors.c), in a process under the sanitizers.

const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');

const { readOptions } = require('../../lib/options');

const ROOT = path.join(__dirname, '../..');
const PROGRAM = path.join(ROOT, 'fuzz/out/replay/doors');

function build() {
  const { status } = spawnSync('make', ['-s', '-j2', '-C', 'fuzz', 'out/replay/doors'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the doors in C cannot be built');
}

/** The numbers of the options; undefined: JavaScript refuses them. */
function valuesOf(options) {
  try {
    return readOptions(options).values;
  } catch {
    return undefined;
  }
}

function request({ png, seed, number }, values) {
  const head = Uint32Array.of(Math.imul(seed + 1, 0x9e3779b1) ^ number, values.length, png.length);
  return [head, values, png].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
}

/** Reads two blocks, each after its length: the text and the BMP. */
async function* answers(stream) {
  let held = Buffer.alloc(0);
  for await (const piece of stream) {
    held = Buffer.concat([held, piece]);
    for (;;) {
      const first = held.length >= 4 ? 4 + held.readUInt32LE(0) : Infinity;
      const second = held.length >= first + 4 ? first + 4 + held.readUInt32LE(first) : Infinity;
      if (held.length < second) break;
      yield { ...JSON.parse(held.toString('utf8', 4, first)), bytes: Buffer.from(held.subarray(first + 4, second)) };
      held = held.subarray(second);
    }
  }
}

const outcomeOf = ({ code, message, bytes, warnings }) => {
  const list = warnings.map((warning) => ({ ...warning, code: warning.code.replace('ERR', 'WARN') }));
  return code === 'OK' ? { bytes, warnings: list } : { code, message, warnings: [] };
};

/** { run(case), close() }: run throws where the doors in C do not give what the case wants. */
function openDoorInC({ contrast }) {
  build();
  const child = spawn(PROGRAM, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, MALLOC_PERTURB_: '',
    ASAN_OPTIONS: 'detect_leaks=0:max_malloc_fill_size=1000000000:malloc_fill_byte=165' } });
  const replies = answers(child.stdout);
  let log = '';
  child.stderr.on('data', (text) => { log += text; });
  child.stdin.on('error', () => {}); // the process has ended: its answer says so

  async function run(one) {
    const values = valuesOf(one.options);
    if (values === undefined) return;
    for (const part of request(one, values)) child.stdin.write(part);
    const { value: answer } = await replies.next();
    if (!answer) throw new Error(`the process in C ended: ${log}`);
    const wanted = one.wanted.code ? { ...one.wanted, warnings: [] } : one.wanted;
    const difference = answer.wrong || contrast(outcomeOf(answer), wanted);
    if (difference) throw Object.assign(new Error(`in C: ${difference}`), { isMismatch: true });
  }

  return { run, close: () => child.stdin.end() };
}

module.exports = { openDoorInC };
