#!/bin/sh
# Copies the page and what it needs of png2bmp into a directory, for any static host:
#
#   ./publish.sh DIRECTORY
set -eu
target=$1
cd "$(dirname "$0")"
package=../..
case $target in /*) ;; *) target=$OLDPWD/$target ;; esac

mkdir -p "$target/png2bmp/lib" "$target/png2bmp/prebuilds"
cp index.html page.css "$target"
sed 's|\.\./\.\./lib/|./png2bmp/lib/|' page.mjs >"$target/page.mjs"
cp $package/lib/browser*.mjs "$target/png2bmp/lib"
cp $package/prebuilds/core.mjs $package/prebuilds/png2bmp.wasm "$target/png2bmp/prebuilds"
