# Common to all builds of the C code. Read by the Makefiles here, in
# fuzz/ and in bench/, and by scripts/recipe.js for everything that JavaScript builds. Paths are
# relative to the root of the repository; ROOT leads there.

ROOT ?= .

LIBRARY_SOURCES := $(patsubst $(ROOT)/%,%,$(wildcard $(ROOT)/src/*/*.c $(ROOT)/src/cpu/*/*.c))
ADDON_SOURCES   := $(patsubst $(ROOT)/%,%,$(wildcard $(ROOT)/addon/*.c))

# Without fused multiplications, which clang uses where the CPU has them (arm64): the colours that
# src/reduce/quantize.c chooses are the same everywhere.
STANDARD := -std=c11 -ffp-contract=off
WARNINGS := -Wall -Wextra -Wpointer-arith

# Filters and the diffusion of errors are unrolled by hand: -O2 makes them a quarter bigger, -O3 two or
# three times as big, and no faster (docs/notes/kernels.md).
OPTIMIZE          := -O3
OPTIMIZE_UNROLLED := -Os
UNROLLED_SOURCES  := $(filter src/cpu/x86/unfilter_%.c src/cpu/x86/diffuse_%.c src/cpu/arm/unfilter_%.c,$(LIBRARY_SOURCES))

# Code for a shared object, which exports only what is marked.
SHARED_CODE := $(STANDARD) $(WARNINGS) -fvisibility=hidden -fPIC
NODE_DEFINES := -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=png2bmp -DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED

# Functions of the library that tests and fuzz targets replace with their own.
FUZZ_TARGETS := convert pixels inflate kernels libpng
FUZZ_WRAPPED := libdeflate_crc32 libdeflate_adler32 libdeflate_zlib_compress

# make -s -f build.mk print-NAME
print-%:
	@echo '$($*)'
