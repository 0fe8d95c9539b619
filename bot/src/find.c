#include "bot/src/find.h"

#include "bot/src/chars.h"
#include "bot/src/format.h"

enum { COST_OF_TRIAL = 8 };

/* A search in one list of triggers. */
struct search {
	struct turn *t;
	const struct index *index;
	struct subject message;
	struct subject last_reply; /* text.p NULL: the list has no % lines */
	const struct message_words *words;
	struct message_words last_words; /* of the last reply */
	struct match *match;
	struct text topic;
	unsigned step;
};

static bool is_traced(const struct turn *t)
{
	return t->host && t->host->trace;
}

void find_trace(const struct turn *t, enum rs_trace_kind kind, unsigned step, struct text topic,
		struct text text, const struct trigger *trigger)
{
	if (!is_traced(t))
		return;
	struct rs_trace event = {.kind = kind, .depth = step, .topic = topic, .text = text};
	if (trigger) {
		event.text = trigger->written;
		event.file = trigger->file;
		event.line = trigger->line;
		if (trigger->previous)
			event.previous = trigger->previous->text;
	}
	t->host->trace(t->host->trace_context, &event);
}

static void set_value(struct turn *t, struct text raw, bool is_reply)
{
	buffer_clear(&t->value);
	format_message(t->brain, raw, is_reply, &t->budget, &t->value);
	if (t->value.failed)
		t->matcher.failed = true;
}

/* An unset <bot> is nothing, an unset <get> "undefined". */
struct text find_value(void *turn, const struct value *value)
{
	struct turn *t = turn;
	struct text raw = TEXT("undefined");
	const struct history *history =
		value->kind == VALUE_INPUT ? &t->state->inputs : &t->state->replies;
	switch (value->kind) {
	case VALUE_BOT:
		raw = state_get(t->state, SCOPE_BOT, value->name);
		if (!raw.p)
			raw = dictionary_get(&t->brain->variables, value->name);
		buffer_clear(&t->value);
		format_strip(t->brain, raw, &t->value);
		return buffer_text(&t->value);
	case VALUE_GET:
		raw = state_get(t->state, SCOPE_USER, value->name);
		if (raw.p)
			return raw;
		return text_equal(value->name, TEXT("topic")) ? TEXT("random") : TEXT("undefined");
	default:
		if (value->number <= history->n)
			raw = history->entries[value->number - 1];
		set_value(t, raw, value->kind == VALUE_REPLY);
		return buffer_text(&t->value);
	}
}

static bool matches(struct turn *t, const struct matchable *m, const struct subject *subject,
		    struct stars *stars)
{
	stars->n = 0;
	stars->subject = subject->text;
	if (!m->pattern)
		return text_equal(m->text, subject->text);
	if (!matcher_run(&t->matcher, m->pattern, subject, stars->v))
		return false;
	stars->n = m->pattern->captures;
	return true;
}

/* The words alone often tell that a trigger cannot match, or that its % line cannot. */
static bool is_possible(const struct search *s, const struct trigger *trigger)
{
	return message_words_suffice(s->words, trigger->match.needs) &&
	       (!trigger->previous ||
		message_words_suffice(&s->last_words, trigger->previous->needs));
}

/* Does the trigger match? Then it is the best so far. */
static bool try_trigger(void *context, uint32_t number)
{
	struct search *s = context;
	struct turn *t = s->t;
	const struct trigger *trigger = &t->brain->triggers[number];
	struct stars stars;
	struct stars botstars = {.n = 0};
	t->tried = trigger;
	__builtin_prefetch(
		trigger->match.pattern); /* all of these are wanted soon, and far apart */
	__builtin_prefetch(trigger->match.needs);
	__builtin_prefetch(trigger->answers);
	if (turn_is_over(t) || !budget_take(&t->budget, COST_OF_TRIAL))
		return false;
	if (!is_traced(t) && !is_possible(s, trigger))
		return false;
	if (!matches(t, &trigger->match, &s->message, &stars)) {
		find_trace(t, RS_TRACE_TRIED, s->step, s->topic, TEXT_NONE, trigger);
		return false;
	}
	if (trigger->previous && !matches(t, trigger->previous, &s->last_reply, &botstars)) {
		find_trace(t, RS_TRACE_PREVIOUS, s->step, s->topic, TEXT_NONE, trigger);
		return false;
	}
	s->match->trigger = trigger;
	s->match->stars.n = stars.n;
	s->match->stars.subject = stars.subject;
	memcpy(s->match->stars.v, stars.v, stars.n * sizeof *stars.v);
	s->match->botstars.n = botstars.n;
	s->match->botstars.subject = botstars.subject;
	memcpy(s->match->botstars.v, botstars.v, botstars.n * sizeof *botstars.v);
	return true;
}

