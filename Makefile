# Glassgate's build, with GNU make and nothing else. `make help` says what there is to type.
#
# One set of rules builds every flavour; a flavour is a folder and its flags:
#   release  build/         the gateway as it is meant to run, and the tests of it: a backtrace has its lines, no more
#   debug    build/debug/   unoptimised, for the debugger
#   asan     build/asan/    by clang: addresses, leaks and undefined behaviour checked while tests or a fuzzer run it
#   tsan     build/tsan/    by clang, too: data races checked while it runs
#   cover    build/cover/   as asan, and every branch that is taken is counted
# HTTPLIB=DIR builds any of them header-only against the httplib.h in DIR, in build/httplib/ instead of build/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# As many jobs as processors, the output of each in one piece. A make that was called by this one shares its jobs.
# Recipes that talk to a person while they run begin with a +, which takes them out of the gathering of output.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(shell nproc) --output-sync=target
endif

# ---- What is built how -------------------------------------------------------------------------------------------

FLAVOUR ?= release
HTTPLIB ?=
TOP     := build$(if $(HTTPLIB),/httplib)
BUILD   := $(TOP)$(if $(filter-out release,$(FLAVOUR)),/$(FLAVOUR))

# clang needs two thirds of the time to write what a sanitizer checks, and what it writes takes half of the time to run.
CXX       := $(if $(filter asan tsan cover,$(FLAVOUR)),clang++,g++)
WERROR    := -Werror
WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
INCLUDES  := -Isrc -Itests -Iexamples
SANITIZED := -O1 -g1 -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS

FLAGS_release := -O2 -g1
FLAGS_debug   := -O0 -g3 -D_GLIBCXX_ASSERTIONS
# Without vptr: that check opens a pipe to look at memory, and some tests leave the gateway no descriptor to open.
FLAGS_asan    := $(SANITIZED) -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=vptr -fno-sanitize-recover=all
FLAGS_tsan    := $(SANITIZED) -fsanitize=thread
# As C, to which the sanitizer brings no operator new of its own: the tests have one that fails.
LDFLAGS_tsan  := --driver-mode=gcc
LIBS_tsan     := -lstdc++ -lm
FLAGS_cover   := $(FLAGS_asan) -fprofile-instr-generate -fcoverage-mapping
ifndef FLAGS_$(FLAVOUR)
$(error FLAVOUR is one of release, debug, asan, tsan, cover; not "$(FLAVOUR)")
endif

# pkg-config is asked once, and not before `deps` had its chance to install it.
PACKAGES     := yaml-cpp $(if $(HTTPLIB),,cpp-httplib)
PACKAGE_CXX   = $(eval PACKAGE_CXX := $$(patsubst -I%,-isystem %,$$(shell pkg-config --cflags $(PACKAGES))))$(PACKAGE_CXX)
PACKAGE_LIBS  = $(eval PACKAGE_LIBS := $$(shell pkg-config --libs $(PACKAGES)) $(LIBS_$(FLAVOUR)))$(PACKAGE_LIBS)

COMPILE = $(CXX) -std=c++20 -pthread $(FLAGS_$(FLAVOUR)) $(WARNINGS) $(INCLUDES) \
          $(if $(HTTPLIB),-isystem $(HTTPLIB)) $(PACKAGE_CXX) $(CPPFLAGS) $(CXXFLAGS)
LINK    = $(CXX) -pthread $(FLAGS_$(FLAVOUR)) -Wl,--as-needed $(LDFLAGS) $(LDFLAGS_$(FLAVOUR))

sources_in = $(sort $(shell find $1 -name '*.cpp' 2>/dev/null))
objects_of = $(patsubst %.cpp,$(BUILD)/obj/%.o,$1)

