/* writer_state.h: a writer from inside. See writer.h. */
#ifndef CONVERSATION_WRITER_STATE_H
#define CONVERSATION_WRITER_STATE_H

#include "conversation/conversation.h"
#include "conversation/decide.h"
#include "conversation/writer.h"
#include "loop/loop.h"

enum writer_phase {
	WRITER_LOADING,
	WRITER_YIELDING,
	WRITER_APPENDING,
	WRITER_PAUSING,
	WRITER_READING,
	WRITER_FINDING
};

struct writer {
	struct writers *writers;
	struct writer *next, **at; /* in writers->busy */
	struct writer *ready_next; /* in writers->ready, once */
	bool is_ready;
	struct conversation *c;
	struct writer **slot;
	enum writer_phase phase;
	struct turn_queue waiting;
	struct turn_queue under_way; /* in `entry`, in the order of its messages */
	struct entry *entry;         /* being appended */
	struct rs_state *memory;     /* of the bot, after that entry */
	struct load_waiter loading;
	struct turn *finding;        /* being looked up by its id; stays in `waiting` meanwhile */
	struct timer pause;          /* PAUSING and YIELDING end */
	int64_t pause_ms;
	unsigned taken_in_a_row;     /* appends that were refused for what cannot be read yet */
	unsigned lost_in_a_row;      /* appends that another replica was first with */
	bool has_yielded;
};

struct writers {
	struct conversations *all;
	struct writer *busy;
	struct writer *ready; /* to go on at the end of this turn */
	struct turn_end turn_end;
	struct timer sweep;
	unsigned dice;      /* of rand_r */
	struct draft draft; /* used within one call only */
};

static inline const struct conversations_options *writer_options(const struct writer *w)
{
	return conversations_options(w->writers->all);
}

/* Looks for what to do next, at the end of this turn: what else the turn brings joins the same entry. */
void writer_go_on(struct writer *w);
/* Tries again a while later: the store is away, or does not show yet what it holds. The writer is gone
 * afterwards when no turn waits. */
void writer_pause(struct writer *w);
/* Answers the turns of the queue whose messages are in the entry, but not `spared`; true: there were any. */
bool writer_settle(struct turn_queue *queue, const struct entry *entry, const struct turn *spared);

/* writer_catch_up.c: what does the store have? */
void writer_catch_up(struct writer *w);
/* Looks up the next id that has to be; false: there is none. */
bool writer_find_next(struct writer *w);

#endif
