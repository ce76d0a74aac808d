'use strict';

// npm run test:attacks: attacks that once succeeded, and what each of them finds now. Most are tests of `npm test`,
// which are run here by themselves, with both backends, so that none is skipped or lost unnoticed. Those that
// measure time are in this folder.
//
//   node test/attacks/run.js             all of them; as root on Linux, or some are skipped
//   node test/attacks/run.js --list      what they are

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const ROOT = path.join(__dirname, '../..');
const BACKENDS = ['native', 'wasm'];

/** [what an attacker gets, the file of the tests, and their names: all of one file, or those that match] */
const ATTACKS = [
  ["another picture's bytes, in strips of wide rows that wait for dithering", 'palettes', /saved in strips/],
  ['time, by colours that collide', 'attacks/time', /made to collide/],
  ['time after abort(), by small files that are much work', 'attacks/abort', /at once/],
  ['rights, where an access control list said otherwise', 'save-acl', /./],
  ["the rights of a directory's group", 'save-existing', /gives its own/],
  ['a file elsewhere, by a planted link or pipe', 'save-places', /put into a shared directory/],
  ['a save that fails, since a container of the same host name takes its process for dead', 'save-existing', /has a meaning/],
  ["others' temporary files", 'save-existing', /removed by nobody but/],
  ['a save that fails and leaves a file, since its directory was renamed', 'save-places', /another name during a save/],
  ['another picture, by calling a converter in its own callback', 'converter', /own onWarning/],
  ["another picture, by a PNG in a converter's memory", 'converter', /from the first byte/],
  ['a process without memory mappings, by many converters', 'converter', /any number of converters/],
  ['an error without a code, by getters and callbacks that take memory away', 'caller-code', /goes? while|takes away/],
  ['an error without a code, by views that lie and lists with holes', 'caller-code', /claims?|holes|code to be called/],
  ['another file or image, by Object.prototype', 'caller-code', /Object\.prototype/],
  ['memory and time without end, by a stream of nothing', 'caller-code', /empty pieces/],
  ['a device, link or mode replaced, by an icon', 'cli-icons', /through links|existing icon/],
  ['the PNG, by its own name for the BMP', 'convert-file', /replaces the PNG itself/],
  ['a crash or half a picture, by a file that is cut while it is read', 'convert-file', /shrinks and grows/],
  ['memory without end, by a device or a file of terabytes', 'convert-file', /large file by its beginning|whatever became of/],
  ['a thread for ever, by a pipe without a writer', 'convert-file', /wait for named pipes/],
  ['a file that may not be read, through the addon', 'convert-file', /permission model/],
  ['offsets that overflow, by a large icon', 'caller-code', /32 bits/],
];

/** { name, ok, skip } of each test in the output of node --test. */
function resultsOf(tap) {
  return [...tap.matchAll(/^(not )?ok \d+ - (.*?)( # SKIP.*)?$/gm)]
    .map(([, failed, name, skip]) => ({ name, ok: failed === undefined, skip: skip?.slice(8).trim() }));
}

function runFile(file, backend) {
  const { stdout } = spawnSync(process.execPath,
    ['--test', '--test-reporter=tap', path.join(ROOT, 'test', `${file}.test.js`)],
    { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, PNG2BMP_BACKEND: backend } });
  return { results: resultsOf(stdout), output: stdout };
}

/** The line that says how the attack ended, and whether it failed: not one test that was to notice it does. */
function judge(what, results, pattern) {
  const tests = results.filter(({ name }) => pattern.test(name));
  const failed = tests.filter(({ ok }) => !ok);
  const skipped = tests.filter(({ skip }) => skip !== undefined);
  if (tests.length === 0) return { line: `SUCCEEDS ${what}: no test is of this name`, held: false };
  if (failed.length > 0) return { line: `SUCCEEDS ${what}: ${failed.map(({ name }) => name).join('; ')}`, held: false };
  if (skipped.length === tests.length) return { line: `skipped  ${what}: ${skipped[0].skip}`, held: true };
  return { line: `fails    ${what}`, held: true };
}

function attack(backend) {
  console.log(`${backend}:`);
  const files = new Map([...new Set(ATTACKS.map(([, file]) => file))].map((file) => [file, runFile(file, backend)]));
  let held = true;
  for (const [what, file, pattern] of ATTACKS) {
    const { results, output } = files.get(file);
    const verdict = judge(what, results, pattern);
    console.log(`  ${verdict.line}`);
    if (!verdict.held) console.log(output);
    held &&= verdict.held;
  }
  return held;
}

function main() {
  if (process.argv.includes('--list')) {
    for (const [what, file] of ATTACKS) console.log(`${what}: test/${file}.test.js`);
    return;
  }
  const backends = BACKENDS.filter((backend) => backend === 'native' ||
    fs.existsSync(path.join(ROOT, 'prebuilds/png2bmp.wasm')));
  const held = backends.map(attack);
  process.exitCode = held.every(Boolean) ? 0 : 1;
}

main();