# Tests, and what is only built to be checked, are compiled in batches of files, in less than half of the time
# ("Batches", below). The price: a test that changes is compiled with seven others, and a new one moves those behind it.
# What readers change, src/ and the exercises, is compiled file by file.
LAYERS  := $(patsubst src/%/,%,$(wildcard src/*/))
BATCHED := test $(if $(filter asan tsan,$(FLAVOUR)),$(LAYERS) shared)
BATCH   := 8

SOURCES   := $(call sources_in,src)
BENCHES   := $(wildcard tests/bench/*_bench.cpp)
SHARED    := $(call sources_in,tests/bench/support)
FLOOR     := tests/bench/peers/floor_relay.cpp
FUZZ_MAIN := tests/fuzz/libfuzzer.cpp
SOAK      := $(call sources_in,tests/soak)
APART     := $(BENCHES) $(SHARED) $(FLOOR) $(FUZZ_MAIN) $(SOAK)  # under tests/, and not of the test program
TESTS     := $(filter-out $(APART),$(call sources_in,tests))
EXAMPLES  := $(call sources_in,examples)
ALL_FILES := $(SOURCES) $(TESTS) $(APART) $(EXAMPLES)

# examples/NAME.cpp is a program; what stands in a folder of examples/ is shared by them. The demo's backend is built
# with the gateway, the programs of the lessons when they are asked for.
EXAMPLE_MAINS    := $(wildcard examples/*.cpp)
DEMO_BACKEND     := $(BUILD)/demo_backend
LESSON_NAMES     := $(filter-out demo_backend,$(EXAMPLE_MAINS:examples/%.cpp=%))
LESSON_PROGRAMS  := $(LESSON_NAMES:%=$(BUILD)/ex/%)
EXAMPLE_LIBRARY  := $(BUILD)/libexamples.a
LIBRARY          := $(BUILD)/libglassgate.a  # all of src/ but main(): tests, benches and examples are linked with it
BENCH_NAMES      := $(patsubst tests/bench/%_bench.cpp,%,$(BENCHES))
BENCH_PROGRAMS   := $(BENCH_NAMES:%=$(BUILD)/bench/%)
SUPPORT_LIBRARY  := $(BUILD)/libsupport.a    # what benches and the soak share, and what they take from the tests
# tests/fuzz/NAME_fuzz.cpp is linked into the tests, for its corpus, and makes a program of its own for libFuzzer.
FUZZ_TARGETS     := $(wildcard tests/fuzz/*_fuzz.cpp)
FUZZ_NAMES       := $(FUZZ_TARGETS:tests/fuzz/%_fuzz.cpp=%)
FUZZ_PROGRAMS    := $(FUZZ_NAMES:%=$(BUILD)/%_fuzz)
FUZZ_SHARED      := $(filter-out $(FUZZ_TARGETS) %_test.cpp,$(call sources_in,tests/fuzz)) tests/support/json_reader.cpp \
                    tests/support/prometheus_reader.cpp
PROGRAMS         := $(BUILD)/glassgate $(DEMO_BACKEND)

# ---- What to type ------------------------------------------------------------------------------------------------

.PHONY: all
all: $(PROGRAMS)  ## build the gateway and the demo backend: build/glassgate, build/demo_backend

.PHONY: run
run: all | deps-run  ## three demo backends and the gateway in front of them, until Ctrl-C
	+@examples/demo.sh run $(BUILD)

# setarch: g++ 12's sanitizers do not start where the kernel spreads addresses over more bits than they knew of.
.PHONY: test test-programs
test-programs: $(BUILD)/tests $(PROGRAMS)
test: test-programs  ## build and run every test; TEST_ARGS='-tc=*route*' runs some
	+@$(RUN_TEST_PROGRAM) $(BUILD)/tests $(TEST_ARGS)

RUN_TEST_PROGRAM = fixed=$$(setarch -R true 2>/dev/null && echo setarch -R || true); \
                   GLASSGATE_BUILD=$(BUILD) $(TEST_ENVIRONMENT) $$fixed
TEST_ENVIRONMENT = $(TEST_ENVIRONMENT_$(FLAVOUR))
TEST_ENVIRONMENT_asan := ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
                         UBSAN_OPTIONS=print_stacktrace=1
TEST_ENVIRONMENT_tsan := TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

.PHONY: debug
debug: | deps-debug  ## the gateway under gdb, stopped at each stage of a request (examples/debug.gdb)
	+@$(MAKE) FLAVOUR=debug all
	+@examples/demo.sh debug $(TOP)/debug

.PHONY: asan tsan
asan tsan: | deps-fuzz  ## the tests with the address (and undefined behaviour), or with the thread sanitizer
	+@$(MAKE) FLAVOUR=$@ test

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%) fuzz-programs
fuzz: | deps-fuzz  ## every tests/fuzz/NAME_fuzz.cpp for FUZZ_SECONDS (30) of libFuzzer; `make fuzz-NAME` runs one
	+@$(MAKE) FLAVOUR=asan fuzz-programs
	+@tests/fuzz/run.sh $(TOP)/asan $(FUZZ_NAMES)
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: | deps-fuzz
	+@$(MAKE) FLAVOUR=asan $(TOP)/asan/$*_fuzz
	+@tests/fuzz/run.sh $(TOP)/asan $*
fuzz-programs: $(FUZZ_PROGRAMS)

.PHONY: fuzz-coverage
fuzz-coverage: | deps-coverage  ## which branches the kept inputs take, and which they do not
	+@$(MAKE) FLAVOUR=cover fuzz-programs
	+@tests/fuzz/coverage.py $(TOP)/cover $(FUZZ_NAMES)

.PHONY: lint
lint: format-check lint-files  ## clang-format, clang-tidy, clang's warnings and its thread-safety analysis

.PHONY: format
format: | deps-lint  ## rewrite every source file as clang-format has it
	@clang-format -i $(FORMATTED)

.PHONY: format-check
format-check: | deps-lint
	@clang-format --dry-run -Werror $(FORMATTED)

.PHONY: deps
deps:  ## install the packages that a build needs and this machine lacks (Debian)
	+@.ci/deps.sh build $(if $(HTTPLIB),,httplib)

DEPS := deps-run deps-debug deps-lint deps-bench deps-fuzz deps-coverage deps-docs
.PHONY: $(DEPS)
$(DEPS): deps-%: | deps
	+@.ci/deps.sh $*

.PHONY: check-newest-httplib
check-newest-httplib:  ## the tests against another release of cpp-httplib: HTTPLIB=the folder of its httplib.h
	$(if $(HTTPLIB),,$(error HTTPLIB=DIR is missing: the folder that holds the httplib.h to build with))
	+@$(MAKE) HTTPLIB=$(HTTPLIB) test

.PHONY: bench
bench: $(BUILD)/glassgate $(BUILD)/bench/floor_relay | deps-bench  ## beside nginx, and haproxy, caddy and Go where they are installed; BENCH_ARGS=--help
	+@PYTHONDONTWRITEBYTECODE=1 python3 tests/bench/peers/bench.py $(BUILD)/glassgate $(BUILD)/bench/floor_relay $(BENCH_ARGS)

.PHONY: $(BENCH_NAMES:%=bench-%)
$(BENCH_NAMES:%=bench-%): bench-%: $(BUILD)/bench/% $(BUILD)/glassgate
	+@GLASSGATE_BUILD=$(BUILD) $<

# One after the other: two at once would measure each other.
GROWTH := routes backends limiter_keys idle_connections
.PHONY: bench-growth
bench-growth: $(GROWTH:%=$(BUILD)/bench/%) $(BUILD)/glassgate  ## how costs grow: routes, backends, keys, connections; writes docs/figures/*.csv
	+@for name in $(GROWTH); do GLASSGATE_BUILD=$(BUILD) $(BUILD)/bench/$$name; done

.PHONY: draw
draw:  ## draw docs/figures/NAME.svg from each docs/figures/NAME.csv
	@python3 tests/bench/draw.py $(wildcard docs/figures/*.csv)

.PHONY: examples
examples:  ## list the programs of the lessons; `make ex-NAME EX_ARGS='...'` builds and runs one
	@awk 'FNR == 1 && FILENAME != "examples/demo_backend.cpp" { \
	  name = FILENAME; sub(/.*\//, "", name); sub(/\.cpp$$/, "", name); sub(/^\/\/ */, ""); \
	  printf "  %-26s %s\n", name, $$0 }' $(EXAMPLE_MAINS)

