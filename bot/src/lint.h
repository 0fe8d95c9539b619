/* lint.h: what loads, but cannot be meant.
 *
 * Purpose    the parts of rs_brain_check share this.
 * Ownership  lives on the stack of rs_brain_check.
 * Errors     findings are warnings; `failed` says that memory ran out.
 * Threads    one at a time.
 */
#ifndef BOT_LINT_H
#define BOT_LINT_H

#include "bot/src/diagnose.h"
#include "bot/src/find.h"

struct lint {
	const struct rs_brain *brain;
	struct diagnose d;
	struct turn turn;    /* asks the brain what it would match */
	struct table seen;   /* topic, % and trigger: the number of the first that has them */
	struct table called; /* texts that redirects go to */
	struct arena arena;
	bool failed;
};

struct place lint_place(const struct trigger *trigger);
/* The trigger that a message (in final form, as in a redirect) matches in a topic; NULL: none. */
const struct trigger *lint_match(struct lint *l, uint32_t topic, struct text message);
/* The redirect's text when it has no tags, as it is compared; p NULL otherwise. */
struct text lint_target(struct lint *l, struct text target);

/* Calls `each` for every {@...} and @ of a trigger that names its target plainly, with the topic
 * that it happens in. */
void lint_each_redirect(struct lint *l, const struct trigger *trigger,
			void (*each)(struct lint *l, const struct trigger *trigger, uint32_t topic,
				     struct text target));

/* Names that do not exist and tags that do nothing, in one of a trigger's texts. */
void lint_text(struct lint *l, const struct trigger *trigger, struct text text);
/* A trigger with wildcards that others leave nothing to. */
void lint_reach(struct lint *l, const struct trigger *trigger);
/* Redirects to nowhere and in circles. */
void lint_redirects(struct lint *l, const struct trigger *trigger);

#endif
