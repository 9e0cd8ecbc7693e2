/*
 * module.c
 *		The module magic, and nothing else.
 */
#include "postgres.h"

#include "compat.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "abc_tier", .version = ABC_TIER_VERSION);
#else
PG_MODULE_MAGIC;
#endif
