/* users.h: a crowd of users of one server.
 *
 * Purpose    connects them, has each greeted and its conversation opened, sends for them, reads
 *            what comes back into their ledgers, and in the end reads every log again and compares.
 * Ownership  the crowd owns its users; callbacks are lent what they get.
 * Errors     a line on stderr, and false.
 * Threads    one.
 */
#ifndef LOAD_USERS_H
#define LOAD_USERS_H

#include "bench/load/ledger.h"
#include "bench/load/memo.h"
#include "bench/load/options.h"
#include "bench/load/speaker.h"
#include "bench/load/wire.h"

enum user_phase {
	USER_OUT,      /* not connected */
	USER_JOINING,  /* connecting, greeting, opening */
	USER_IN,       /* has its history */
	USER_CHECKING, /* the same, but reads the whole log of this run */
	USER_CHECKED
};

struct crowd;

struct user {
	struct crowd *crowd;
	struct connection connection;
	struct seat seat;
	struct ledger ledger;
	enum user_phase phase;
	unsigned index;
	unsigned port;         /* of its server */
	int64_t began_ns;      /* to connect */
	uint64_t base;         /* newest number before this run */
	uint64_t last_message; /* newest number shown live, or read while checking */
};

struct crowd {
	const struct options *options;
	struct marking marking;
	struct wire *wire;
	struct user *users;
	unsigned count;
	unsigned in, out; /* that are USER_IN (or USER_CHECKED); that got lost on the way */
	bool is_one_conversation;
	struct memo memo; /* of the one conversation */
	struct tally tally;
	struct buffer line;
	char trouble[128]; /* the first thing that went wrong */
	void *ctx;
	/* Any may be NULL. `due_ns` is when the message should have left. */
	void (*joined)(struct crowd *crowd, struct user *user, const struct event *history);
	void (*acked)(struct crowd *crowd, struct user *user, int64_t due_ns);
	void (*shown)(struct crowd *crowd, struct user *user, const struct event *message);
};

/* Takes the zeroed crowd with its options, callbacks and is_one_conversation set. */
bool crowd_init(struct crowd *crowd, unsigned count);
void crowd_release(struct crowd *crowd);

/* Connects the users from `first` on, at most `at_once` at a time, until all are in. */
bool crowd_join(struct crowd *crowd, unsigned first, unsigned count, unsigned at_once);
void crowd_leave(struct crowd *crowd);
/* One message of this user, due then. */
void crowd_send(struct crowd *crowd, struct user *user, int64_t due_ns);
void crowd_run_until(struct crowd *crowd, int64_t until_ns);
/* Until all that was sent is acknowledged, or patience ends. */
void crowd_drain(struct crowd *crowd);
/* Reads the logs of all users (of one, if all share it) through new connections, and fills the
 * tally. A server that keeps no log is only asked for its answers. */
bool crowd_check(struct crowd *crowd);
/* False, and a line on stderr: something in the tally should not be there. */
bool crowd_is_clean(const struct crowd *crowd);

#endif
