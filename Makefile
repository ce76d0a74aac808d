# The C side: the library, its tests, and the checks that CI runs on all C code.
#
#   make                 libpng2bmp.a and libpng2bmp.so in build/c/
#   make addon           build/Release/png2bmp.node; `npm run build` runs it on all processors
#   make install         PREFIX (/usr/local), LIBDIR and DESTDIR are honoured; then run ldconfig
#   make uninstall       removes what install put there
#   make check           the C tests
#   make sanitize        the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   make warnings        all C code, by gcc and by clang, no warning allowed
#   make format          lays out all C code; make format-check: only looks
#   make tidy            clang-tidy and cppcheck

CC       ?= cc
CFLAGS   ?= -O3 -g
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
BUILD    ?= build/c

VERSION  := $(shell sed -n 's/^\#define PNG2BMP_VERSION "\(.*\)"/\1/p' include/png2bmp.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

SOURCES  := $(wildcard src/*.c src/x86/*.c src/arm/*.c)
HEADERS  := $(wildcard include/*.h src/*.h src/x86/*.h src/arm/*.h)
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
TESTS    := $(patsubst test/c/%.c,$(BUILD)/%,$(wildcard test/c/*.c))
C_CODE   := $(SOURCES) $(wildcard addon/*.c)
ALL_C    := $(HEADERS) $(wildcard $(foreach d,addon test/c test/faults test/kit test/oracle bench fuzz \
                examples/c,$(d)/*.c $(d)/*.h)) $(SOURCES)

DEFLATE_CFLAGS := $(shell pkg-config --cflags libdeflate)
# Where the compiler does not know a library it answers with the name alone.
DEFLATE_LIBS   := $(or $(filter /%,$(shell $(CC) -print-file-name=libdeflate.a)), \
                       $(shell pkg-config --libs libdeflate))

comma := ,

C_FLAGS  = -std=c11 -Wall -Wextra -fvisibility=hidden -fPIC -DPNG2BMP_SHARED -Iinclude -Isrc $(DEFLATE_CFLAGS) $(CFLAGS)

NODE_INCLUDE = $(shell node -p "require('node-api-headers').include_dir")

# libdeflate's own symbols stay inside: some of its static objects (1.23) cannot be exported from a
# shared library, and no program that links with ours should get them. Apple's linker has no such flag.
LOCAL_DEFLATE := $(if $(filter Darwin,$(shell uname -s)),,-Wl$(comma)--exclude-libs$(comma)ALL)

.PHONY: all lib addon install uninstall check sanitize warnings format format-check tidy clean
.SECONDARY:

all: lib
lib: $(BUILD)/libpng2bmp.a $(BUILD)/libpng2bmp.so

$(BUILD)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -c -o $@ $<

$(BUILD)/libpng2bmp.a: $(OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libpng2bmp.so: $(OBJECTS)
	$(CC) -shared $(CFLAGS) $(LOCAL_DEFLATE) -Wl,-soname,libpng2bmp.so.$(SOVERSION) -o $@ $^ $(DEFLATE_LIBS)

# ---- The Node.js addon ---------------------------------------------------------
# What it takes from Node.js is declared by the npm package node-api-headers, so that nothing has
# to be downloaded, and any Node.js from version 20 on loads it.

ADDON         := build/Release/png2bmp.node
ADDON_OBJECTS := $(patsubst %.c,build/addon/%.o,$(SOURCES) $(wildcard addon/*.c))
ADDON_CFLAGS  = -std=c11 -O3 -Wall -Wextra -fvisibility=hidden -fPIC -DNAPI_VERSION=8 \
    -DNODE_GYP_MODULE_NAME=png2bmp -DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED -Iinclude -Isrc \
    $(DEFLATE_CFLAGS) -isystem $(NODE_INCLUDE)
ADDON_LDFLAGS := $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup, \
    -shared -Wl$(comma)--as-needed $(LOCAL_DEFLATE) -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now \
    -Wl$(comma)-s)

addon: $(ADDON)

build/addon/%.o: %.c $(HEADERS) $(wildcard addon/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) $(ADDON_CFLAGS) -c -o $@ $<

$(ADDON): $(ADDON_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(ADDON_LDFLAGS) -o $@ $^ $(DEFLATE_LIBS)

# ---- Installing the C library --------------------------------------------------

# Made at each install: PREFIX may be another one than at the last.
define PKG_CONFIG_FILE
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(PREFIX)/include

Name: png2bmp
Description: PNG bytes in, BMP bytes out
Version: $(VERSION)
Requires.private: libdeflate
Libs: -L$${libdir} -lpng2bmp
Cflags: -I$${includedir}
endef
export PKG_CONFIG_FILE

INSTALLED = $(PREFIX)/include/png2bmp.h $(foreach f,libpng2bmp.a libpng2bmp.so \
    libpng2bmp.so.$(SOVERSION) libpng2bmp.so.$(VERSION) pkgconfig/png2bmp.pc,$(LIBDIR)/$(f))

install: lib
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/png2bmp.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(BUILD)/libpng2bmp.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $(BUILD)/libpng2bmp.so $(DESTDIR)$(LIBDIR)/libpng2bmp.so.$(VERSION)
	ln -sf libpng2bmp.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libpng2bmp.so.$(SOVERSION)
	ln -sf libpng2bmp.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libpng2bmp.so
	printf '%s\n' "$$PKG_CONFIG_FILE" > $(DESTDIR)$(LIBDIR)/pkgconfig/png2bmp.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/png2bmp.pc

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

# ---- Tests -------------------------------------------------------------------

# The functions that a C test replaces are those that it defines as __wrap_NAME.
wraps = $(addprefix -Wl$(comma)--wrap=,$(sort $(patsubst __wrap_%,%,$(shell grep -ow '__wrap_[a-z_0-9]*' $(1)))))

# Another CPU's programs run under EMULATOR: see test/other-cpus.sh.
EMULATOR ?=

$(BUILD)/%: test/c/%.c $(wildcard test/c/*.h) $(BUILD)/libpng2bmp.a
	$(CC) $(C_FLAGS) $(LDFLAGS) $(call wraps,$<) -o $@ $< $(BUILD)/libpng2bmp.a $(DEFLATE_LIBS) -lpthread

check: $(TESTS)
	@set -e; for test in $(TESTS); do echo "# $$test"; $(EMULATOR) $$test; done

sanitize:
	$(MAKE) check BUILD=build/c-sanitize \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

# ---- Checks of the code --------------------------------------------------------

STRICT       = -std=c11 -O2 -Wall -Wextra -Wconversion -Werror -Iinclude -Isrc $(DEFLATE_CFLAGS) \
               -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=png2bmp -isystem $(NODE_INCLUDE)

warnings:
	@set -e; for compiler in gcc clang; do for source in $(C_CODE); do \
	    echo "$$compiler $$source"; $$compiler $(STRICT) -c -o /dev/null $$source; done; done

format:
	clang-format -i $(ALL_C)
format-check:
	clang-format --dry-run -Werror $(ALL_C)

tidy:
	clang-tidy --quiet --warnings-as-errors='*' $(C_CODE) -- $(STRICT)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability \
	    --suppress=missingIncludeSystem -Iinclude -Isrc src addon

clean:
	rm -rf build/c build/c-sanitize build/addon build/Release
