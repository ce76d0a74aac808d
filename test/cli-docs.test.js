'use strict';

/* --help, the man page and the completions say what the table of options says. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { shortHelp, wholeHelp } = require('../cli/help');
const { OPTIONS } = require('../cli/options');
const { constants } = require('..');
const { GENERATED } = require('../scripts/make-cli-docs');

const ROOT = path.join(__dirname, '..');

const found = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

function run(program, args, options) {
  const result = spawnSync(program, args, { encoding: 'utf8', cwd: ROOT, ...options });
  assert.equal(result.status, 0, result.stderr);
  return result;
}

for (const [name, text] of Object.entries(GENERATED)) {
  test(`${name} is as npm run cli-docs makes it`, () => {
    assert.equal(fs.readFileSync(path.join(ROOT, name), 'utf8'), text);
  });
}

test('no two options share a name or a letter', () => {
  const flags = OPTIONS.flatMap(({ name, short }) => (short ? [name, short] : [name]));
  assert.equal(new Set(flags).size, flags.length);
});

test('every option is in --help, the man page, the documentation and each completion', () => {
  for (const { name } of OPTIONS) {
    assert.ok(GENERATED['docs/command-line.md'].includes(`--${name}`), `documentation: ${name}`);
    assert.ok(shortHelp().includes(`--${name}`), `--help: ${name}`);
    assert.ok(wholeHelp().includes(`--${name}`), `--help all: ${name}`);
    assert.ok(GENERATED['man/png2bmp.1'].includes(`\\-\\-${name.replace(/-/g, '\\-')}`), `man: ${name}`);
    assert.ok(GENERATED['completions/png2bmp.bash'].includes(`--${name}`), `bash: ${name}`);
    assert.ok(GENERATED['completions/_png2bmp'].includes(`--${name}`), `zsh: ${name}`);
    assert.ok(GENERATED['completions/png2bmp.fish'].includes(`-l ${name}`), `fish: ${name}`);
  }
});

test('--help fits a terminal of 80 columns and 40 lines, --help all one of 80 columns', () => {
  for (const line of `${shortHelp()}\n${wholeHelp()}`.split('\n')) assert.ok(line.length < 80, line);
  assert.ok(shortHelp().split('\n').length <= 40, shortHelp());
});

const LISTS = {
  format: constants.formats,
  alpha: constants.alphas,
  depth16: constants.depths16,
  dither: constants.dithers,
  header: constants.headers,
  profile: constants.profiles,
};

for (const [name, values] of Object.entries(LISTS)) {
  test(`--${name} takes the values that the library takes`, () => {
    const row = OPTIONS.find((option) => option.name === name);
    assert.deepEqual(Object.keys(row.choices).sort(), [...values].sort());
  });
}

test('--palette has the names of the library', () => {
  assert.deepEqual(require('../cli/palette').NAMES, constants.palettes);
});

test('--max-pixels has the default of the library', () => {
  const row = OPTIONS.find((option) => option.name === 'max-pixels');
  assert.equal(row.initial, String(constants.DEFAULT_MAX_PIXELS));
});

test('--max-memory has the default of the library', () => {
  const row = OPTIONS.find((option) => option.name === 'max-memory');
  assert.equal(row.initial, String(constants.DEFAULT_MAX_MEMORY));
});

test('groff formats the man page without a warning', { skip: !found('groff') && 'needs groff' }, () => {
  const { stdout, stderr } = run('groff', ['-man', '-Tutf8', '-ww', '-z', 'man/png2bmp.1']);
  assert.equal(stdout + stderr, '');
});

function bashCompletes(words) {
  const script = `
    source completions/png2bmp.bash
    compopt() { :; }
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
    _png2bmp
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['-c', script]).stdout.trim().split('\n');
}

test('bash completes options, their values and PNG files', { skip: !found('bash') && 'needs bash' }, () => {
  assert.deepEqual(bashCompletes(['png2bmp', '--back']), ['--background']);
  assert.deepEqual(bashCompletes(['png2bmp', '--format', 'b']), ['bgr24', 'bgra32']);
  assert.deepEqual(bashCompletes(['png2bmp', '--format', '=', 'in']), ['indexed']);
  assert.deepEqual(bashCompletes(['png2bmp', '--format', '=']).sort(), [...constants.formats].sort());
  assert.deepEqual(bashCompletes(['png2bmp', 'test/ki']), ['test/kit']);
  assert.deepEqual(bashCompletes(['png2bmp', '--palette', 'spec']), ['spectra6']);
  assert.deepEqual(bashCompletes(['png2bmp', '--palette', 'test/ki']), ['test/kit']);
});

test('bash completes without compopt, as bash 3.2 of macOS has to', { skip: !found('bash') && 'needs bash' }, () => {
  const { stdout, stderr } = run('bash', ['--norc', '-c', `
    enable -n compopt
    source completions/png2bmp.bash
    for word in test/ki --palet; do
      COMP_WORDS=(png2bmp "$word"); COMP_CWORD=1; _png2bmp; echo "\${COMPREPLY[@]}"
    done
    complete -p png2bmp`]);
  assert.equal(stderr, '');
  assert.equal(stdout, 'test/kit\n--palette\ncomplete -o filenames -F _png2bmp png2bmp\n');
});

test('zsh reads its completion', { skip: !found('zsh') && 'needs zsh' }, () => {
  run('zsh', ['-n', 'completions/_png2bmp']);
});

test('zsh offers the names of palettes, and files', { skip: !found('zsh') && 'needs zsh' }, () => {
  // A terminal of zsh's own, in which Tab is pressed.
  const script = String.raw`
    zmodload zsh/zpty
    TERM=dumb
    zpty shell zsh -f -i
    zpty -w shell "fpath=($PWD/completions \$fpath); autoload -U compinit; compinit -u -D; echo rea''dy"
    zpty -r -m shell text '*ready*'
    zpty -n -w shell $'png2bmp --palette spec\t'
    zpty -r -m shell text '*spectra6*' && print found a name
    zpty -n -w shell $'\C-upng2bmp --palette test/ki\t'
    zpty -r -m shell text '*test/kit/*' && print found a folder
    zpty -d shell`;
  const { stdout } = run('zsh', ['-f', '-c', script], { timeout: 30000 });
  assert.equal(stdout, 'found a name\nfound a folder\n');
});

test('fish completes options and their values', { skip: !found('fish') && 'needs fish' }, () => {
  const complete = (line) => run('fish', ['--no-config', '-c',
    `source completions/png2bmp.fish; complete -C '${line}'`]).stdout;
  assert.match(complete('png2bmp --back'), /^--background/m);
  assert.match(complete('png2bmp --format '), /^bgra32/m);
  assert.match(complete('png2bmp --palette spec'), /^spectra6/m);
  assert.match(complete('png2bmp --palette test/ki'), /^test\/kit/m);
});
