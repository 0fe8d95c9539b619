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
	uint64_t *own;     /* numbers after `seen` that were acknowledged to the connection, rising */
	unsigned own_n, own_size;
	struct load_waiter loading;
};

/* An entry and its frames, which are made when the first reader needs them and shared by all. */
struct encoding {
	struct entry *entry;
	bool state_changed;
	uint64_t shown; /* messages of it, to all readers together */
	struct frame *whole, *state;
	struct frame *messages[ENTRY_MESSAGES_MAX];
};
void encoding_release(struct encoding *encoding);
/* Shows what the reader has not seen of an entry that goes on from there. False: no memory. */
bool reader_show_entry(struct reader *reader, struct encoding *encoding);

/* Brings a reader on that is not live. */
void reader_pump(struct reader *reader);

#endif
