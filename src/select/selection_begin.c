/*
 * selection_begin.c
 *		Beginning and ending a selection over a store.
 */
#include "postgres.h"

#include "select/selection_private.h"

void
selection_begin(Selection *selection, ValueStore *store, bool by_value)
{
	values_finish(store);
	memset(selection, 0, sizeof(*selection));
	selection->store = store;
	selection->by_value = by_value;
	if (store->form == FORM_WIDE)
		wide_begin(selection);
	else
		keys_begin(selection);
}

void
selection_end(Selection *selection)
{
	selection->methods->end(selection);
	pfree(selection->total);
}
