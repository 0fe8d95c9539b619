#include "store/range.h"

#include <stdlib.h>

void gathering_init(struct gathering *g, const struct store_range *range)
{
	*g = (struct gathering){.range = *range};
}

void gathering_release(struct gathering *g)
{
	for (size_t i = 0; i < g->n; i++)
		entry_unref(g->entries[i]);
	free(g->entries);
	g->entries = NULL;
	g->n = g->size = 0;
}

uint64_t range_end(const struct store_range *range)
{
	return range->before > 0 && range->before <= INT64_MAX ? range->before - 1 : INT64_MAX;
}

bool range_is_possible(const struct store_range *range)
{
	return range->limit > 0 && range->after < range_end(range) && range->after < INT64_MAX;
}

static enum gather broken(struct gathering *g, struct entry *entry, const char *why)
{
	entry_unref(entry);
	g->broken = why;
	return GATHER_BROKEN;
}

static enum gather skip(struct entry *entry, enum gather answer)
{
	entry_unref(entry);
	return answer;
}

/* Whether the entry follows the one that was kept last, in the direction of the walk. */
static bool is_adjacent(const struct gathering *g, const struct entry *entry)
{
	const struct entry *last;

	if (g->n == 0)
		return g->range.newest_first || entry->first <= g->range.after + 1;
	last = g->entries[g->n - 1];
	return g->range.newest_first ? entry_last(entry) + 1 == last->first
				     : entry_last(last) + 1 == entry->first;
}

static bool keep(struct gathering *g, struct entry *entry)
{
	if (g->n == g->size) {
		size_t size = g->size ? g->size * 2 : 16;
		struct entry **entries = realloc(g->entries, size * sizeof(struct entry *));

		if (!entries)
			return false;
		g->entries = entries;
		g->size = size;
	}
	g->entries[g->n++] = entry;
	return true;
}

enum gather gathering_offer(struct gathering *g, struct entry *entry)
{
	uint64_t low = g->range.after + 1, high = range_end(&g->range);

	if (entry_last(entry) < low)
		return skip(entry, g->range.newest_first ? GATHER_ENOUGH : GATHER_MORE);
	if (entry->first > high)
		return skip(entry, g->range.newest_first ? GATHER_MORE : GATHER_ENOUGH);
	if (!is_adjacent(g, entry))
		return broken(g, entry,
			      "messages are missing, or numbered twice, beside this entry");
	if (!keep(g, entry))
		return broken(g, entry, "memory is short");
	if (low < entry->first)
		low = entry->first;
	if (high > entry_last(entry))
		high = entry_last(entry);
	g->messages += high - low + 1;
	return g->messages >= g->range.limit ? GATHER_ENOUGH : GATHER_MORE;
}

void gathering_finish(struct gathering *g)
{
	if (!g->range.newest_first)
		return;
	for (size_t i = 0; i < g->n / 2; i++) {
		struct entry *swapped = g->entries[i];

		g->entries[i] = g->entries[g->n - 1 - i];
		g->entries[g->n - 1 - i] = swapped;
	}
}
