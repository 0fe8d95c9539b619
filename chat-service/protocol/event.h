/* event.h: what the server says, encoded once.
 *
 * Purpose    event -> frame: one line of JSON (several for a whole entry), with room in front for the
 *            transport's header, so that one encoding is shared by all its readers.
 * Ownership  a frame is counted by reference; a constructor's caller has the first one. Its bytes may be
 *            read by anybody, and only the transport writes, into the headroom.
 * Errors     NULL when memory runs out.
 * Threads    loop thread only.
 */
#ifndef PROTOCOL_EVENT_H
#define PROTOCOL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "store/entry.h"

enum { FRAME_HEADROOM = 16 };

struct frame {
	unsigned refs;
	size_t n;                  /* bytes of the text, without a newline at its end */
	char *text;                /* has FRAME_HEADROOM bytes in front of it */
};

struct frame *frame_ref(struct frame *frame);
void frame_unref(struct frame *frame); /* NULL is allowed */
/* One that was encoded elsewhere. */
struct frame *frame_of(struct text text);

struct welcome {
	struct text name; /* as shown */
	enum role role;
	const char *version;
	const char *auth; /* "open", "jwt" */
	bool live_chat;
	int64_t max_text;      /* bytes */
	int64_t history_limit; /* messages a page */
	int64_t rate;          /* sends a second; 0: no limit */
};
struct frame *event_welcome(const struct welcome *welcome);

struct frame *event_ack(struct text id, struct text conversation, uint64_t seq, int64_t at_ms);

/* `id` may be empty; retry_after_ms is left out when 0. */
struct frame *event_error(struct text id, enum err code, const char *message,
			  int64_t retry_after_ms);

/* Message i of an entry; and all its messages, a line each. */
struct frame *event_message(const struct entry *entry, size_t i);
struct frame *event_entry(const struct entry *entry);

struct frame *event_state(struct text conversation, const struct standing *standing);

/* A page: the messages numbered first to last out of consecutive entries, as many as fit into
 * `bytes` (at least one), from the newest end or the oldest. `shown_first` and `shown_last` say which; an
 * empty page has none (shown_first is shown_last + 1). `more` on the wire: older ones exist, or with the
 * oldest first: newer ones are still to come. */
enum { HISTORY_BYTES = 256 * 1024 /* of a page, unless its one message is larger */ };
struct history_page {
	struct text conversation;
	enum state state;       /* where the conversation stands now */
	uint64_t newest;        /* last number in the log */
	struct entry *const *entries;
	size_t n;
	uint64_t first, last;
	bool newest_first;
	size_t bytes;
	uint64_t shown_first, shown_last; /* out */
};
struct frame *event_history(struct history_page *page);

struct frame *event_typing(struct text conversation, struct text from, bool on);
struct frame *event_read(struct text conversation, struct text from, uint64_t seq);
struct frame *event_goodbye(const char *reason, int64_t retry_after_ms);

/* RFC 3339, UTC, milliseconds: 24 characters and a NUL. */
void event_time(char out[25], int64_t at_ms);

#endif
