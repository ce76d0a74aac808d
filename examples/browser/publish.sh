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
cp index.html page.css "$target"
sed 's|\.\./\.\./lib/|./png2bmp/lib/|' page.mjs >"$target/page.mjs"
cp $package/lib/browser.mjs "$target/png2bmp/lib"
cp $package/lib/browser/*.mjs "$target/png2bmp/lib/browser"
cp $package/prebuilds/core.mjs $package/prebuilds/png2bmp.wasm "$target/png2bmp/prebuilds"
