# l4dstat: `make` builds ./l4dstat; `make run` and `make test` first install what is missing.
# V=1 shows commands. CC, CLANG, CFLAGS, LDFLAGS, PKG_CONFIG, PREFIX and DESTDIR are respected.

VERSION := 0.1.0

PREFIX ?= /usr/local
sbindir ?= $(PREFIX)/sbin
datadir ?= $(PREFIX)/share
mandir ?= $(datadir)/man
bashdir ?= $(datadir)/bash-completion/completions
zshdir ?= $(datadir)/zsh/site-functions
schemadir ?= $(datadir)/l4dstat/schema
fishdir ?= $(datadir)/fish/vendor_completions.d
unitdir ?= $(PREFIX)/lib/systemd/system
presetdir ?= $(PREFIX)/lib/systemd/system-preset

export PATH := $(PATH):/usr/sbin:/sbin

CLANG ?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL ?= bpftool
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
INSTALL ?= install

LIBRARIES := libbpf libcap-ng jansson libmicrohttpd libseccomp ncursesw zlib
WARNINGS := -Wall -Wextra -Wmissing-prototypes -Wno-missing-field-initializers -Werror
O := build

# Only looked up by the rules that compile: tools/setup may first have to install them.
LIBRARY_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
LIBRARY_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
MULTIARCH = $(shell $(CC) -print-multiarch 2>/dev/null)

ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -DL4DSTAT_VERSION='"$(VERSION)"' -Iinclude -Isrc -I$(O) \
	$(LIBRARY_CFLAGS) $(CPPFLAGS) $(CFLAGS)
