/* ledger.h: what was sent, what came of it, and what should not have been.
 *
 * Purpose    counts messages that were lost, doubled or out of order. Both what a client was told
 *            and what the log says afterwards are held against what was sent.
 * Ownership  a ledger owns its records; a tally is a plain record, shared by many ledgers.
 * Errors     ledger_send gives 0 when memory runs out.
 * Threads    one.
 */
#ifndef LOAD_LEDGER_H
#define LOAD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

struct tally {
	uint64_t sent, acked;
	uint64_t delivered; /* messages shown live */
	uint64_t lost;    /* never acknowledged; or acknowledged and not in the log; or not shown */
	uint64_t doubled; /* a second answer, a second copy, a number given twice */
	uint64_t out_of_order; /* a number or a sender's message before its turn, or not where the
				  answer said */
	uint64_t gaps;         /* numbers left out */
	uint64_t refused;      /* errors */
	uint64_t closed;       /* connections, by the server */
};

/* Nothing wrong: the only result that a run may have. */
bool tally_is_clean(const struct tally *t);

/* Whether `seq` follows `*last`, which becomes the higher of both. With `is_gapless`, by exactly
 * one. */
void tally_number(struct tally *t, uint64_t *last, uint64_t seq, bool is_gapless);

struct record {
	int64_t due_ns;
	uint32_t seq; /* as acknowledged; 0: not yet */
	bool is_stored;
};

/* Of one sender in one conversation. */
struct ledger {
	struct record *records; /* of message n at n - 1 */
	uint32_t sent, size;
	uint32_t stored_n; /* of the newest found in the log */
	uint64_t last_ack;
};

void ledger_release(struct ledger *l);
/* The number n of the message to send now; the time that it was due is kept. */
uint32_t ledger_send(struct ledger *l, struct tally *t, int64_t due_ns);
/* When the message was due; below 0: the acknowledgement does not count. */
int64_t ledger_ack(struct ledger *l, struct tally *t, uint32_t n, uint64_t seq);
/* The message is in the log, at seq. */
void ledger_stored(struct ledger *l, struct tally *t, uint32_t n, uint64_t seq);
/* After all that is in the log was shown: counts what is missing. */
void ledger_finish(const struct ledger *l, struct tally *t);

#endif
