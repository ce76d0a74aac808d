'use strict';

// libdeflate's source, for targets for which Debian has no libdeflate: Debian's source package, fetched
// once, into build/libdeflate. The machine's own lists of packages stay as they are.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const directory = path.resolve(__dirname, '../build/libdeflate');

function run(command, args) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
  if (error || status !== 0)
    throw new Error(`${command} ${args.join(' ')}\n${error ? error.message : stdout + stderr}`);
}

/** Options for apt to use a list of sources of our own: the machine's list, with source packages. */
function sourceLists() {
  const parts = path.join(directory, 'apt/parts');
  const lists = path.join(directory, 'apt/lists');
  fs.mkdirSync(parts, { recursive: true });
  fs.mkdirSync(path.join(lists, 'partial'), { recursive: true });
  const machine = '/etc/apt/sources.list.d';
  for (const name of fs.readdirSync(machine).filter((n) => n.endsWith('.sources'))) {
    const text = fs.readFileSync(path.join(machine, name), 'utf8');
    fs.writeFileSync(path.join(parts, name), text.replace(/^Types:.*$/gm, 'Types: deb-src'));
  }
  if (fs.existsSync('/etc/apt/sources.list')) {
    const text = fs.readFileSync('/etc/apt/sources.list', 'utf8');
    fs.writeFileSync(path.join(parts, 'machine.list'), text.replace(/^deb /gm, 'deb-src '));
  }
  return ['-o', 'Dir::Etc::sourcelist=/dev/null', '-o', `Dir::Etc::sourceparts=${parts}`,
    '-o', `Dir::State::lists=${lists}`, '-o', 'APT::Sandbox::User=root'];
}

function unpacked() {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  return names.find((name) => /^libdeflate-[\d.]+$/.test(name));
}

/** Debian's source package. A mirror may lack the part of it that is Debian's, which is packaging, and in 1.14 a fix
 * for 32-bit arm: then it is what libdeflate's authors published. */
function fetch(lists) {
  try {
    run('apt-get', [...lists, 'source', '-qq', 'libdeflate']);
  } catch {
    run('apt-get', [...lists, 'source', '-qq', '--download-only', '--tar-only', 'libdeflate']);
    run('tar', ['-xf', fs.readdirSync(directory).find((name) => /^libdeflate_.*\.orig\.tar\.\w+$/.test(name))]);
  }
}

/** With level 9 alone, which src/host/host_png.c uses: the others have code of their own, those from 10 on by the source's
 * own parameter. */
function leaveOutOtherLevels(source) {
  const file = path.join(source, 'lib/deflate_compress.c');
  const text = fs.readFileSync(file, 'utf8');
  const changed = text.replace(/^(#define SUPPORT_NEAR_OPTIMAL_PARSING\s+)1$/m, (_, start) => `${start}0`)
    .replace(/^(\tswitch \(compression_level\) \{\n)[^]*?(?=^\tcase 9:\n)/m, '$1');
  if (changed !== text) fs.writeFileSync(file, changed);
}

/** The directory of the source; throws if it cannot be fetched. */
function libdeflateSource() {
  if (!unpacked()) {
    fs.mkdirSync(directory, { recursive: true });
    const lists = sourceLists();
    run('apt-get', [...lists, 'update', '-qq']);
    fetch(lists);
  }
  const source = path.join(directory, unpacked());
  leaveOutOtherLevels(source);
  return source;
}

module.exports = { libdeflateSource };
