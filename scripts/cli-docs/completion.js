'use strict';

/* Completion for bash, zsh and fish, from the table of options. */

const { OPTIONS } = require('../../cli/options');

const MADE = '# Made by scripts/make-cli-docs.js from cli/options.js.';

const flagsOf = ({ short, name }) => [...(short ? [`-${short}`] : []), `--${name}`];

/* A menu has room for the first sentence. */
const brief = ({ help }) => help.split(/[.;:](?: |$)/)[0];

const singleQuoted = (text) => text.replace(/'/g, "'\\''");

function bashArgument(row) {
  if (row.choices) return `COMPREPLY=($(compgen -W '${Object.keys(row.choices).join(' ')}' -- "$cur"))`;
  if (row.complete === 'directory') return '_png2bmp_names -d -- "$cur"';
  const words = row.words ? `COMPREPLY=($(compgen -W '${row.words.join(' ')}' -- "$cur")); ` : '';
  if (row.complete === 'file') return `${words}_png2bmp_names -f -- "$cur"`;
  return 'COMPREPLY=()';
}

function bashCompletion() {
  const cases = OPTIONS.filter((row) => row.value)
    .map((row) => `    ${flagsOf(row).join('|')}) ${bashArgument(row)}; return ;;`);
  const words = OPTIONS.flatMap(flagsOf).join(' ');
  return `${MADE}

# Adds the output of compgen, one name per line: names may contain spaces. (bash 3.2, which macOS has, knows neither
# mapfile nor compopt.)
_png2bmp_names() {
  local name
  if type compopt > /dev/null 2>&1; then compopt -o filenames; fi
  while IFS= read -r name; do
    COMPREPLY+=("$name")
  done < <(compgen "$@")
}

_png2bmp() {
  COMPREPLY=()
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  # --format=x is three words here
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $prev in
${cases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '${words}' -- "$cur"))
    return
  fi
  _png2bmp_names -d -- "$cur"
  _png2bmp_names -f -X '!*.[pP][nN][gG]' -- "$cur"
}
if type compopt > /dev/null 2>&1; then
  complete -F _png2bmp png2bmp
else
  complete -o filenames -F _png2bmp png2bmp
fi
`;
}

const zshFunction = ({ name }) => `_png2bmp_${name}`;

/* Words or files: a colon in _arguments would separate more arguments. */
const zshFunctions = () => OPTIONS.filter(({ words }) => words).map((row) =>
  `${zshFunction(row)}() { _alternative 'names:name:(${row.words.join(' ')})' 'files:file:_files' }`);

function zshArgument(row) {
  const { value, choices, complete, words } = row;
  if (!value) return '';
  if (words) return `:${value}:${zshFunction(row)}`;
  if (choices) return `:${value}:(${Object.keys(choices).join(' ')})`;
  return `:${value}:${{ file: '_files', directory: '_files -/' }[complete] ?? ''}`;
}

function zshOption(row) {
  const text = `[${brief(row).replace(/[[\]\\]/g, '\\$&')}]`;
  const equals = row.value ? '=' : '';
  return flagsOf(row).map((flag) => {
    const sign = flag.startsWith('--') ? equals : equals && '+';
    return `  '${singleQuoted(`${flag}${sign}${text}${zshArgument(row)}`)}'`;
  });
}

function zshCompletion() {
  return `#compdef png2bmp
${MADE}

${zshFunctions().join('\n')}

_arguments -s -S \\
${OPTIONS.flatMap(zshOption).join(' \\\n')} \\
  '*:PNG file:_files -g "*.(#i)png(-.)"'
`;
}

function fishArgument({ value, choices, complete, words }) {
  if (!value) return '';
  if (choices) return ` -x -a '${Object.keys(choices).join(' ')}'`;
  if (complete === 'directory') return " -x -a '(__fish_complete_directories)'";
  if (words) return ` -r -F -a '${words.join(' ')}'`;
  return complete === 'file' ? ' -r -F' : ' -x';
}

function fishOption(row) {
  const short = row.short ? ` -s ${row.short}` : '';
  const text = brief(row).replace(/[\\']/g, '\\$&');
  return `complete -c png2bmp${short} -l ${row.name}${fishArgument(row)} -d '${text}'`;
}

function fishCompletion() {
  return `${MADE}

complete -c png2bmp -k -x -a '(__fish_complete_suffix .png)'
${OPTIONS.map(fishOption).join('\n')}
`;
}

module.exports = { bashCompletion, fishCompletion, zshCompletion };
