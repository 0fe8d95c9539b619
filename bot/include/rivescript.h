/* rivescript.h: RiveScript 2.0 for C programs.
 *
 * Purpose    A brain is what .rive files say, compiled once and shared by all users. A state is
 * what the bot knows about one user. A reply is a pure function of brain, state, text and seed.
 * Ownership  Brain and state belong to the caller, who frees them; a brain outlives the replies
 * that use it. What callbacks get is lent for the call. Errors     Loading reports every mistake of
 * every file through the callback and returns NULL when one of them is an error. A reply always has
 * a text; the status says what became of it. Threads    A brain never changes and may be used from
 * any number of threads. A state belongs to one thread at a time. There are no globals.
 */
#ifndef RIVESCRIPT_H
#define RIVESCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* ---- diagnostics ---- */

enum rs_severity {
	RS_WARNING, /* the brain works without what is named */
	RS_ERROR,   /* the brain is refused */
};

struct rs_diagnostic {
	enum rs_severity severity;
	const char *file;
	unsigned line;   /* from 1; 0: the file as a whole */
	unsigned column; /* in bytes, from 1; 0: the line as a whole */
	const char *message;
};

typedef void rs_report(void *context, const struct rs_diagnostic *diagnostic);

/* ---- brain ---- */

struct rs_brain;

/* All zero is the language's default. */
struct rs_options {
	bool utf8;           /* keep letters of all scripts (default: only a-z and digits) */
	bool lenient;        /* syntax errors are warnings, as without strict mode */
	bool case_sensitive; /* messages keep their capitals */
	bool force_case;     /* triggers are lower-cased instead of refused */
	unsigned depth;      /* how deep redirects may go; 0: 50 */
	const char
		*punctuation; /* characters deleted from messages in UTF-8 mode; NULL: ".,!?;:" */
};

/* A source that is already in memory; `name` is what diagnostics call it. */
struct rs_source {
	const char *name;
	struct text text;
};

/* Reads a .rive file, or the *.rive and *.rs files of a folder in the order of their names.
 * NULL when there were errors; all of them have been reported. `options` and `report` may be NULL.
 */
struct rs_brain *rs_brain_load(const char *path, const struct rs_options *options,
			       rs_report *report, void *context);
struct rs_brain *rs_brain_compile(const struct rs_source *sources, size_t count,
				  const struct rs_options *options, rs_report *report,
				  void *context);
void rs_brain_free(struct rs_brain *brain);

size_t rs_brain_triggers(const struct rs_brain *brain);

/* ---- state ---- */

struct rs_state;

/* No written state is longer than this. A variable that would not fit is not set; of the history
 * the oldest entries go first, and of a long reply its end is kept. */
#define RS_STATE_MAX 16384

struct rs_state *rs_state_new(void);
struct rs_state *rs_state_copy(const struct rs_state *state);
/* What rs_state_write wrote; NULL for anything else. */
struct rs_state *rs_state_read(const char *json, size_t n);
/* Appends compact JSON; what is empty is left out, so a new user's state is "{}". */
void rs_state_write(const struct rs_state *state, struct buffer *out);
void rs_state_free(struct rs_state *state);

/* A user variable, as <get> and <set> see it ("topic" is the topic). An unset one has a NULL pointer,
 * and a value with a NULL pointer unsets; what is got is lent until the state changes next.
 * False when the name is empty, memory ran out or the state would pass its limit: nothing changed. */
struct text rs_state_get(const struct rs_state *state, struct text name);
bool rs_state_set(struct rs_state *state, struct text name, struct text value);
/* Calls `each` for every user variable that is set, in the order of setting. */
void rs_state_each(const struct rs_state *state,
		   void (*each)(void *context, struct text name, struct text value), void *context);

/* ---- reply ---- */

/* An object macro: <call>name arg "another arg"</call> puts `result` in its place, as plain text.
 * False makes it "[ERR: Error raised by object macro]". */
struct rs_macro {
	const char *name;
	bool (*call)(void *context, const struct text *args, size_t n, struct buffer *result);
	void *context;
};

enum rs_trace_kind {
	RS_TRACE_MESSAGE,  /* text: a message as matched, after substitutions; topic is where */
	RS_TRACE_TRIED,    /* text: a trigger that was compared and did not match */
	RS_TRACE_PREVIOUS, /* text: a trigger that matched, but not its %Previous */
	RS_TRACE_MATCHED,  /* text: the trigger that won */
	RS_TRACE_REDIRECT, /* text: what the user is now taken to have said */
};

struct rs_trace {
	enum rs_trace_kind kind;
	unsigned depth; /* of redirects */
	struct text topic;
	struct text text;
	struct text previous;
	const char *file;
	unsigned line;
};

/* What the program around the bot offers; all zero: nothing. */
struct rs_host {
	const struct rs_macro *macros;
	size_t macro_count;
	void (*trace)(void *context, const struct rs_trace *event); /* NULL: none */
	void *trace_context;
};

struct rs_request {
	struct text user; /* what <id> says */
	struct text text; /* the message */
	uint64_t seed;    /* the same seed makes the same choices */
	uint64_t steps;   /* the most work that it may cost; 0: RS_STEPS_DEFAULT */
	/* What the bot said last, from a caller who keeps it anyway: the state then leaves its newest
	 * reply out. Empty, but not NULL: nothing. NULL: the state keeps it. */
	struct text last_reply;
};

/* About 20 ms of work on a small machine. */
#define RS_STEPS_DEFAULT UINT64_C(2000000)

enum rs_status {
	RS_OK,
	RS_NO_MATCH,  /* no trigger matched: "ERR: No Reply Matched" */
	RS_NO_REPLY,  /* the trigger had nothing to say: "ERR: No Reply Found" */
	RS_TOO_DEEP,  /* redirects went in circles: "ERR: Deep Recursion Detected" */
	RS_TOO_LONG,  /* the step budget was used up: "ERR: Step Limit Reached" */
	RS_NO_MEMORY, /* reply and state are to be thrown away */
};

struct rs_result {
	enum rs_status status;
	struct text
		trigger; /* what matched first, or what was being tried at the limit; empty: none */
	const char *file; /* where that trigger stands; NULL: none */
	unsigned line;
};

/* Answers a message: appends to `reply`, changes `state`. `host` and `result` may be NULL. */
enum rs_status rs_reply(const struct rs_brain *brain, struct rs_state *state,
			const struct rs_request *request, const struct rs_host *host,
			struct buffer *reply, struct rs_result *result);

const char *rs_status_name(enum rs_status status);

/* ---- tools ---- */

/* Reports what loads, but cannot be meant: triggers that are never reached, topics, arrays and
 * redirect targets that do not exist, redirects that go in circles. Returns how many. */
size_t rs_brain_check(const struct rs_brain *brain, rs_report *report, void *context);

struct rs_trigger {
	struct text topic;
	struct text text;
	struct text previous; /* empty: none */
	const char *file;
	unsigned line;
};

/* Calls `each` for the triggers of every topic (its %Previous ones first) in matching order. */
void rs_brain_each_trigger(const struct rs_brain *brain,
			   void (*each)(void *context, const struct rs_trigger *trigger),
			   void *context);

#endif
