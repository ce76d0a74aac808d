#!/bin/sh
# Sets up a fresh machine: installs what is missing, then builds. It may be run
# again, and is quick if there is nothing to do.
#
#   ./setup.sh            what the build needs: a C compiler, make, libdeflate
#   ./setup.sh test       also the programs that the tests compare with; `npm test` runs this
#   ./setup.sh develop    also what .ci/run needs: linters, fuzzers

set -eu
cd "$(dirname "$0")"

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

purpose=${1:-build}
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

# Other programs have the same names: is_made_by WORD COMMAND ARGUMENT
is_made_by() { "$2" "$3" 2>/dev/null | grep -q "$1"; }

missing=
want() { missing="$missing $1"; }

want_for_build() {
    has cc || want gcc
    [ -e /usr/include/stdio.h ] || ! has apt-get || want libc6-dev
    has make || want make
    has pkg-config || want pkg-config
    has_libdeflate || want libdeflate-dev
}

# libpng for the oracle, other programs that read BMP, and ICC profiles, which lcms2 (in Pillow) converts
# from as well. Tests are skipped without them.
want_for_tests() {
    has_library libpng || want libpng-dev
    is_made_by ImageMagick convert -version || want imagemagick
    has bmptopnm || want netpbm
    has exiftool || want libimage-exiftool-perl
    has ffmpeg || want ffmpeg
    has_pillow || want python3-pil
    [ -d /usr/share/color/icc/colord ] || want colord-data
    [ -e /usr/share/color/icc/sRGB.icc ] || want icc-profiles-free
    has icotool || want icoutils
    has_library gdk-pixbuf-2.0 || want libgdk-pixbuf-2.0-dev
    has_library sdl2 || want libsdl2-dev
    has man || want man-db
    has zsh || want zsh
    has fish || want fish
    is_made_by GNU parallel --version || want parallel
}

# The names without a version are those of the distribution's own clang.
want_for_changes() {
    has clang || want clang
    has clang-format || want clang-format
    has clang-tidy || want clang-tidy
    has cppcheck || want cppcheck
    [ -e "$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a" 2>/dev/null)" ] ||
        want libclang-rt-dev
    has llvm-cov || want llvm
    has valgrind || want valgrind
    has abidiff || want abigail-tools
    # WebAssembly
    has wasm-ld || want lld
    [ -e /usr/lib/wasm32-wasi/libc.a ] || want wasi-libc
    [ -e "$(clang --target=wasm32-wasi -print-libgcc-file-name 2>/dev/null)" ] ||
        want libclang-rt-dev-wasm32
    has dpkg-source || want dpkg-dev
}

can_install() { has apt-get && { [ "$(id -u)" -eq 0 ] || has sudo; }; }

install_missing() {
    [ -n "$missing" ] || return 0
    has apt-get || fail "please install (the names are Debian's):$missing"
    can_install || fail "run as root, or install sudo, or install these yourself:$missing"
    say "installing$missing"
    # It waits while another apt runs (DPkg::Lock::Timeout).
    # shellcheck disable=SC2086 # the names are words
    scripts/apt-install.sh $missing || exit 1
    missing=
}

go_without() {
    [ -z "$missing" ] || say "tests are skipped that need (the names are Debian's):$missing"
    missing=
}

want_for_build
if [ "$purpose" = test ] && ! can_install; then
    install_missing # fails if the build lacks anything
    want_for_tests
    go_without
elif [ "$purpose" != build ]; then
    want_for_tests
fi
[ "$purpose" != develop ] || want_for_changes
install_missing

# ---- npm packages, then the addon -------------------------------------------------

# newer_than FILE PATH...: FILE does not exist, or something in the paths is newer. A
# directory is newer if a file was added to it or removed.
newer_than() {
    [ ! -e "$1" ] || [ -n "$(reference=$1 && shift && find "$@" -newer "$reference")" ]
}

installed=node_modules/.package-lock.json
if newer_than $installed package-lock.json; then
    say 'npm ci'
    npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
    touch $installed
fi

addon=build/Release/png2bmp.node
if newer_than $addon src include addon wasm lib scripts Makefile build.mk; then
    say 'building'
    npm run --silent build
    touch $addon
fi
say 'ready'
