'use strict';

const { builtin, environmentVariable } = require('./environment');

const fs = builtin('node:fs') ?? require('node:fs');
const { createRequire } = builtin('node:module') ?? require('node:module');
const path = builtin('node:path') ?? require('node:path');

// A bundle that is an ECMAScript module has no such name: then no file is looked for beside this one, and least of all in
// the current directory, whose files may be anybody's. A function, since a tracer (nft) that knows the folder takes it
// for one whose files are all needed.
const folderOf = () => (typeof __dirname === 'string' ? __dirname : undefined);
const folder = folderOf();

// A require that bundlers do not follow, for files that may be missing.
const requireAtRunTime = createRequire(typeof __filename === 'string' ? __filename : process.execPath);

// The files of the package. Each name is written out inside a `try`: that is how bundlers and tracers
// (esbuild, ncc, nft) find the files, and tolerate missing ones. webpack, vite and rollup take none that they have not been
// told how to, so that "imports" in package.json has none for them, unless they have the condition node-addons. The last two
// are known by their other conditions. Turbopack takes none at all: it replaces `process.turbopack` by true, as long as this
// file has no variable `process` of its own, and leaves them out.
const shipped = process.turbopack ? { __proto__: null } : {
  __proto__: null,
  'linux-x64': () => {
    try { return { addon: require('#prebuilds/linux-x64.node') }; } catch (error) { return { error }; }
  },
  'linux-arm64': () => {
    try { return { addon: require('#prebuilds/linux-arm64.node') }; } catch (error) { return { error }; }
  },
  'linux-arm': () => {
    try { return { addon: require('#prebuilds/linux-arm.node') }; } catch (error) { return { error }; }
  },
  'win32-x64': () => {
    try { return { addon: require('#prebuilds/win32-x64.node') }; } catch (error) { return { error }; }
  },
};

/** { addon } or { error }. */
function attempt(load) {
  try {
    return { addon: load() };
  } catch (error) {
    return { error };
  }
}

function notFoundError(message) {
  return Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });
}

/** The addon in a file whose name is relative to this folder. */
function fromFile(name) {
  return attempt(() => {
    if (folder === undefined) {
      throw notFoundError(`no folder to look for ${name} in`);
    }
    return requireAtRunTime(path.resolve(folder, name));
  });
}

/** What a file's name leads to: webpack's asset modules export the name of the copied file, lib/no-addon.js nothing. */
function follow({ addon }) {
  if (typeof addon === 'string') {
    return fromFile(addon);
  }
  return addon?.versions === undefined ? {} : { addon };
}

function fromPrebuilds(name) {
  const { addon } = name in shipped ? follow(shipped[name]()) : {};
  // Copies of the package may have no package.json.
  return addon === undefined ? fromFile(`../prebuilds/${name}.node`) : { addon };
}

// On a CPU before ARMv7 the addon would crash; a Node.js that runs there was built for ARMv6.
function isBeforeArmv7() {
  return process.arch === 'arm' && !(Number(process.config.variables.arm_version) >= 7);
}

// Node.js gives the code of a single executable application the executable's name. No files of this package are around it,
// and `require` there, which has only modules of Node.js, would print a warning.
const isExecutable = () => typeof __filename === 'string' && __filename === process.execPath;

/** The addon of the package for this platform: a file, or an asset of a single executable application. */
function published() {
  if (isBeforeArmv7()) {
    return { error: Object.assign(new Error('the addon needs ARMv7'), { code: 'ERR_NO_ADDON' }) };
  }
  const name = `${process.platform}-${process.arch}`;
  const found = isExecutable() ? { error: notFoundError('no files around an executable') } : fromPrebuilds(name);
  if (found.addon !== undefined) {
    return found;
  }
  const { addon, error } = attempt(() => require('./executable').addonOfAsset(`png2bmp/${name}.node`, requireAtRunTime));
  return { addon, error: error ?? found.error };
}

// An addon built here, or else one of the package: those for Linux are for glibc and for musl.
function candidates() {
  const chosen = environmentVariable('PNG2BMP_ADDON'); // for tests of a particular file
  if (chosen) {
    return [() => attempt(() => requireAtRunTime(path.resolve(chosen)))];
  }
  return isExecutable() ? [published] : [() => fromFile('../build/Release/png2bmp.node'), published];
}

function noAddonError(message, cause) {
  return Object.assign(new Error(`png2bmp ${message}`, { cause }), { code: 'ERR_NO_ADDON' });
}

function disabledError(cause) {
  return noAddonError('cannot load its addon: this process may not load addons. With --permission, ' +
    'add --allow-addons (Node.js 22 and later); otherwise remove --no-addons.', cause);
}

function namesOfPrebuilds() {
  try {
    return fs.readdirSync(path.join(folder, '../prebuilds')).filter((name) => name.endsWith('.node'))
      .map((name) => path.basename(name, '.node'));
  } catch {
    return [];
  }
}

// If there are no files at all, this code was probably moved by a bundler.
const IN_A_BUNDLE = 'If this code was bundled, keep png2bmp out of the bundle (esbuild: ' +
  '--external:png2bmp; webpack: externals; rollup, vite: external) and install it next to it, or ' +
  'have the bundler copy .node files (esbuild: --loader:.node=copy; webpack: node-loader). ';

function missingError(failures) {
  const present = namesOfPrebuilds();
  const reasons = failures.filter(({ code }) => code !== 'MODULE_NOT_FOUND');
  const text = `has no addon for ${process.platform}-${process.arch}. Addons in this package: ` +
    `${present.join(', ') || 'none'}. ${present.length === 0 ? IN_A_BUNDLE : ''}` +
    'To build one, clone the repository and run ./setup.sh there.' +
    reasons.map((error) => `\n${error.message}`).join('');
  return noAddonError(text, reasons[0] ?? failures[0]);
}

/** The addon for this platform. */
function loadAddon() {
  const failures = [];
  for (const candidate of candidates()) {
    const { addon, error } = candidate();
    if (addon !== undefined) {
      return addon;
    }
    failures.push(error);
  }
  const disabled = failures.find(({ code }) => code === 'ERR_DLOPEN_DISABLED');
  throw disabled ? disabledError(disabled) : missingError(failures);
}

module.exports = { loadAddon };
