/* state.h: what is known about one user.
 *
 * Purpose    variables, what the user changed of the bot's variables, and the last messages.
 * Ownership  the state owns its texts; what is read from it is lent until it changes.
 * Errors     false when a limit or memory does not allow it; then nothing changed.
 * Threads    one at a time.
 */
#ifndef BOT_STATE_H
#define BOT_STATE_H

#include "bot/include/rivescript.h"

enum { HISTORY_MOST = 9 };

/* <bot x=1> and <env x=1> are kept with the user: a brain is shared and never changes. */
enum scope { SCOPE_USER, SCOPE_BOT, SCOPE_ENV, SCOPES };

struct variable {
	struct text name;
	struct text value; /* p is NULL in the scopes bot and env: taken away */
};

struct variables {
	struct variable *v; /* each name and value in one allocation, at name.p */
	size_t n;
	size_t size;
};

/* The newest first. */
struct history {
	struct text entries[HISTORY_MOST];
	unsigned n;
};

struct rs_state {
	struct variables scopes[SCOPES];
	struct history inputs;
	struct history replies;
	size_t written; /* an upper bound of what the variables take when written */
};

/* `found` says whether the scope has the name at all. */
struct text state_get(const struct rs_state *state, enum scope scope, struct text name);
bool state_set(struct rs_state *state, enum scope scope, struct text name, struct text value);
/* Puts it first, keeps at most `keep`, clips long ones; false when memory ran out. */
bool state_remember(struct history *history, struct text entry, unsigned keep);
/* Keeps the newest `keep` at most. */
void state_forget(struct history *history, unsigned keep);
/* How many bytes a text takes as a JSON string. */
size_t state_json_size(struct text t);

#endif
