'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const root = path.resolve(__dirname, '..');
const png2bmp = require('..');
const { PLACES, read, withVersion } = require('../scripts/set-version');
const { onlyAddon } = require('./kit/backend');
const { cpuLevels } = require('./kit/cpu-levels');
const { createImage } = require('./kit/image');
const { largePng } = require('./kit/large-png');
const { encodePng, header, assemble } = require('./kit/png-encoder');
const { scratch } = require('./kit/scratch');

const png = encodePng(createImage({ width: 4, height: 4, colorType: 2, bitDepth: 8 }));

function runNode(args, options = {}) {
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root, ...options });
}

test('require and import give the same functions', async () => {
  const imported = await import('../lib/index.mjs');
  const names = Object.keys(png2bmp);
  assert.ok(names.includes('getBMP'));
  assert.deepEqual(Object.keys(imported).filter((name) => name !== 'default').sort(), names.sort());
  for (const name of names) assert.equal(imported[name], png2bmp[name], name);
  assert.equal(imported.default, png2bmp);
});

test('the package resolves by its name with require and import', () => {
  const required = runNode(['-p', "typeof require('png2bmp').getBMP"]);
  assert.equal(required.stdout, 'function\n', required.stderr);
  const script = "import { getBMP } from 'png2bmp'; console.log(typeof getBMP)";
  const imported = runNode(['--input-type=module', '-e', script]);
  assert.equal(imported.stdout, 'function\n', imported.stderr);
});

test('every exported name is described in index.d.ts', () => {
  const types = fs.readFileSync(path.join(root, 'lib/index.d.ts'), 'utf8');
  for (const name of Object.keys(png2bmp)) {
    assert.match(types, new RegExp(`^export (function|const) ${name}\\b`, 'm'), name);
  }
});

test('the version is that of package.json', () => {
  assert.equal(png2bmp.versions.png2bmp, require('../package.json').version);
  assert.match(png2bmp.versions.libdeflate, /^\d+\.\d+/);
});

test('every file that states the version states the same one', () => {
  const { version } = require('../package.json');
  for (const name of Object.keys(PLACES)) {
    assert.equal(read(name), withVersion(name, version), name);
    assert.notEqual(read(name), withVersion(name, '3.4.5'), name);
  }
  assert.match(withVersion('include/png2bmp.h', '3.4.5-rc.6'),
    /_VERSION "3\.4\.5-rc\.6"\n.*_MAJOR 3\n.*_MINOR 4\n.*_PATCH 5\n/);
  const lock = require('../package-lock.json');
  assert.equal(lock.version, version);
  assert.equal(lock.packages[''].version, version);
  const changes = fs.readFileSync(path.join(__dirname, '../CHANGELOG.md'), 'utf8');
  assert.match(changes, new RegExp(`^## ${version.replace(/\./g, '\\.')}\\b`, 'm'));
});

/** A copy of the package whose package.json has no scripts: npm 9 and 10 run "prepare", which builds,
 * even with --ignore-scripts. */
function withoutScripts(t) {
  const copy = scratch(t);
  const left = new Set(['node_modules', '.git', 'build', 'bench', 'fuzz', 'site']);
  for (const name of fs.readdirSync(root).filter((each) => !left.has(each))) {
    fs.cpSync(path.join(root, name), path.join(copy, name), {
      recursive: true, filter: (from) => path.basename(from) !== 'node_modules',
    });
  }
  fs.writeFileSync(path.join(copy, 'package.json'), JSON.stringify({ ...require('../package.json'), scripts: {} }));
  return copy;
}

test('the npm package has no program that nothing in it uses', {
  skip: spawnSync('npm', ['--version']).status !== 0 && 'needs npm',
}, (t) => {
  const cwd = withoutScripts(t);
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd, encoding: 'utf8' });
  const names = JSON.parse(stdout)[0].files.map((file) => file.path);
  const programs = names.filter((name) => /\.m?js$/.test(name));
  const texts = new Map(['package.json', ...programs].map((name) =>
    [name, fs.readFileSync(path.join(cwd, name), 'utf8')]));
  for (const program of programs) {
    const word = new RegExp(`['"\`./]${path.basename(program).replace(/\.js$/, '(\\.js)?')}['"\`]`);
    assert([...texts].some(([name, text]) => name !== program && word.test(text)), program);
  }
  assert.deepEqual(names.filter((name) => !/^(bin|cli|completions|lib|man|prebuilds)\//.test(name)).sort(),
    ['LICENSE', 'README.md', 'package.json']);
});

