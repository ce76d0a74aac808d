'use strict';

/* The files that scripts put into prebuilds/. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const test = require('node:test');

const { scratch } = require('./kit/scratch');

const ROOT = path.join(__dirname, '..');
const ADDON = `prebuilds/${process.platform}-${process.arch}.node`;

/** A clone in which building takes no time: the addon is a text. */
function clone(t, addon) {
  const root = scratch(t);
  const put = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  fs.cpSync(path.join(ROOT, 'scripts'), path.join(root, 'scripts'), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'), 'junction');
  for (const name of ['build.mk', 'Makefile']) put(name, fs.readFileSync(path.join(ROOT, name)));
  for (const name of ['include/x', 'src/x', 'addon/x', 'scripts/build.js', 'scripts/build-browser.js']) put(name, '');
  put('build/Release/png2bmp.node', addon);
  return { put, at: (name) => path.join(root, name) };
}

test('a new addon takes the place of the old one at once: a process that has that open keeps it', { skip: process.platform === 'darwin' && 'strip needs an addon' }, (t) => {
  const { put, at } = clone(t, 'new');
  put(ADDON, 'old');
  fs.utimesSync(at(ADDON), 0, 0);
  const old = fs.openSync(at(ADDON));
  execFileSync(process.execPath, [at('scripts/prebuilds.js'), '--here']);
  assert.equal(fs.readFileSync(old, 'utf8'), 'old');
  fs.closeSync(old);
  assert.equal(fs.readFileSync(at(ADDON), 'utf8'), 'new');
  assert.deepEqual(fs.readdirSync(at('prebuilds')), [path.basename(ADDON)]);
});
