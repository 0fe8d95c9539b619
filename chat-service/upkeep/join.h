/* join.h: walks over the logs and the view side by side.
 *
 * Purpose    hands over every entry, and for each conversation that has a log, or a row, or both, the row as it
 *            is and as the log says it should be.
 * Ownership  lives inside its user; what it hands over is lent to the call.
 * Errors     join_is_done with has_failed: the store stayed away, or memory ran out.
 * Threads    loop thread. The callbacks come inside join_go_on alone, which the user calls on `ready`.
 */
#ifndef UPKEEP_JOIN_H
#define UPKEEP_JOIN_H

#include "upkeep/stream.h"

struct join {
	void (*item)(void *ctx, const struct store_scanned *item); /* may be NULL */
	/* Either may be NULL. False: wait, and give it again at the next join_go_on. */
	bool (*pair)(void *ctx, const struct store_row *is, const struct store_row *should);
	void *ctx;
	struct entry_stream entries;
	struct row_stream rows;
	struct entry *newest; /* of the log that the walk is in; NULL: at its beginning */
	struct buffer name;   /* of that log's visitor */
	bool has_failed, is_done;
};

void join_open(struct join *join, struct loop *loop, struct store *store, void (*ready)(void *ctx));
void join_go_on(struct join *join);
/* Whether nothing is under way any more, so that it may be closed. */
bool join_is_idle(const struct join *join);
void join_close(struct join *join);

#endif
