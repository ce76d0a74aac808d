'use strict';

// Generates docs/api.md from the comments and signatures in lib/index.d.ts and in lib/types.d.ts, which it shares
// with browsers: what it names as `types.X` is shown as if it stood in it.
//
// node scripts/make-api-docs.js

const fs = require('node:fs');
const path = require('node:path');

const ts = require('typescript');

const modules = require('./module-names');

const ROOT = path.join(__dirname, '..');
const OUTPUT = path.join(ROOT, 'docs/api.md');

const HEAD = `# API reference

All functions, options and types, generated from [lib/index.d.ts](../lib/index.d.ts) and
[lib/types.d.ts](../lib/types.d.ts). The [guide](guide.md) shows them by task; [errors](errors.md)
explains the codes.
`;

/** The declarations of a file of lib/. */
function parse(name) {
  const file = path.join(ROOT, 'lib', name);
  const text = fs.readFileSync(file, 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements;
}

function textOf(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replace(/\{@link (\w+)\}/g, '`$1`').trim();
}

/** The comment of a declaration: its text, then a line for each parameter, result and error. */
function describe(node) {
  const [doc] = node.jsDoc ?? [];
  if (doc === undefined) return '';
  const tags = (doc.tags ?? []).map((tag) => {
    const name = tag.tagName.text;
    const what = textOf(tag.comment).replace(/\s*\n\s*/g, ' ');
    if (name === 'param') return `- \`${tag.name.getText()}\`: ${what}`;
    if (name === 'throws') {
      const type = tag.typeExpression ? `\`${tag.typeExpression.type.getText()}\`: ` : '';
      return `- throws ${type}${what}`;
    }
    return `- ${name} ${what}`;
  });
  return [textOf(doc.comment), tags.join('\n')].filter(Boolean).join('\n\n');
}

const signature = (node) => node.getText().replace(/^export /, '');
const code = (lines) => `\`\`\`ts\n${lines.join('\n')}\n\`\`\``;

function functionSection(name, overloads) {
  const comments = overloads.map(describe).filter(Boolean);
  return [`### ${name}`, code(overloads.map(signature)), ...comments].join('\n\n');
}

/** Code in a line of text, which may have backticks of its own: types made of text do. */
const inline = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

function memberLine(member) {
  const what = describe(member).replace(/\n\s*- /g, '<br>- ').replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
  const parameters = (member.parameters ?? []).map((parameter) => parameter.getText()).join(', ');
  const type = `${ts.isMethodSignature(member) ? `(${parameters}) => ` : ''}${member.type?.getText() ?? ''}`
    .replace(/\/\*\*.*?\*\//gs, '').replace(/\s+/g, ' ').replace(/ \| undefined$/, '').replaceAll('|', '\\|');
  return `| \`${member.name.getText()}\` | ${inline(type)} | ${what} |`;
}

const headingOf = (node) => signature(node).split('{')[0].trim();

function interfaceSection(node, others) {
  const heading = `${headingOf(node)}${others.map((other) => `, ${other}`).join('')}`
    .replace(/^(interface \w+), /, '$1 extends ');
  const table = ['| member | type | |', '| --- | --- | --- |', ...node.members.map(memberLine)];
  return [`### ${node.name.text}`, describe(node), `\`${heading}\``, table.join('\n')]
    .filter(Boolean).join('\n\n');
}

function otherSection(name, node, text = signature(node)) {
  return [`### ${name}`, describe(node), code([text])].filter(Boolean).join('\n\n');
}

// ---- The two files together --------------------------------------------------------------------

const SHARED = /^types\.(\w+)/;

/** What an interface is in addition to the shared one of its name. */
function othersOf(node) {
  const bases = (node?.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
  return bases.filter((base) => !SHARED.test(base));
}

/** A shared type as the face has it: with its kind of bytes. */
function typeSection(node, face) {
  const own = face.find((each) => each.name?.text === node.name.text);
  const section = ts.isInterfaceDeclaration(node)
    ? interfaceSection(node, own && ts.isInterfaceDeclaration(own) ? othersOf(own) : []) : otherSection(node.name.text, node);
  const output = /<(\w+)>$/.exec(own?.type?.getText())?.[1];
  return output === undefined ? section : section.replace('<Output>', '').replace(/\bOutput\b/g, output);
}

/** `const errors: types.Errors`, with what the shared interface consists of. */
function valueSection(node, shared) {
  const { name, type } = node.declarationList.declarations[0];
  const interfaceOf = shared.find((each) => each.name?.text === SHARED.exec(type.getText())[1]);
  return otherSection(name.text, node, `const ${name.text}: ${signature(interfaceOf).replace(/^interface \w+ /, '')};`);
}

function functionSections(face) {
  const functions = new Map();
  for (const node of face.filter(ts.isFunctionDeclaration)) {
    const name = node.name.text;
    functions.set(name, [...(functions.get(name) ?? []), node]);
  }
  return [...functions].map(([name, nodes]) => functionSection(name, nodes));
}

function make() {
  const [face, shared] = [parse('index.d.ts'), parse('types.d.ts')];
  const values = face.filter(ts.isVariableStatement);
  const inValues = values.map((node) => SHARED.exec(node.declarationList.declarations[0].type.getText())[1]);
  const isType = (node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  const named = shared.filter((node) => isType(node) && !inValues.includes(node.name.text));
  const own = face.filter((node) => isType(node) && !named.some((other) => other.name.text === node.name.text));
  return [
    HEAD.trim(),
    '## Functions', ...functionSections(face),
    '## Types', ...own.map((node) => typeSection(node, [])), ...named.map((node) => typeSection(node, face)),
    '## Values', ...values.map((node) => valueSection(node, shared)),
  ].join('\n\n') + '\n';
}

if (require.main === module) {
  fs.writeFileSync(OUTPUT, make());
  for (const [file, text] of Object.entries(modules.make())) fs.writeFileSync(file, text);
}

module.exports = { make, OUTPUT };
