# Our own goals. They need neither pg_config nor a compiler: .ci/bootstrap finds, installs or asks for them.
#
#   make check           every test on a throwaway server of its own; TESTS="tier scheme" runs only those
#   make accept          the output of TESTS="tier scheme" becomes the expected one; see git diff
#   make list            the tests, and how to run one
#   make check-fresh     make demo and make check on bare machines, in all states they may be in (root, debootstrap)
#   make check-clients   real drivers and scheduled jobs; CLIENTS="jdbc odbc" runs only those
#   make check-asan, check-cassert, check-valgrind   the tests under sanitizers, asserts, memcheck
#   make check-sqlsmith  random SQL by sqlsmith, 100,000 queries; QUERIES=... SEED=...
#   make check-versions  every test on all majors, in a bare root; MAJORS="17 19" only on those (root, debootstrap)
#   make check-upgrade   pg_upgrade from 15 to 18 and from 18 to 19, in a bare root
#   make demo            a logistics company, generated and classified on a throwaway server
#   make bench           ratios against plain SQL, the floor and DuckDB; BENCH_ROWS=500000 for a quick look
#   make deb             Debian packages of the last commit or of an unpacked release, by pg_buildext
#   make dist            the release archive, from the last commit

OWN_GOALS = check accept list check-fresh check-clients check-asan check-cassert check-valgrind check-sqlsmith \
	check-versions check-upgrade demo bench deb dist

ifneq ($(filter $(OWN_GOALS),$(MAKECMDGOALS)),)

# Exported variables of the caller must not lead scripts astray, nor a locale that is not there. Scripts are
# run by bash's name: an unpacked archive may have lost their execute bits.
export TESTS
export LC_ALL = C.UTF-8
unexport CDPATH BASH_ENV

check:
	@SANDBOX_IN=memory SANDBOX_MAKE='COPT=-Werror$(if $(TESTS), with_llvm=no)' bash .ci/sandbox .ci/check

accept:
	@SANDBOX_IN=memory SANDBOX_MAKE='with_llvm=no' bash .ci/sandbox .ci/check --accept

list:
	@bash .ci/check --list

check-fresh:
	@bash .ci/fresh $(STATES)

check-clients:
	@bash .ci/check-clients $(CLIENTS)

check-asan check-cassert check-valgrind:
	@bash .ci/instrument $(@:check-%=%)

check-sqlsmith:
	@bash .ci/sqlsmith $(QUERIES) $(SEED)

check-versions:
	@bash .ci/versions $(MAJORS)

check-upgrade:
	@bash .ci/upgrade 15 18
	@bash .ci/upgrade 18 19

demo:
	@SANDBOX_MAKE='with_llvm=no' bash .ci/sandbox examples/demo

bench:
	@SANDBOX_MAKE='with_llvm=no' bash .ci/sandbox bench/run $(BENCH_ROWS)

deb:
	@bash .ci/deb

dist:
	@bash .ci/dist

# Other goals beside our own: in order, and by make as ever.
$(filter-out $(OWN_GOALS),$(MAKECMDGOALS)):
	@$(MAKE) $@

.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:

endif
