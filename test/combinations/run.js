'use strict';

// Random PNGs with random options through every door, against a plain reference and each other.
//
//     npm run test:combinations -- [--seconds 20] [--seed N] [--case N]
//     npm run test:combinations -- --png FILE --options '{"format":"mono1"}'
//
// A seed and a number make a case, always the same. A mismatch is printed with both, with its options, and with a
// command that runs that case alone; its PNG is written to build/combinations/.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const FOUND = path.join(__dirname, '../../build/combinations');

const CONFIG = {
  seconds: { type: 'string', default: '20' },
  seed: { type: 'string' }, // default: a new one each time
  case: { type: 'string' }, // only this one
  first: { type: 'string', default: '0' },
  png: { type: 'string' },
  options: { type: 'string', default: '{}' },
  'without-c': { type: 'boolean', default: false },
};

// ---- Options as text -------------------------------------------------------------------------

/** JSON with what it lacks: Infinity, bigints, bytes. */
function toText(options) {
  return JSON.stringify(options, (_, value) => {
    if (value === Infinity) return 'Infinity';
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('hex') } : value;
  });
}

function fromText(text) {
  return JSON.parse(text, (_, value) => {
    if (value === 'Infinity') return Infinity;
    if (typeof value === 'string' && /^\d+n$/.test(value)) return BigInt(value.slice(0, -1));
    return typeof value?.bytes === 'string' ? Uint8Array.from(Buffer.from(value.bytes, 'hex')) : value;
  });
}

// ---- A mismatch ------------------------------------------------------------------------------

/** Runs the case with fewer and fewer options, as long as something is wrong; gives the last of them. */
async function shrink(one, tools, runCase) {
  let { options } = one;
  for (const name of Object.keys(options)) {
    const fewer = { ...options };
    delete fewer[name];
    const isWrong = await runCase({ ...one, options: fewer }, tools).then(() => false, () => true);
    if (isWrong) options = fewer;
  }
  return options;
}

function report(one, error, options) {
  fs.mkdirSync(FOUND, { recursive: true });
  const file = path.join(FOUND, `seed-${one.seed}-case-${one.number}.png`);
  fs.writeFileSync(file, one.png);
  const name = path.relative(process.cwd(), file);
  console.log(`not ok - seed ${one.seed}, case ${one.number}: ${one.what}\n  ${error.message}\n` +
    `  options: ${toText(one.options)}\n  again: npm run test:combinations -- --seed ${one.seed} --case ${one.number}\n` +
    `  or:    npm run test:combinations -- --png ${name} --options '${toText(options)}'`);
  if (!['Mismatch', 'AssertionError'].includes(error.constructor.name)) console.log(error.stack);
}

const PATIENCE_MS = 120_000;

/** The same, or an error if it does not end. */
function withPatience(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not end')), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// ---- The process that converts -----------------------------------------------------------------

/** Runs cases; gives how many, and how many of them gave a BMP. */
async function runCases(values, tools, { makeCase, runCase }) {
  const seed = Number(values.seed);
  const isOne = values.case !== undefined || values.png !== undefined;
  const start = Date.now();
  const done = { cases: 0, bmps: 0 };
  for (let number = Number(values.case ?? values.first); Date.now() - start < 1000 * values.seconds || isOne; number++) {
    tools.note.number = number;
    const one = values.png === undefined ? makeCase(seed, number)
      : { png: fs.readFileSync(values.png), what: values.png, options: fromText(values.options), seed, number };
    try {
      const outcome = await withPatience(runCase(one, tools));
      done.bmps += outcome.bytes ? 1 : 0;
    } catch (error) {
      report(one, error, isOne ? one.options : await shrink(one, tools, runCase));
      process.exitCode = 1;
      return done;
    }
    done.cases++;
    if (isOne) break;
  }
  return done;
}

/** Says in a file which case and which door is tried, for the parent, if this process ends in it. */
function noteIn(file) {
  const handle = fs.openSync(file, 'w');
  const note = (door) => {
    fs.writeSync(handle, `case ${note.number}, ${door}`.padEnd(80), 0);
  };
  return note;
}

/** Says which options do not take part, and which only compare doors with each other. */
function noteUnknownOptions() {
  const { leftOut, optionNames } = require('./options');
  const { isKnown } = require('./reference');
  const unknown = optionNames.filter((name) => !isKnown(name));
  if (leftOut.length > 0) console.log(`# no values for ${leftOut.join(', ')}: see test/combinations/options.js`);
  if (unknown.length > 0) console.log(`# the reference does not know ${unknown.join(', ')}`);
}

async function child(values, directory) {
  const start = Date.now();
  noteUnknownOptions();
  const { libraries } = require('./libraries');
  const { openDoorInC } = require('./in-c');
  const inC = values['without-c'] ? undefined : openDoorInC(require('./case'));
  const tools = { libraries: libraries(), directory, runInC: inC?.run, note: noteIn(path.join(directory, 'note')) };
  const { cases, bmps } = await runCases(values, tools, require('./case'));
  inC?.close();
  if (process.exitCode) process.exit(); // something may still wait
  console.log(`ok - combinations, seed ${values.seed}: ${cases} cases in ${Math.round((Date.now() - start) / 1000)} s, ` +
    `${bmps} of them gave a BMP`);
}

// ---- The command ---------------------------------------------------------------------------------

/** In a process of its own, in which glibc fills memory that is allocated and that is freed with a pattern: a byte
 * that nobody wrote is not what the reference has there. */
function parent(values, directory) {
  const { 'without-c': isWithoutC, ...named } = values;
  const args = Object.entries(named).filter(([, value]) => value !== undefined).flatMap(([name, value]) => [`--${name}`, value]);
  const { status, signal } = spawnSync(process.execPath,
    [__filename, ...args, ...(isWithoutC ? ['--without-c'] : [])],
    { stdio: 'inherit', env: { ...process.env, MALLOC_PERTURB_: '165', PNG2BMP_COMBINATIONS: directory } });
  if (signal) {
    console.log(`not ok - seed ${values.seed}, ${fs.readFileSync(path.join(directory, 'note'), 'utf8').trim()}: ${signal}`);
  }
  return status ?? 1;
}

function main() {
  const { values } = parseArgs({ options: CONFIG });
  if (process.env.PNG2BMP_COMBINATIONS) return child(values, process.env.PNG2BMP_COMBINATIONS);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-combinations-'));
  values.seed ??= String(1 + Math.floor(Math.random() * 1e9));
  console.log(`# seed ${values.seed}`);
  process.exitCode = parent(values, directory);
  fs.rmSync(directory, { recursive: true, force: true });
  return undefined;
}

main();
