/* speaker.h: what a user says and hears, whatever the server's protocol.
 *
 * Purpose    one seam, with a file for each protocol behind it: chat.v1, socket.io, Tinode's, and
 *            the bare frames of the broadcaster.
 * Ownership  an event points into the line that it was read from, or into the seat; both are good
 *            until the seat's next line.
 * Errors     `read` says false when a line is not of the protocol. Memory that runs out shows in
 *            the buffer that is written to.
 * Threads    any.
 */
#ifndef LOAD_SPEAKER_H
#define LOAD_SPEAKER_H

#include "base/buffer.h"
#include "base/text.h"
#include "bench/load/json.h"
#include "bench/load/mark.h"

enum event_type {
	EVENT_WELCOME,
	EVENT_HISTORY,
	EVENT_ACK,
	EVENT_MESSAGE,
	EVENT_ERROR,
	EVENT_GOODBYE,
	EVENT_OTHER
};

/* Of an event, what it has; the rest is empty or 0. */
struct event {
	enum event_type type;
	struct text id, text, code, reason;
	struct text messages; /* of a history, oldest first: JSON, for event_next_message */
	uint64_t seq, last;
	bool has_more, is_of_user;
};

enum { SEAT_NAME_SIZE = 48, SEAT_WORD_SIZE = 96 };

/* What a speaker keeps in mind for one user, over all connections of the run. */
struct seat {
	char name[SEAT_NAME_SIZE];
	char topic[SEAT_NAME_SIZE], token[SEAT_WORD_SIZE]; /* as the server gave them */
	int64_t after;                                     /* what a history is asked from */
	unsigned limit;
	struct buffer page; /* a history that comes in pieces */
	bool is_paging;
	int64_t first, last; /* numbers of that page so far */
};

void seat_release(struct seat *seat);

struct speaker {
	const char *name, *path;
	const char *protocol;  /* subprotocol; NULL: none */
	bool keeps_log;        /* the server can tell afterwards what was said */
	bool shows_sender_own; /* what one sends comes back as a message, which is the answer */
	/* What a connection says first; EVENT_WELCOME follows. */
	void (*hello)(struct seat *seat, struct buffer *out);
	/* Asks for the newest `limit` messages, or all behind `after` (0 or more); EVENT_HISTORY
	 * follows, and the live messages. */
	void (*open)(struct seat *seat, struct buffer *out, int64_t after, unsigned limit);
	void (*send)(struct seat *seat, struct buffer *out, const struct marking *marking,
		     struct mark mark);
	/* What is in `out` afterwards is to be sent at once. */
	bool (*read)(struct seat *seat, struct text line, struct event *event, struct buffer *out);
};

extern const struct speaker chat_speaker, socketio_speaker, tinode_speaker, broadcast_speaker;

/* NULL: there is none of that name. */
const struct speaker *speaker_named(const char *name);

/* The members that chat.v1's frames have, and the peers' too. */
bool event_read(struct text object, struct event *event);
bool event_next_message(struct json_cursor *messages, struct event *event);

#endif