.PHONY: $(LESSON_NAMES:%=ex-%) lesson-programs
$(LESSON_NAMES:%=ex-%): ex-%: $(BUILD)/ex/%
	+@$< $(EX_ARGS)
lesson-programs: $(LESSON_PROGRAMS)  ## build the programs of the lessons: build/ex/NAME

# What the lessons show is run for it: the programs, the demo, and, for their walks, programs built for the debugger.
# The tests are there to see a broken line caught, and an exercise solved.
WALKED = $(sort $(shell sed -n 's/^program: *\(build[^ ]*\).*/\1/p' docs/walks/*.walk 2>/dev/null))
WALK_NAMES := $(patsubst docs/walks/%.walk,%,$(wildcard docs/walks/*.walk))
.PHONY: walks $(WALK_NAMES:%=walk-%)
walks:  ## list the debugger's walks; `make walk-NAME` goes one and shows it
	@awk 'FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.walk$$/, "", name); sub(/^# */, ""); \
	  printf "  %-26s %s\n", name, $$0 }' docs/walks/*.walk
$(WALK_NAMES:%=walk-%): walk-%: | deps-docs
	+@$(MAKE) FLAVOUR=debug $(shell sed -n 's/^program: *\(build[^ ]*\).*/\1/p' docs/walks/$*.walk)
	+@PYTHONDONTWRITEBYTECODE=1 python3 tests/docs/show_walk.py $*

