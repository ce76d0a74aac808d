#!/bin/sh
# Copies the page and what it needs of png2bmp into a directory, for any static host:
#
#   ./publish.sh DIRECTORY
#
# DIRECTORY is new, empty, or the page as it was published before.
set -eu
[ $# = 1 ] || { echo 'usage: publish.sh DIRECTORY' >&2; exit 2; }
target=$1
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$(dirname "$0")"
package=../..

if [ -n "$(ls -A "$target" 2>/dev/null)" ] && [ ! -d "$target/png2bmp" ]; then
    echo "publish.sh: $1 has other files; give a new directory" >&2
    exit 1
fi

mkdir -p "$target/png2bmp/lib/browser" "$target/png2bmp/prebuilds"
cp index.html page.css icon.svg *.mjs "$target"
sed -i.before 's|\.\./\.\./lib/|./png2bmp/lib/|' "$target/page.mjs" "$target/pictures.mjs"
rm "$target"/*.before
cp $package/samples/sample.png $package/bench/chart.svg "$target"
cp $package/node_modules/fflate/esm/browser.js "$target/fflate.mjs"
# The command line's reader of palettes, as an ECMAScript module.
sed "s/^'use strict';//; s/^module\\.exports = /export /" $package/cli/palette-file.js >"$target/palette-file.mjs"
cp $package/lib/browser.mjs "$target/png2bmp/lib"
cp $package/lib/browser/*.mjs "$target/png2bmp/lib/browser"
cp $package/prebuilds/core.mjs $package/prebuilds/png2bmp.wasm "$target/png2bmp/prebuilds"

# What offline.mjs keeps.
cd "$target"
rm -f files.mjs
files=$(find . -type f | sort | sed "s|.*|  '&',|")
printf '%s\n' 'export const files = [' "$files" '];' >files.mjs
