# The C side: the library, its tests, and the checks that CI runs on all C code.
#
#   make                 libpng2bmp.a and libpng2bmp.so in build/c/
#   make addon           build/Release/png2bmp.node; `npm run build` runs it on all processors
#   make install         PREFIX (/usr/local), LIBDIR and DESTDIR are honoured; then run ldconfig
#   make uninstall       removes what install put there
#   make check           the C tests
#   make sanitize        the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   make warnings        compiles all C code with gcc and with clang: no warning is allowed
#   make format          formats all C code; make format-check: only checks
#   make tidy            clang-tidy and cppcheck

include build.mk

CC       ?= cc
CFLAGS   ?= $(OPTIMIZE) -g
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
BUILD    ?= build/c
OBJCOPY  ?= objcopy

SYSTEM   := $(shell uname -s)
VERSION  := $(shell sed -n 's/^\#define PNG2BMP_VERSION "\(.*\)"/\1/p' include/png2bmp.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

SOURCES  := $(LIBRARY_SOURCES)
HEADERS  := $(wildcard include/*.h src/*/*.h src/cpu/*/*.h)
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
TESTED   := $(SOURCES:%.c=$(BUILD)/tested/%.o)
TESTS    := $(patsubst test/c/%.c,$(BUILD)/%,$(wildcard test/c/*.c))
C_CODE   := $(SOURCES) $(ADDON_SOURCES)
ALL_C    := $(HEADERS) $(wildcard $(foreach d,addon wasm test/c test/combinations test/faults test/kit test/oracle bench fuzz \
                examples/c,$(d)/*.c $(d)/*.h)) $(SOURCES)

DEFLATE_CFLAGS := $(shell pkg-config --cflags libdeflate 2>/dev/null)
# If the compiler does not know a library it prints only the name.
DEFLATE_LIBS   := $(or $(filter /%,$(shell $(CC) -print-file-name=libdeflate.a)), \
                       $(shell pkg-config --libs libdeflate 2>/dev/null),-ldeflate)

comma := ,
# A path as one word of a shell command, whatever is in it.
quote = '$(subst ','\'',$(1))'

C_FLAGS  = $(SHARED_CODE) -DPNG2BMP_SHARED -Iinclude -Isrc $(DEFLATE_CFLAGS) $(CFLAGS)

# Asked once, and only if something needs it.
NODE_INCLUDE = $(eval NODE_INCLUDE := $$(call quote,$$(shell node -p "require('node-api-headers').include_dir")))$(NODE_INCLUDE)

# libdeflate's own symbols stay inside: some of its static objects (1.23) cannot be exported from a
# shared library, and no program that links with ours should get them. Apple's linker has no such flag.
LOCAL_DEFLATE := $(if $(filter Darwin,$(SYSTEM)),,-Wl$(comma)--exclude-libs$(comma)ALL)

# What is exported, with versions. Apple's linker has no such flag either: there all that is marked.
SYMBOLS := $(if $(filter Darwin,$(SYSTEM)),,-Wl$(comma)--version-script=src/png2bmp.map)

.PHONY: all lib addon install uninstall check programs sanitize warnings format format-check tidy clean
.SECONDARY:

all: lib
lib: $(BUILD)/libpng2bmp.a $(BUILD)/libpng2bmp.so

# Says what is missing, before the compiler says it of some file.
.PHONY: libdeflate
libdeflate:
	@echo '#include <libdeflate.h>' | $(CC) $(C_FLAGS) -E -x c - >/dev/null 2>&1 || { \
	    echo 'png2bmp needs libdeflate, and the compiler does not find libdeflate.h. Install libdeflate-dev' \
	    '(Debian, Ubuntu, Alpine), libdeflate-devel (Fedora) or libdeflate (Arch, Homebrew), or run ./setup.sh.' \
	    'For one elsewhere, set PKG_CONFIG_PATH.' >&2; exit 1; }

$(BUILD)/%.o: %.c $(HEADERS) build.mk | libdeflate
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -c -o $@ $<

# As the tests get it: rows that nobody writes are seen.
$(BUILD)/tested/%.o: %.c $(HEADERS) build.mk
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -DPNG2BMP_POISON -c -o $@ $<

$(UNROLLED_SOURCES:%.c=$(BUILD)/%.o) $(UNROLLED_SOURCES:%.c=$(BUILD)/tested/%.o): C_FLAGS += $(patsubst $(OPTIMIZE),$(OPTIMIZE_UNROLLED),$(filter -O%,$(CFLAGS)))

# For the tests, which call internal functions.
$(BUILD)/internals.a: $(TESTED)
	rm -f $@
	$(AR) rcs $@ $^

# For all others: one object, whose only global names are those of the interface. Apple's
# tools have no such option; there they are all global.
ifeq ($(SYSTEM),Darwin)
$(BUILD)/libpng2bmp.a: $(OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^
else
$(BUILD)/libpng2bmp.a: $(OBJECTS)
	rm -f $@
	$(CC) -r -nostdlib -o $(BUILD)/png2bmp.o $^
	$(OBJCOPY) --localize-hidden $(BUILD)/png2bmp.o
	$(AR) rcs $@ $(BUILD)/png2bmp.o
endif

$(BUILD)/libpng2bmp.so: $(OBJECTS) src/png2bmp.map
	$(CC) -shared $(CFLAGS) $(SYMBOLS) $(LOCAL_DEFLATE) -Wl,-soname,libpng2bmp.so.$(SOVERSION) -o $@ $(OBJECTS) \
	    $(DEFLATE_LIBS)

# ---- The Node.js addon ---------------------------------------------------------
# Node-API is declared by the npm package node-api-headers, so that nothing has to be
# downloaded, and any Node.js from version 20 on can load the addon.

ADDON         := build/Release/png2bmp.node
ADDON_BUILD   := build/addon
ADDON_OBJECTS := $(patsubst %.c,$(ADDON_BUILD)/%.o,$(C_CODE))
ADDON_CFLAGS  = $(SHARED_CODE) $(ADDON_OPTIMIZE) $(NODE_DEFINES) -Iinclude -Isrc $(DEFLATE_CFLAGS) \
    -isystem $(NODE_INCLUDE)
ADDON_OPTIMIZE = $(OPTIMIZE)
$(UNROLLED_SOURCES:%.c=$(ADDON_BUILD)/%.o): ADDON_OPTIMIZE = $(OPTIMIZE_UNROLLED)
ADDON_LDFLAGS := $(if $(filter Darwin,$(SYSTEM)),-bundle -undefined dynamic_lookup, \
    -shared -Wl$(comma)--as-needed $(LOCAL_DEFLATE) -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now \
    -Wl$(comma)-s)

addon: $(ADDON)

$(ADDON_BUILD)/%.o: %.c $(HEADERS) $(wildcard addon/*.h) Makefile build.mk | libdeflate
	@mkdir -p $(@D)
	$(CC) $(ADDON_CFLAGS) -c -o $@ $<

$(ADDON): $(ADDON_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(ADDON_LDFLAGS) -o $@ $^ $(DEFLATE_LIBS)

# ---- Installing the C library --------------------------------------------------

# Generated at each install: PREFIX may have changed.
#
# `pkg-config --static` adds to what it gives without, and a linker that is told -lpng2bmp takes the shared
# library if it is there. So that is in a package of its own, which comes after the archive and is left
# out if nothing needs it any more.
define PKG_CONFIG_FILE
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(PREFIX)/include

Name: png2bmp
Description: PNG bytes in, BMP bytes out
Version: $(VERSION)
Requires: png2bmp-shared = $(VERSION)
Requires.private: libdeflate
Libs.private: $(ARCHIVE)
Cflags: -I"$${includedir}"
endef
export PKG_CONFIG_FILE

ARCHIVE   = $(if $(filter Darwin,$(SYSTEM)),"$${libdir}/libpng2bmp.a",-l:libpng2bmp.a)
AS_NEEDED = $(if $(filter Darwin,$(SYSTEM)),$(1),-Wl$(comma)--push-state$(comma)--as-needed $(1) -Wl$(comma)--pop-state)

define PKG_CONFIG_SHARED_FILE
libdir=$(LIBDIR)

Name: png2bmp-shared
Description: The shared library of png2bmp, for png2bmp.pc
Version: $(VERSION)
Libs: -L"$${libdir}" $(call AS_NEEDED,-lpng2bmp)
endef
export PKG_CONFIG_SHARED_FILE

# For find_package(png2bmp): next to its library, wherever that is installed. libdeflate has a file for
# CMake only since 1.15.
define CMAKE_FILE
get_filename_component(_png2bmp_lib "$${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
if(NOT TARGET png2bmp::png2bmp)
  add_library(png2bmp::png2bmp SHARED IMPORTED)
  set_target_properties(png2bmp::png2bmp PROPERTIES
    IMPORTED_LOCATION "$${_png2bmp_lib}/libpng2bmp.so.$(VERSION)"
    IMPORTED_SONAME "libpng2bmp.so.$(SOVERSION)"
    INTERFACE_INCLUDE_DIRECTORIES "$${_png2bmp_lib}/$(INCLUDE_FROM_LIB)")
  add_library(png2bmp::png2bmp_static STATIC IMPORTED)
  set_target_properties(png2bmp::png2bmp_static PROPERTIES
    IMPORTED_LOCATION "$${_png2bmp_lib}/libpng2bmp.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_LINK_LIBRARIES deflate
    INTERFACE_INCLUDE_DIRECTORIES "$${_png2bmp_lib}/$(INCLUDE_FROM_LIB)")
endif()
endef
export CMAKE_FILE

define CMAKE_VERSION_FILE
set(PACKAGE_VERSION "$(VERSION)")
if("$${PACKAGE_FIND_VERSION_MAJOR}" STREQUAL "" OR "$${PACKAGE_FIND_VERSION_MAJOR}" STREQUAL "$(SOVERSION)")
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
endef
export CMAKE_VERSION_FILE

# The path from the libraries to the headers; LIBDIR may be a directory deeper (Debian's multiarch).
INCLUDE_FROM_LIB = $(shell realpath -m --relative-to=$(call quote,$(LIBDIR)) $(call quote,$(PREFIX)/include))

# Where files go, each as a word of a shell command.
TO_INCLUDE = $(call quote,$(DESTDIR)$(PREFIX)/include)
TO_LIB     = $(call quote,$(DESTDIR)$(LIBDIR))
TO_CMAKE   = $(TO_LIB)/cmake/png2bmp

# Those in LIBDIR.
INSTALLED = libpng2bmp.a libpng2bmp.so libpng2bmp.so.$(SOVERSION) libpng2bmp.so.$(VERSION) \
    $(addprefix pkgconfig/,png2bmp.pc png2bmp-shared.pc) $(addprefix cmake/png2bmp/,png2bmp-config.cmake png2bmp-config-version.cmake)

install: lib
	install -d $(TO_INCLUDE) $(TO_LIB)/pkgconfig $(TO_CMAKE)
	install -m 644 include/png2bmp.h $(TO_INCLUDE)/
	install -m 644 $(BUILD)/libpng2bmp.a $(TO_LIB)/
	install -m 755 $(BUILD)/libpng2bmp.so $(TO_LIB)/libpng2bmp.so.$(VERSION)
	ln -sf libpng2bmp.so.$(VERSION) $(TO_LIB)/libpng2bmp.so.$(SOVERSION)
	ln -sf libpng2bmp.so.$(SOVERSION) $(TO_LIB)/libpng2bmp.so
	printf '%s\n' "$$PKG_CONFIG_FILE" > $(TO_LIB)/pkgconfig/png2bmp.pc
	printf '%s\n' "$$PKG_CONFIG_SHARED_FILE" > $(TO_LIB)/pkgconfig/png2bmp-shared.pc
	printf '%s\n' "$$CMAKE_FILE" > $(TO_CMAKE)/png2bmp-config.cmake
	printf '%s\n' "$$CMAKE_VERSION_FILE" > $(TO_CMAKE)/png2bmp-config-version.cmake
	chmod 644 $(TO_LIB)/pkgconfig/png2bmp*.pc $(TO_CMAKE)/*.cmake

uninstall:
	rm -f $(TO_INCLUDE)/png2bmp.h $(addprefix $(TO_LIB)/,$(INSTALLED))

# ---- Tests -------------------------------------------------------------------

# A C test replaces the functions that it defines as __wrap_NAME.
wraps = $(addprefix -Wl$(comma)--wrap=,$(sort $(patsubst __wrap_%,%,$(shell grep -ow '__wrap_[a-z_0-9]*' $(1)))))

# Another CPU's programs run under EMULATOR: see test/other-cpus.sh.
EMULATOR ?=

# Compiled on their own, which ccache remembers when the library alone has changed.
$(TESTS:$(BUILD)/%=$(BUILD)/test/c/%.o): $(wildcard test/c/*.h)

$(BUILD)/%: $(BUILD)/test/c/%.o $(BUILD)/internals.a
	$(CC) $(C_FLAGS) $(LDFLAGS) $(call wraps,test/c/$*.c) -o $@ $< $(BUILD)/internals.a $(DEFLATE_LIBS) -lpthread

# Apple's linker replaces no functions: what needs that is left out there, by name.
ifeq ($(SYSTEM),Darwin)
WRAPPING := $(patsubst test/c/%.c,$(BUILD)/%,$(shell grep -l __wrap_ test/c/*.c))
TESTS    := $(filter-out $(WRAPPING),$(TESTS))
endif

# Tests to leave out, by name, where they would tell nothing more.
LEFT_OUT ?=
TESTS := $(filter-out $(LEFT_OUT:%=$(BUILD)/%),$(TESTS))

# The C tests, built and not run.
programs: $(TESTS)

check: $(TESTS)
	@for test in $(LEFT_OUT); do echo "# left out: $$test"; done
	@for test in $(WRAPPING); do echo "# skipped: $$test needs a linker with --wrap"; done
	@set -e; for test in $(TESTS); do echo "# $$test"; $(EMULATOR) $$test; done

# UBSan takes a minute to compile what is unrolled, unless it is not optimised.
SANITIZED = BUILD=build/c-sanitize OPTIMIZE=-O1 OPTIMIZE_UNROLLED=-O0 \
    CFLAGS='-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

sanitize:
	$(MAKE) check $(SANITIZED)

# One of these tests, to run with arguments of its own.
sanitized/%:
	$(MAKE) build/c-sanitize/$* $(SANITIZED)

# ---- Checks of the code --------------------------------------------------------

STRICT       = $(STANDARD) -O2 $(WARNINGS) -Wconversion -Werror -Iinclude -Isrc $(DEFLATE_CFLAGS) \
               $(NODE_DEFINES) -isystem $(NODE_INCLUDE)

# For each file of C code, on all processors: a command.
each = printf '%s\n' $(C_CODE) | xargs -P "$$(nproc 2>/dev/null || echo 2)" -I {}

# Some of gcc's come from its optimiser; clang's do not.
warnings:
	@$(each) gcc $(STRICT) -c -o /dev/null {}
	@$(each) clang $(STRICT) -fsyntax-only {}

format:
	clang-format -i $(ALL_C)
format-check:
	clang-format --dry-run -Werror $(ALL_C)

tidy:
	$(each) clang-tidy --quiet --warnings-as-errors='*' {} -- $(STRICT)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability \
	    --suppress=missingIncludeSystem --suppress=unknownMacro:src/cpu/levels.c -Iinclude -Isrc src addon

clean:
	rm -rf build/c build/c-sanitize build/addon build/Release
