#include "bot/src/build.h"

#include <stdlib.h>

#include "bot/src/answer.h"

void build_begin_file(struct build *b, const char *name)
{
	build_end_trigger(b);
	b->has_trigger = false;
	b->file = arena_text(&b->brain->arena, text_of_string(name)).p;
	b->topic = b->brain->random_topic;
}

void build_release(struct build *b)
{
	free(b->draft.answers);
	free(b->draft.conditions);
	b->draft = (struct draft){0};
}

uint32_t build_topic(struct build *b, struct text name)
{
	struct rs_brain *brain = b->brain;
	uint32_t at = table_get(&brain->topic_names, name);
	if (at != TABLE_NONE)
		return at;
	name = arena_text(&brain->arena, name);
	if (!array_reserve(&brain->topics, &brain->topic_size, brain->topic_count + 1,
			   sizeof *brain->topics) ||
	    !table_put(&brain->topic_names, name, (uint32_t)brain->topic_count)) {
		b->failed = true;
		return TABLE_NONE;
	}
	brain->topics[brain->topic_count] = (struct topic){.name = name};
	return (uint32_t)brain->topic_count++;
}

void build_end_trigger(struct build *b)
{
	struct rs_brain *brain = b->brain;
	struct draft *draft = &b->draft;
	if (!b->has_trigger || brain->trigger_count == 0)
		return;
	struct trigger *t = &brain->triggers[brain->trigger_count - 1];
	if (t->redirect.p)
		draft->answer_count = draft->condition_count = 0;
	size_t n = draft->answer_count;
	struct answer *answers = n ? arena_alloc_array(&brain->arena, n, sizeof *answers) : NULL;
	if (answers)
		memcpy(answers, draft->answers, n * sizeof *answers);
	t->answers = answers;
	t->answer_count = (uint16_t)(answers ? n : 0);
	n = draft->condition_count;
	struct condition *conditions =
		n ? arena_alloc_array(&brain->arena, n, sizeof *conditions) : NULL;
	if (conditions)
		memcpy(conditions, draft->conditions, n * sizeof *conditions);
	t->conditions = conditions;
	t->condition_count = (uint16_t)(conditions ? n : 0);
	for (size_t i = 0; i < t->answer_count; i++)
		t->answer_weight += answers[i].weight;
	draft->answer_count = draft->condition_count = 0;
	b->failed |= brain->arena.failed;
}

/* "?keyword" is found anywhere in a message, also inside words. */
static struct text keyword_trigger(struct build *b, struct text word)
{
	static const char *const around[][2] = {{"", ""},     {"[*]", "[*]"}, {"*", "*"},
						{"[*]", "*"}, {"*", "[*]"},   {"", "*"},
						{"*", ""}};
	struct buffer text = BUFFER_INIT;
	for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
		buffer_add_char(&text, i == 0 ? '(' : '|');
		buffer_add_string(&text, around[i][0]);
		buffer_add_text(&text, word);
		buffer_add_string(&text, around[i][1]);
	}
	buffer_add_char(&text, ')');
	b->failed |= text.failed;
	struct text kept = arena_text(&b->brain->arena, buffer_text(&text));
	buffer_release(&text);
	return kept;
}

static void add_trigger(struct build *b, const struct command *command)
{
	struct rs_brain *brain = b->brain;
	build_end_trigger(b);
	if (!array_reserve(&brain->triggers, &brain->trigger_size, brain->trigger_count + 1,
			   sizeof *brain->triggers)) {
		b->failed = true;
		return;
	}
	struct trigger *t = &brain->triggers[brain->trigger_count++];
	*t = (struct trigger){.file = b->file, .line = command->at.line, .topic = b->topic};
	t->written = command->kind == '?' ? keyword_trigger(b, command->data)
					  : arena_text(&brain->arena, command->data);
	t->match.text = answer_without_weight(&brain->arena, t->written, &t->weight);
	if (command->has_previous) {
		struct matchable *previous = arena_alloc(&brain->arena, sizeof *previous);
		if (previous)
			previous->text = answer_without_weight(
				&brain->arena, arena_text(&brain->arena, command->previous), NULL);
		t->previous = previous;
	}
	brain->topics[b->topic].is_defined = true;
	b->has_trigger = true;
	b->failed |= brain->arena.failed;
}

static struct text next_word(struct text *rest)
{
	struct text t = text_trim(*rest);
	size_t n = 0;
	while (n < t.n && t.p[n] != ' ' && t.p[n] != '\t')
		n++;
	*rest = text_of(t.p + n, t.n - n);
	return text_of(t.p, n);
}

