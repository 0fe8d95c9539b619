/* match.h: runs a compiled trigger against a message.
 *
 * Purpose    says whether the whole message matches and what was captured, in time that grows with
 *            length of message times length of trigger, whatever the trigger is.
 * Ownership  the matcher owns its working memory and keeps it for the next run.
 * Errors     `failed`: memory ran out. The budget may be spent. Both are no match.
 * Threads    one at a time.
 */
#ifndef BOT_MATCH_H
#define BOT_MATCH_H

#include "bot/src/budget.h"
#include "bot/src/pattern.h"

struct subject {
	struct text text;
	bool has_upper; /* compared without regard to case then */
};

struct capture {
	uint32_t start; /* UINT32_MAX: took no part in the match */
	uint32_t end;
};

struct match_job;

struct matcher {
	struct budget *budget; /* the caller's */
	bool failed;
	/* The text that stands for a value of user or bot; lent until the next call. */
	struct text (*value)(void *context, const struct value *value);
	void *context;
	struct match_job *jobs;
	size_t job_count;
	size_t job_size;
	uint64_t *seen; /* a bit for each choice and position */
	size_t seen_size;
};

void matcher_release(struct matcher *m);

/* `captures` has room for CAPTURES_MOST; the pattern's number of them is set. */
bool matcher_run(struct matcher *m, const struct pattern *pattern, const struct subject *subject,
		 struct capture *captures);

#endif
