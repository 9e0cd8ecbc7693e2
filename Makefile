# abc_tier: PGXS build. `make`, `make install` and `make installcheck` behave as in any extension.

EXTENSION = abc_tier
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" abc_tier.control)
MODULE_big = abc_tier
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
DATA = $(wildcard sql/abc_tier--*.sql)

REGRESS = $(patsubst sql/%.sql,%,$(filter-out sql/abc_tier--%,$(sort $(wildcard sql/*.sql))))

PG_CPPFLAGS = -DABC_TIER_VERSION='"$(EXTVERSION)"'
# Exact arithmetic relies on IEEE rounding of every single operation: no fused multiply-add.
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wdeclaration-after-statement -ffp-contract=off

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