static void add_link(struct build *b, struct text name, bool inherits, struct place at)
{
	struct topic_link *link = arena_alloc(&b->brain->arena, sizeof *link);
	uint32_t topic = build_topic(b, name);
	if (!link || topic == TABLE_NONE) {
		b->failed = true;
		return;
	}
	at.file = b->file;
	*link = (struct topic_link){.topic = topic, .inherits = inherits, .at = at};
	struct topic *t = &b->brain->topics[b->topic];
	if (t->last_link)
		t->last_link->next = link;
	else
		t->links = link;
	t->last_link = link;
}

/* > begin, or > topic NAME includes A B inherits C D */
static void open_topic(struct build *b, const struct command *command)
{
	struct text rest = command->data;
	struct text type = next_word(&rest);
	struct text name = TEXT("__begin__");
	if (text_equal(type, TEXT("topic"))) {
		name = next_word(&rest);
	} else if (!text_equal(type, TEXT("begin"))) {
		diagnose_warning(b->d, command->at,
				 "unknown label %.*s: expected begin, topic or object", (int)type.n,
				 type.p);
		return;
	}
	build_end_trigger(b);
	b->has_trigger = false;
	uint32_t topic = build_topic(b, name);
	if (topic == TABLE_NONE)
		return;
	b->topic = topic;
	b->brain->topics[topic].is_defined = true;
	int mode = 0;
	for (struct text word = next_word(&rest); word.n && !b->failed; word = next_word(&rest)) {
		if (text_equal(word, TEXT("includes")) || text_equal(word, TEXT("inherits")))
			mode = word.p[2];
		else if (mode)
			add_link(b, word, mode == 'h', command->at);
	}
}

static void add_answer(struct build *b, const struct command *command)
{
	struct rs_brain *brain = b->brain;
	struct draft *draft = &b->draft;
	if (draft->answer_count >= UINT16_MAX ||
	    !array_reserve(&draft->answers, &draft->answer_size, draft->answer_count + 1,
			   sizeof *draft->answers)) {
		b->failed = true;
		return;
	}
	struct answer answer = {.weight = 1};
	bool is_zero = !answer_weight(command->data, &answer.weight);
	if (is_zero)
		diagnose_warning(b->d, command->at, "a weight of 0: expected at least 1");
	answer.text = arena_text(&brain->arena, command->data);
	answer.is_plain = answer_is_plain(answer.text);
	draft->answers[draft->answer_count++] = answer;
}

static void add_condition(struct build *b, const struct command *command)
{
	struct draft *draft = &b->draft;
	struct condition condition;
	if (!answer_condition(&b->brain->arena, command->data, &condition)) {
		diagnose_warning(b->d, command->at,
				 "this condition can never hold: expected value == value => reply, "
				 "with blanks around the operator and a single =>");
		return;
	}
	if (draft->condition_count >= UINT16_MAX ||
	    !array_reserve(&draft->conditions, &draft->condition_size, draft->condition_count + 1,
			   sizeof *draft->conditions)) {
		b->failed = true;
		return;
	}
	draft->conditions[draft->condition_count++] = condition;
}

/* - * @ belong to the last trigger. */
static void add_to_trigger(struct build *b, const struct command *command)
{
	if (!b->has_trigger) {
		diagnose_warning(b->d, command->at, "%c before any trigger: expected a + first",
				 command->kind);
		return;
	}
	struct trigger *t = &b->brain->triggers[b->brain->trigger_count - 1];
	bool has_others = b->draft.answer_count || b->draft.condition_count;
	if ((command->kind == '@' && has_others) || (command->kind != '@' && t->redirect.p))
		diagnose_warning(b->d, command->at,
				 "@ beside - or *: the redirect wins, the others are never used");
	if (command->kind == '@')
		t->redirect = arena_text(&b->brain->arena, command->data);
	else if (command->kind == '-')
		add_answer(b, command);
	else
		add_condition(b, command);
}

bool build_command(void *context, const struct command *command)
{
	struct build *b = context;
	switch (command->kind) {
	case '!':
		build_define(b, command);
		break;
	case '>':
		open_topic(b, command);
		break;
	case '<':
		if (text_equal(command->data, TEXT("topic")) ||
		    text_equal(command->data, TEXT("begin")))
			b->topic = b->brain->random_topic;
		break;
	case '+':
	case '?':
		add_trigger(b, command);
		break;
	case 'o':
		b->failed |= !table_put(&b->brain->objects,
					arena_text(&b->brain->arena, command->data), 1);
		break;
	default:
		add_to_trigger(b, command);
		break;
	}
	b->failed |= b->brain->arena.failed;
	return !b->failed;
}
