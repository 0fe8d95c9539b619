/* store.h: the one door to durable state.
 *
 * Purpose    keeps conversations as logs of entries. Callers cannot tell the backends apart.
 * Ownership  a call copies what it needs before it returns, entries apart, which it refers to until its
 *            callback; a result is lent to the callback (entry_ref to keep one).
 * Errors     a call that fails (false: its queue is full) never calls back; any other calls back exactly
 *            once, also during close. A backend that cannot reach its data says so within the
 *            timeout that it was opened with, and goes on trying.
 * Threads    loop thread only; callbacks come on the loop thread, never inside the call.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "base/log.h"
#include "loop/loop.h"
#include "store/entry.h"
#include "store/row.h"

struct store;

enum append_result {
	APPEND_STORED,      /* durable: it survives the death of any machine that the store survives */
	APPEND_TAKEN,       /* not stored: the conversation has an entry at that number, or one of its
	                     * client ids is already in the conversation's log. Read what was missed. */
	APPEND_UNAVAILABLE  /* the outcome is unknown: read before the next attempt. Appending again at
	                     * the same number is safe: at most one of both is in the log. */
};

/* Which messages of a conversation: numbers n with after < n < before, at most `limit` messages' worth of
 * entries, from the newest end or from the oldest. */
struct store_range {
	struct text conversation;
	uint64_t after;     /* 0: from the beginning */
	uint64_t before;    /* 0: to the end */
	size_t limit;       /* messages, at least 1 */
	bool newest_first;  /* which end the limit counts from; entries come in rising order all the same */
};

/* How far somebody knows a log: `last` is where an entry of it ends (entry_last), or 0. */
struct store_place {
	struct text conversation;
	uint64_t last;
};

enum { STORE_PLACES_MAX = 200, STORE_IDENTITY_MAX = 64 };

/* Which rows of the view: the conversations behind `from`, in the order of their ids' bytes. */
struct store_row_range {
	struct text from;
	bool includes_from;
	size_t limit;
};

/* What a walk over everything finds: an entry, or what should be one. */
struct store_scanned {
	struct text conversation; /* of what is malformed: as far as it can be read */
	int64_t first;
	struct entry *entry;      /* NULL: malformed */
	const char *why;          /* then: what is wrong with it */
};

/* How the store fares. */
struct store_stats {
	/* What waits or is under way, now; and how long the oldest append that has no answer has waited (0: none). */
	size_t append_jobs, append_bytes, read_jobs, read_bytes;
	int64_t oldest_append_ms;

	struct histogram append_us;     /* from asking to the answer, whatever it was */
	struct histogram batch_entries; /* of what was handed to the backend at once */
};

struct store_operations {
	/* Stores the entry whole or not at all. */
	bool (*append)(struct store *store, struct entry *entry,
		       void (*done)(void *ctx, enum append_result result), void *ctx);

	/* The fewest whole entries that hold the range's messages, in rising order without a gap; the
	 * outermost may hold a few messages outside of the range. None: there are no such messages. */
	bool (*read)(struct store *store, const struct store_range *range,
		     void (*done)(void *ctx, bool is_available, struct entry *const *entries, size_t n),
		     void *ctx);

	/* The entry that holds the message with this client id; NULL when there is none. */
	bool (*find)(struct store *store, struct text conversation, struct text client_id,
		     void (*done)(void *ctx, bool is_available, struct entry *entry), void *ctx);

	/* Which of 1 to STORE_PLACES_MAX logs go on behind the place that is known: has_more[i] is for
	 * places[i]. Costs little, so that it may be asked again and again. */
	bool (*compare)(struct store *store, const struct store_place *places, size_t n,
			void (*done)(void *ctx, bool is_available, const bool *has_more, size_t n),
			void *ctx);

	/* The view follows what this store appends by itself: an entry with a message of the system has its
	 * row written before it is answered (if the view cannot be written, the entry is stored all the
	 * same and the row comes later), others soon. What a caller knows to be a log's newest entry, it
	 * may say: a row that is behind is written, soon. */
	void (*follow)(struct store *store, const struct entry *entry);

	/* At most `limit` rows of the view; fewer when they are large. None: there are no more. A row that
	 * cannot be read has the state STATE_COUNT and, when not even that is there, the number 0. */
	bool (*rows)(struct store *store, const struct store_row_range *range,
		     void (*done)(void *ctx, bool is_available, struct store_row *const *rows,
				  size_t n),
		     void *ctx);

