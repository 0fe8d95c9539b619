/* Redirects that name their target plainly are followed as a message would be. */
#include "bot/src/chars.h"
#include "bot/src/lint.h"
#include "bot/src/tags.h"

struct text lint_target(struct lint *l, struct text target)
{
	target = text_trim(target);
	for (size_t i = 0; i < target.n; i++)
		if (strchr("<>{}\\(", target.p[i]))
			return TEXT_NONE;
	struct buffer lowered = BUFFER_INIT;
	chars_add_lower(&lowered, target);
	struct text kept = arena_text(&l->arena, buffer_text(&lowered));
	l->failed |= lowered.failed || l->arena.failed;
	buffer_release(&lowered);
	return kept;
}

/* The topic that a text's {topic=x} leads to; TABLE_NONE: it cannot be told. */
static uint32_t topic_after(const struct lint *l, struct text text, uint32_t topic)
{
	const size_t open = strlen("{topic=");
	for (size_t i = tag_find(text, 0, "{topic="); i < text.n;
	     i = tag_find(text, i + 1, "{topic=")) {
		size_t end = tag_find(text, i, "}");
		topic = table_get(&l->brain->topic_names, chars_slice(text, i + open, end));
		if (topic == TABLE_NONE || !l->brain->topics[topic].is_defined)
			return TABLE_NONE;
	}
	return topic;
}

static void each_in_text(struct lint *l, const struct trigger *t, struct text text,
			 void (*each)(struct lint *l, const struct trigger *trigger, uint32_t topic,
				      struct text target))
{
	uint32_t topic = topic_after(l, text, t->topic);
	for (size_t i = tag_find(text, 0, "{@"); i < text.n && topic != TABLE_NONE;
	     i = tag_find(text, i + 1, "{@")) {
		size_t end = tag_find(text, i, "}");
		struct text target = lint_target(l, chars_slice(text, i + 2, end));
		if (end < text.n && target.p)
			each(l, t, topic, target);
	}
}

void lint_each_redirect(struct lint *l, const struct trigger *t,
			void (*each)(struct lint *l, const struct trigger *trigger, uint32_t topic,
				     struct text target))
{
	if (t->redirect.p) {
		struct text target = lint_target(l, t->redirect);
		if (target.p)
			each(l, t, t->topic, target);
		each_in_text(l, t, t->redirect, each);
	}
	for (size_t i = 0; i < t->answer_count; i++)
		each_in_text(l, t, t->answers[i].text, each);
	for (size_t i = 0; i < t->condition_count; i++)
		each_in_text(l, t, t->conditions[i].answer, each);
}

static void check_target(struct lint *l, const struct trigger *t, uint32_t topic,
			 struct text target)
{
	if (t->topic == l->brain->begin_topic || lint_match(l, topic, target))
		return;
	diagnose_warning(&l->d, lint_place(t),
			 "nothing in topic %.*s matches the redirect to \"%.*s\"",
			 (int)l->brain->topics[topic].name.n, l->brain->topics[topic].name.p,
			 (int)target.n, target.p);
}

/* The trigger that this one always leads to; NULL: it may say something, or cannot be told. */
static const struct trigger *next_of(struct lint *l, const struct trigger *t, uint32_t *topic)
{
	struct text target = TEXT_NONE;
	if (t->redirect.p) {
		target = lint_target(l, t->redirect);
	} else if (t->answer_count == 1 && t->condition_count == 0) {
		struct text text = t->answers[0].text;
		size_t start = tag_find(text, 0, "{@");
		size_t end = tag_find(text, start, "}");
		if (start < text.n && end < text.n)
			target = lint_target(l, chars_slice(text, start + 2, end));
		*topic = topic_after(l, text, *topic);
	}
	return target.p && *topic != TABLE_NONE ? lint_match(l, *topic, target) : NULL;
}

void lint_redirects(struct lint *l, const struct trigger *t)
{
	lint_each_redirect(l, t, check_target);
	uint32_t topic = t->topic;
	const struct trigger *next = t;
	for (unsigned step = 0; next && step <= l->brain->depth; step++) {
		next = next_of(l, next, &topic);
		if (next == t) {
			diagnose_warning(&l->d, lint_place(t),
					 "redirects in a circle, without ever saying something");
			return;
		}
	}
}
