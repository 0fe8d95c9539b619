/* substitute.h: `! sub` and `! person`.
 *
 * Purpose    replaces words and phrases at the edges of words. Longer phrases go first, and what
 *            was put in is never replaced again.
 * Ownership  names and values are the caller's and outlive the substitutions.
 * Errors     false when memory ran out.
 * Threads    reading from any thread once prepared.
 */
#ifndef BOT_SUBSTITUTE_H
#define BOT_SUBSTITUTE_H

#include "base/buffer.h"
#include "base/text.h"
#include "bot/src/budget.h"
#include "bot/src/table.h"

struct substitution {
	struct text from; /* p is NULL: deleted */
	struct text to;
};

struct substitutions {
	struct table names;
	struct substitution *v;
	size_t n;
	size_t size;
	uint32_t starts[257]; /* after preparing: those beginning with byte b are
				 starts[b]..starts[b+1] */
	uint32_t *order;      /* numbers of substitutions, by first byte */
	uint32_t *rank;       /* of each substitution, best first */
	bool is_empty;
};

void substitutions_release(struct substitutions *s);
/* Sets, replaces or (with to.p NULL) deletes. */
bool substitutions_set(struct substitutions *s, struct text from, struct text to);
/* Once, after the last set. */
bool substitutions_prepare(struct substitutions *s);
/* When the budget is spent, the rest stays as it is. */
void substitutions_apply(const struct substitutions *s, struct text t, struct budget *budget,
			 struct buffer *out);

#endif
