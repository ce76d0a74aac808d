'use strict';

// Generates lib/browser.d.mts from lib/index.d.ts: without Node.js, files, callbacks and lengths.
// node scripts/make-browser-types.js

const fs = require('node:fs');
const path = require('node:path');

const ts = require('typescript');

const ROOT = path.join(__dirname, '..');
const OUTPUT = path.join(ROOT, 'lib/browser.d.mts');

const HEAD = `// Made of index.d.ts by \`npm run api-docs\`; a test holds the two together.

/** Where the WebAssembly may come from: a compiled module, its bytes, its URL, a \`fetch\` of it. */
export type WasmSource = WebAssembly.Module | ArrayBufferView | ArrayBuffer | string | URL | Response;

/**
 * Loads the WebAssembly. Synchronous calls, \`constants\`, \`errors\` and \`versions\` are there when it
 * is done; asynchronous calls wait for it by themselves.
 *
 * @param source where from; default: the file next to this module, which bundlers find
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
`;

const OF_FILES = ['Path', 'Callback', 'saveBMP', 'saveBMPAsync', 'saveICO', 'saveICOAsync'];
const OPTIONS_OF_FILES = ['flag', 'sync'];

const isOfFiles = (node) => OF_FILES.includes(node.name?.text);

/** A callback or a length among the parameters. */
function isForNode({ parameters = [] }) {
  return parameters.some((parameter) => ['callback', 'length'].includes(parameter.name.text));
}

/** [from, to] of the members that concern files, with their comments. */
function membersToCut(node) {
  return ts.isInterfaceDeclaration(node) && node.name.text === 'Options'
    ? node.members.filter((member) => OPTIONS_OF_FILES.includes(member.name.text))
        .map((member) => [member.getFullStart(), member.getEnd()]) : [];
}

/** The comment of a function precedes its first overload, which may be omitted. */
function commentOf(node, all) {
  const first = all.find((each) => ts.isFunctionDeclaration(node) && each.name?.text === node.name.text);
  return first === undefined || first === node ? '' : `\n${first.getFullText().slice(0, first.getLeadingTriviaWidth())}`;
}

function textOf(node, all) {
  let text = commentOf(node, all).trimEnd() + node.getFullText();
  for (const [from, to] of membersToCut(node).reverse())
    text = text.slice(0, from - node.getFullStart()) + text.slice(to - node.getFullStart());
  return text;
}

const REPLACEMENTS = [
  [/ \|\n {4}'flag' \| 'sync' \| 'forceExtension' \| 'signal'/, " | 'signal'"],
  [/\/\/\/ <reference types="node" \/>\s*/, ''],
  ['NodeJS.ArrayBufferView', 'ArrayBufferView'],
  ['a Buffer in unshared memory', 'a Uint8Array in unshared memory'],
  [' (small Buffers of Node.js share one)', ''],
  ['type OutputBuffer = Buffer &', 'type OutputBuffer = Uint8Array &'],
  [/\. Without a callback it returns a promise/g, ''],
  [/\n \* @param length.*/g, ''],
  [/ A Node\.js stream\n \* is an `AsyncIterable`\./, '\n *'],
  [/on a worker thread/g, 'on a Web Worker'],
];

/** A replacement must not silently stop working when index.d.ts changes. */
function replace(text, [from, to]) {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`lib/index.d.ts no longer contains ${from}`);
  return changed;
}

function generate() {
  const file = path.join(ROOT, 'lib/index.d.ts');
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const kept = source.statements.filter((node) => !isOfFiles(node) && !isForNode(node));
  const text = kept.map((node) => textOf(node, source.statements)).join('');
  return `${HEAD}\n${REPLACEMENTS.reduce(replace, text).replace(/\n{3,}/g, '\n\n').trim()}\n`;
}

module.exports = { generate, OUTPUT };

if (require.main === module) fs.writeFileSync(OUTPUT, generate());
