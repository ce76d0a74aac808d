#!/bin/sh
# Builds test/c/check_kernels.c with the whole of src/ and runs it; arguments go to
# the program (--bench times the kernels). CC and CFLAGS are honoured.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
${CC:-cc} -std=c11 -O3 -Wall -Wextra ${CFLAGS:-} -Iinclude -Isrc \
    -o build/check_kernels test/c/check_kernels.c src/*.c src/x86/*.c src/arm/*.c -ldeflate -lm
exec build/check_kernels "$@"
