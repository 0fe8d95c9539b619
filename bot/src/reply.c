/* From a message to a reply: begin block, topic, trigger, answer. */
#include "bot/include/rivescript.h"

#include "bot/src/chars.h"
#include "bot/src/find.h"
#include "bot/src/format.h"
#include "bot/src/quote.h"
#include "bot/src/tags.h"

enum { COST_OF_ANSWER = 64 };

/* ---- the topic that the user is in ---- */

static bool is_usable(const struct rs_brain *brain, uint32_t topic)
{
	return topic != TABLE_NONE && brain->topics[topic].is_defined;
}

/* An unknown topic ends there; TABLE_NONE: there is no topic random either. */
static uint32_t current_topic(struct turn *t)
{
	const struct rs_brain *brain = t->brain;
	struct text name = rs_state_get(t->state, TEXT("topic"));
	uint32_t topic = name.p ? table_get(&brain->topic_names, name) : brain->random_topic;
	if (!is_usable(brain, topic)) {
		state_set(t->state, SCOPE_USER, TEXT("topic"), TEXT_NONE);
		topic = brain->random_topic;
	}
	return is_usable(brain, topic) ? topic : TABLE_NONE;
}

/* ---- what a trigger says ---- */

static void process(struct turn *t, struct text text, const struct match *m, unsigned step,
		    struct buffer *plain)
{
	struct buffer quoted = turn_buffer();
	tags_process(t, text, &m->stars, &m->botstars, step, &quoted);
	quote_remove(plain, buffer_text(&quoted));
	turn_check(t, plain);
	buffer_release(&quoted);
}

static bool compare(enum comparison comparison, struct text left, struct text right)
{
	int64_t a;
	int64_t b;
	if (comparison == IS_EQUAL || comparison == IS_NOT_EQUAL)
		return text_equal(left, right) == (comparison == IS_EQUAL);
	if (!text_to_int(left, INT64_MIN, INT64_MAX, &a) ||
	    !text_to_int(right, INT64_MIN, INT64_MAX, &b))
		return false;
	switch (comparison) {
	case IS_LESS:
		return a < b;
	case IS_AT_MOST:
		return a <= b;
	case IS_MORE:
		return a > b;
	default:
		return a >= b;
	}
}

static bool holds(struct turn *t, const struct condition *c, const struct match *m, unsigned step)
{
	struct buffer left = turn_buffer();
	struct buffer right = turn_buffer();
	process(t, c->left, m, step, &left);
	process(t, c->right, m, step, &right);
	struct text a = left.n ? buffer_text(&left) : TEXT("undefined");
	struct text b = right.n ? buffer_text(&right) : TEXT("undefined");
	bool result = !turn_is_over(t) && compare(c->comparison, a, b);
	buffer_release(&left);
	buffer_release(&right);
	return result;
}

static const struct answer *choose_answer(struct turn *t, const struct trigger *trigger)
{
	if (trigger->answer_count == 0)
		return NULL;
	uint32_t left = turn_roll(t, trigger->answer_weight);
	const struct answer *a = trigger->answers;
	for (; left >= a->weight; a++)
		left -= a->weight;
	return a;
}

/* The text of the first condition that holds, or of one of the answers; p NULL: none. */
static struct text choose_text(struct turn *t, const struct match *m, unsigned step, bool *is_plain)
{
	const struct trigger *trigger = m->trigger;
	*is_plain = false;
	for (size_t i = 0; i < trigger->condition_count; i++)
		if (holds(t, &trigger->conditions[i], m, step))
			return trigger->conditions[i].answer;
	const struct answer *answer = choose_answer(t, trigger);
	if (!answer || answer->text.n == 0)
		return TEXT_NONE;
	*is_plain = answer->is_plain;
	return answer->text;
}

static void say_nothing_found(struct turn *t, unsigned step, struct buffer *out)
{
	if (step == 0)
		t->status = RS_NO_REPLY;
	buffer_add_string(out, "ERR: No Reply Found");
}

