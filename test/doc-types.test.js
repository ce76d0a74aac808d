'use strict';

// What TypeScript says: of imports in the documentation, of mistakes, and with older ways to resolve modules.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const ts = require('typescript');

const { ROOT, blocks } = require('./kit/doc-blocks');
const { scratch } = require('./kit/scratch');

const PAGE = { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [] };
const NODE = { lib: ['lib.es2022.d.ts'], types: ['node'], strict: true };

/** What the compiler says of files, { name: text }, next to an installed png2bmp: sentences. */
function complaints(t, files, options) {
  const place = scratch(t);
  fs.mkdirSync(path.join(place, 'node_modules/@types'), { recursive: true });
  fs.symlinkSync(ROOT, path.join(place, 'node_modules/png2bmp'));
  for (const name of ['@types/node', 'undici-types'])
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(place, 'node_modules', name));
  const names = Object.entries(files).map(([name, text]) => {
    fs.writeFileSync(path.join(place, name), text);
    return path.join(place, name);
  });
  const program = ts.createProgram(names, {
    noEmit: true, skipLibCheck: true, allowJs: true, checkJs: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler, typeRoots: [path.join(place, 'node_modules/@types')], ...options,
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${file === undefined ? '' : path.basename(file.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

const pages = ['README.md', ...['docs', 'examples'].flatMap((folder) =>
  fs.readdirSync(path.join(ROOT, folder), { recursive: true }).filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`))];

/** The modules in a page's blocks: scripts of HTML, and JavaScript or TypeScript with import. */
function modulesOf(page) {
  return blocks(page).flatMap(({ language, code }) => {
    if (language === 'html') return [...code.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, script]) => script);
    return ['js', 'mjs', 'ts', 'tsx', 'jsx'].includes(language) && /^import .* from /m.test(code) ? [code] : [];
  });
}

test('every module in the documentation compiles', (t) => {
  const modules = pages.flatMap((page) => modulesOf(page).map((code, i) =>
    [`${page.replace(/\W/g, '_')}_${i}.mjs`, code]));
  assert.ok(modules.length >= 2, `${modules.length} modules`);
  assert.deepEqual(complaints(t, Object.fromEntries(modules), PAGE), []);
  const [[name]] = modules;
  assert.match(complaints(t, { [name]: 'import { unit } from \'png2bmp/browser\'; unit();' }, PAGE).join(), /no exported member.*'unit'/);
});

test('a format that does not exist is answered with the one that was meant, by every function', (t) => {
  const calls = ['getBMP(png, { format: \'mono\' })', 'getBMPAsync(png, { format: \'mono\' })', 'saveBMP(\'x.bmp\', png, { format: \'mono\' })',
    'saveBMPAsync(\'x.bmp\', png, { format: \'mono\' })', 'encodeBMPAsync({ data: png, width: 1, height: 1 }, { format: \'mono\' })'];
  const files = calls.map((call, i) =>
    [`call${i}.ts`, `import { ${call.split('(')[0]} } from 'png2bmp';\nconst png = Buffer.alloc(8);\n${call};\n`]);
  const said = complaints(t, Object.fromEntries(files), NODE);
  assert.equal(said.length, calls.length);
  for (const each of said) assert.match(each, /Did you mean '"mono1"'\?/);
});

test('the types are found by every way to resolve modules', (t) => {
  const files = {
    'page.mts': `import { init, getBMP, type Format } from 'png2bmp/browser';
      import wasm from 'png2bmp/png2bmp.wasm';
      const format: Format = 'mono1';
      export const bmp: Promise<Uint8Array> = init(wasm).then(() => getBMP(new Uint8Array(8), { format }));`,
  };
  for (const [moduleResolution, module] of [['Node10', 'ESNext'], ['Bundler', 'ESNext'], ['Node16', 'Node16'], ['NodeNext', 'NodeNext']])
    assert.deepEqual(complaints(t, files, { ...PAGE, strict: true, moduleResolution: ts.ModuleResolutionKind[moduleResolution],
      module: ts.ModuleKind[module] }), [], moduleResolution);
});