BPF_CFLAGS = -g -O2 -std=gnu11 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -Werror \
	-Iinclude -Ivmlinux -idirafter /usr/include/$(MULTIARCH)

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(O)/%.o)
# What a unit test is linked with: everything that needs no kernel.
LIVE_OBJECTS := $(patsubst %,$(O)/%.o,source_bpf programs older tallies) # with the BPF programs in them
PURE_OBJECTS := $(filter-out $(O)/main.o $(LIVE_OBJECTS),$(OBJECTS))
BENCH_TOOLS := $(patsubst tests/bench.d/%.c,$(O)/bench/%,$(filter-out %.bpf.c,$(wildcard tests/bench.d/*.c))) \
	$(patsubst tests/bench.d/%.c,$(O)/bench/%.o,$(wildcard tests/bench.d/*.bpf.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/*.c))
UNIT_TESTS := $(patsubst tests/unit/test_%.c,$(O)/tests/unit-%,$(wildcard tests/unit/test_*.c))

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-9s %s\n' $(1) $(2);
endif

.PHONY: all docs run test test-kernels test-fresh fuzz sanitize lint faults soak bench check-vmlinux install uninstall deb clean tests-built sanitized compiler-flags

PROGRAM := l4dstat

all: $(PROGRAM) docs

$(PROGRAM): $(OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBRARY_LIBS) -lm

# The manual page and the completions are made from the option table, by a program that is linked with it.
SCHEMAS := $(patsubst tools/schema/%,$(O)/docs/%,$(wildcard tools/schema/*.json))
DOCS := $(addprefix $(O)/docs/,l4dstat.8 l4dstat.bash _l4dstat l4dstat.fish) $(SCHEMAS)

docs: $(DOCS)

$(O)/generate: $(wildcard tools/docs/*.c) tools/docs/docs.h $(PURE_OBJECTS)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^) $(LDFLAGS) $(LIBRARY_LIBS) -lm

$(O)/docs/l4dstat.8: tools/docs/l4dstat.8 $(O)/generate | $(O)/docs
	$(call say,DOC,$@)
	$(Q)$(O)/generate man $< > $@

$(O)/docs/%.json: tools/schema/%.json $(O)/generate | $(O)/docs
	$(call say,DOC,$@)
	$(Q)$(O)/generate schema $< > $@

$(O)/docs/l4dstat.bash $(O)/docs/_l4dstat $(O)/docs/l4dstat.fish: $(O)/generate | $(O)/docs
	$(call say,DOC,$@)
	$(Q)$(O)/generate $(patsubst .%,%,$(or $(suffix $@),zsh)) > $@

$(O)/%.o: src/%.c | $(O)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIVE_OBJECTS): $(O)/l4dstat.skel.h

# bpftool's linker drops the debug sections that would make the skeleton thirty times as large.
$(O)/l4dstat.skel.h: $(O)/l4dstat.bpf.o
	$(call say,GEN-SKEL,$@)
	$(Q)$(BPFTOOL) gen object $(O)/l4dstat.linked.o $<
	$(Q)$(BPFTOOL) gen skeleton $(O)/l4dstat.linked.o name l4dstat_bpf > $@.new
	$(Q)mv $@.new $@

$(O)/l4dstat.bpf.o: bpf/l4dstat.bpf.c | $(O)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(O) $(O)/tests $(O)/bench $(O)/docs $(O)/fuzz:
	$(Q)mkdir -p $@

$(O)/tests/unit-%: tests/unit/test_%.c $(PURE_OBJECTS) | $(O)/tests
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(PURE_OBJECTS) $(LDFLAGS) $(LIBRARY_LIBS) -lcmocka -lm

$(O)/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(wildcard tests/fuzz/shared/*.c) $(PURE_OBJECTS) | $(O)/fuzz
	$(call say,FUZZ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c %.o,$^) $(LDFLAGS) $(LIBRARY_LIBS) -lm

# Program, unit tests and fuzz targets once more, with what notices mistakes in them. The sub-make is this file with
# another place to build in.
SANITIZE := -fsanitize=address,undefined -fsanitize=float-cast-overflow \
	-fno-sanitize-recover=undefined,float-cast-overflow -fsanitize=fuzzer-no-link

sanitized:
	$(Q)$(MAKE) --no-print-directory O=build/sanitize PROGRAM=build/sanitize/l4dstat CC=$(CLANG) MULTIARCH=$(MULTIARCH) \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)' sanitized-built

.PHONY: sanitized-built
sanitized-built: $(PROGRAM) $(UNIT_TESTS) $(FUZZ_TARGETS)

$(O)/traffic: $(wildcard tools/traffic/*) | $(O)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS) $(shell $(PKG_CONFIG) --cflags --libs liburing)

$(O)/fault-%.so: tests/fault/%.c | $(O)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -fPIC -o $@ $< $(LDFLAGS)

$(O)/bench/%.bpf.o: tests/bench.d/%.bpf.c | $(O)/bench
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/bench/%: tests/bench.d/%.c $(PURE_OBJECTS) | $(O)/bench
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(PURE_OBJECTS) $(LDFLAGS) $(LIBRARY_LIBS) -lm -lpthread

$(O)/check-vmlinux: tools/check-vmlinux.c | $(O)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(LDFLAGS) $(LIBRARY_LIBS)

$(O)/verified: $(O)/l4dstat.bpf.o # it says by what that was compiled
$(O)/verified: ALL_CFLAGS += -DL4_CLANG=$(shell echo __clang_major__ | $(CLANG) -E -P -)
$(O)/verified $(O)/alter-types: $(O)/%: tools/%.c | $(O)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(LDFLAGS) $(LIBRARY_LIBS)

# Holds vmlinux/vmlinux.h against the BTF of the running kernel, or of the file BTF=... names.
check-vmlinux: $(O)/check-vmlinux $(O)/l4dstat.bpf.o
	$(Q)$< $(O)/l4dstat.bpf.o $(BTF)

# What other programs read, below datadir.
SHARED := $(patsubst tools/%,%,$(wildcard tools/prometheus/*.yml tools/grafana/*))

as_root = $(if $(filter 0,$(shell id -u)),,sudo)

run:
	$(Q)tools/setup build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(as_root) ./l4dstat $(ARGS)

# For what reads the code as the compiler does.
compiler-flags:
	@echo '$(filter-out -W% -g -O% -DL4DSTAT_VERSION%,$(ALL_CFLAGS)) -DL4DSTAT_VERSION=__FILE__'

tests-built: all $(UNIT_TESTS) $(addprefix $(O)/fault-,memory.so clock.so intruder.so) $(O)/traffic \
	$(addprefix $(O)/,check-vmlinux verified alter-types)

test:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built sanitized
	$(Q)$(as_root) tests/run $(ARGS)

# A part of the tests by itself. FUZZ_SECONDS=1800: for so long each target.
fuzz sanitize lint:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built sanitized
	$(Q)tests/run $@/

# Thousands of faults, a quarter of an hour; tests/live has a sample of them.
faults:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built
	$(Q)$(as_root) unshare --net sh -c 'ip link set lo up && exec tests/fault/run ./l4dstat $(O)/fault-memory.so $(ARGS)'

# The same in guests that run other kernels.
test-kernels:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built
	$(Q)L4_ALL_KERNELS=1 tests/run kernels/$(ARGS)

# The README's commands where nothing else is installed, on each Debian there is a promise for.
test-fresh:
	$(Q)tools/setup test
	$(Q)for release in bookworm trixie; do $(as_root) tests/fresh $$release $(ARGS) || exit; done

# Ten minutes under load, and 500 killed at work. SOAK_SECONDS, SOAK_KILLS.
soak:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built
	$(Q)$(as_root) tests/soak

# ROWS=3,4 or ROWS=tcp: only these. QUICK=1: few rounds. Ends with a table, which is in build/bench/table.md too.
bench:
	$(Q)tools/setup test
	$(Q)$(MAKE) --no-print-directory tests-built $(BENCH_TOOLS)
	$(Q)$(as_root) env QUICK=$(QUICK) tests/bench $(ROWS)

# Mode, file and place of all that is installed, and so of all that is taken away again.
INSTALLED = 0755:l4dstat:$(sbindir)/l4dstat \
	0644:$(O)/docs/l4dstat.8:$(mandir)/man8/l4dstat.8 \
	0644:$(O)/docs/l4dstat.bash:$(bashdir)/l4dstat \
	0644:$(O)/docs/_l4dstat:$(zshdir)/_l4dstat \
	0644:$(O)/docs/l4dstat.fish:$(fishdir)/l4dstat.fish \
	0644:$(O)/l4dstat.service:$(unitdir)/l4dstat.service \
	0644:tools/systemd/l4dstat.preset:$(presetdir)/80-l4dstat.preset \
	$(foreach file,$(SHARED),0644:tools/$(file):$(datadir)/l4dstat/$(file)) \
	$(foreach file,$(SCHEMAS),0644:$(file):$(schemadir)/$(notdir $(file)))

# For where the program will be, which no file tells.
.PHONY: $(O)/l4dstat.service
$(O)/l4dstat.service: tools/systemd/l4dstat.service | $(O)
	$(Q)sed 's,/usr/sbin/,$(sbindir)/,' $< > $@

install: all $(O)/l4dstat.service
	$(Q)for item in $(INSTALLED); do IFS=:; set -- $$item; \
		$(INSTALL) -D -m $$1 $$2 "$(DESTDIR)$$3" || exit; done
	$(Q)sed -i 's,/usr/share,$(datadir),' "$(DESTDIR)$(datadir)/l4dstat/grafana/provisioning.yaml"

uninstall:
	$(Q)for item in $(INSTALLED); do $(RM) "$(DESTDIR)$${item##*:}"; done
	$(Q)[ ! -d "$(DESTDIR)$(datadir)/l4dstat" ] || find "$(DESTDIR)$(datadir)/l4dstat" -type d -empty -delete

deb:
	$(Q)tools/setup deb
	$(Q)tools/deb $(VERSION) $(O)/deb
	$(Q)ls $(O)/deb/*.deb

clean:
	$(RM) -r $(O) l4dstat

-include $(wildcard $(O)/*.d $(O)/tests/*.d $(O)/bench/*.d)
