/* session.h: one connection.
 *
 * Purpose    who it is, what it may do, what it waits for, what it has still to send.
 * Ownership  a session lives as long as its socket, and until what it asked for is answered.
 * Errors     NULL when memory runs out; what a client does wrong is told to the client.
 * Threads    loop thread only.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "base/log.h"
#include "base/text.h"
#include "conversation/conversation.h"
#include "loop/loop.h"
#include "net/net.h"
#include "protocol/event.h"
#include "protocol/request.h"
#include "session/load.h"

struct jwt_key;
struct session;
struct sessions;

struct sessions_options {
	struct loop *loop;
	const struct log *log;
	struct conversations *conversations;
	int64_t max_text;         /* bytes */
	int64_t history_limit;    /* messages a page */
	int64_t rate;             /* sends a second of a connection; 0: no limit */
	int64_t name_rate;        /* of all connections of a name here */
	int64_t store_timeout_ms; /* a quarter of it a new send may have to wait, when the store is slow */
	int64_t max_waiting;      /* turns */
	const char *auth;         /* what `welcome` says */
	const struct jwt_key *jwt_key; /* a visitor's name must be signed by it; NULL: a name is enough */
	/* Typing and the like was shown to the readers here, others may have more. NULL: there are none. */
	void (*moment)(void *ctx, struct text conversation, const struct frame *frame);
	void *ctx;
};

struct session_stats {
	uint64_t connections;       /* now */
	uint64_t connections_total;
	uint64_t slow_readers;      /* closed, because they did not read */
	uint64_t accepted, acknowledged, refused; /* turns: accepted = acknowledged + refused + waiting */
	struct histogram turn_us;  /* of those acknowledged */
	uint64_t shed[SHED_COUNT]; /* not even accepted, because too much waits */
	uint64_t frames[VERB_COUNT + 1]; /* received, by verb; the last: not understood */
	uint64_t errors[ERR_COUNT];      /* sent, by code */
};

struct sessions *sessions_new(const struct sessions_options *options);
/* All sockets are closed by then. */
void sessions_free(struct sessions *all);
const struct session_stats *sessions_stats(const struct sessions *all);
/* Counted apart from the stats, so that one can be held to the other. */
const struct load *sessions_load(const struct sessions *all);

/* Says goodbye to everybody, spread over the time given, and closes each when it has its answers. */
void sessions_drain(struct sessions *all, int64_t within_ms);
bool sessions_are_gone(const struct sessions *all);

/* What the net calls. */
struct session *session_open(struct sessions *all, struct socket *socket);
void session_received(struct session *session, struct text message, bool is_text);
void session_writable(struct session *session);
void session_closed(struct session *session);

#endif
