#include "bot/src/history_use.h"

#include <strings.h>

static void look(struct rs_brain *brain, struct text t)
{
	if (t.n == 0)
		return;
	const char *at = t.p;
	const char *end = t.p + t.n;
	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		at++;
		if (end - at < 6)
			return;
		bool is_input = strncasecmp(at, "input", 5) == 0;
		if (!is_input && strncasecmp(at, "reply", 5) != 0)
			continue;
		unsigned *kept = is_input ? &brain->inputs_kept : &brain->replies_kept;
		unsigned number = at[5] >= '1' && at[5] <= '9' ? (unsigned)(at[5] - '0') : 1;
		if (*kept < number)
			*kept = number;
	}
}

static void look_at_trigger(struct rs_brain *brain, const struct trigger *t)
{
	look(brain, t->written);
	look(brain, t->redirect);
	if (t->previous) {
		look(brain, t->previous->text);
		if (brain->replies_kept == 0)
			brain->replies_kept = 1;
	}
	for (size_t i = 0; i < t->answer_count; i++)
		if (!t->answers[i].is_plain)
			look(brain, t->answers[i].text);
	for (size_t i = 0; i < t->condition_count; i++) {
		look(brain, t->conditions[i].left);
		look(brain, t->conditions[i].right);
		look(brain, t->conditions[i].answer);
	}
}

void history_use_find(struct rs_brain *brain)
{
	for (size_t i = 0; i < brain->trigger_count; i++)
		look_at_trigger(brain, &brain->triggers[i]);
	for (size_t i = 0; i < brain->variables.n; i++)
		look(brain, brain->variables.values[i]);
	for (size_t i = 0; i < brain->globals.n; i++)
		look(brain, brain->globals.values[i]);
	for (size_t i = 0; i < brain->array_count; i++)
		for (size_t k = 0; k < brain->arrays[i].n; k++)
			look(brain, brain->arrays[i].items[k]);
}
