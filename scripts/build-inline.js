'use strict';

// Makes prebuilds/inline/inline.mjs and inline.cjs: lib/inline/ with all that it requires, prebuilds/png2bmp.wasm and the
// source of a thread, in one file each; with their types, which are lib/inline.d.ts in the npm package.
//
//   node scripts/build-inline.js
//   node scripts/build-inline.js --small       by Debian's zopfli, which takes seconds to make deflate 6 % smaller
//   node scripts/build-inline.js --optional    only where WebAssembly and terser are there, and if anything has changed

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const zlib = require('node:zlib');

const debian = require('./debian');
const { collect, loader, minify, Missing, tableOf } = require('./js-modules');
const { faceCalls: CALLS } = require('./module-names');
const { isUpToDate } = require('./recipe');
const { replaceFile } = require('./replace-file');

const isOptional = process.argv.includes('--optional');
const isSmall = process.argv.includes('--small');

const root = path.join(__dirname, '..');
const wasm = path.join(root, 'prebuilds/png2bmp.wasm');
const output = (type) => path.join(root, `prebuilds/inline/inline.${type}`);

const FACTS = ['constants', 'errors', 'versions'];

const TYPES = [['types.d.ts', 'types.d.ts'], ['web.d.ts', 'web.d.ts'], ['inline.d.ts', 'inline.d.mts'], ['inline.d.ts', 'inline.d.cts']];

const MODULES = { inPlaceOf: { environment: 'inline/environment', host: 'inline/host' }, builtin: "require('./environment').builtin(name)" };

/** Bytes as text: 13 bits as two characters, of the 91 from '!' on without '"', '<' and '\\'. lib/inline/unpack.js reads it. */
function textOf(bytes) {
  const character = (digit) => String.fromCharCode(digit + 33 + (digit > 0) + (digit > 25) + (digit > 56));
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of [...bytes, 0, 0]) { // the last bits are not left behind
    held = held << 8 | byte;
    bits += 8;
    if (bits < 13) continue;
    bits -= 13;
    text += character(Math.floor((held >> bits) / 91)) + character((held >> bits) % 91);
    held &= (1 << bits) - 1;
  }
  return text;
}

/** Modules that are not there before they are unpacked: what has to do with files is needed with node:fs only. */
const PACKED = ['inline/files'];
const visible = collect(['inline/main'], { ...MODULES, except: PACKED });

/** The code with numbers as names of modules, which are 2 kB less in each file. */
const NAMES = [...collect(['inline/main', 'inline/thread', ...PACKED], MODULES).keys()];
const short = (code) => code.replace(/'\.\/([\w/-]+)'/g, (name, module) => (NAMES.includes(module) ? `'${NAMES.indexOf(module)}'` : name));

/** The table of the modules that a thread needs, and of the packed ones, as an expression. */
async function packedTable() {
  const files = [...collect(PACKED, MODULES)].filter(([name]) => !visible.has(name));
  const table = tableOf(new Map([...collect(['inline/thread'], MODULES), ...files]));
  return (await minify(short(`globalThis.table = ${table};`), false)).replace(/^globalThis\.table=|;$/g, '');
}

/** Not twice for the same bytes: `npm pack` comes after `npm run prebuilds`. */
function zopfli(bytes) {
  const file = path.join(root, 'build/inline.bin');
  const deflated = `${file}.zlib`;
  if (fs.existsSync(deflated) && fs.readFileSync(file).equals(bytes)) return fs.readFileSync(deflated);
  if (!fs.existsSync('/usr/bin/zopfli') && debian.canInstall()) debian.install(['zopfli']);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(deflated, { force: true });
  fs.writeFileSync(file, bytes);
  const { error, status, stdout, stderr } = spawnSync('zopfli', ['--zlib', '--i5', '-c', file], { maxBuffer: 1 << 26 });
  if (error || status !== 0) throw new Missing(`zopfli: ${error ? error.message : stderr}`);
  fs.writeFileSync(deflated, stdout);
  return stdout;
}

const deflate = (bytes) => (isSmall ? zopfli(bytes) : zlib.deflateSync(bytes, { level: 9, memLevel: 9 }));

/** What lib/inline/unpack.js takes, as a literal. */
async function packed() {
  const thread = (await minify(short(`${loader(MODULES)}createRequire({})('./inline/thread');`), false)).replaceAll('\n', '');
  const bytes = fs.readFileSync(wasm);
  const deflated = deflate(Buffer.concat([bytes, Buffer.from(await packedTable())]));
  return `{ wasmSize: ${bytes.length}, size: ${deflated.length}, thread: ${JSON.stringify(thread)}, text: "${textOf(deflated)}" }`;
}

const HEAD = '// png2bmp in one file: made of lib/ by scripts/build-inline.js. MIT License, see LICENSE.\n';

const ENDS = {
  mjs: `export let ${FACTS.join(', ')};
export const { ${CALLS.join(', ')} } = createInline(packed, (library) => {
${FACTS.map((name) => `  ${name} = library.${name};\n`).join('')}}).calls;
`,
  // Written out, so that Node.js finds the names.
  // lib/wasm/packed.js takes the parts.
  cjs: `const { calls, library, parts } = createInline(packed);
Object.defineProperty(exports, Symbol.for('png2bmp.parts'), { value: parts });
${CALLS.map((name) => `exports.${name} = calls.${name};`).join('\n')}
${FACTS.map((name) => `Object.defineProperty(exports, '${name}', { enumerable: true, get: function () { return library()?.${name}; } });`).join('\n')}
`,
};

async function main() {
  if (!fs.existsSync(wasm)) throw new Missing('prebuilds/png2bmp.wasm is missing: npm run build:wasm');
  const code = await minify(short(`const sources = ${tableOf(visible)};\n${loader(MODULES)}
    globalThis.inline = createRequire({})('./inline/main').inlineWith(sources);`), true);
  const start = code.replace(';globalThis.inline=', ';const createInline=');
  const data = await packed();
  for (const [from, to] of TYPES) {
    replaceFile(path.join(path.dirname(output('mjs')), to), fs.readFileSync(path.join(root, 'lib', from)));
  }
  for (const [type, end] of Object.entries(ENDS)) {
    const text = `${HEAD}${type === 'cjs' ? "'use strict';\n" : ''}${start}\nconst packed = ${data};\n${end}`;
    replaceFile(output(type), text);
    console.log(`prebuilds/inline/inline.${type}: ${text.length} bytes`);
  }
}

/** Whether both are newer than what they are made of. */
function isDone() {
  return ['mjs', 'cjs'].every((type) => isUpToDate(output(type), ['lib', 'scripts']) &&
    fs.statSync(output(type)).mtimeMs > fs.statSync(wasm).mtimeMs);
}

if (!isOptional || isSmall || !fs.existsSync(wasm) || !isDone()) {
  main().catch((error) => {
    console.error(`prebuilds/inline: ${error.message}`);
    process.exitCode = isOptional && error instanceof Missing ? 0 : 1;
  });
}
