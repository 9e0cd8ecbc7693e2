# abc_tier: weighted scores and ABC tiers for PostgreSQL.
#
#   make, make install, make installcheck   as in any PGXS extension; PG_CONFIG=... picks the server
#   make check, make demo and more          our own goals, which need no PostgreSQL yet: .ci/goals.mk

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
SERVER_HEADER := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)/postgres.h

.DEFAULT_GOAL = all
include .ci/goals.mk

# The script is read in the encoding of the database, whatever that is: what is not ASCII becomes \XXXX, for unistr().
define ascii
{
	for (i = 1; i <= NF; i++) {
		if ($$i < 128) printf "%c", $$i + 0
		else if ($$i >= 192) { rest = ($$i >= 240) + ($$i >= 224) + 1; code = $$i % 2 ^ (6 - rest) }
		else { code = code * 64 + $$i % 64; if (!--rest) printf((code > 65535 ? "\\+%06X" : "\\%04X"), code) }
	}
}
endef
export ascii

$(SCRIPT): $(sort $(wildcard sql/install/*.sql)) abc_tier.control
	{ printf '%s\n' '/* $@: put together from sql/install by make */' '' \
		'-- complain if script is sourced in psql, rather than via CREATE EXTENSION' \
		'\echo Use "CREATE EXTENSION abc_tier" to load this file. \quit'; \
	  for piece in $(filter %.sql,$^); do echo; cat "$$piece"; done; } | od -An -v -tu1 | awk "$$ascii" >$@

ifneq ($(filter $(OWN_GOALS),$(MAKECMDGOALS)),)

# nothing is to be built here

else ifneq ($(and $(wildcard $(PGXS)),$(wildcard $(SERVER_HEADER))),)

include $(PGXS)

# Their loops over columns of float8 gain from it, as numeric.c's in core.
src/cut/normalizer.o src/sql/windows/score.o src/values/values.o: CFLAGS += $(CFLAGS_VECTORIZE)

$(OBJS): $(wildcard src/*.h src/*/*.h src/*/*/*.h)

else ifneq ($(MAKECMDGOALS),$(SCRIPT))

# With server headers missing, PGXS may be there all the same: on Debian the client brings it.
READY := $(shell env -u PG_CONFIG bash .ci/bootstrap --advise)
$(error No PostgreSQL to build for: "$(PG_CONFIG)" knows no server headers$(if $(READY),; try PG_CONFIG=$(READY), (see above)))

endif
