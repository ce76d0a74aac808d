#!/bin/sh
# Compiles the C tests for other CPUs and runs them, in an emulator if necessary:
#
#     test/other-cpus.sh [--short] [arm64] [s390x] [i386] [armhf]
#
# arm64   the NEON kernels against plain C
# s390x   the most significant byte first
# i386    a size_t of 32 bits
# armhf   that, too, on the CPU of small boards
#
# Without a name: the first three. --short: one case in five of the longest tests, in an emulator one
# in sixty, and less to compile. Needs Debian's cross compilers, qemu-user and libdeflate for each; installs them with
# apt-get where they are missing.
set -eu
cd "$(dirname "$0")/.."

emulated_one_in=1 native_one_in=1 optimize=-O2
if [ "${1:-}" = --short ]; then
    emulated_one_in=60 native_one_in=5 optimize=-O1
    shift
fi
[ $# -gt 0 ] || set -- arm64 s390x i386

# The names that gcc, Debian's cross libraries, its libdeflate and qemu have for a CPU.
describe() {
    packages=libc6-dev-$1-cross
    case $1 in
        arm64) compiler=aarch64-linux-gnu libraries=aarch64-linux-gnu emulator=qemu-aarch64 ;;
        s390x) compiler=s390x-linux-gnu libraries=s390x-linux-gnu emulator=qemu-s390x ;;
        i386) compiler=i686-linux-gnu libraries=i386-linux-gnu emulator=qemu-i386 ;;
        armhf) compiler=arm-linux-gnueabihf libraries=arm-linux-gnueabihf emulator=qemu-arm ;;
        *) echo "$0: not known: $1" >&2; exit 2 ;;
    esac
    libdeflate=/usr/lib/$libraries/libdeflate.a
    packages="$packages gcc-$compiler libdeflate-dev:$1"
    # These run as they are.
    case $(uname -m)-$1 in x86_64-i386 | aarch64-arm64) emulator= ;; esac
    if [ -n "$emulator" ]; then packages="$packages qemu-user"; fi
}

is_here() {
    command -v "$compiler-gcc" >/dev/null && [ -e "$libdeflate" ] &&
        { [ -z "$emulator" ] || command -v "$emulator" >/dev/null; }
}

missing=
for cpu in "$@"; do
    describe "$cpu"
    is_here || missing="$missing $cpu"
done

if [ -n "$missing" ]; then
    architectures=
    wanted=
    for cpu in $missing; do
        describe "$cpu"
        wanted="$wanted $packages"
        architectures="$architectures --architecture $cpu"
    done
    # shellcheck disable=SC2086 # the names are words
    scripts/apt-install.sh $architectures $wanted
fi

for cpu in "$@"; do
    describe "$cpu"
    folder=build/$cpu
    # The header is the same for every architecture; its directory alone would bring those of
    # the machine's own C library with it.
    mkdir -p "$folder/include"
    cp /usr/include/libdeflate.h "$folder/include/"
    # Memory depends on size_t alone, so i386 is enough: in an emulator its test takes ten minutes.
    left_out= one_in=$native_one_in
    [ -z "$emulator" ] || left_out=test_memory one_in=$emulated_one_in
    echo "# $cpu"
    ONE_IN=$one_in make --no-print-directory check "CC=$compiler-gcc" "AR=$compiler-gcc-ar" "BUILD=$folder" "EMULATOR=$emulator" \
        "LEFT_OUT=$left_out" "CFLAGS=$optimize" "DEFLATE_CFLAGS=-I$folder/include" "DEFLATE_LIBS=$libdeflate"
done
