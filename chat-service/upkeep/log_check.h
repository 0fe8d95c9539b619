/* log_check.h: whether a log is whole, entry by entry.
 *
 * Purpose    takes all entries of a store in their order and reports what is wrong with them: gaps, numbers that
 *            are there twice, client ids that are there twice, changes of state that the state table
 *            does not know or that no message tells of, what cannot be read. After a fault it goes on
 *            from what it found. Pure.
 * Ownership  copies what it remembers; log_check_release frees it.
 * Errors     log_check_add says false when memory runs out.
 * Threads    one at a time.
 */
#ifndef UPKEEP_LOG_CHECK_H
#define UPKEEP_LOG_CHECK_H

#include "base/buffer.h"
#include "store/store.h"

struct seen_id;

struct log_check {
	/* Something is wrong with the message of that number; `what` in words, lent. */
	void (*fault)(void *ctx, struct text conversation, int64_t number, const char *what);
	void *ctx;

	struct buffer conversation; /* whose log this is */
	bool has_begun;
	uint64_t last;
	enum state state;
	bool is_state_known; /* not behind something that cannot be read */
	struct seen_id *ids; /* of this log */
};

void log_check_init(struct log_check *check,
		    void (*fault)(void *ctx, struct text conversation, int64_t number,
				  const char *what),
		    void *ctx);
bool log_check_add(struct log_check *check, const struct store_scanned *item);
void log_check_release(struct log_check *check);

#endif