/* Says the trigger's text, processed; in the begin block only what it must know at once. */
static void say(struct turn *t, const struct match *m, bool in_begin, unsigned step,
		struct buffer *out)
{
	bool is_plain;
	struct text text = choose_text(t, m, step, &is_plain);
	if (!text.p)
		say_nothing_found(t, step, out);
	else if (is_plain)
		buffer_add_text(out, text);
	else if (in_begin)
		tags_process_begin(t, text, out);
	else
		tags_process(t, text, &m->stars, &m->botstars, step, out);
}

/* ---- one message ---- */

/* Redirects are messages of the brain's author: only case and blanks are made as messages have
 * them. */
static struct text redirect_text(struct turn *t, struct text quoted, struct buffer *plain)
{
	struct buffer raw = turn_buffer();
	quote_remove(&raw, quoted);
	if (t->brain->options.case_sensitive)
		buffer_add_text(plain, buffer_text(&raw));
	else
		chars_add_lower(plain, buffer_text(&raw));
	turn_check(t, &raw);
	turn_check(t, plain);
	buffer_release(&raw);
	return text_trim(buffer_text(plain));
}

static void follow_redirect(struct turn *t, const struct match *m, bool in_begin, unsigned step,
			    struct buffer *out)
{
	struct buffer target = turn_buffer();
	size_t before = out->n;
	tags_process(t, m->trigger->redirect, &m->stars, &m->botstars, step, &target);
	turn_answer(t, buffer_text(&target), in_begin, step + 1, out);
	if (out->n == before)
		say_nothing_found(t, step, out);
	buffer_release(&target);
}

void turn_answer(struct turn *t, struct text message, bool in_begin, unsigned step,
		 struct buffer *out)
{
	struct buffer plain = turn_buffer();
	struct match m;
	uint32_t topic = current_topic(t);
	if (step > t->brain->depth) {
		t->status = RS_TOO_DEEP;
		buffer_add_string(out, "ERR: Deep Recursion Detected");
		return;
	}
	if (!budget_take(&t->budget, COST_OF_ANSWER + message.n / 2) || turn_is_over(t))
		return;
	if (step > 0) {
		message = redirect_text(t, message, &plain);
		find_trace(t, RS_TRACE_REDIRECT, step, TEXT_NONE, message, NULL);
	}
	if (in_begin)
		topic = t->brain->begin_topic;
	if (topic == TABLE_NONE) {
		buffer_add_string(out, "ERR: No default topic 'random' was found!");
		t->status = RS_NO_MATCH;
	} else if (!find_match(t, topic, message, step, &m)) {
		buffer_add_string(out, "ERR: No Reply Matched");
		if (step == 0)
			t->status = RS_NO_MATCH;
	} else {
		if (step == 0) {
			t->status = RS_OK;
			t->trigger = m.trigger;
		}
		bool has_own = m.trigger->answer_count || m.trigger->condition_count;
		if (!has_own && m.trigger->redirect.p)
			follow_redirect(t, &m, in_begin, step, out);
		else
			say(t, &m, in_begin, step, out);
	}
	buffer_release(&plain);
}

/* ---- the whole turn ---- */

/* Puts the real reply where the begin block's has {ok}; then all tags of the whole are run. */
static void answer_through_begin(struct turn *t, struct text message, struct buffer *out)
{
	struct buffer begin = turn_buffer();
	struct buffer real = turn_buffer();
	struct buffer whole = turn_buffer();
	turn_answer(t, TEXT("request"), true, 0, &begin);
	struct text text = buffer_text(&begin);
	size_t done = 0;
	for (size_t i = tag_find(text, 0, "{ok}"); i < text.n; i = tag_find(text, done, "{ok}")) {
		if (done == 0)
			turn_answer(t, message, false, 0, &real);
		buffer_add(&whole, text.p + done, i - done);
		buffer_add_text(&whole, buffer_text(&real));
		done = i + strlen("{ok}");
	}
	buffer_add_text(&whole, chars_after(text, done));
	turn_check(t, &whole);
	tags_process(t, buffer_text(&whole), NULL, NULL, 0, out);
	buffer_release(&begin);
	buffer_release(&real);
	buffer_release(&whole);
}

