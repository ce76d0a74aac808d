'use strict';

// Package managers, and how each installs an archive and runs what it has installed.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const { RUNTIMES, provide } = require('../package/runtimes');

const MODULES = path.join(__dirname, 'node_modules');

/** Of a manager that is a program in JavaScript: [command, first argument]. */
const script = (...names) => [process.execPath, path.join(MODULES, ...names)];

// Yarn 2 and later reads no .npmrc.
const registry = () => execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

const YARNRC = `nodeLinker: pnp
pnpEnableEsmLoader: true
enableGlobalCache: false
enableTelemetry: false
`;

const plain = (file) => [process.execPath, file];

/**
 * { name, command(), add(archive), files, env(folder), runFile, runTool }: command is the manager's own;
 * add gives its arguments; files are written beforehand. runFile(command, file) and runTool(command)
 * give the command lines that run a program of the application, and a tool that was installed.
 */
const MANAGERS = [
  {
    name: 'npm',
    command: () => ['npm'],
    add: (archive) => ['install', '--no-audit', '--no-fund', archive],
    runFile: (_, file) => plain(file),
    runTool: (command) => [...command, 'exec', '--'],
  },
  {
    name: 'pnpm',
    command: () => script('pnpm/bin/pnpm.mjs'),
    add: (archive, folder) => ['add', '--store-dir', path.join(folder, '.store'), archive],
    runFile: (_, file) => plain(file),
    runTool: (command) => [...command, 'exec'],
  },
  {
    name: 'Yarn classic',
    command: () => script('yarn/bin/yarn.js'),
    add: (archive, folder) => ['add', '--no-progress', '--cache-folder', path.join(folder, '.cache'), archive],
    runFile: (_, file) => plain(file),
    runTool: (command) => [...command, '--silent', 'run'],
  },
  {
    name: "Yarn Plug'n'Play",
    command: () => script('@yarnpkg/cli-dist/bin/yarn.js'),
    files: { '.yarnrc.yml': YARNRC, 'yarn.lock': '' },
    env: () => ({ YARN_NPM_REGISTRY_SERVER: registry() }),
    add: (archive) => ['add', `png2bmp@file:${archive}`],
    runFile: (command, file) => [...command, 'node', file],
    runTool: (command) => [...command, 'run'],
  },
  {
    name: 'Bun',
    command: () => provide(RUNTIMES.find(({ name }) => name === 'Bun')).command,
    env: (folder) => ({ BUN_INSTALL_CACHE_DIR: path.join(folder, '.cache') }),
    add: (archive) => ['add', archive],
    runFile: (command, file) => [...command, file],
    runTool: (command) => [...command, 'x', '--bun'],
  },
];

/** Lays out an application in the folder: { env, add(archive), runFile(file), runTool }, command lines. */
function createApplication(manager, folder) {
  const files = { 'package.json': '{ "name": "application", "private": true }', ...manager.files };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const command = manager.command();
  return {
    env: manager.env?.(folder) ?? {},
    add: (archive) => [...command, ...manager.add(archive, folder)],
    runFile: (file) => manager.runFile(command, file),
    runTool: manager.runTool(command),
  };
}

module.exports = { MANAGERS, createApplication };
