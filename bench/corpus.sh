#!/bin/sh
# Fetches the benchmark's PNG files into bench/corpus: downloads the Debian
# packages that bench/manifest.json names (nothing is installed), takes the
# listed files out of them, and makes the re-encodings with bench/reencode.c.
# Safe to run again: it fetches only what is missing.
set -eu
cd "$(dirname "$0")"

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "corpus: needs apt-get and dpkg-deb: Debian or Ubuntu" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

take_files() {
  package=$1
  echo "corpus: $package" >&2
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package")
  mkdir "$work/$package"
  node corpus.js paths "$package" >"$work/paths"
  # tar says which paths a later version of the package lacks; adopt reports
  # them by name.
  dpkg-deb --fsys-tarfile "$work/$package"_*.deb |
    tar -x -C "$work/$package" -f - --files-from="$work/paths" || true
  node corpus.js adopt "$package" "$work/$package"
  rm -rf "${work:?}/${package:?}" "$work/$package"_*.deb
}

missing=$(node corpus.js missing-packages)
for package in $missing; do
  if ! apt-cache show "$package" >/dev/null 2>&1; then
    ../scripts/apt-install.sh
    break
  fi
done
for package in $missing; do
  take_files "$package"
done

node corpus.js recipes >"$work/recipes"
if [ -s "$work/recipes" ]; then
  if ! pkg-config --exists libpng; then
    ../scripts/apt-install.sh libpng-dev pkg-config
  fi
  # shellcheck disable=SC2046 # several words on purpose
  cc -std=c11 -O2 -o "$work/reencode" reencode.c $(pkg-config --cflags --libs libpng)
  tab=$(printf '\t')
  while IFS=$tab read -r recipe from to; do
    if [ -e "$from" ]; then "$work/reencode" "$recipe" "$from" "$to"; fi
  done <"$work/recipes"
fi

node corpus.js check
