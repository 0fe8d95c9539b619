/* session.h: one user's talk with a brain, for all modes of the program.
 *
 * Purpose    brain, state, dice and the macros that are at hand on a command line.
 * Ownership  the session owns its state; the brain is the caller's.
 * Errors     session_say gives NULL when memory ran out.
 * Threads    one.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "bot/cli/options.h"

struct session {
	const struct rs_brain *brain;
	struct rs_state *state;
	const char *user;
	uint64_t seed;
	struct rs_host host;
	struct rs_result result; /* of the last reply */
	struct buffer reply;
};

/* `trace`: write how replies come about to stderr. */
bool session_init(struct session *s, const struct rs_brain *brain, const char *user, uint64_t seed,
		  bool trace);
void session_release(struct session *s);
/* The reply, lent until the next call; NUL-terminated. */
const char *session_say(struct session *s, struct text message);

/* Writes a diagnostic as `file:line:column: error: message` to the FILE that is the context. */
void session_report(void *file, const struct rs_diagnostic *diagnostic);
/* One step of how a reply came about, for people, to the FILE that is the context. */
void session_trace(void *file, const struct rs_trace *event);

#endif
