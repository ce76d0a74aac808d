'use strict';

// npm run test:next: an application of Next.js 15 and 16, built by webpack and by Turbopack, with the package as npm packs it. This
// command downloads 250 MB and builds for minutes: CI runs it at night.

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { createInterface } = require('node:readline');
const test = require('node:test');

const ROOT = path.resolve(__dirname, '../..');
const sample = fs.readFileSync(path.join(ROOT, 'samples/sample.png'));
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };

const convert = `
  return new Response(await getBMPAsync(request), { headers: { backend: versions.backend } });`;
const APPLICATION = {
  'app/layout.jsx': 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }',
  'app/page.jsx': `'use client';
import { getBMPAsync } from 'png2bmp';
export default function Page() { return <input type="file" onChange={async ({ target }) => console.log(await getBMPAsync(target.files[0]))} />; }`,
  'app/server/route.js': `import { getBMPAsync, versions } from 'png2bmp';
export async function POST(request) {${convert}}`,
  'app/edge/route.js': `import wasm from 'png2bmp/png2bmp.wasm?module';
import { getBMPAsync, init, versions } from 'png2bmp';
export const runtime = 'edge';
export async function POST(request) { await init(wasm);${convert}}`,
};

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'png2bmp-next-'));
test.after(() => fs.rmSync(home, { recursive: true }));
let archive;

test.before(() => {
  execFileSync(process.execPath, ['scripts/prebuilds.js', '--here'], { cwd: ROOT, stdio: 'inherit' });
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home], { cwd: ROOT, encoding: 'utf8' });
  archive = path.join(home, packed.trim().split('\n').at(-1));
});

function install(version) {
  const folder = path.join(home, version);
  fs.cpSync(path.join(ROOT, `test/next-${version}`), folder, { recursive: true });
  execFileSync('npm', ['ci', '--prefer-offline', ...QUIET], { cwd: folder, stdio: 'inherit' });
  execFileSync('npm', ['install', '--no-save', ...QUIET, archive], { cwd: folder, stdio: 'inherit' });
  for (const [name, text] of Object.entries(APPLICATION)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const nextIn = (folder) => path.join(folder, 'node_modules/next/dist/bin/next');

/** Builds the application anew; config: what next.config.mjs has. */
function build(folder, flags, config) {
  fs.rmSync(path.join(folder, '.next'), { recursive: true, force: true });
  fs.writeFileSync(path.join(folder, 'next.config.mjs'), `export default { ${config} };`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [nextIn(folder), 'build', ...flags], { cwd: folder, encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
}

/** Starts the application; the address at which it is. What it prints is read to the end, so that it never waits. */
function start(t, folder) {
  const server = spawn(process.execPath, [nextIn(folder), 'start', '-H', '127.0.0.1', '-p', '0'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(server, 'exit');
  t.after(() => {
    server.kill('SIGKILL'); // at once, whatever connections there are
    return end;
  });
  const lines = createInterface(server.stdout);
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    lines.on('close', () => reject(new Error('next start has ended')));
  });
}

async function checkRoute(address, name, backend) {
  const response = await fetch(`${address}/${name}`, { method: 'POST', body: sample });
  const bmp = Buffer.from(await response.arrayBuffer());
  assert.deepEqual([response.status, response.headers.get('backend')], [200, backend], name);
  assert.ok(bmp.equals(require('../..').getBMP(sample)), name);
}

for (const { version, builds } of [{ version: '15', builds: [[], ['--turbopack']] }, { version: '16', builds: [['--webpack'], []] }]) {
  test(`Next.js ${version} builds without configuration what converts in a route handler, in the edge runtime and in pages`, async (t) => {
    const folder = install(version);
    for (const flags of builds) {
      await t.test(`next build ${flags.join(' ')}`, async (t2) => {
        build(folder, flags, '');
        const files = fs.readdirSync(path.join(folder, '.next/static'), { recursive: true });
        assert.ok(files.some((name) => name.endsWith('.wasm')), 'WebAssembly for pages');
        const address = await start(t2, folder);
        await checkRoute(address, 'server', 'wasm');
        await checkRoute(address, 'edge', 'wasm');
      });
    }
    await t.test('with serverExternalPackages the addon converts', async (t2) => {
      build(folder, builds[0], "serverExternalPackages: ['png2bmp']");
      await checkRoute(await start(t2, folder), 'server', 'native');
    });
  });
}
