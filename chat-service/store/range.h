/* range.h: which entries of a log a read asks for.
 *
 * Purpose    a backend walks a conversation's entries from one end and offers each; the gathering
 *            keeps those that the range needs and says when the walk may stop. Pure.
 * Ownership  gathering_offer takes the entry over; gathering_release gives up those that it holds.
 * Errors     GATHER_BROKEN: `broken` says in words what is wrong with the log, or that memory ran out.
 * Threads    one at a time.
 */
#ifndef STORE_RANGE_H
#define STORE_RANGE_H

#include "store/store.h"

struct gathering {
	struct store_range range;
	struct entry **entries; /* in the order of the walk until gathering_finish */
	size_t n, size;
	uint64_t messages;      /* of the range, in those entries */
	const char *broken;     /* NULL unless GATHER_BROKEN was said */
};

enum gather { GATHER_MORE, GATHER_ENOUGH, GATHER_BROKEN };

/* The range's texts are referred to, not copied. */
void gathering_init(struct gathering *g, const struct store_range *range);
void gathering_release(struct gathering *g);

/* False: no message can lie in the range, there is nothing to walk. */
bool range_is_possible(const struct store_range *range);

/* The highest number that the range allows. */
uint64_t range_end(const struct store_range *range);

/* The walk: newest_first, from the newest entry with first < before downwards; else from the entry
 * that holds after + 1 upwards. */
enum gather gathering_offer(struct gathering *g, struct entry *entry);

/* Puts the entries into rising order. */
void gathering_finish(struct gathering *g);

#endif
