'use strict';

// Programs that were built with the interface in png2bmp.abi, that of the last release, work with this
// library. Needs Debian's abigail-tools.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { REFERENCE, format, incompatibilities, interfaceOf, library } = require('../../scripts/abi');
const { recipe } = require('../../scripts/recipe');
const { scratch } = require('../kit/scratch');

const ROOT = path.join(__dirname, '../..');
const HEADERS = path.join(ROOT, 'include');

test('programs that were built with the interface of the last release work with this library', () => {
  const lost = incompatibilities(fs.readFileSync(REFERENCE, 'utf8'), interfaceOf(library(), HEADERS));
  assert.deepEqual(lost, [], 'such a change needs a new major version; before 1.0, if it is meant, npm run abi');
});

// ---- What is noticed, on a library of a few files, with a header that was changed --------------------

const SOURCES = recipe('LIBRARY_SOURCES').filter((name) => /\/(options|report|plan)\.c$/.test(name));

/** Builds it with the header after the replacements [from, to]...: the library, the folder of the header. */
function build(folder, name, ...replacements) {
  const headers = path.join(folder, name);
  let text = fs.readFileSync(path.join(HEADERS, 'png2bmp.h'), 'utf8');
  for (const [from, to] of replacements) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  fs.mkdirSync(headers);
  fs.writeFileSync(path.join(headers, 'png2bmp.h'), text);
  const file = path.join(folder, `${name}.so`);
  execFileSync('cc', ['-std=c11', '-g', '-O0', '-w', '-fPIC', '-fvisibility=hidden', '-DPNG2BMP_SHARED', '-shared',
    '-o', file, `-I${headers}`, '-Isrc', ...SOURCES], { cwd: ROOT });
  return { file, headers };
}

const OPTION = ['} png2bmp_options;', '    uint64_t more;\n} png2bmp_options;'];
const MOVED = ['    png2bmp_format  format;\n    png2bmp_alpha   alpha;\n', '    png2bmp_alpha   alpha;\n    png2bmp_format  format;\n'];

const SURVIVED = {
  'an option at the end': [OPTION],
  'a fact at the end': [['} png2bmp_bmp_info;', '    uint32_t more;\n} png2bmp_bmp_info;']],
  'a format': [['    PNG2BMP_FORMAT_COUNT', '    PNG2BMP_FORMAT_MORE,\n    PNG2BMP_FORMAT_COUNT']],
  'an error': [['PNG2BMP_ERRORS_END', 'PNG2BMP_ERR_MORE, PNG2BMP_ERRORS_END']],
};

const NOT_SURVIVED = {
  'options in another order': [MOVED],
  'options in another order, and one more': [MOVED, OPTION],
  'an option of another size': [['    uint64_t        max_pixels;', '    uint32_t        max_pixels;']],
  'a fact before others': [['typedef struct png2bmp_bmp_info {', 'typedef struct png2bmp_bmp_info {\n    uint64_t more;']],
  'a larger structure of the caller': [['} png2bmp_pixels;', '    int more;\n} png2bmp_pixels;']],
  'a function that is gone': [['PNG2BMP_API const char *png2bmp_version(void);', 'const char *png2bmp_version(void);']],
  'an error before others': [['    PNG2BMP_OK = 0,', '    PNG2BMP_OK = 0, PNG2BMP_ERR_MORE,']],
};

test('what programs survive is let through, what they do not is told', (t) => {
  const folder = scratch(t);
  const facts = (...args) => {
    const { file, headers } = build(folder, ...args);
    return interfaceOf(file, headers);
  };
  const reference = format(facts('before'));
  const told = (changes) => Object.keys(changes)
    .filter((name) => incompatibilities(reference, facts(name, ...changes[name])).length > 0);
  assert.deepEqual(told(SURVIVED), []);
  assert.deepEqual(told(NOT_SURVIVED), Object.keys(NOT_SURVIVED));
});
