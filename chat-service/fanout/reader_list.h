/* reader_list.h: a reader from inside, for the fan-out. See reader.h. */
#ifndef FANOUT_READER_LIST_H
#define FANOUT_READER_LIST_H

#include "fanout/reader.h"

enum reader_phase { READER_LOADING, READER_PAGING, READER_LIVE, READER_BEHIND };

struct reader {
	struct reader *next, **at; /* the conversation's list */
	struct reader_options options;
	enum reader_phase phase;
	bool is_closed;   /* freed as soon as nothing is under way */
	bool is_reading;  /* a read of the store is under way */
	uint64_t seen;
	uint64_t page_end; /* PAGING: where the newest page ends */
	struct load_waiter loading;
};

/* Shows one entry that goes on from what the reader has seen, with frames that were encoded for it:
 * frames[i] for message i, `whole` for all, made when first needed. False: no memory. */
struct encoding {
	struct entry *entry;
	const uint64_t *authors; /* NULL: nobody here */
	bool state_changed;
	struct frame *whole, *state;
	struct frame *messages[ENTRY_MESSAGES_MAX];
};
void encoding_release(struct encoding *encoding);
bool reader_show_entry(struct reader *reader, struct encoding *encoding);

/* Brings a reader on that is not live. */
void reader_pump(struct reader *reader);

#endif
