# dedup: the command, libdedup, their tests.
#
#	make                    build dedup, libdedup.a, build/libdedup.so
#	make check              all tests, one verdict at the end
#	make check-long         all rounds of the tests of random texts
#	make asan               the same under AddressSanitizer and UBSan
#	make tsan               threads under ThreadSanitizer
#	make fuzz               a short run of each fuzzer (clang)
#	make bench              speed and memory beside other tools
#	make abi                record the library's ABI, for a release
#	make install uninstall  PREFIX, DESTDIR
#
# CC, CFLAGS, LTO, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR are yours to set.  The
# command reads and writes gzip, zstd and xz where pkg-config finds zlib,
# libzstd and liblzma, and computes digests of WARC records where it finds
# nettle; WITHOUT="zlib libzstd liblzma nettle" leaves out what it names (after
# a "make clean", or with a B of its own).

CFLAGS ?= -O3 -g
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
PKG_CONFIG ?= pkg-config
WERROR ?=

B = build
VERSION := $(shell sed -n 's/^\#define DEDUP_VERSION "\(.*\)"/\1/p' dedup.h)

# What is binary compatible: a major version, or while that is 0 a minor one.
NUMBERS := $(subst ., ,$(VERSION))
SOVERSION := $(patsubst 0,0.$(word 2,$(NUMBERS)),$(word 1,$(NUMBERS)))

WITHOUT =
EXTRAS := $(foreach package,$(filter-out $(WITHOUT), \
	zlib libzstd liblzma nettle), \
	$(shell $(PKG_CONFIG) --exists $(package) && echo $(package)))
HAVE_zlib = -DHAVE_ZLIB
HAVE_libzstd = -DHAVE_ZSTD
HAVE_liblzma = -DHAVE_LZMA
HAVE_nettle = -DHAVE_NETTLE
EXTRA_MACROS := $(foreach package,$(EXTRAS),$(HAVE_$(package)))

# The command is optimised as a whole, where the compiler can do that and make
# objects that any linker can use, too.  "make LTO=" does without.
LTO := $(shell echo 'int x;' | $(CC) -Werror -flto=auto -ffat-lto-objects \
	-x c -c -o /dev/null - 2>/dev/null && echo -flto=auto -ffat-lto-objects)

PACKAGES = libxxhash libutf8proc
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wundef -Wvla
OUR_CFLAGS := -std=c11 -D_GNU_SOURCE -fvisibility=hidden -MMD -MP \
	$(WARNINGS) $(WERROR) -pthread \
	$(EXTRA_MACROS) $(shell $(PKG_CONFIG) --cflags $(PACKAGES) $(EXTRAS))
LIBS := -pthread $(shell $(PKG_CONFIG) --libs libutf8proc)
CLI_LIBS := $(if $(EXTRAS),$(shell $(PKG_CONFIG) --libs $(EXTRAS)))

# The layers, from the bottom up, and what each may include: the folders named
# here and nothing else.  An include from above does not compile.  dedup.h and
# shingle.h are layers too: $B/include has a folder for each; and so is the header
# with the files that every page of --report has in it.
SEES_base =
SEES_text = base
SEES_hash = shingle text base
SEES_shingle = hash $(SEES_hash)
SEES_store = shingle base
SEES_saved = store shingle base
SEES_table = saved store shingle base
SEES_engine = dedup table saved store shingle text base
SEES_api = engine $(SEES_engine)
SEES_dedup = api $(SEES_api)
SEES_io = base
SEES_cli/explain = dedup io base
SEES_cli/options = cli/explain $(SEES_cli/explain)
SEES_cli/input = cli/options $(SEES_cli/options)
SEES_cli/output = cli/input $(SEES_cli/input)
SEES_cli/report = page cli/output $(SEES_cli/output)
SEES_cli/places = cli/input $(SEES_cli/input)
SEES_cli = cli/places cli/report $(SEES_cli/output) cli/output
SEES_tests = cli $(SEES_cli) $(SEES_dedup) hash page

LIB_SOURCES = dedup.c shingle.c \
	$(sort $(wildcard base/*.c text/*.c hash/*.c store/*.c saved/*.c table/*.c \
	engine/*.c api/*.c))
CLI_SOURCES = $(sort $(wildcard io/*.c cli/*.c cli/*/*.c))

# The layer of a source (or of an object, without $B/), and its -I flags.
layer_of = $(if $(findstring /,$1),$(patsubst %/,%,$(dir $1)),$(basename $(basename $1)))
path_of = $(if $(filter dedup shingle page,$1),$B/include/$1,$1)
includes = $(foreach l,$(SEES_$(call layer_of,$1)),-I$(call path_of,$l))
HEADERS = $B/include/dedup/dedup.h $B/include/shingle/shingle.h \
	$B/include/page/page_files.h

