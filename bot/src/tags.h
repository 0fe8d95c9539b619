/* tags.h: what stands in < > and { } in a reply.
 *
 * Purpose    replaces tags by what they mean, in the order that the language fixes: arrays, stars
 * and history, {random}, formats, variables and macros, {topic=}, redirects. Ownership  none.
 * Errors     turn_is_over afterwards.
 * Threads    one at a time.
 *
 * Texts of visitors stay quoted (quote.h) in what comes out.
 */
#ifndef BOT_TAGS_H
#define BOT_TAGS_H

#include "bot/src/turn.h"

/* Stars may be NULL: none. */
void tags_process(struct turn *t, struct text text, const struct stars *stars,
		  const struct stars *botstars, unsigned step, struct buffer *out);

/* Only {topic=x} and <set x=y>, which a begin block's reply runs before the real one is fetched. */
void tags_process_begin(struct turn *t, struct text text, struct buffer *out);

/* The length of a {weight=N} at the start of t, with N; 0: there is none. */
size_t tag_weight(struct text t, uint32_t *weight);

/* Does t begin with the tag, capitals aside? */
bool tag_is(struct text t, const char *tag);
/* Where the tag is in t, or t.n. */
size_t tag_find(struct text t, size_t from, const char *tag);

/* The passes that are files of their own. */
void tags_stars(struct turn *t, struct text text, const struct stars *stars,
		const struct stars *botstars, struct buffer *out);
void tags_variables(struct turn *t, struct text text, struct buffer *out);

#endif
