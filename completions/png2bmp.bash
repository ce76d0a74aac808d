# Made by scripts/make-cli-docs.js from cli/options.js.

_png2bmp() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # --format=x comes as three words
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $prev in
    -o|--output) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    -d|--out-dir) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
    --suffix) COMPREPLY=(); return ;;
    --files-from) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --format) COMPREPLY=($(compgen -W 'bgr24 bgra32 indexed auto gray8 mono1 rgb565' -- "$cur")); return ;;
    --alpha) COMPREPLY=($(compgen -W 'blend drop' -- "$cur")); return ;;
    --background) COMPREPLY=(); return ;;
    --depth16) COMPREPLY=($(compgen -W 'round truncate' -- "$cur")); return ;;
    --dither) COMPREPLY=($(compgen -W 'floyd-steinberg ordered none' -- "$cur")); return ;;
    --threshold) COMPREPLY=(); return ;;
    --max-pixels) COMPREPLY=(); return ;;
    -j|--jobs) COMPREPLY=(); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output -d --out-dir -r --recursive --suffix --files-from -0 --null -f --force -n --skip-existing --sync --format --alpha --background --top-down --depth16 --dither --threshold --invert --max-pixels --strict --ignore-checksums -j --jobs --fail-fast --dry-run --info --json -q --quiet -v --verbose -h --help -V --version' -- "$cur"))
    return
  fi
  compopt -o filenames
  COMPREPLY=($(compgen -d -- "$cur"; compgen -f -X '!*.[pP][nN][gG]' -- "$cur"))
}
complete -F _png2bmp png2bmp
