/* turn.h: one thing that somebody wants to add to a conversation.
 *
 * Purpose    what was asked, and how to answer. A turn waits in its conversation until an entry holds it.
 * Ownership  turn_make copies its texts; whoever answers it frees it (turn_finish does both).
 * Errors     turn_make gives NULL when memory runs out.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_TURN_H
#define CONVERSATION_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "conversation/state.h"
#include "store/entry.h"

struct turn_answer {
	enum err err;        /* ERR_NONE: it is in the log */
	const char *message; /* for a person, with an error */
	struct text conversation;
	uint64_t seq;
	int64_t at_ms;
};

/* A turn copies its texts. */
struct turn_request {
	enum state_event event;
	enum role role;
	struct text from;  /* name as shown */
	struct text id;    /* client id, 1 to CLIENT_ID_MAX bytes */
	struct text text;  /* EVENT_WRITE */
	int64_t deadline_ms; /* loop time at which the answer is ERR_UNAVAILABLE at the latest */
	/* Exactly once. */
	void (*done)(void *ctx, const struct turn_request *request, const struct turn_answer *answer);
	void *ctx;
};

struct turn {
	struct turn_request request;
	struct turn *next;
	bool must_find;    /* its id may be in the log already: the store is to be asked */
	bool is_checked;   /* the store was asked, and had none */
	uint64_t seq;      /* number it has in the entry under way; 0: none */
	size_t size;       /* bytes in memory */
};

struct turn *turn_make(const struct turn_request *request);
/* Answers and frees. */
void turn_finish(struct turn *turn, const struct turn_answer *answer);

/* First in, first out. */
struct turn_queue {
	struct turn *first, **end;
	size_t n;
};
void turn_queue_init(struct turn_queue *queue);
void turn_queue_push(struct turn_queue *queue, struct turn *turn);
struct turn *turn_queue_pop(struct turn_queue *queue); /* NULL: empty */
/* Puts all of `from` in front of `queue`; `from` is empty then. */
void turn_queue_prepend(struct turn_queue *queue, struct turn_queue *from);
/* Takes the turn that *at points to out. */
struct turn *turn_queue_remove(struct turn_queue *queue, struct turn **at);

#endif
