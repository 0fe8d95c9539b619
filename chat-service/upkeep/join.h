/* join.h: walks over the logs and the view side by side.
 *
 * Purpose    hands over every entry, and for each conversation that has a log, or a row, or both,
 * the row as it is and as the log says it should be. A pair that needs more than a look becomes a
 * case, which asks the store step by step while the walk goes on; some are open at a time.
 * Ownership  lives inside its user; what it hands over is lent to the call. A case is its user's,
 * who frees it in `end`. Errors     has_failed: the store stayed away, or memory ran out. Threads
 * loop thread. The callbacks come from inside join_run.
 */
#ifndef UPKEEP_JOIN_H
#define UPKEEP_JOIN_H

#include "upkeep/stream.h"

struct join {
	void (*item)(void *ctx, const struct store_scanned *item);
	/* Either may be NULL. */
	void (*pair)(void *ctx, const struct store_row *is, const struct store_row *should);
	void *ctx;
	struct loop *loop;
	struct store *store;
	struct entry_stream entries;
	struct row_stream rows;
	struct entry *newest; /* of the log that the walk is in; NULL: at its beginning */
	struct buffer name;   /* of that log's visitor */
	size_t cases;         /* that are open */
	bool has_failed, is_done;
};

struct row_case {
	void (*step)(struct row_case *c); /* asks the store something */
	void (*end)(struct row_case *c);
	struct join *join;
	struct text conversation; /* the case's own copy */
	struct timer next;
	int tries; /* that the store was away */
};

/* Until all was seen and every case is closed. item, pair and ctx are set before. */
void join_run(struct join *join, struct loop *loop, struct store *store);

/* From inside of `pair`, with step and end set: the first step follows. False: memory is short. */
bool case_open(struct row_case *c, struct join *join, struct text conversation);
void case_step_in(struct row_case *c, int64_t ms);
/* The store was away: the same step again, some times; then the case fails, and is closed. */
void case_try_later(struct row_case *c);
void case_close(struct row_case *c);

#endif
