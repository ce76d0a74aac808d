#!/bin/sh
# Sets up a fresh machine: installs what is missing, then builds. It may be run
# again, and is quick if there is nothing to do.
#
#   ./setup.sh            what the build and `npm test` need
#   ./setup.sh build      only what the build needs
#   ./setup.sh develop    also what .ci/run needs: linters, fuzzers

set -eu
cd "$(dirname "$0")"

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

purpose=${1:-test}
case $purpose in
    build | test | develop) ;;
    *) fail "unknown argument: $purpose (must be build, test or develop)" ;;
esac

# ---- Node.js, the only thing that this script does not install ----------------

has node || fail 'Node.js 20 or later is needed: https://nodejs.org/'
has npm || fail 'npm is needed; it comes with Node.js'
[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] ||
    fail "Node.js 20 or later is needed, this is $(node --version)"

# ---- System packages ------------------------------------------------------------

has_library() { has pkg-config && pkg-config --exists "$1"; }
has_libdeflate() { has_library libdeflate; }
has_pillow() { /usr/bin/python3 -c 'import PIL' 2>/dev/null || python3 -c 'import PIL' 2>/dev/null; }
has_libpng() { has_library libpng; }

# Other programs have the same names: is_made_by WORD COMMAND ARGUMENT
is_made_by() { "$2" "$3" 2>/dev/null | grep -q "$1"; }

missing=
want() { missing="$missing $1"; }

# What the build needs: a C compiler, make, libdeflate.
has cc || want gcc
[ -e /usr/include/stdio.h ] || ! has apt-get || want libc6-dev
has make || want make
has pkg-config || want pkg-config
has_libdeflate || want libdeflate-dev

# What only the tests need: libpng for the oracle, and other programs that read BMP.
if [ "$purpose" != build ]; then
    has_libpng || want libpng-dev
    is_made_by ImageMagick convert -version || want imagemagick
    has bmptopnm || want netpbm
    has exiftool || want libimage-exiftool-perl
    has ffmpeg || want ffmpeg
    has_pillow || want python3-pil
    has_library gdk-pixbuf-2.0 || want libgdk-pixbuf-2.0-dev
    has_library sdl2 || want libsdl2-dev
    has man || want man-db
    is_made_by GNU parallel --version || want parallel
fi

# What only changes to the code need. It is formatted by version 14.
if [ "$purpose" = develop ]; then
    has clang || want clang
    has clang-format || want clang-format
    has clang-tidy || want clang-tidy
    has cppcheck || want cppcheck
    has clang-14 || want clang-14
    [ -e "$(clang-14 -print-file-name="libclang_rt.fuzzer-$(uname -m).a" 2>/dev/null)" ] ||
        want libclang-rt-14-dev
    has llvm-cov-14 || want llvm-14
    has valgrind || want valgrind
    # WebAssembly
    has wasm-ld || want lld
    [ -e /usr/lib/wasm32-wasi/libc.a ] || want wasi-libc
    [ -e "$(clang --target=wasm32-wasi -print-libgcc-file-name 2>/dev/null)" ] ||
        want libclang-rt-14-dev-wasm32
    has dpkg-source || want dpkg-dev
fi

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The output of apt-get is only of interest if it fails.
install_missing() {
    log=$(mktemp)
    # shellcheck disable=SC2086 # the names are words
    if as_root apt-get update >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install$missing"
    fi
}

if [ -n "$missing" ]; then
    has apt-get || fail "please install (the names are Debian's):$missing"
    [ "$(id -u)" -eq 0 ] || has sudo ||
        fail "run as root, or install sudo, or install these yourself:$missing"
    say "installing$missing"
    install_missing
fi

# ---- npm packages, then the addon -------------------------------------------------

# newer_than FILE PATH...: FILE does not exist, or something in the paths is newer. A
# directory is newer if a file was added to it or removed.
newer_than() {
    [ ! -e "$1" ] || [ -n "$(reference=$1 && shift && find "$@" -newer "$reference")" ]
}

installed=node_modules/.package-lock.json
if newer_than $installed package-lock.json; then
    say 'npm ci'
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch $installed
fi

addon=build/Release/png2bmp.node
if newer_than $addon src include addon wasm scripts Makefile; then
    say 'building'
    npm run --silent build
    touch $addon
fi
say 'ready'
