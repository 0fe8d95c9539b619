#include "conversation/decide.h"

#include <assert.h>
#include <stdlib.h>

#define SYSTEM_NAME "system"
#define ESCALATED_TEXT "This chat was escalated to a person."

static struct text last_reply(const struct entry *entry)
{
	for (size_t i = entry->n; i > 0; i--)
		if (entry->messages[i - 1].role == ROLE_BOT)
			return entry->messages[i - 1].text;
	return TEXT_NONE;
}

void draft_init(struct draft *draft, struct text conversation, int64_t at_ms,
		const struct entry *newest)
{
	draft->conversation = conversation;
	draft->first = newest ? entry_last(newest) + 1 : 1;
	draft->at_ms = at_ms;
	draft->after = newest ? newest->after : (struct standing){0};
	draft->last_reply = newest ? last_reply(newest) : TEXT_NONE;
	draft->n = 0;
	draft->bytes = 0;
	draft->owned_n = 0;
	draft->bot_state = BUFFER_INIT;
	draft->memory = NULL;
}

void draft_release(struct draft *draft)
{
	while (draft->owned_n > 0)
		free(draft->owned[--draft->owned_n]);
	buffer_release(&draft->bot_state);
	bot_memory_free(draft->memory);
	draft->memory = NULL;
}

bool draft_has_room(const struct draft *draft, const struct turn *turn)
{
	return draft->n == 0 || (draft->n + DRAFT_MESSAGES_PER_TURN <= ENTRY_MESSAGES_MAX &&
				 draft->bytes + turn->size <= ENTRY_BYTES_MAX);
}

bool is_escalate_command(struct text text)
{
	text = text_trim(text);
	if (text.n > 0 && text.p[0] == '/') {
		text.p++;
		text.n--;
	}
	return text_equal_ignoring_case(text, TEXT("escalate"));
}

static void add(struct draft *draft, enum role role, struct text from, struct text text,
		struct text id)
{
	assert(draft->n < ENTRY_MESSAGES_MAX);
	draft->messages[draft->n++] =
		(struct message){.role = role, .from = from, .text = text, .id = id};
	draft->bytes += from.n + text.n + id.n;
}

static void add_written(struct draft *draft, const struct turn *turn)
{
	const struct turn_request *r = &turn->request;

	add(draft, r->role, r->from, r->text, r->id);
}

static void escalate(struct draft *draft, struct text id)
{
	draft->after.state = STATE_ESCALATED;
	draft->after.since_ms = draft->at_ms;
	add(draft, ROLE_SYSTEM, TEXT(SYSTEM_NAME), TEXT(ESCALATED_TEXT), id);
}

/* FNV-1a over the conversation's id, then the number: retrying at the same place says the same. */
static uint64_t seed_of(const struct draft *draft)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < draft->conversation.n; i++)
		hash = (hash ^ (unsigned char)draft->conversation.p[i]) * 0x100000001b3u;
	return hash ^ ((draft->first + draft->n) * 0x9e3779b97f4a7c15u);
}

static enum err answer(struct bot *bot, struct draft *draft, const struct turn *turn)
{
	struct bot_turn asked = {.visitor = turn->request.from,
				 .state = draft->after.bot,
				 .last_reply = draft->last_reply,
				 .text = turn->request.text,
				 .messages = draft->first + draft->n - 1,
				 .at_ms = draft->at_ms,
				 .seed = seed_of(draft)};
	struct bot_answer said;
	struct text reply;
	char *text = NULL;

	if (!bot_answer(bot, &asked, &draft->memory, &said))
		goto fail;
	reply = buffer_text(&said.reply);
	if (reply.n > 0 && !(text = buffer_take(&said.reply)))
		goto fail;
	add_written(draft, turn);
	if (text) {
		draft->owned[draft->owned_n++] = text;
		add(draft, ROLE_BOT, TEXT(BOT_NAME), text_of(text, reply.n), TEXT_NONE);
	}
	draft->last_reply = text_of(text, text ? reply.n : 0);
	buffer_release(&draft->bot_state);
	draft->bot_state = said.state;
	said.state = BUFFER_INIT;
	draft->after.bot = buffer_text(&draft->bot_state);
	if (said.escalates)
		escalate(draft, TEXT_NONE);
	bot_answer_release(&said);
	return ERR_NONE;
fail:
	bot_answer_release(&said);
	return ERR_UNAVAILABLE;
}

enum err decide(struct bot *bot, struct draft *draft, struct turn *turn)
{
	enum state_event event = turn->request.event;
	bool is_command = event == EVENT_WRITE && draft->after.state == STATE_BOT &&
			  is_escalate_command(turn->request.text);
	struct state_rule rule =
		state_rule(draft->after.state, is_command ? EVENT_ESCALATE : event);
	uint64_t seq = draft->first + draft->n;

	switch (rule.action) {
	case ACTION_REFUSE:
		return rule.refusal;
	case ACTION_ANSWER:
		if (!bot) {
			add_written(draft, turn);
		} else {
			enum err err = answer(bot, draft, turn);

			if (err != ERR_NONE)
				return err;
		}
		break;
	case ACTION_ESCALATE:
		if (is_command)
			add_written(draft, turn);
		escalate(draft, is_command ? TEXT_NONE : turn->request.id);
		break;
	}
	turn->seq = seq;
	return ERR_NONE;
}
