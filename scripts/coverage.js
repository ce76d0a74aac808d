'use strict';

// Prints which share of the lines and branches of src/ the C tests and the fuzz targets reach, the latter on
// their first inputs and on what earlier runs of `npm run fuzz` have kept.
//
// npm run coverage [-- --missing]        --missing: lists the lines that were not reached

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { writeSeeds } = require('../fuzz/seeds');

const ROOT = path.join(__dirname, '..');
const FUZZ = path.join(ROOT, 'fuzz');
const OUT = path.join(FUZZ, 'out');
const PROFILES = path.join(OUT, 'profiles');
const { recipe } = require('./recipe');

const TARGETS = recipe('FUZZ_TARGETS');

function tests() {
  return fs.readdirSync(path.join(ROOT, 'test/c')).filter((name) => name.endsWith('.c'))
    .map((name) => path.parse(name).name);
}

function run(name, args) {
  const profile = path.join(PROFILES, `${name}.profraw`);
  const { status, stdout } = spawnSync(path.join(OUT, 'coverage', name), args, {
    cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LLVM_PROFILE_FILE: profile },
  });
  if (status !== 0) throw new Error(`${name} failed:\n${stdout}`);
}

function collect() {
  execFileSync('make', ['-s', '-j2', '-C', FUZZ, 'coverage'], { stdio: 'inherit' });
  writeSeeds(path.join(OUT, 'seeds'));
  fs.rmSync(PROFILES, { recursive: true, force: true });
  for (const name of tests()) run(name, []);
  for (const name of TARGETS) {
    const folders = ['out/seeds', 'out/corpus', 'regressions'].map((folder) => path.join(FUZZ, folder, name));
    run(name, folders.filter((folder) => fs.existsSync(folder)));
  }
  const profiles = fs.readdirSync(PROFILES).filter((name) => name.endsWith('.profraw'))
    .map((name) => path.join(PROFILES, name));
  const merged = path.join(PROFILES, 'all.profdata');
  execFileSync('llvm-profdata', ['merge', '-o', merged, ...profiles]);
  return merged;
}

/** llvm-cov's data for the files of src/: { name, file, summary, segments } each. */
function measure(profile) {
  const programs = [...tests(), ...TARGETS].map((name) => path.join(OUT, 'coverage', name));
  const json = execFileSync('llvm-cov', ['export', `-instr-profile=${profile}`, programs[0],
    ...programs.slice(1).flatMap((program) => ['-object', program]),
  ], { maxBuffer: 1 << 30, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(json).data[0].files
    .map((file) => ({ ...file, name: path.relative(ROOT, path.resolve(FUZZ, file.filename)) }))
    .filter(({ name }) => name.startsWith(`src${path.sep}`));
}

function total(files, what) {
  const sum = { covered: 0, count: 0 };
  for (const { summary } of files) {
    sum.covered += summary[what].covered;
    sum.count += summary[what].count;
  }
  return sum;
}

/** 'name  lines 12/13 92.31%  branches ...' */
function row(name, { lines, branches }) {
  const share = ({ covered, count }) =>
    `${covered}/${count}`.padStart(11) + (count ? ` ${((100 * covered) / count).toFixed(1)} %` : '     -').padStart(9);
  return `${name.padEnd(26)}${share(lines)}${share(branches)}`;
}

/** The first line of every region that no run has entered. */
function missingLines(segments) {
  const found = new Set();
  for (const [line, , count, hasCount, isEntry] of segments) {
    if (hasCount && isEntry && count === 0) found.add(line);
  }
  return [...found].sort((a, b) => a - b);
}

function main() {
  const files = measure(collect());
  console.log(`${''.padEnd(26)}${'lines'.padStart(20)}${'branches'.padStart(20)}`);
  for (const { name, summary } of files) console.log(row(name, summary));
  console.log(row('all', { lines: total(files, 'lines'), branches: total(files, 'branches') }));
  if (!process.argv.includes('--missing')) return;
  for (const { name, filename, segments } of files) {
    const source = fs.readFileSync(filename, 'utf8').split('\n');
    for (const line of missingLines(segments)) {
      console.log(`${name}:${line}: ${source[line - 1].trim()}`);
    }
  }
}

main();
