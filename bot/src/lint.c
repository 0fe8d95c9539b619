/* rs_brain_check: every trigger on its own, then against the others of its topic. */
#include "bot/src/lint.h"

#include "bot/src/chars.h"
#include "bot/src/format.h"

struct place lint_place(const struct trigger *trigger)
{
	return (struct place){trigger->file, trigger->line, 0};
}

const struct trigger *lint_match(struct lint *l, uint32_t topic, struct text message)
{
	struct match match;
	l->turn.budget = (struct budget){.left = RS_STEPS_DEFAULT};
	bool found = find_match(&l->turn, topic, message, 1, &match);
	l->failed |= l->turn.matcher.failed;
	return found ? match.trigger : NULL;
}

static void check_duplicate(struct lint *l, uint32_t number)
{
	const struct trigger *t = &l->brain->triggers[number];
	struct buffer key = BUFFER_INIT;
	buffer_add_format(&key, "%u\n", t->topic);
	if (t->previous)
		buffer_add_text(&key, t->previous->text);
	buffer_add_char(&key, '\n');
	buffer_add_text(&key, t->match.text);
	struct text kept = arena_text(&l->arena, buffer_text(&key));
	l->failed |= key.failed || l->arena.failed;
	buffer_release(&key);
	uint32_t first = table_get(&l->seen, kept);
	if (first == TABLE_NONE) {
		l->failed |= !table_put(&l->seen, kept, number);
		return;
	}
	const struct trigger *other = &l->brain->triggers[first];
	diagnose_warning(&l->d, lint_place(t),
			 "the same trigger stands at %s:%u, only one of them is ever used: + %.*s",
			 other->file, other->line, (int)t->written.n, t->written.p);
}

static void check_answers(struct lint *l, const struct trigger *t)
{
	if (t->redirect.p || t->answer_count)
		return;
	if (t->condition_count)
		diagnose_warning(&l->d, lint_place(t),
				 "nothing is said when no condition holds: expected a - line, too");
	else
		diagnose_warning(&l->d, lint_place(t),
				 "nothing is said: expected a -, * or @ line");
}

/* Plain text matches one message only, so it can be asked which trigger gets that one. */
static void check_reached_plain(struct lint *l, const struct trigger *t)
{
	struct buffer message = BUFFER_INIT;
	const struct trigger *winner = lint_match(l, t->topic, t->match.text);
	if (winner && winner != t && !text_equal(winner->match.text, t->match.text)) {
		diagnose_warning(&l->d, lint_place(t), "never reached: + %.*s (%s:%u) comes first",
				 (int)winner->written.n, winner->written.p, winner->file,
				 winner->line);
		return;
	}
	l->turn.budget = (struct budget){.left = RS_STEPS_DEFAULT};
	format_message(l->brain, t->match.text, false, &l->turn.budget, &message);
	l->failed |= message.failed;
	if (!text_equal(buffer_text(&message), t->match.text) &&
	    table_get(&l->called, t->match.text) == TABLE_NONE)
		diagnose_warning(&l->d, lint_place(t),
				 "never reached: a message like this reads \"%.*s\" after "
				 "substitutions and without punctuation",
				 (int)message.n, message.n ? message.p : "");
	buffer_release(&message);
}

static void check_topics(struct lint *l)
{
	for (uint32_t i = 0; i < l->brain->topic_count; i++) {
		const struct topic *topic = &l->brain->topics[i];
		for (const struct topic_link *link = topic->links; link; link = link->next) {
			const struct topic *other = &l->brain->topics[link->topic];
			if (other->is_defined)
				continue;
			diagnose_warning(&l->d, link->at,
					 "topic %.*s %s %.*s, which does not exist",
					 (int)topic->name.n, topic->name.p,
					 link->inherits ? "inherits" : "includes",
					 (int)other->name.n, other->name.p);
		}
	}
}

static void check_texts(struct lint *l, const struct trigger *t)
{
	for (size_t i = 0; i < t->answer_count; i++)
		lint_text(l, t, t->answers[i].text);
	for (size_t i = 0; i < t->condition_count; i++) {
		lint_text(l, t, t->conditions[i].left);
		lint_text(l, t, t->conditions[i].right);
		lint_text(l, t, t->conditions[i].answer);
	}
	if (t->redirect.p)
		lint_text(l, t, t->redirect);
}

/* @name in a trigger. Behind a ( it captures, the name is the same. */
static void check_arrays(struct lint *l, const struct trigger *t)
{
	struct text text = t->match.text;
	if (!t->match.pattern)
		return;
	for (size_t i = 0; i + 1 < text.n; i++) {
		size_t n = text.p[i] == '@' ? chars_word_length(text, i + 1) : 0;
		struct text name = text_of(text.p + i + 1, n);
		if (n && table_get(&l->brain->array_names, name) == TABLE_NONE)
			diagnose_warning(&l->d, lint_place(t), "array @%.*s does not exist", (int)n,
					 name.p);
	}
}

static void note_target(struct lint *l, const struct trigger *t, uint32_t topic, struct text target)
{
	(void)t;
	(void)topic;
	l->failed |= !table_put(&l->called, target, 1);
}

static void check_trigger(struct lint *l, uint32_t number)
{
	const struct trigger *t = &l->brain->triggers[number];
	check_duplicate(l, number);
	check_answers(l, t);
	check_arrays(l, t);
	check_texts(l, t);
	lint_redirects(l, t);
	if (t->previous || t->topic == l->brain->begin_topic)
		return;
	if (t->match.pattern)
		lint_reach(l, t);
	else
		check_reached_plain(l, t);
}

size_t rs_brain_check(const struct rs_brain *brain, rs_report *report, void *context)
{
	static const struct rs_request request = {.seed = 0};
	struct lint l = {.brain = brain, .d = {.report = report, .context = context}};
	l.turn = (struct turn){.brain = brain, .request = &request, .state = rs_state_new()};
	l.turn.matcher.value = find_value;
	l.turn.matcher.budget = &l.turn.budget;
	l.turn.matcher.context = &l.turn;
	l.failed = !l.turn.state;
	for (uint32_t i = 0; i < brain->trigger_count && !l.failed; i++)
		lint_each_redirect(&l, &brain->triggers[i], note_target);
	for (uint32_t i = 0; i < brain->trigger_count && !l.failed; i++)
		check_trigger(&l, i);
	if (!l.failed)
		check_topics(&l);
	if (l.failed)
		diagnose_warning(&l.d, (struct place){"", 0, 0}, "the check ran out of memory");
	find_release(&l.turn);
	rs_state_free(l.turn.state);
	table_release(&l.seen);
	table_release(&l.called);
	arena_release(&l.arena);
	return l.d.warnings;
}

static void list(const struct rs_brain *brain, const struct topic *topic, const struct index *index,
		 void (*each)(void *context, const struct rs_trigger *trigger), void *context)
{
	for (uint32_t rank = 0; rank < index->n; rank++) {
		const struct trigger *t = &brain->triggers[index->triggers[rank]];
		const struct rs_trigger shown = {.topic = topic->name,
						 .text = t->written,
						 .previous = t->previous ? t->previous->text
									 : TEXT_NONE,
						 .file = t->file,
						 .line = t->line};
		each(context, &shown);
	}
}

void rs_brain_each_trigger(const struct rs_brain *brain,
			   void (*each)(void *context, const struct rs_trigger *trigger),
			   void *context)
{
	for (size_t i = 0; i < brain->topic_count; i++) {
		const struct topic *topic = &brain->topics[i];
		list(brain, topic, &topic->previous, each, context);
		list(brain, topic, &topic->triggers, each, context);
	}
}