/* Puts the last reply where the state would have it. */
static void recall(struct turn *t)
{
	struct text last = t->request->last_reply;
	if (last.n && !state_remember(&t->state->replies, last, t->brain->replies_kept))
		t->matcher.failed = true;
}

static void remember(struct turn *t, struct text message, struct text reply)
{
	const struct rs_brain *brain = t->brain;
	struct history *replies = &t->state->replies;
	bool done = state_remember(&t->state->inputs, message, brain->inputs_kept);
	if (t->request->last_reply.p)
		state_forget(replies, brain->replies_kept ? brain->replies_kept - 1 : 0);
	else
		done = done && state_remember(replies, reply, brain->replies_kept);
	if (!done)
		t->matcher.failed = true;
}

/* Takes and answers the message; the reply is complete and plain in the end. */
static void take_turn(struct turn *t, struct buffer *plain)
{
	struct buffer valid = BUFFER_INIT;
	struct buffer message = BUFFER_INIT;
	struct buffer quoted = turn_buffer();
	recall(t);
	format_valid(t->request->text, &valid);
	format_message(t->brain, buffer_text(&valid), false, &t->budget, &message);
	budget_take(&t->budget, valid.n / 4);
	if (valid.failed || message.failed)
		t->matcher.failed = true;
	else if (t->brain->begin_topic == TABLE_NONE)
		turn_answer(t, buffer_text(&message), false, 0, &quoted);
	else
		answer_through_begin(t, buffer_text(&message), &quoted);
	turn_check(t, &quoted);
	if (turn_is_over(t))
		buffer_add_string(plain, "ERR: Step Limit Reached");
	else
		quote_remove(plain, buffer_text(&quoted));
	remember(t, buffer_text(&message), buffer_text(plain));
	buffer_release(&valid);
	buffer_release(&message);
	buffer_release(&quoted);
}

static enum rs_status status_of(const struct turn *t)
{
	if (t->matcher.failed)
		return RS_NO_MEMORY;
	if (t->budget.is_spent || t->is_overlong)
		return RS_TOO_LONG;
	return t->status;
}

enum rs_status rs_reply(const struct rs_brain *brain, struct rs_state *state,
			const struct rs_request *request, const struct rs_host *host,
			struct buffer *reply, struct rs_result *result)
{
	struct turn t = {.brain = brain, .state = state, .request = request, .host = host};
	struct buffer plain = BUFFER_INIT;
	t.budget.left = request->steps ? request->steps : RS_STEPS_DEFAULT;
	t.matcher.budget = &t.budget;
	t.matcher.value = find_value;
	t.matcher.context = &t;
	t.dice = request->seed;
	take_turn(&t, &plain);
	if (plain.failed)
		t.matcher.failed = true;
	buffer_add_text(reply, buffer_text(&plain));
	enum rs_status status = status_of(&t);
	if (result) {
		const struct trigger *named =
			status == RS_TOO_LONG && t.tried ? t.tried : t.trigger;
		*result = (struct rs_result){.status = status};
		if (named) {
			result->trigger = named->written;
			result->file = named->file;
			result->line = named->line;
		}
	}
	buffer_release(&plain);
	find_release(&t);
	return status;
}

const char *rs_status_name(enum rs_status status)
{
	switch (status) {
	case RS_OK:
		return "ok";
	case RS_NO_MATCH:
		return "no match";
	case RS_NO_REPLY:
		return "no reply";
	case RS_TOO_DEEP:
		return "too deep";
	case RS_TOO_LONG:
		return "too long";
	case RS_NO_MEMORY:
		return "no memory";
	}
	return "unknown";
}
