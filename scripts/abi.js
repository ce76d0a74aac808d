'use strict';

// The binary interface of the shared library: what programs that were built with it rely on. As text, a
// fact a line, by Debian's abigail-tools, from debug information.
//
//   npm run abi          writes test/abi/png2bmp.abi, with which test/abi/abi.test.js compares each library:
//                        at a release, and before 1.0 after a change that programs do not survive

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const REFERENCE = path.join(root, 'test/abi/png2bmp.abi');

// Structures that may have more fields at their end: the caller's says its size, the others are the library's own.
const MAY_GROW = /^png2bmp_(options|png_info|png_about|bmp_info|finding)$/;
// Values that grow with their enum.
const MAY_CHANGE = /_(COUNT|END)$/;

/** The library of this clone, with debug information. */
function library() {
  execFileSync('make', ['--silent', 'build/c/libpng2bmp.so'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return path.join(root, 'build/c/libpng2bmp.so');
}

/** abidw's elements, which it writes a line each: { tag, attributes }. Types that the header does not show are
 * left out. */
function elementsOf(file, headers) {
  const text = execFileSync('abidw', ['--no-show-locs', '--exported-interfaces-only', '--drop-private-types',
    '--headers-dir', headers, file], { encoding: 'utf8' });
  return [...text.matchAll(/<([\w-]+)((?: [\w-]+='[^']*')*)\/?>/g)].map(([, tag, attributes]) =>
    ({ tag, ...Object.fromEntries([...attributes.matchAll(/([\w-]+)='([^']*)'/g)].map(([, name, value]) => [name, value])) }));
}

/** Gives each type of the elements the name that it has in C. */
function typeNames(elements) {
  const types = new Map();
  let array; // whose lengths follow it
  let call; // whose parameters and result follow it
  const steps = {
    'array-type-def': (element) => { array = Object.assign(element, { lengths: '' }); },
    subrange: ({ length }) => { array.lengths += `[${length}]`; },
    'function-decl': () => { call = { parameters: [] }; },
    'function-type': (element) => { call = Object.assign(element, { parameters: [] }); },
    parameter: ({ 'type-id': type }) => { call.parameters.push(type); },
    return: ({ 'type-id': type }) => { call.result = type; },
  };
  for (const element of elements) {
    steps[element.tag]?.(element);
    if (element.id && element.tag !== 'subrange') types.set(element.id, element);
  }
  const nameOf = (id) => {
    const { tag, name, 'type-id': of, lengths, parameters, result } = types.get(id);
    switch (tag) {
      case 'pointer-type-def': return `${nameOf(of)} *`;
      case 'qualified-type-def': return `const ${nameOf(of)}`;
      case 'array-type-def': return `${nameOf(of)}${lengths}`;
      case 'function-type': return `${nameOf(result)} (${parameters.map(nameOf).join(', ')})`;
      default: return name;
    }
  };
  return nameOf;
}

/** The interface: { fact: value }. headers: the folder of its header. */
function interfaceOf(file, headers) {
  const elements = elementsOf(file, headers);
  const nameOf = typeNames(elements);
  const facts = {};
  let owner; // the structure or function that the next elements are parts of
  const steps = {
    'abi-corpus': ({ soname }) => { facts.soname = soname; },
    'elf-symbol': ({ name, version }) => { facts[`symbol ${name}`] = version ?? 'no version'; },
    'class-decl': ({ name, 'size-in-bits': bits }) => {
      owner = { name };
      if (bits && !MAY_GROW.test(name)) facts[`size of ${name}`] = `${bits} bits`;
    },
    'data-member': ({ 'layout-offset-in-bits': offset }) => { owner.offset = offset; },
    'var-decl': ({ name, 'type-id': type }) => { facts[`field ${owner.name}.${name}`] = `${nameOf(type)} at bit ${owner.offset}`; },
    enumerator: ({ name, value }) => { if (!MAY_CHANGE.test(name)) facts[`value of ${name}`] = value; },
    'function-decl': ({ name }) => { owner = { name, parameters: [] }; },
    'function-type': () => { owner = { parameters: [] }; }, // a part of the types that it is in
    parameter: ({ 'type-id': type }) => { owner.parameters.push(nameOf(type)); },
    return: ({ 'type-id': type }) => {
      if (owner.name) facts[`call of ${owner.name}`] = `${nameOf(type)} (${owner.parameters.join(', ')})`;
    },
  };
  for (const element of elements) steps[element.tag]?.(element);
  return facts;
}

const format = (facts) => Object.entries(facts).map(([fact, value]) => `${fact}: ${value}\n`).sort().join('');
const parse = (text) => Object.fromEntries(text.trim().split('\n').map((line) => line.split(/: (.*)/).slice(0, 2)));

/** What programs that know the interface `before`, a text of format(), would not survive: texts. */
function incompatibilities(before, facts) {
  const now = parse(format(facts));
  return Object.entries(parse(before)).filter(([fact, value]) => now[fact] !== value)
    .map(([fact, value]) => `${fact}: ${value}, is now ${now[fact] ?? 'gone'}`);
}

module.exports = { REFERENCE, format, incompatibilities, interfaceOf, library };

if (require.main === module) fs.writeFileSync(REFERENCE, format(interfaceOf(library(), path.join(root, 'include'))));
