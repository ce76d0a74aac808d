'use strict';

// Generates docs/api.md from the comments and signatures in lib/index.d.ts.
// node scripts/make-api-docs.js

const fs = require('node:fs');
const path = require('node:path');

const ts = require('typescript');

const ROOT = path.join(__dirname, '..');
const OUTPUT = path.join(ROOT, 'docs/api.md');

const HEAD = `# API reference

All functions, options and types, generated from [lib/index.d.ts](../lib/index.d.ts). The
[guide](guide.md) shows them by task; [errors](errors.md) explains the codes.
`;

function parse() {
  const file = path.join(ROOT, 'lib/index.d.ts');
  const text = fs.readFileSync(file, 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
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

function memberLine(member) {
  const what = describe(member).replace(/\n\s*- /g, '<br>- ').replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
  const parameters = (member.parameters ?? []).map((parameter) => parameter.getText()).join(', ');
  const type = `${ts.isMethodSignature(member) ? `(${parameters}) => ` : ''}${member.type?.getText() ?? ''}`
    .replace(/\/\*\*.*?\*\//gs, '').replace(/\s+/g, ' ').replace(/ \| undefined$/, '').replaceAll('|', '\\|');
  return `| \`${member.name.getText()}\` | \`${type}\` | ${what} |`;
}

function interfaceSection(node) {
  const heading = signature(node).split('{')[0].trim();
  const table = ['| member | type | |', '| --- | --- | --- |', ...node.members.map(memberLine)];
  return [`### ${node.name.text}`, describe(node), `\`${heading}\``, table.join('\n')]
    .filter(Boolean).join('\n\n');
}

function otherSection(name, node) {
  return [`### ${name}`, describe(node), code([signature(node)])].filter(Boolean).join('\n\n');
}

function collect(source) {
  const functions = new Map();
  const types = [];
  const values = [];
  for (const node of source.statements) {
    if (ts.isFunctionDeclaration(node)) {
      const name = node.name.text;
      functions.set(name, [...(functions.get(name) ?? []), node]);
    } else if (ts.isInterfaceDeclaration(node)) {
      types.push(interfaceSection(node));
    } else if (ts.isTypeAliasDeclaration(node)) {
      types.push(otherSection(node.name.text, node));
    } else if (ts.isVariableStatement(node)) {
      values.push(otherSection(node.declarationList.declarations[0].name.text, node));
    }
  }
  return { functions, types, values };
}

function make() {
  const { functions, types, values } = collect(parse());
  return [
    HEAD.trim(),
    '## Functions', ...[...functions].map(([name, nodes]) => functionSection(name, nodes)),
    '## Types', ...types,
    '## Values', ...values,
  ].join('\n\n') + '\n';
}

if (require.main === module) {
  fs.writeFileSync(OUTPUT, make());
}

module.exports = { make, OUTPUT };