LIB_OBJECTS = $(LIB_SOURCES:%.c=$B/%.o)
PIC_OBJECTS = $(LIB_SOURCES:%.c=$B/%.pic.o)
CLI_OBJECTS = $(CLI_SOURCES:%.c=$B/%.o)
SHARED = libdedup.so.$(VERSION)
COMPLETIONS = $B/dedup.bash $B/_dedup $B/dedup.fish

all: dedup libdedup.a $B/libdedup.so $B/libdedup.pc $(COMPLETIONS)

dedup: $(CLI_OBJECTS) libdedup.a
	$(CC) $(CFLAGS) $(LTO) $(LDFLAGS) -o $@ $(CLI_OBJECTS) libdedup.a \
		$(LIBS) $(CLI_LIBS)

libdedup.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJECTS)

# Not at the top of the tree: there, Python would take it for its package.
$B/libdedup.so: $(PIC_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libdedup.so.$(SOVERSION) \
		-o $B/$(SHARED) $(PIC_OBJECTS) $(LIBS)
	ln -sf $(SHARED) $B/libdedup.so.$(SOVERSION)
	ln -sf libdedup.so.$(SOVERSION) $@

# Say which layers a file may include, then compile it; V=1 shows the command.
MKDIR = @mkdir -p $(@D)
SAY = @echo 'cc $<: may include $(or $(SEES_$(call layer_of,$<)),nothing else)'
Q = $(if $(V),,@)

$B/%.o: %.c Makefile | $(HEADERS)
	$(MKDIR)
	$(SAY)
	$(Q)$(CC) $(call includes,$<) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
		$(LTO) -c -o $@ $<

$B/%.pic.o: %.c Makefile | $(HEADERS)
	$(MKDIR)
	$(Q)$(CC) $(call includes,$<) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
		-fPIC -c -o $@ $<

$B/include/dedup/dedup.h $B/include/shingle/shingle.h: | $B
	$(MKDIR)
	ln -sf $(abspath $(@F)) $@

$B/include/page/page_files.h: cli/report/embed.sh cli/report/report.css \
		cli/report/report.js
	$(MKDIR)
	$^ > $@.new
	mv $@.new $@

$B:
	mkdir -p $@

# PREFIX may differ from one make to the next.
$B/libdedup.pc: force | $B
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' \
		'includedir=$(INCLUDEDIR)' '' 'Name: libdedup' \
		'Description: finds duplicate and near-duplicate paragraphs' \
		'Version: $(VERSION)' 'Requires.private: $(PACKAGES)' \
		'Libs: -L$${libdir} -ldedup' 'Libs.private: -pthread' 'Cflags: -I$${includedir}' > $@

$B/dedup.bash: dedup
	./dedup --completion=bash > $@

$B/_dedup: dedup
	./dedup --completion=zsh > $@

$B/dedup.fish: dedup
	./dedup --completion=fish > $@

-include $(wildcard $B/*.d $B/*/*.d $B/cli/*/*.d)

include tests/tests.mk

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(DATADIR)/bash-completion/completions \
		$(DESTDIR)$(DATADIR)/zsh/site-functions \
		$(DESTDIR)$(DATADIR)/fish/vendor_completions.d
	install -m 755 dedup $(DESTDIR)$(BINDIR)
	install -m 644 libdedup.a $(DESTDIR)$(LIBDIR)
	install -m 755 $B/$(SHARED) $(DESTDIR)$(LIBDIR)
	ln -sf $(SHARED) $(DESTDIR)$(LIBDIR)/libdedup.so.$(SOVERSION)
	ln -sf libdedup.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libdedup.so
	install -m 644 $B/libdedup.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 dedup.h $(DESTDIR)$(INCLUDEDIR)
	install -m 644 man/dedup.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 man/dedup.3 $(DESTDIR)$(MANDIR)/man3
	install -m 644 man/dedup-table.5 $(DESTDIR)$(MANDIR)/man5
	install -m 644 $B/dedup.bash \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/dedup
	install -m 644 $B/_dedup $(DESTDIR)$(DATADIR)/zsh/site-functions
	install -m 644 $B/dedup.fish \
		$(DESTDIR)$(DATADIR)/fish/vendor_completions.d

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/dedup $(DESTDIR)$(LIBDIR)/libdedup.a \
		$(DESTDIR)$(LIBDIR)/libdedup.so \
		$(DESTDIR)$(LIBDIR)/libdedup.so.$(SOVERSION) \
		$(DESTDIR)$(LIBDIR)/$(SHARED) \
		$(DESTDIR)$(LIBDIR)/pkgconfig/libdedup.pc \
		$(DESTDIR)$(INCLUDEDIR)/dedup.h \
		$(DESTDIR)$(MANDIR)/man1/dedup.1 \
		$(DESTDIR)$(MANDIR)/man3/dedup.3 \
		$(DESTDIR)$(MANDIR)/man5/dedup-table.5 \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/dedup \
		$(DESTDIR)$(DATADIR)/zsh/site-functions/_dedup \
		$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/dedup.fish

clean:
	rm -rf $B dedup libdedup.a

force:

.PHONY: force all install uninstall clean check asan tsan fuzz bench lint abi