/* Somebody who looks on sees every trigger in order; the result is the same. */
static bool search_in_order(struct search *s)
{
	for (uint32_t rank = 0; rank < s->index->n; rank++) {
		if (!try_trigger(s, s->index->triggers[rank]))
			continue;
		find_trace(s->t, RS_TRACE_MATCHED, s->step, s->topic, TEXT_NONE, s->match->trigger);
		return true;
	}
	return false;
}

static bool search(struct search *s, const struct message_words *words)
{
	if (s->index->n == 0)
		return false;
	if (is_traced(s->t))
		return search_in_order(s);
	uint64_t looked_at = 0;
	uint32_t best = index_find(s->index, words, try_trigger, s, &looked_at);
	budget_take(&s->t->budget, words->n + looked_at / 8);
	return best != UINT32_MAX;
}

/* The bot's last reply as % lines see it; before any reply it is the word "undefined". */
static struct subject last_reply(struct turn *t)
{
	if (!t->last_reply.p) {
		const struct history *replies = &t->state->replies;
		format_message(t->brain, replies->n ? replies->entries[0] : TEXT("undefined"), true,
			       &t->budget, &t->last_reply);
		buffer_add(&t->last_reply, "", 0);
		if (t->last_reply.failed)
			t->matcher.failed = true;
	}
	return (struct subject){buffer_text(&t->last_reply), t->brain->options.case_sensitive};
}

static bool last_words_init(struct turn *t, struct search *s)
{
	struct buffer lowered = BUFFER_INIT;
	struct text text = s->last_reply.text;
	if (s->last_reply.has_upper)
		chars_add_lower(&lowered, text);
	bool done = !lowered.failed && message_words_init(&s->last_words, text,
							  lowered.p ? buffer_text(&lowered) : text);
	if (done)
		budget_take(&t->budget, s->last_words.n);
	buffer_release(&lowered);
	return done;
}

bool find_match(struct turn *t, uint32_t topic, struct text message, unsigned step,
		struct match *match)
{
	const struct topic *in = &t->brain->topics[topic];
	struct buffer lowered = BUFFER_INIT;
	struct message_words words;
	struct search s = {
		.t = t, .match = match, .topic = in->name, .step = step, .words = &words};
	bool found = false;
	s.message = (struct subject){message, false};
	if (t->brain->options.case_sensitive && chars_has_upper(message)) {
		s.message.has_upper = true;
		chars_add_lower(&lowered, message);
	}
	index_expect(&in->triggers, message);
	if (!message_words_init(&words, message, lowered.p ? buffer_text(&lowered) : message)) {
		t->matcher.failed = true;
		goto out;
	}
	find_trace(t, RS_TRACE_MESSAGE, step, in->name, message, NULL);
	if (step == 0 && in->previous.n) {
		s.index = &in->previous;
		s.last_reply = last_reply(t);
		if (!last_words_init(t, &s)) {
			t->matcher.failed = true;
			goto out;
		}
		found = search(&s, &words);
		message_words_release(&s.last_words);
	}
	if (!found) {
		s.index = &in->triggers;
		found = search(&s, &words);
	}
out:
	message_words_release(&words);
	buffer_release(&lowered);
	return found && !turn_is_over(t);
}

void find_release(struct turn *t)
{
	matcher_release(&t->matcher);
	buffer_release(&t->last_reply);
	buffer_release(&t->value);
}
