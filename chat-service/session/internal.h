/* internal.h: a session from inside. See session.h. */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "fanout/reader.h"
#include "session/bucket.h"
#include "session/load.h"
#include "session/name.h"
#include "session/outbox.h"
#include "session/session.h"
#include "session/visitors.h"

struct sessions {
	struct sessions_options options;
	struct session_stats stats;
	struct visitors *visitors;   /* what each name may send, over all its connections */
	struct session *first;       /* all with a socket */
	struct session *dirty, **dirty_end; /* those to look after at the end of this turn, in order */
	struct load load;
	bool is_shedding;            /* sends were refused of late, and the log says so */
	uint64_t shed_before;        /* how many were by the last look */
	struct turn_end turn_end;
	struct timer look;           /* for what takes long: readers that do not read, visitors to forget */
	struct timer linger;         /* for those that said goodbye */
	struct timer drain;
	int64_t drain_until_ms;
	bool is_draining;
	struct buffer scratch;
};

struct session {
	struct sessions *all;
	struct session *next, **at;   /* in all->first */
	struct session *dirty_next;
	struct socket *socket;        /* NULL: gone */
	unsigned refs;
	unsigned waiting;             /* turns without an answer */
	unsigned waiting_bytes;
	unsigned refused_in_a_row;    /* by the rate limit */
	enum close_code leave_code;   /* with is_leaving; leave_reason and leave_at_ms below */
	bool is_dirty;
	bool is_paused;
	bool is_leaving;              /* closes when it has its answers */
	struct name name;             /* empty before hello */
	int64_t until_ms;             /* of the wall clock: how long the name was signed for; 0: for good */
	struct conversation *own;     /* NULL before hello */
	struct reader *reader;        /* NULL before open */
	struct outbox outbox;
	struct bucket sends, others;
	int64_t stalled_since_ms;     /* when the peer last took anything; 0: nothing waits for it */
	const char *leave_reason;
	int64_t leave_at_ms;          /* not before; 0: as soon as it can */
};

struct session *session_ref(struct session *session);
void session_unref(struct session *session);

/* To the client, at the end of the turn. Takes the reference; NULL (no memory for it) ends the session. */
void session_send(struct session *session, struct frame *frame);
void session_send_error(struct session *session, struct text id, enum err code,
			const char *message, int64_t retry_after_ms);

/* Says goodbye, then closes as soon as what waits is answered and sent. */
void session_leave(struct session *session, enum close_code code, const char *reason,
		   int64_t retry_after_ms);
/* Looked after at the end of this turn. */
void session_touch(struct session *session);

/* hello.c: a name, proven as AUTH_MODE wants it, and with it the conversation. */
void session_hello(struct session *session, struct request *request);

/* verbs.c: one line of a message. */
void session_take_line(struct session *session, struct text line);

/* shed.c: whether the load allows one more turn; if not, the client is told, and the log, once. */
bool session_may_add(struct session *session, struct text id, size_t bytes);
/* Now and then: tells the log when it is over. */
void sessions_look_for_calm(struct sessions *all);

/* history.c: a page before a number. */
void session_send_history(struct session *session, struct conversation *conversation,
			  uint64_t before, size_t limit);

#endif