.PHONY: docs-programs
docs-programs: $(PROGRAMS) $(LESSON_PROGRAMS) | deps-docs
	+@$(if $(WALKED),$(MAKE) FLAVOUR=debug $(WALKED))

.PHONY: docs-check docs-figures docs-self-test docs-pages
docs-check: docs-figures docs-self-test docs-pages  ## fails when docs/ and README.md say what the code does not; DOCS_ARGS='--only quotes PAGE' checks some
docs-figures:
	@python3 tests/bench/draw.py --check $(wildcard docs/figures/*.csv)
docs-self-test: docs-programs $(BUILD)/tests
	+@PYTHONDONTWRITEBYTECODE=1 python3 tests/docs/self_test.py
docs-pages: docs-programs $(BUILD)/tests
	+@PYTHONDONTWRITEBYTECODE=1 python3 tests/docs/check.py $(DOCS_ARGS)

.PHONY: docs-fix
docs-fix: docs-programs  ## renew what docs/ shows: quotes, outputs, walks, pictures
	+@PYTHONDONTWRITEBYTECODE=1 python3 tests/docs/check.py --fix --only marks,quotes,pictures,outputs,walks $(DOCS_ARGS)

.PHONY: soak
soak: $(BUILD)/soak $(BUILD)/glassgate  ## the gateway under everything at once for SOAK_SECONDS=60: leaks, cross-talk, cut answers
	+@$(RUN_TEST_PROGRAM) $(BUILD)/soak

.PHONY: clean
clean:  ## remove everything that was built
	@rm -rf build

.PHONY: help
help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z][a-z -]*:.*  ## / { printf "  %-22s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- How ---------------------------------------------------------------------------------------------------------

# Holds the flags that the objects were built with, and is only touched when they change: then everything is rebuilt.
$(BUILD)/flags: FORCE | deps
	@mkdir -p $(@D)
	@echo '$(COMPILE) : $(LINK) $(PACKAGE_LIBS)' | cmp -s - $@ || echo '$(COMPILE) : $(LINK) $(PACKAGE_LIBS)' > $@

.PHONY: FORCE
FORCE:

# What most files include is read once for all of them, which takes a third off the time. Test files are built without
# optimising, and without what guides a fuzzer: what they test has both.
COMMON_INCLUDES := $(BUILD)/precompiled/common.h
TEST_INCLUDES   := $(BUILD)/precompiled/tests.h
TEST_LEVEL      := -O0 $(if $(filter asan cover,$(FLAVOUR)),-fno-sanitize=fuzzer-no-link)
$(COMMON_INCLUDES).gch: private HEADER := .ci/precompiled.h
$(TEST_INCLUDES).gch:   private HEADER := tests/precompiled.h
$(COMMON_INCLUDES).gch: private LEVEL :=
$(TEST_INCLUDES).gch:   private LEVEL := $(TEST_LEVEL)
$(COMMON_INCLUDES).gch $(TEST_INCLUDES).gch: $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  compile $(HEADER)'
	@$(COMPILE) $(LEVEL) -MD -MP -MF $@.d -MT $@ -x c++-header -o $@ $(HEADER)

# The system's headers count, too: a compiler refuses what was read by another.
-include $(COMMON_INCLUDES).gch.d $(TEST_INCLUDES).gch.d

AS_TEST   := $(TEST_LEVEL) -include $(TEST_INCLUDES) -Winvalid-pch
AS_OTHERS := -include $(COMMON_INCLUDES) -Winvalid-pch
EXERCISES := $(filter tests/exercises/%_test.cpp,$(TESTS))
$(BUILD)/obj/%.o: private HOW := $(AS_OTHERS)
$(BUILD)/obj/tests/exercises/%.o: private HOW := $(AS_TEST)
$(call objects_of,$(EXERCISES)): $(TEST_INCLUDES).gch
$(BUILD)/obj/%.o: %.cpp $(COMMON_INCLUDES).gch $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  compile $<'
	@$(COMPILE) $(HOW) -MMD -MP -c -o $@ $<

# ---- Batches: build/batch/GROUP_N.cpp is what BATCH files of a group say, from the Nth on ------------------------------

GROUPS := $(LAYERS) test shared exercise example
$(foreach layer,$(LAYERS),$(eval files_of_$(layer) := $(filter src/$(layer)/%,$(SOURCES))))
# Not with others: doctest's own code; and an operator new, which is not to be seen where it is called.
ALONE := tests/main.cpp tests/support/failing_new.cpp
files_of_test   := $(filter-out $(EXERCISES),$(filter %_test.cpp,$(TESTS)))
files_of_shared := $(filter-out %_test.cpp $(ALONE),$(TESTS))
# Batches for the linter alone.
files_of_exercise := $(EXERCISES)
files_of_example  := $(LESSON_NAMES:%=examples/%.cpp)

numbers_of    = $(shell seq 1 $(BATCH) $(words $(files_of_$1)))
batches_of    = $(foreach group,$1,$(addprefix $(group)_,$(call numbers_of,$(group))))
batch_objects = $(patsubst %,$(BUILD)/batch/%.o,$(call batches_of,$1))
from          = $(wordlist $2,$(shell expr $2 + $(BATCH) - 1),$(files_of_$1))
files_in      = $(call from,$(firstword $(subst _, ,$1)),$(lastword $(subst _, ,$1)))
group_objects = $(if $(filter $1,$(BATCHED)),$(call batch_objects,$1),$(call objects_of,$(files_of_$1)))

BATCHES := $(patsubst %,build/batch/%.cpp,$(call batches_of,$(GROUPS)))
$(BATCHES): build/batch/%.cpp: FORCE
	@mkdir -p $(@D)
	@awk -f .ci/batch.awk $(call files_in,$*) | cmp -s - $@ || awk -f .ci/batch.awk $(call files_in,$*) > $@

# Of when there were more files.
$(shell rm -f $(filter-out $(BATCHES),$(wildcard build/batch/*.cpp)))

# Warnings are said by the release's compiler and the linter.
QUIET := $(if $(filter release,$(FLAVOUR)),,-w)
$(BUILD)/batch/%.o: private HOW := $(AS_OTHERS)
$(BUILD)/batch/test_%.o: private HOW := $(AS_TEST)
$(call batch_objects,test): $(TEST_INCLUDES).gch
$(BUILD)/batch/%.o: build/batch/%.cpp $(COMMON_INCLUDES).gch $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  compile $(call files_in,$*)'
	@$(COMPILE) $(QUIET) $(HOW) -MMD -MP -c -o $@ $<

$(LIBRARY): $(call objects_of,$(filter-out src/main.cpp,$(wildcard src/*.cpp))) \
            $(foreach layer,$(LAYERS),$(call group_objects,$(layer)))
$(EXAMPLE_LIBRARY): $(call objects_of,$(filter-out $(EXAMPLE_MAINS),$(EXAMPLES)))
$(SUPPORT_LIBRARY): $(call objects_of,$(SHARED) $(call sources_in,tests/support))
$(LIBRARY) $(EXAMPLE_LIBRARY) $(SUPPORT_LIBRARY):
	@rm -f $@
	@ar rcs $@ $^

define link_program
@mkdir -p $(@D)
@echo '  link    $@'
@$(LINK) -o $@ $^ $(PACKAGE_LIBS)
endef

$(BUILD)/glassgate: $(call objects_of,src/main.cpp) $(LIBRARY)
	$(link_program)

$(BUILD)/tests: $(call objects_of,$(ALONE) $(EXERCISES)) $(call group_objects,test) $(call group_objects,shared) $(LIBRARY)
	$(link_program)

$(DEMO_BACKEND): $(BUILD)/%: $(BUILD)/obj/examples/%.o $(EXAMPLE_LIBRARY) $(LIBRARY)
	$(link_program)

$(LESSON_PROGRAMS): $(BUILD)/ex/%: $(BUILD)/obj/examples/%.o $(EXAMPLE_LIBRARY) $(LIBRARY)
	$(link_program)

$(BUILD)/soak: $(call objects_of,$(SOAK)) $(SUPPORT_LIBRARY) $(LIBRARY)
	$(link_program)

$(BENCH_PROGRAMS): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%_bench.o $(SUPPORT_LIBRARY) $(LIBRARY)
	$(link_program)

$(BUILD)/bench/floor_relay: $(call objects_of,$(FLOOR))
	$(link_program)

$(FUZZ_PROGRAMS): private LDFLAGS += -fsanitize=fuzzer
$(FUZZ_PROGRAMS): $(BUILD)/%_fuzz: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(call objects_of,$(FUZZ_SHARED)) $(LIBRARY)
	$(link_program)

-include $(patsubst %.o,%.d,$(call objects_of,$(ALL_FILES)) $(call batch_objects,$(BATCHED)))

# An .ok is newer than everything it was checked with; so a second `make lint` only looks at what changed.
# clang-tidy takes seconds: it reads what ships (and says clang's own warnings on the way), the tests have to do with
# clang's warnings alone. Both read batches (clang-tidy names lines of build/batch/), also of the lessons' programs: each
# has its main() in a namespace there.
FORMATTED  = $(shell find src tests examples .ci -name '*.cpp' -o -name '*.h')
LINT_FLAGS = -std=c++20 -pthread $(WARNINGS) -Wthread-safety -Wthread-safety-beta $(INCLUDES) $(PACKAGE_CXX)
SHIPPED   := $(SOURCES) $(EXAMPLES) $(patsubst %,build/batch/%.cpp,$(call batches_of,$(LAYERS) example))
LINTED    := $(filter-out $(foreach group,$(GROUPS),$(files_of_$(group))),$(ALL_FILES)) $(BATCHES)

.PHONY: lint-files
lint-files: $(LINTED:%=build/lint/%.ok)

# In a batch of src/, a name of one file may hide that of another; within a file, g++ has seen to that.
build/lint/build/batch/%.ok: private LINT_FLAGS += -Wno-shadow
build/lint/build/batch/exercise_%.ok: private LINT_FLAGS += -Itests/exercises  # their headers are beside them
build/lint/build/batch/example_%.ok: private LINT_FLAGS += -Wno-return-type  # main() needs none, but in a namespace

build/lint/%.ok: % .clang-tidy Makefile | deps-lint
	@mkdir -p $(@D)
	@echo '  lint    $(if $(filter build/%,$<),$(call files_in,$(basename $(<F))),$<)'
	$(if $(filter $(SHIPPED),$<),$(check_with_clang_tidy),$(check_with_clang))
	@touch $@

WRITE_DEPENDENCIES = -MMD -MP -MF build/lint/$*.d -MT $@

define check_with_clang
@clang++ $(LINT_FLAGS) -fsyntax-only $(WRITE_DEPENDENCIES) $<
endef

define check_with_clang_tidy
@clang++ $(LINT_FLAGS) -E -o /dev/null $(WRITE_DEPENDENCIES) $<
@clang-tidy --quiet $< -- $(LINT_FLAGS) 2>&1 | { grep -v '^[0-9]* warnings\? .*generated\.$$' || true; }
endef

-include $(LINTED:%=build/lint/%.d)
