#include "upkeep/row_check.h"

const char *row_fault(const struct store_row *is, const struct store_row *should)
{
	if (!is)
		return should ? "the view has no row of it" : NULL;
	if (is->state == STATE_COUNT)
		return "its row in the view cannot be read";
	if (!should)
		return "the view has a row of it, the log nothing";
	if (is->n < should->n)
		return "its row in the view is behind";
	if (is->n > should->n)
		return "its row in the view is ahead of the log";
	if (is->state != should->state)
		return "its row in the view has another state";
	if (!text_equal(is->agent, should->agent))
		return "its row in the view has another agent";
	if (is->since_ms != should->since_ms)
		return "its row in the view has another time of escalation";
	if (is->at_ms != should->at_ms)
		return "its row in the view has another time";
	if (!text_equal(is->preview, should->preview))
		return "its row in the view has another preview";
	if (should->name.n > 0 && !text_equal(is->name, should->name))
		return "its row in the view has another name";
	return NULL;
}

bool row_may_just_be_late(const struct store_row *is, const struct store_row *should)
{
	return should && (!is || (is->state != STATE_COUNT && is->n < should->n));
}
