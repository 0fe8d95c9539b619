#include "conversation/bot.h"

#include <rivescript.h>
#include <stdlib.h>

struct bot {
	struct rs_brain *brain;
};

static void report(void *ctx, const struct rs_diagnostic *d)
{
	const struct log *log = ctx;

	log_write(log, d->severity == RS_ERROR ? LOG_ERROR : LOG_WARN, "brain",
		  (const struct log_field[]){LOG_STRING("file", d->file),
					     LOG_NUMBER("line", d->line),
					     LOG_NUMBER("column", d->column),
					     LOG_STRING("message", d->message),
					     {.key = NULL}});
}

struct bot *bot_load(const char *folder, const struct log *log)
{
	const struct rs_options options = {.utf8 = true};
	struct bot *bot = malloc(sizeof(*bot));

	if (!bot)
		return NULL;
	bot->brain = rs_brain_load(folder, &options, report, (void *)log);
	if (!bot->brain) {
		free(bot);
		return NULL;
	}
	return bot;
}

void bot_free(struct bot *bot)
{
	if (!bot)
		return;
	rs_brain_free(bot->brain);
	free(bot);
}

/* <call>escalate</call>: says nothing itself, the brain's reply does. */
static bool escalate(void *ctx, const struct text *args, size_t n, struct buffer *result)
{
	struct bot_answer *answer = ctx;

	(void)args;
	(void)n;
	(void)result;
	answer->escalates = true;
	return true;
}

/* A state that this build cannot read is a visitor whom the bot meets anew. */
static struct rs_state *read_state(const struct bot_turn *turn)
{
	struct rs_state *state =
		turn->state.n > 0 ? rs_state_read(turn->state.p, turn->state.n) : NULL;

	return state ? state : rs_state_new();
}

bool bot_answer(const struct bot *bot, const struct bot_turn *turn, struct bot_answer *answer)
{
	struct rs_state *state = read_state(turn);
	const struct rs_macro macros[] = {{"escalate", escalate, answer}};
	const struct rs_host host = {.macros = macros, .macro_count = 1};
	const struct rs_request request = {
		.user = turn->visitor, .text = turn->text, .seed = turn->seed};
	enum rs_status status = RS_NO_MEMORY;

	*answer = (struct bot_answer){0};
	if (!state)
		return false;
	if (!rs_state_get(state, TEXT("name")).p)
		rs_state_set(state, TEXT("name"), turn->visitor); /* fails for lack of memory only */
	status = rs_reply(bot->brain, state, &request, &host, &answer->reply, NULL);
	rs_state_write(state, &answer->state);
	rs_state_free(state);
	return status != RS_NO_MEMORY && !answer->reply.failed && !answer->state.failed;
}

void bot_answer_release(struct bot_answer *answer)
{
	buffer_release(&answer->reply);
	buffer_release(&answer->state);
}
