'use strict';

// Wine, with a Windows of its own in build/wine, which passes for Windows 10. As root, install() brings
// what is missing.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const debian = require('../../scripts/debian');

const PREFIX = path.join(__dirname, '../../build/wine');
// The locale says in which bytes Wine writes the names of files: in 'C' there are none for other alphabets.
const env = { WINEPREFIX: PREFIX, WINEDEBUG: '-all', LC_ALL: 'C.UTF-8' };

const has = (command) => !spawnSync(command, ['--version'], { stdio: 'ignore' }).error;

/** Whether the commands are there; Debian's packages of those that are not are installed, where that may
 * be done. commands: { command: package }. */
function install(commands) {
  const missing = Object.keys(commands).filter((command) => !has(command));
  if (missing.length === 0) return true;
  if (!debian.canInstall()) return false;
  debian.install(missing.flatMap((command) => commands[command]));
  return missing.every(has);
}

const installWine = () => install({ wine: ['wine', 'wine64'] });

const wine = (...args) =>
  execFileSync('wine', args, { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 300_000 });

function makeWindows() {
  wine('wineboot', '-i');
  wine('winecfg', '-v', 'win10');
}

const wineserver = (argument) =>
  spawnSync('wineserver', [argument], { env: { ...process.env, ...env }, stdio: 'ignore' }).status;

/** Debian's wineserver ends with the last program, and takes one along that starts at that moment. This one
 * waits for the next program until this process ends; if there is one already, that one stays. */
function keepServer() {
  if (wineserver('-p900') === 0) process.once('exit', () => wineserver('-k'));
}

/** Starts Windows' services, which live as long as the server does. With the first program that a test
 * runs they would have its output, whose end the test waits for. */
const startServices = () => wine('wineboot');

function startWindows() {
  const isNew = !fs.existsSync(PREFIX);
  fs.mkdirSync(PREFIX, { recursive: true });
  keepServer();
  try {
    if (isNew) makeWindows();
    startServices();
  } catch (error) {
    if (isNew) fs.rmSync(PREFIX, { recursive: true, force: true });
    throw error;
  }
}

let isStarted = false;

/** What programs in Wine need of the environment. */
function prepareWine() {
  if (!isStarted) startWindows();
  isStarted = true;
  return env;
}

module.exports = { has, install, installWine, prepareWine };