test('constants, errors and versions cannot be changed', () => {
  const { constants, errors, versions } = png2bmp;
  const objects = [constants, constants.formats, constants.colorTypes, errors, errors.codes,
    errors.warnings, versions];
  for (const object of objects) assert.ok(Object.isFrozen(object));
});

test('every code has a text, and every warning is the error of strict', () => {
  const { codes, warnings } = png2bmp.errors;
  assert.ok(Object.keys(codes).length > 20);
  for (const [code, text] of Object.entries(codes)) {
    assert.match(code, /^ERR_[A-Z0-9_]+$/);
    assert.ok(text.length > 5, code);
  }
  const ofStrict = Object.keys(warnings).map((code) => code.replace(/^WARN/, 'ERR'));
  assert.deepEqual(ofStrict, Object.keys(codes).slice(-ofStrict.length));
  assert.ok(ofStrict.includes('ERR_PNG_END'));
  assert.ok(!ofStrict.includes('ERR_PNG_CRC'));
});

test('a PngError is an Error with a name, a code and a stack that begins at the call', () => {
  const { PngError, codes } = png2bmp.errors;
  function caller() {
    return png2bmp.getBMP(Buffer.from('this is not a PNG'));
  }
  assert.throws(caller, (error) => {
    assert.ok(error instanceof PngError && error instanceof Error);
    assert.equal(error.name, 'PngError');
    assert.equal(error.code, 'ERR_PNG_SIGNATURE');
    assert.ok(error.code in codes);
    assert.match(error.stack, /^PngError: .*\n.*getBMP.*\n.*caller/);
    assert.doesNotMatch(error.stack, /errorFromNative/);
    return true;
  });
});

test('a message says where in the file the defect is', () => {
  const damaged = Buffer.from(png);
  const idat = damaged.indexOf('IDAT') - 4;
  damaged[idat + 8 + damaged.readUInt32BE(idat)] ^= 1;
  assert.throws(() => png2bmp.getBMP(damaged), {
    code: 'ERR_PNG_CRC',
    message: new RegExp(`IDAT at byte ${idat}: CRC is [0-9a-f]{8}, computed [0-9a-f]{8}`),
  });
});

test('the addon needs no library but libc', { skip: process.platform !== 'linux' }, () => {
  const addon = path.join(root, 'build/Release/png2bmp.node');
  const { stdout } = spawnSync('ldd', [addon], { encoding: 'utf8' });
  const libraries = stdout.trim().split('\n').map((line) => path.basename(line.trim().split(' ')[0]));
  assert.ok(libraries.some((name) => name.startsWith('libc.')), stdout);
  for (const name of libraries) assert.match(name, /^(linux-vdso|libc|ld-linux.*)\.so/, stdout);
});

