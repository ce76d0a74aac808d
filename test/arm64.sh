#!/bin/sh
# Compiles the C tests for arm64 and runs them in an emulated CPU: the NEON kernels
# against plain C, and whatever else stands in test/c.
#
# Needs Debian's cross compiler, qemu-user and libdeflate for arm64; installs them
# with apt-get where they are missing.
set -eu
cd "$(dirname "$0")/.."

cc=aarch64-linux-gnu-gcc
libdeflate=/usr/lib/aarch64-linux-gnu/libdeflate.a

if ! command -v $cc >/dev/null || ! command -v qemu-aarch64 >/dev/null || [ ! -e $libdeflate ]; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root dpkg --add-architecture arm64
    $as_root apt-get update
    $as_root apt-get install -y --no-install-recommends \
        gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libdeflate-dev:arm64
fi

# The header is the same for every architecture; its directory alone would bring
# those of the machine's own C library with it.
mkdir -p build/arm64/include
cp /usr/include/libdeflate.h build/arm64/include/

failed=0
for test in test/c/*.c; do
    name=$(basename "$test" .c)
    echo "# $name, arm64"
    $cc -std=c11 -O2 -Wall -Wextra -static -Iinclude -Isrc -Ibuild/arm64/include \
        -o "build/arm64/$name" "$test" src/*.c src/x86/*.c src/arm/*.c $libdeflate -lm
    qemu-aarch64 "build/arm64/$name" || failed=1
done
exit $failed
