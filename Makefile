# The C side: the library, its tests, and the checks that CI runs on all C code.
# The Node.js addon is built by `npm run build` (binding.gyp).
#
#   make                 libpng2bmp.a and libpng2bmp.so in build/c/
#   make install         PREFIX (/usr/local) and DESTDIR are honoured
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
SOVERSION := 0

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

C_FLAGS  = -std=c11 -Wall -Wextra -fvisibility=hidden -fPIC -DPNG2BMP_SHARED -Iinclude -Isrc $(DEFLATE_CFLAGS) $(CFLAGS)

.PHONY: all lib install check sanitize warnings format format-check tidy clean
.SECONDARY:

all: lib
lib: $(BUILD)/libpng2bmp.a $(BUILD)/libpng2bmp.so $(BUILD)/png2bmp.pc

$(BUILD)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -c -o $@ $<

$(BUILD)/libpng2bmp.a: $(OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libpng2bmp.so: $(OBJECTS)
	$(CC) -shared $(CFLAGS) -Wl,-soname,libpng2bmp.so.$(SOVERSION) -o $@ $^ $(DEFLATE_LIBS)

$(BUILD)/png2bmp.pc: include/png2bmp.h Makefile
	@mkdir -p $(@D)
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(PREFIX)/include' '' \
	    'Name: png2bmp' 'Description: PNG bytes in, BMP bytes out' 'Version: $(VERSION)' \
	    'Requires.private: libdeflate' 'Libs: -L$${libdir} -lpng2bmp' \
	    'Cflags: -I$${includedir}' > $@

install: lib
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/png2bmp.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(BUILD)/libpng2bmp.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $(BUILD)/libpng2bmp.so $(DESTDIR)$(LIBDIR)/libpng2bmp.so.$(VERSION)
	ln -sf libpng2bmp.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libpng2bmp.so.$(SOVERSION)
	ln -sf libpng2bmp.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libpng2bmp.so
	install -m 644 $(BUILD)/png2bmp.pc $(DESTDIR)$(LIBDIR)/pkgconfig/

# ---- Tests -------------------------------------------------------------------

$(BUILD)/%: test/c/%.c $(wildcard test/c/*.h) $(BUILD)/libpng2bmp.a
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libpng2bmp.a $(DEFLATE_LIBS) -lpthread

# The calls that test_faults.c makes fail.
$(BUILD)/test_faults: LDFLAGS += $(foreach f,malloc calloc free strdup strndup openat pwrite flock \
    ftruncate fchown fchmod dup close renameat linkat syscall fsync fstatat,-Wl,--wrap=$(f))

# The calls that test_memory.c counts.
$(BUILD)/test_memory: LDFLAGS += $(foreach f,malloc calloc free,-Wl,--wrap=$(f))

check: $(TESTS)
	@set -e; for test in $(TESTS); do echo "# $$test"; $$test; done

sanitize:
	$(MAKE) check BUILD=build/c-sanitize \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

# ---- Checks of the code --------------------------------------------------------

NODE_INCLUDE = $(shell node -p "require('node-api-headers').include_dir")
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
	rm -rf build/c build/c-sanitize
