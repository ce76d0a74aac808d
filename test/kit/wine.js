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

function makeWindows() {
  for (const args of [['wineboot', '-i'], ['winecfg', '-v', 'win10']])
    execFileSync('wine', args, { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 300_000 });
}

/** What programs in Wine need of the environment. */
function prepareWine() {
  if (fs.existsSync(PREFIX)) return env;
  fs.mkdirSync(path.dirname(PREFIX), { recursive: true });
  try {
    makeWindows();
  } catch (error) {
    fs.rmSync(PREFIX, { recursive: true, force: true });
    throw error;
  }
  return env;
}

module.exports = { has, install, installWine, prepareWine };
