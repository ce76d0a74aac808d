'use strict';

/* npm run bench:many-files -- [--rounds N]
 *
 * Processor time for thousands of small files: the icons of Debian's package oxygen-icon-theme, which is downloaded
 * and not installed. The programs take turns, in a new order each round; the least of each counts. "C loop" is
 * bench/many_files.c, the least that it can take. GraphicsMagick and ImageMagick take part where they are installed. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { SMOKE } = require('./corpus.js');
const { setUpManyFiles } = require('./setup.js');

const BENCH = __dirname;
const ROOT = path.dirname(BENCH);
const PACKAGE = 'oxygen-icon-theme';
const CORPUS = path.join(BENCH, 'corpus', PACKAGE);

const SMOKE_FILES = 20;
const ROUNDS = SMOKE ? 1 : 9;

/* The files are in memory: the time that a disk takes differs from run to run. */
const memory = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

function run(command, args, options) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${result.error ?? result.stderr}`);
  return result;
}

/* Under bench/corpus, once. */
function fetchIcons() {
  if (fs.existsSync(CORPUS)) return;
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-icons-'));
  try {
    run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', PACKAGE], { cwd: work });
    run('dpkg-deb', ['-x', path.join(work, fs.readdirSync(work)[0]), path.join(work, 'all')]);
    fs.mkdirSync(path.dirname(CORPUS), { recursive: true });
    fs.cpSync(path.join(work, 'all/usr/share/icons/oxygen'), CORPUS, { recursive: true, verbatimSymlinks: true });
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

const isIcon = (entry) => entry.isFile() && entry.name.endsWith('.png');

/* Copies the icons to `to`; links among them are left out. Returns their names there. */
function copyIcons(to) {
  const entries = fs.readdirSync(CORPUS, { recursive: true, withFileTypes: true }).filter(isIcon);
  return entries.map((entry) => {
    const from = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(CORPUS, from);
    fs.mkdirSync(path.join(to, path.dirname(name)), { recursive: true });
    fs.copyFileSync(from, path.join(to, name));
    return name;
  });
}

function copySamples(to) {
  return Array.from({ length: SMOKE_FILES }, (_, i) => {
    fs.mkdirSync(path.join(to, `${i % 2}`), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'samples/sample.png'), path.join(to, `${i % 2}/${i}.png`));
    return `${i % 2}/${i}.png`;
  });
}

const answers = (...command) => spawnSync(command[0], command.slice(1)).error === undefined;

/* Each converts the tree `in` to the tree `out`, whose directories are there, but for gm, which makes out/in. mogrify
 * knows no trees: it gets the names, and writes one directory, which is less work. */
const PROGRAMS = [
  { name: 'png2bmp', command: `"${process.execPath}" "${path.join(ROOT, 'bin/png2bmp.js')}" -q -r -d out in` },
  { name: 'C loop', command: `"${path.join(BENCH, 'build/many_files')}" in out < list` },
  {
    name: 'gm mogrify', isThere: () => answers('gm', 'version'),
    command: 'xargs -a list.in gm mogrify -create-directories -format bmp -output-directory out',
  },
  {
    name: 'mogrify', isThere: () => answers('mogrify', '-version'),
    command: 'xargs -a list.in mogrify -format bmp3 -path out',
  },
];

function makeOutput(work, names) {
  fs.rmSync(path.join(work, 'out'), { recursive: true, force: true });
  for (const directory of new Set(names.map((name) => path.dirname(name))))
    fs.mkdirSync(path.join(work, 'out', directory), { recursive: true });
}

/* `times` of the shell: two lines of minutes and seconds, user and system; the second is of its children. */
function processorSeconds(text) {
  const [, children] = text.trim().split('\n').slice(-2);
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * m + Number(s), 0);
}

/* Node.js reads the certificates that this names when it starts, which is no part of what is measured. */
const environment = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

function measure({ command }, work, names) {
  makeOutput(work, names);
  return processorSeconds(run('sh', ['-ec', `${command}\ntimes`], { cwd: work, env: environment }).stdout);
}

/* Of png2bmp: how many calls one file more takes. */
function callsPerFile(work, names) {
  const count = (input) => {
    makeOutput(work, names);
    const { command } = PROGRAMS[0];
    run('sh', ['-c', `strace -f -qq -c -U calls -o calls ${command.replace(/in$/, input)}`], { cwd: work });
    return Number(fs.readFileSync(path.join(work, 'calls'), 'utf8').match(/\d+/g).pop()); // in all
  };
  const [first] = names;
  fs.mkdirSync(path.join(work, 'one'));
  fs.copyFileSync(path.join(work, 'in', first), path.join(work, 'one/one.png'));
  return (count('in') - count('one')) / (names.length - 1);
}

function shuffled(list) {
  return list.map((each) => [Math.random(), each]).sort(([a], [b]) => a - b).map(([, each]) => each);
}

function report(programs, seconds, count) {
  const least = (program) => Math.min(...seconds.get(program));
  const base = least(programs[0]);
  console.log(`${count} files; processor seconds, the least of ${seconds.get(programs[0]).length} rounds\n`);
  console.log('| | seconds | us a file | png2bmp = 1 |\n| --- | --- | --- | --- |');
  for (const program of programs) {
    const time = least(program);
    console.log(`| ${program.name} | ${time.toFixed(2)} | ${(time / count * 1e6).toFixed(0)} | ${(time / base).toFixed(2)} |`);
  }
}

function main() {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: String(ROUNDS) } } });
  setUpManyFiles();
  if (!SMOKE) fetchIcons();
  const work = fs.mkdtempSync(path.join(memory, 'png2bmp-many-files-'));
  try {
    const names = SMOKE ? copySamples(path.join(work, 'in')) : copyIcons(path.join(work, 'in'));
    fs.writeFileSync(path.join(work, 'list'), names.map((name) => `${name}\n`).join(''));
    fs.writeFileSync(path.join(work, 'list.in'), names.map((name) => `in/${name}\n`).join(''));
    const programs = PROGRAMS.filter(({ isThere }) => isThere === undefined || isThere());
    const seconds = new Map(programs.map((program) => [program, []]));
    for (let round = 0; round < Number(values.rounds); round++)
      for (const program of shuffled(programs)) seconds.get(program).push(measure(program, work, names));
    report(programs, seconds, names.length);
    if (answers('strace', '-V')) console.log(`\nsystem calls a file: ${callsPerFile(work, names).toFixed(1)}`);
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

main();