	/* Repairs the view: puts this row (NULL: none) in the place of the one that was read with the number
	 * `seen` (0: there was none), which may have seen more than the new one. When the row has changed
	 * meanwhile, it stays as it is. */
	bool (*correct)(struct store *store, struct text conversation, uint64_t seen,
			const struct store_row *row, void (*done)(void *ctx, bool is_available),
			void *ctx);

	/* All entries of the store, by conversation (its bytes) and number: at most `limit` behind `after`,
	 * fewer when they are large; `next` is where to go on (empty: that was all). It starts with TEXT_NONE.
	 * What is appended meanwhile may be missed. */
	bool (*scan)(struct store *store, struct text after, size_t limit,
		     void (*done)(void *ctx, bool is_available, const struct store_scanned *items,
				  size_t n, struct text next),
		     void *ctx);

	/* About how many entries a scan gives. */
	bool (*count)(struct store *store,
		      void (*done)(void *ctx, bool is_available, uint64_t entries), void *ctx);

	/* A word that tells these logs from those of every other store, at most STORE_IDENTITY_MAX bytes: others
	 * who are told the same share them. Empty: there can be no others. */
	bool (*identify)(struct store *store,
			 void (*done)(void *ctx, bool is_available, struct text identity), void *ctx);

	/* Whether the store answers, now. */
	bool (*ping)(struct store *store, void (*done)(void *ctx, bool is_available), void *ctx);

	/* As of now; lent until the next call. */
	const struct store_stats *(*stats)(struct store *store);

	/* Finishes what is under way, calls back what is left (the callbacks may ask for nothing more), then
	 * frees. Blocks for as long as the timeout, when the data is out of reach. Not inside a callback. */
	void (*close)(struct store *store);
};

/* A backend's own struct begins with this one. */
struct store {
	const struct store_operations *operations;
};

static inline bool store_append(struct store *store, struct entry *entry,
				void (*done)(void *ctx, enum append_result result), void *ctx)
{
	return store->operations->append(store, entry, done, ctx);
}

static inline bool store_read(struct store *store, const struct store_range *range,
			      void (*done)(void *ctx, bool is_available,
					   struct entry *const *entries, size_t n),
			      void *ctx)
{
	return store->operations->read(store, range, done, ctx);
}

static inline bool store_find(struct store *store, struct text conversation, struct text client_id,
			      void (*done)(void *ctx, bool is_available, struct entry *entry),
			      void *ctx)
{
	return store->operations->find(store, conversation, client_id, done, ctx);
}

static inline bool store_compare(struct store *store, const struct store_place *places, size_t n,
				 void (*done)(void *ctx, bool is_available, const bool *has_more,
					      size_t n),
				 void *ctx)
{
	return store->operations->compare(store, places, n, done, ctx);
}

static inline void store_follow(struct store *store, const struct entry *entry)
{
	store->operations->follow(store, entry);
}

static inline bool store_rows(struct store *store, const struct store_row_range *range,
			      void (*done)(void *ctx, bool is_available,
					   struct store_row *const *rows, size_t n),
			      void *ctx)
{
	return store->operations->rows(store, range, done, ctx);
}

static inline bool store_correct(struct store *store, struct text conversation, uint64_t seen,
				 const struct store_row *row,
				 void (*done)(void *ctx, bool is_available), void *ctx)
{
	return store->operations->correct(store, conversation, seen, row, done, ctx);
}

static inline bool store_scan(struct store *store, struct text after, size_t limit,
			      void (*done)(void *ctx, bool is_available,
					   const struct store_scanned *items, size_t n,
					   struct text next),
			      void *ctx)
{
	return store->operations->scan(store, after, limit, done, ctx);
}

static inline bool store_count(struct store *store,
			       void (*done)(void *ctx, bool is_available, uint64_t entries),
			       void *ctx)
{
	return store->operations->count(store, done, ctx);
}

static inline bool store_identify(struct store *store,
				  void (*done)(void *ctx, bool is_available, struct text identity),
				  void *ctx)
{
	return store->operations->identify(store, done, ctx);
}

static inline bool store_ping(struct store *store, void (*done)(void *ctx, bool is_available),
			      void *ctx)
{
	return store->operations->ping(store, done, ctx);
}

static inline const struct store_stats *store_stats(struct store *store)
{
	return store->operations->stats(store);
}

static inline void store_close(struct store *store)
{
	if (store)
		store->operations->close(store);
}

#endif
