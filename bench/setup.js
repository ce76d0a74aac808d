'use strict';

/* What the benchmark needs on a fresh machine: libraries, packages, files, builds. Each step does nothing if
 * its result already exists. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { SMOKE } = require('./corpus.js');
const debian = require('../scripts/debian.js');
const { findMagick } = require('../test/kit/bmp-programs.js');

const BENCH = __dirname;
const ROOT = path.dirname(BENCH);

/* Debian package -> a file of it, relative to an include directory. */
const HEADERS = {
  'libpng-dev': 'png.h',
  'libspng-dev': 'spng.h',
  'libstb-dev': 'stb/stb_image.h',
  'liblodepng-dev': 'lodepng.h',
  'libdeflate-dev': 'libdeflate.h',
  'zlib1g-dev': 'zlib.h',
};
const INCLUDES = ['/usr/include', '/usr/local/include'];

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed: ${result.error ?? result.status}`);
  }
}

const found = (header) => INCLUDES.some((place) => fs.existsSync(path.join(place, header)));

function installDebian(packages) {
  if (packages.length > 0) debian.install(packages);
}

function installLibraries() {
  installDebian(Object.keys(HEADERS).filter((name) => !found(HEADERS[name])));
}

/* The programs that bench/palettes.js and bench/sizes.js compare with. */
function installPrograms() {
  const there = {
    imagemagick: findMagick() !== undefined,
    pngquant: spawnSync('pngquant', ['--version']).error === undefined,
  };
  installDebian(Object.keys(there).filter((name) => !there[name]));
}

function installPackages() {
  const installed = path.join(BENCH, 'node_modules/.package-lock.json');
  const wanted = path.join(BENCH, 'package-lock.json');
  const fresh = fs.existsSync(installed) &&
    fs.statSync(installed).mtimeMs >= fs.statSync(wanted).mtimeMs;
  if (!fresh) run('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], BENCH);
}

function buildProject() {
  if (!fs.existsSync(path.join(ROOT, 'node_modules'))) run('./setup.sh', [], ROOT);
  run('npm', ['run', '--silent', 'build'], ROOT);
}

function fetchCorpus() {
  if (!SMOKE) run('./corpus.sh', [], BENCH);
}

function setUp() {
  installLibraries();
  installPackages();
  fetchCorpus();
  buildProject();
  run('make', ['--silent'], BENCH);
}

function setUpPalettes() {
  installPrograms();
  installPackages();
  fetchCorpus();
  buildProject();
}

function setUpManyFiles() {
  installDebian(found('libdeflate.h') ? [] : ['libdeflate-dev']);
  buildProject();
  run('make', ['--silent', 'build/many_files'], BENCH);
}

function setUpFlow() {
  fetchCorpus();
  buildProject();
}

module.exports = { setUp, setUpFlow, setUpManyFiles, setUpPalettes };
