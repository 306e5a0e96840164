# How the tests are built and run; included by the Makefile.
#
#	tests/test_*.c	programs of tests (cmocka), each linked with all modules
#	tests/fuzz_*.c	targets of libFuzzer
#	tests/gen.c, growth.c	programs of the bench
#	tests/shim.c	makes calls of the command fail
#	tests/*.c	others: what these share

# The same inputs each time, unless another seed (0: any) or more is asked for.
FUZZ_SECONDS = 10
FUZZ_RUNS = 3000
FUZZ_SEED = 1
CLANG = clang
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

UNIT_TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
FUZZERS := $(patsubst tests/%.c,%,$(wildcard tests/fuzz_*.c))
HELPERS := $(filter-out $(UNIT_TESTS) $(FUZZERS) gen growth shim, \
	$(patsubst tests/%.c,%,$(wildcard tests/*.c)))
MODULES = $(LIB_SOURCES:.c=.o) $(filter-out cli/main.o,$(CLI_SOURCES:.c=.o))

TEST_LIBS = $(shell $(PKG_CONFIG) --libs cmocka $(PACKAGES)) $(CLI_LIBS) -lm
LIBS_test_json = $(shell $(PKG_CONFIG) --libs jansson)

# Tests that make allocations fail say so: see random.h.
WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
	-Wl,--wrap=posix_memalign
wrap_of = $(if $(shell grep -l '^.define FAIL_ALLOCATIONS' tests/$1.c),$(WRAP))

# The scripts; those of the command, in as many parts as may run at once.
# Longest first.
OF_COMMAND = batch.sh/8 command.sh/8 dumps.sh/4
SCRIPTS = python.sh portable.sh library.sh quality.sh memory.sh report.sh \
	contamination.sh choice.sh asked.sh faults.py crash.py $(OF_COMMAND)

# All of them side by side, one verdict.
RUN = tests/run.py -l $B/logs-$@ -n $@

T = $B/tests

check: all build-tests $T/gen $T/shim.so
	DEDUP=./dedup SHIM=$T/shim.so $(RUN) $(SCRIPTS:%=tests/%) $(UNIT_TESTS:%=$T/%)

# Those that have more rounds of random texts, or larger ones: with all of it.
LONG_SCRIPTS = python.sh faults.py crash.py $(OF_COMMAND)
LONG_TESTS := $(patsubst tests/%.c,%,$(shell \
	grep -lw -e rounds -e every $(UNIT_TESTS:%=tests/%.c)))

check-long: all $(LONG_TESTS:%=$T/%) $T/gen $T/shim.so
	CHECK_LONG=1 DEDUP=./dedup SHIM=$T/shim.so $(RUN) $(LONG_SCRIPTS:%=tests/%) \
		$(LONG_TESTS:%=$T/%)

build-tests: $(UNIT_TESTS:%=$T/%)

$T/test_%: $T/test_%.o $T/tests.a
	$(CC) $(CFLAGS) -fno-lto $(LDFLAGS) $(call wrap_of,$(@F)) -o $@ $^ \
		$(TEST_LIBS) $(LIBS_$(@F))

# An archive, so that each test takes no more than it calls.
$T/tests.a: $(HELPERS:%=$T/%.o) $(MODULES:%=$B/%)
	$(MKDIR)
	rm -f $@
	$(AR) rcs $@ $^

# Loaded into the command: see tests/faults.py.
$T/shim.so: tests/shim.c
	$(MKDIR)
	$(CC) $(OUR_CFLAGS) -fvisibility=default -O1 -shared -fPIC -o $@ $< -ldl

$T/gen: $T/gen.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$T/growth: $T/growth.o $T/tests.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(CLI_LIBS)

$T/%.o: tests/%.c Makefile tests/tests.mk | $(HEADERS)
	$(MKDIR)
	$(CC) $(call includes,tests/$*.c) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
		-c -o $@ $<

# All of it once more, under sanitizers.
A = $B/asan

asan: $A/dedup $(UNIT_TESTS:%=$A/tests/%) $T/gen
	DEDUP=$A/dedup $(RUN) $(OF_COMMAND:%=tests/%) $(UNIT_TESTS:%=$A/tests/%)

$A/dedup: $A/cli/main.o $(MODULES:%=$A/%)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS) $(CLI_LIBS)

$A/tests/test_%: $A/tests/test_%.o $A/tests.a
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) $(call wrap_of,$(@F)) \
		-o $@ $^ $(TEST_LIBS) $(LIBS_$(@F))

$A/tests.a: $(HELPERS:%=$A/tests/%.o) $(MODULES:%=$A/%)
	$(MKDIR)
	rm -f $@
	$(AR) rcs $@ $^

$A/%.o: %.c Makefile tests/tests.mk | $(HEADERS)
	$(MKDIR)
	$(CC) $(call includes,$*.c) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -O1 $(SANITIZE) -c -o $@ $<

# The command with several threads, under ThreadSanitizer.
S = $B/tsan
TSAN = -fsanitize=thread

tsan: $S/dedup $T/gen
	DEDUP=$S/dedup TEST_ONLY=threads $(RUN) tests/dumps.sh/2

$S/dedup: $S/cli/main.o $(MODULES:%=$S/%)
	$(CC) $(CFLAGS) $(TSAN) $(LDFLAGS) -o $@ $^ $(LIBS) $(CLI_LIBS)

$S/%.o: %.c Makefile tests/tests.mk | $(HEADERS)
	$(MKDIR)
	$(CC) $(call includes,$*.c) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -O1 $(TSAN) -c -o $@ $<

# Each fuzzer for a while, from the fixtures on; what it finds stays in build.
F = $B/fuzz

fuzz: $(FUZZERS:%=$F/%)
	@for fuzzer in $(FUZZERS); do \
		mkdir -p $F/$$fuzzer.corpus; \
		echo "$$fuzzer: $(FUZZ_SECONDS) seconds"; \
		$F/$$fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=8192 \
			-seed=$(FUZZ_SEED) -runs=$(FUZZ_RUNS) \
			-timeout=300 -print_final_stats=1 -artifact_prefix=$F/ \
			$F/$$fuzzer.corpus fixtures > $F/$$fuzzer.log 2>&1 || \
			{ tail -n 60 $F/$$fuzzer.log; exit 1; }; \
		tail -n 7 $F/$$fuzzer.log; \
	done

$F/fuzz_%: $F/tests/fuzz_%.o $F/tests.a
	$(CLANG) -g -fsanitize=fuzzer $(SANITIZE) $(LDFLAGS) -o $@ $^ \
		$(LIBS) $(CLI_LIBS)

$F/tests.a: $(HELPERS:%=$F/tests/%.o) $(MODULES:%=$F/%)
	$(MKDIR)
	rm -f $@
	$(AR) rcs $@ $^

$F/%.o: %.c Makefile tests/tests.mk | $(HEADERS)
	$(MKDIR)
	$(CLANG) $(call includes,$*.c) $(OUR_CFLAGS) $(CPPFLAGS) -O1 -g -fsanitize=fuzzer-no-link \
		$(SANITIZE) -c -o $@ $<

# The Python package alone, and its extension under sanitizers.
check-python: dedup
	$(RUN) tests/python.sh

asan-python: dedup
	CC='$(CC)' tests/python.sh --sanitize '$(SANITIZE)'

# The ABI of this version, as far as dedup.h declares it, for the check that later
# ones keep it: to be made and committed with a release.
ABI = tests/abi/libdedup-$(VERSION).abi

abi: $B/libdedup.so | $(HEADERS)
	mkdir -p tests/abi
	abidw --headers-dir $B/include/dedup --drop-private-types \
		--exported-interfaces-only --drop-undefined-syms \
		--no-show-locs --no-corpus-path --no-comp-dir-path \
		--no-elf-needed --no-parameter-names --no-write-default-sizes \
		--out-file $(ABI) $B/libdedup.so
	grep -q "name='dedup_options' size-in-bits" $(ABI)

bench: dedup $T/gen
	tests/bench.sh ./dedup $T/gen
	tests/bench_dumps.py ./dedup $T/gen
	tests/bench_pages.sh ./dedup
	$(MAKE) --no-print-directory bench-growth

# What hostile text costs, and twice as much of it.
bench-growth: dedup $T/growth
	$T/growth
	tests/bench_separator.sh ./dedup

# Instructions a byte; with CHECK=--check, too many are a failure.
bench-instructions: dedup $T/gen
	tests/bench_instructions.sh ./dedup $T/gen $(CHECK)

# What a second pair of eyes says; .clang-tidy has its settings.  All of clang's
# warnings come before it makes code.  'make analyze' has what takes minutes:
# clang's analyzer, which follows paths.
LINT_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(EXTRA_MACROS) \
	$(foreach l,$(SEES_tests),-I$(call path_of,$l))

tidy = printf '%s\n' $(LIB_SOURCES) $(CLI_SOURCES) tests/gen.c | \
	xargs -P "$$(nproc)" -I % clang-tidy --quiet $1 % -- \
	$(LINT_CFLAGS) 2> $B/clang-tidy.log || \
	{ cat $B/clang-tidy.log; exit 1; }

analyze: | $(HEADERS)
	$(call tidy)

lint: | $(HEADERS)
	! grep -n '#include "[^"]*/' $(LIB_SOURCES) $(CLI_SOURCES) */*.h cli/*/*.h
	shellcheck -x tests/*.sh packaging/*.sh cli/report/embed.sh .ci/run
	mandoc -T lint -W warning $(wildcard man/*.[1-9])
	tests/man.sh $(wildcard man/*.[1-9])
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem --suppress=invalidPointerCast \
		-D__extension__= -D__x86_64__ -D__SSE2__ $(EXTRA_MACROS) \
		$(foreach l,$(SEES_tests),-I$(call path_of,$l)) $(LIB_SOURCES) $(CLI_SOURCES)
	$(call tidy,'-checks=-clang-analyzer-*')
	$(CLANG) -fsyntax-only -Werror -Itests $(LINT_CFLAGS) \
		$(LIB_SOURCES) $(CLI_SOURCES) $(wildcard tests/*.c)

-include $(wildcard $T/*.d $(foreach d,$A $S $F,$d/*.d $d/*/*.d $d/cli/*/*.d))
.PHONY: analyze build-tests check-long bench-growth bench-instructions check-python \
	asan-python
.PRECIOUS: $T/%.o $A/%.o $S/%.o $F/%.o
