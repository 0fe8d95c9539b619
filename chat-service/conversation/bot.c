#include "conversation/bot.h"

#include <rivescript.h>
#include <stdlib.h>

#include "conversation/brain_folder.h"
#include "conversation/macros.h"

struct bot {
	const struct log *log;
	struct rs_brain *brain;
	struct brain_folder *folder;
	struct bot_stats stats;
};

static void brain_changed(void *ctx, struct rs_brain *brain)
{
	struct bot *bot = ctx;

	if (!brain) {
		bot->stats.refusals++;
		if (bot->brain)
			log_error(bot->log, "the changed brain has mistakes; the old one stays");
		return;
	}
	rs_brain_free(bot->brain);
	bot->brain = brain;
	bot->stats.loads++;
	bot->stats.triggers = rs_brain_triggers(brain);
	log_info(bot->log, "brain read", LOG_NUMBER("triggers", bot->stats.triggers));
}

struct bot *bot_open(struct loop *loop, const struct log *log, const char *folder)
{
	struct bot *bot = calloc(1, sizeof(*bot));

	if (!bot)
		return NULL;
	bot->log = log;
	bot->folder = brain_folder_open(loop, log, folder, brain_changed, bot);
	if (!bot->folder || !bot->brain) {
		bot_close(bot);
		return NULL;
	}
	return bot;
}

void bot_close(struct bot *bot)
{
	if (!bot)
		return;
	brain_folder_close(bot->folder);
	rs_brain_free(bot->brain);
	free(bot);
}

const struct bot_stats *bot_stats(const struct bot *bot)
{
	return &bot->stats;
}

/* A state that this build cannot read is a visitor whom the bot meets anew. */
static struct rs_state *read_state(const struct bot_turn *turn)
{
	struct rs_state *state =
		turn->state.n > 0 ? rs_state_read(turn->state.p, turn->state.n) : NULL;

	return state ? state : rs_state_new();
}

/* What a visitor need not see is left out; what stops a brain is told to its author too. */
static void look_at(struct bot *bot, enum rs_status status, const struct rs_result *result,
		    struct buffer *reply)
{
	switch (status) {
	case RS_NO_MATCH:
	case RS_NO_REPLY:
		buffer_clear(reply);
		log_debug(bot->log, "the brain has no reply", LOG_STRING("why", rs_status_name(status)));
		break;
	case RS_TOO_DEEP:
	case RS_TOO_LONG:
		bot->stats.limits++;
		log_warn(bot->log, "a reply was cut off", LOG_STRING("why", rs_status_name(status)),
			 LOG_TEXT_FIELD("trigger", result->trigger),
			 LOG_STRING("file", result->file), LOG_NUMBER("line", result->line));
		break;
	default:
		break;
	}
}

void bot_memory_free(struct rs_state *memory)
{
	rs_state_free(memory);
}

static bool answer_turn(struct bot *bot, const struct bot_turn *turn, struct rs_state **memory,
			struct bot_answer *answer)
{
	struct rs_state *state = *memory ? *memory : read_state(turn);
	struct macros macros;
	const struct rs_request request = {
		.user = turn->visitor,
		.text = turn->text,
		.seed = turn->seed,
		.last_reply = turn->last_reply.p ? turn->last_reply : TEXT(""),
	};
	struct rs_result result;
	enum rs_status status;

	*answer = (struct bot_answer){0};
	*memory = NULL;
	if (!state)
		return false;
	macros_init(&macros, turn);
	if (!rs_state_get(state, TEXT("name")).p)
		rs_state_set(state, TEXT("name"), turn->visitor); /* fails for lack of memory only */
	status = rs_reply(bot->brain, state, &request, &macros.host, &answer->reply, &result);
	look_at(bot, status, &result, &answer->reply);
	rs_state_write(state, &answer->state);
	answer->escalates = macros.escalates;
	if (status == RS_NO_MEMORY || answer->reply.failed || answer->state.failed) {
		rs_state_free(state);
		return false;
	}
	*memory = state;
	return true;
}

bool bot_answer(struct bot *bot, const struct bot_turn *turn, struct rs_state **memory,
		struct bot_answer *answer)
{
	int64_t start_us = loop_clock_us();
	bool is_made = answer_turn(bot, turn, memory, answer);

	histogram_add(&bot->stats.turn_us, (uint64_t)(loop_clock_us() - start_us));
	return is_made;
}

void bot_answer_release(struct bot_answer *answer)
{
	buffer_release(&answer->reply);
	buffer_release(&answer->state);
}