test('the addon exports its entry points and nothing else', { skip: process.platform !== 'linux' },
  () => {
    const addon = path.join(root, 'build/Release/png2bmp.node');
    const { stdout } = spawnSync('nm', ['-D', '--defined-only', addon], { encoding: 'utf8' });
    const names = stdout.trim().split('\n').map((line) => line.split(' ').at(-1));
    assert.deepEqual(names.sort(),
      ['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });

function withCpu(level) {
  const script = `console.log(require('.').getBMP(Buffer.from('${png.toString('base64')}',
    'base64')).toString('base64'))`;
  return runNode(['-e', script], { env: { ...process.env, PNG2BMP_CPU: level } });
}

test('PNG2BMP_CPU takes every level, whether this machine has it or not', () => {
  const wanted = `${png2bmp.getBMP(png).toString('base64')}\n`;
  for (const level of ['', ...cpuLevels]) {
    const { stdout, stderr } = withCpu(level);
    assert.equal(stdout, wanted, level + stderr);
  }
});

test('an unknown PNG2BMP_CPU is an error at load that names the levels', () => {
  const { stderr, status } = withCpu('mmx');
  assert.equal(status, 1);
  assert.match(stderr, /"PNG2BMP_CPU".*'auto', 'scalar', 'sse'.*Received 'mmx'/);
});

test('loading and converting write nothing to stdout and stderr', () => {
  const script = `
    const { getBMP } = require('.');
    try { getBMP(Buffer.from('no PNG')); } catch {}
    getBMP(Buffer.from('${png.toString('base64')}', 'base64'));
  `;
  const { stdout, stderr, status } = runNode(['-e', script]);
  assert.deepEqual({ stdout, stderr, status }, { stdout: '', stderr: '', status: 0 });
});

test('the addon can be loaded again in the same process', () => {
  const script = `
    const first = require('.');
    for (const key of Object.keys(require.cache)) delete require.cache[key];
    const second = require('.');
    const png = Buffer.from('${png.toString('base64')}', 'base64');
    console.log(first !== second, first.getBMP(png).equals(second.getBMP(png)));
    try { second.getBMP(Buffer.from('x')); } catch (e) {
      console.log(e instanceof second.errors.PngError);
    }
  `;
  const { stdout, stderr } = runNode(['-e', script]);
  assert.equal(stdout, 'true true\ntrue\n', stderr);
});

test('a BMP of more than 4294967295 bytes is refused before anything is allocated', () => {
  const huge = assemble([
    header({ width: 40000, height: 40000, bitDepth: 8, colorType: 2 }),
    { type: 'IDAT', data: Buffer.alloc(5e6) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
  const before = process.memoryUsage().rss;
  assert.throws(() => png2bmp.getBMP(huge, { maxPixels: Infinity }), {
    name: 'PngError', code: 'ERR_OUTPUT_LIMIT',
  });
  assert.ok(process.memoryUsage().rss - before < 50e6);
});

function hasPrlimit() {
  return spawnSync('prlimit', ['--version']).status === 0;
}

test('no memory for the result is a RangeError, and the process goes on', {
  skip: (!hasPrlimit() && 'prlimit is not installed') ||
    onlyAddon('V8 ends the process when a thread gets no address space'),
}, () => {
  const script = `
    const { execFileSync } = require('node:child_process');
    const { getBMP, getBMPAsync, readInfo } = require('.');
    const { largePng } = require('./test/kit/large-png');
    const png = largePng({ width: 16000, height: 16000, noisy: 0, colorType: 0 });
    const small = Buffer.from('${png.toString('base64')}', 'base64');
    const size = Number(/VmSize:\\s*(\\d+)/.exec(
      require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
    execFileSync('prlimit', ['--pid', process.pid, '--as=' + (size + 2e8)]);
    (async () => {
      for (const call of [async () => getBMP(png), () => getBMPAsync(png)]) {
        const error = await call().catch((e) => e);
        console.log(error.name, error.code, /768000054 bytes/.test(error.message));
      }
      console.log(getBMP(small).length);
    })();
  `;
  const { stdout, stderr } = runNode(['-e', script]);
  const wanted = 'RangeError ERR_OUT_OF_MEMORY true\n';
  assert.equal(stdout, `${wanted}${wanted}${png2bmp.getBMP(png).length}\n`, stderr);
});

test('a Buffer limit of the runtime below the size of the BMP is ERR_OUTPUT_LIMIT', () => {
  // Other runtimes have a lower buffer.constants.MAX_LENGTH than Node.js.
  const script = `
    const buffer = require('node:buffer');
    const get = process.getBuiltinModule;
    process.getBuiltinModule = (name) => name === 'node:buffer'
      ? { ...buffer, Buffer, constants: { MAX_LENGTH: 2000000 } } : get(name);
    const { getBMP } = require('.');
    const { largePng } = require('./test/kit/large-png');
    console.log(getBMP(largePng({ width: 10, height: 10 })).length);
    try { getBMP(largePng({ width: 1000, height: 1000 })); } catch (e) { console.log(e.code); }
  `;
  const { stdout, stderr } = runNode(['-e', script]);
  assert.equal(stdout, '374\nERR_OUTPUT_LIMIT\n', stderr);
});

test('results, infos and errors pass through structured clone, as between the processes of Electron', () => {
  const bmp = png2bmp.getBMP(png);
  assert.ok(Buffer.from(structuredClone(bmp)).equals(bmp));
  for (const what of [png2bmp.readInfo(png), png2bmp.decodePNG(png), png2bmp.versions]) {
    assert.deepEqual(Object.keys(structuredClone(what)), Object.keys(what));
  }
  assert.throws(() => png2bmp.getBMP(png.subarray(0, 50)), (error) => {
    const { message, code } = structuredClone(error);
    return message === error.message && code === undefined;
  });
});

test('the addon gives JavaScript no memory of its own, which Electron refuses', () => {
  for (const name of fs.readdirSync(path.join(root, 'addon'))) {
    assert.doesNotMatch(fs.readFileSync(path.join(root, 'addon', name), 'utf8'), /create_external_(array)?buffer|external_string/, name);
  }
});

test('a large image comes out whole', () => {
  const large = largePng({ width: 2000, height: 1000, colorType: 2, noisy: 6000 });
  const bmp = png2bmp.getBMP(large, { topDown: true });
  const { data } = png2bmp.decodePNG(large, { channels: 3 });
  for (let i = 0; i < data.length; i += 3) {
    if (bmp[54 + i] !== data[i + 2] || bmp[54 + i + 2] !== data[i]) assert.fail(`byte ${i}`);
  }
});
