# Made by scripts/make-cli-docs.js from cli/options.js.

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
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # --format=x is three words here
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $prev in
    -o|--output) _png2bmp_names -f -- "$cur"; return ;;
    -d|--out-dir) _png2bmp_names -d -- "$cur"; return ;;
    --suffix) COMPREPLY=(); return ;;
    --files-from) _png2bmp_names -f -- "$cur"; return ;;
    --format) COMPREPLY=($(compgen -W 'bgr24 bgra32 indexed auto gray8 mono1 rgb565 rgb555' -- "$cur")); return ;;
    --alpha) COMPREPLY=($(compgen -W 'blend drop key premultiply' -- "$cur")); return ;;
    --alpha-threshold) COMPREPLY=(); return ;;
    --key-index) COMPREPLY=(); return ;;
    --background) COMPREPLY=(); return ;;
    --rotate) COMPREPLY=($(compgen -W '0 90 180 270 exif' -- "$cur")); return ;;
    --size) COMPREPLY=(); return ;;
    --fit) COMPREPLY=($(compgen -W 'cover contain fill none' -- "$cur")); return ;;
    --position) COMPREPLY=($(compgen -W 'center top right top right right bottom bottom left bottom left left top' -- "$cur")); return ;;
    --kernel) COMPREPLY=($(compgen -W 'smooth nearest' -- "$cur")); return ;;
    --depth16) COMPREPLY=($(compgen -W 'round truncate' -- "$cur")); return ;;
    --colors) COMPREPLY=(); return ;;
    --palette) COMPREPLY=($(compgen -W 'bw bwr bwy bwry gray4 gray16 acep7 spectra6 vga16 web216' -- "$cur")); _png2bmp_names -f -- "$cur"; return ;;
    --seen) COMPREPLY=($(compgen -W 'measured' -- "$cur")); return ;;
    --tone) COMPREPLY=($(compgen -W 'fit none' -- "$cur")); return ;;
    --bits) COMPREPLY=($(compgen -W '1 4 8' -- "$cur")); return ;;
    --dither) COMPREPLY=($(compgen -W 'floyd-steinberg atkinson ordered none' -- "$cur")); return ;;
    --light) COMPREPLY=($(compgen -W 'linear srgb' -- "$cur")); return ;;
    --threshold) COMPREPLY=(); return ;;
    --header) COMPREPLY=($(compgen -W 'info v4 v5' -- "$cur")); return ;;
    --color-space) COMPREPLY=($(compgen -W 'keep srgb' -- "$cur")); return ;;
    --profile) COMPREPLY=($(compgen -W 'srgb embed' -- "$cur")); return ;;
    --density) COMPREPLY=(); return ;;
    --container) COMPREPLY=($(compgen -W 'bmp dib rows' -- "$cur")); return ;;
    --row-align) COMPREPLY=($(compgen -W '1 2 4' -- "$cur")); return ;;
    --hotspot) COMPREPLY=(); return ;;
    --sizes) COMPREPLY=(); return ;;
    --ico-order) COMPREPLY=($(compgen -W 'size given' -- "$cur")); return ;;
    --ico-png) COMPREPLY=($(compgen -W 'none large all' -- "$cur")); return ;;
    --max-pixels) COMPREPLY=(); return ;;
    --max-memory) COMPREPLY=(); return ;;
    -j|--jobs) COMPREPLY=(); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output -d --out-dir -r --recursive --suffix --files-from -0 --null -f --force --force-extension -n --skip-existing -u --update --sync --format --alpha --alpha-threshold --key-index --background --top-down --rotate --flip --flop --size --fit --position --kernel --depth16 --colors --palette --seen --tone --bits --dither --exact --light --threshold --invert --header --color-space --profile --density --no-file-header --container --row-align --ico --cur --hotspot --sizes --ico-order --ico-png --max-pixels --max-memory --strict --salvage --ignore-checksums -j --jobs --fail-fast --dry-run --info --count-colors --json -q --quiet -v --verbose -h --help -V --version' -- "$cur"))
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
