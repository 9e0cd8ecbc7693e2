# abc_tier: weighted scores and ABC tiers for PostgreSQL.
#
#   make, make install, make installcheck   as in any PGXS extension; PG_CONFIG=... picks the server
#   make check   every test on a throwaway server of its own; TESTS="tier scheme" runs only those
#   make check-clients   real drivers and scheduled jobs; CLIENTS="jdbc odbc" runs only those
#   make check-asan, check-cassert, check-valgrind   the same under sanitizers, asserts, memcheck
#   make check-sqlsmith   random SQL by sqlsmith, 100,000 queries; QUERIES=... SEED=...
#   make check-versions  every test on PostgreSQL 17 and 18, built in a scratch folder
#   make check-upgrade   pg_upgrade from 15 to 17 and to 18
#   make demo    a logistics company, generated and classified on a throwaway server
#   make bench   ratios against plain SQL, the floor and DuckDB; BENCH_ROWS=500000 for a quick look
#   make deb     Debian packages of the last commit or of an unpacked release, by pg_buildext
#   make dist    the release archive, from the last commit

EXTENSION = abc_tier
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" abc_tier.control)
MODULE_big = abc_tier
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c)))

# The install script is put together from its pieces; what was released stays as it was, and has update scripts.
SCRIPT = sql/abc_tier--$(EXTVERSION).sql
DATA_built = $(SCRIPT)
DATA = $(filter-out $(SCRIPT),$(wildcard sql/abc_tier--*.sql))

REGRESS = $(patsubst sql/%.sql,%,$(filter-out sql/abc_tier--%,$(sort $(wildcard sql/*.sql))))

# Exact arithmetic relies on IEEE rounding of every single operation: no fused multiply-add.
# In PG_CPPFLAGS, because the bitcode that JIT inlines is compiled without PG_CFLAGS.
# And on 32-bit x86 none of the x87 unit, which rounds twice.
PG_CPPFLAGS = -I$(srcdir)/src -DABC_TIER_VERSION='"$(EXTVERSION)"' -ffp-contract=off \
	$(if $(filter i%86,$(host_cpu)),-msse2 -mfpmath=sse)
# PostgreSQL 15 does not hide what modules define; compat.h exports what SQL calls.
PG_CFLAGS = -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wdeclaration-after-statement

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

OWN_GOALS = check check-clients check-asan check-cassert check-valgrind check-sqlsmith check-versions check-upgrade demo bench deb dist

ifneq ($(filter $(OWN_GOALS),$(MAKECMDGOALS)),)

# Our own goals need neither pg_config nor a compiler yet: .ci/sandbox installs or asks for them.
export PG_CONFIG TESTS
.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:

check:
	@SANDBOX_MAKE='COPT=-Werror' .ci/sandbox .ci/check

check-clients:
	@.ci/check-clients $(CLIENTS)

check-asan check-cassert check-valgrind:
	@.ci/instrument $(@:check-%=%)

check-sqlsmith:
	@.ci/sqlsmith $(QUERIES) $(SEED)

check-versions:
	@for v in 17 18; do config=$$(.ci/server $$v plain) && $(MAKE) --no-print-directory check PG_CONFIG=$$config || exit 1; done

check-upgrade:
	@for v in 17 18; do .ci/upgrade 15 $$v || exit 1; done

demo:
	@SANDBOX_MAKE='with_llvm=no' .ci/sandbox examples/demo

bench:
	@SANDBOX_MAKE='with_llvm=no' .ci/sandbox bench/run $(BENCH_ROWS)

deb:
	@.ci/deb

dist:
	git archive --prefix=abc_tier-$(EXTVERSION)/ -o abc_tier-$(EXTVERSION).zip HEAD

$(filter-out $(OWN_GOALS),$(MAKECMDGOALS)):
	@$(MAKE) $@

else ifneq ($(wildcard $(PGXS)),)

include $(PGXS)

# Their loops over columns of float8 gain from it, as numeric.c's in core.
src/cut/normalizer.o src/sql/windows/score.o src/values/values.o: CFLAGS += $(CFLAGS_VECTORIZE)

$(OBJS): $(wildcard src/*.h src/*/*.h src/*/*/*.h)

$(SCRIPT): $(sort $(wildcard sql/install/*.sql)) abc_tier.control
	{ printf '%s\n' '/* $@: put together from sql/install by make */' '' \
		'-- complain if script is sourced in psql, rather than via CREATE EXTENSION' \
		'\echo Use "CREATE EXTENSION abc_tier" to load this file. \quit'; \
	  for piece in $(filter %.sql,$^); do echo; cat "$$piece"; done; } >$@

else

$(error No PostgreSQL to build for: "$(PG_CONFIG) --pgxs" names no file. Install the \
server's development package (Debian 12: apt install postgresql-15 postgresql-server-dev-15 gcc), \
or say PG_CONFIG=/path/to/pg_config. "make check" and "make demo" as root install what they need)

endif
