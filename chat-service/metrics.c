#include "metrics.h"

#include <inttypes.h>

#include "base/build.h"
#include "protocol/request.h"

static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
	buffer_add_format(out, "# HELP frontdesk_%s %s\n# TYPE frontdesk_%s %s\n", name, help, name,
			  type);
}

static void one(struct buffer *out, const char *name, const char *type, const char *help,
		uint64_t value)
{
	head(out, name, type, help);
	buffer_add_format(out, "frontdesk_%s %" PRIu64 "\n", name, value);
}

static void by_verb(struct buffer *out, const struct session_stats *s)
{
	head(out, "frames_received_total", "counter", "Lines received, by what they asked for.");
	for (int verb = 0; verb <= VERB_COUNT; verb++)
		buffer_add_format(out, "frontdesk_frames_received_total{type=\"%s\"} %" PRIu64 "\n",
				  verb < VERB_COUNT ? verb_name((enum verb)verb) : "invalid",
				  s->frames[verb]);
}

static void by_code(struct buffer *out, const struct session_stats *s)
{
	head(out, "errors_sent_total", "counter", "Errors sent to clients, by code.");
	for (int code = ERR_NONE + 1; code < ERR_COUNT; code++)
		buffer_add_format(out, "frontdesk_errors_sent_total{code=\"%s\"} %" PRIu64 "\n",
				  err_name((enum err)code), s->errors[code]);
}

static void by_refusal(struct buffer *out, const struct net_stats *net)
{
	head(out, "connections_refused_total", "counter",
	     "WebSockets that were refused: full (MAX_CONNECTIONS), draining, origin, request.");
	for (int why = 0; why < REFUSED_COUNT; why++)
		buffer_add_format(out,
				  "frontdesk_connections_refused_total{reason=\"%s\"} %" PRIu64 "\n",
				  net_refusal_names[why], net->refused[why]);
}

static void by_shed(struct buffer *out, const struct session_stats *s)
{
	head(out, "turns_shed_total", "counter",
	     "Sends refused before they were taken up, because too much waits: turns (MAX_WAITING), bytes, wait.");
	for (int why = SHED_NOT + 1; why < SHED_COUNT; why++)
		buffer_add_format(out, "frontdesk_turns_shed_total{reason=\"%s\"} %" PRIu64 "\n",
				  shed_names[why], s->shed[why]);
}

static void of_bot(struct buffer *out, const struct bot_stats *bot)
{
	one(out, "brain_triggers", "gauge", "Triggers of the brain that answers.", bot->triggers);
	one(out, "brain_loads_total", "counter", "Brains that were taken.", bot->loads);
	one(out, "brain_refusals_total", "counter",
	    "Changed brains that had mistakes; the one before went on answering.", bot->refusals);
	one(out, "bot_limits_total", "counter", "Replies that were cut off for costing too much.",
	    bot->limits);
}

static void of_redis(struct buffer *out, const struct replicas_stats *r)
{
	one(out, "redis_up", "gauge", "Whether news of other replicas come through Redis.", r->redis_is_up);
	one(out, "redis_losses_total", "counter", "Times that Redis went away.", r->relay.losses);
	one(out, "redis_published_total", "counter", "Entries and moments that the other replicas were told.",
	    r->relay.published);
	one(out, "redis_received_total", "counter", "Entries and moments that other replicas told.",
	    r->relay.received);
	one(out, "redis_malformed_total", "counter", "Messages on the channels that were not understood.",
	    r->relay.malformed);
}

void metrics_write(struct buffer *out, const struct net_stats *net, int64_t max_sockets,
		   const struct session_stats *s,
		   const struct conversation_stats *c, const struct bot_stats *bot,
		   const struct replicas_stats *replicas, bool store_is_up)
{
	head(out, "build_info", "gauge", "Which build this is.");
	buffer_add_format(out, "frontdesk_build_info{version=\"%s\"} 1\n", build_version);
	one(out, "connections", "gauge", "WebSockets that are open.", s->connections);
	one(out, "connections_total", "counter", "WebSockets that were opened.",
	    s->connections_total);
	one(out, "connections_max", "gauge", "WebSockets that may be open at a time.",
	    (uint64_t)max_sockets);
	by_refusal(out, net);
	one(out, "conversations_open", "gauge", "Conversations in memory.", c->open);
	one(out, "turns_accepted_total", "counter",
	    "Sends and changes of state taken up; each is acknowledged, refused or waiting.",
	    s->accepted);
	one(out, "turns_acknowledged_total", "counter", "Of these, stored and acknowledged.",
	    s->acknowledged);
	one(out, "turns_refused_total", "counter", "Of these, answered with an error.", s->refused);
	one(out, "turns_waiting", "gauge", "Of these, neither yet.",
	    s->accepted - s->acknowledged - s->refused);
	by_shed(out, s);
	one(out, "messages_stored_total", "counter", "Messages stored, the bot's among them.",
	    c->messages_stored);
	one(out, "entries_stored_total", "counter", "Log entries stored.", c->entries_stored);
	one(out, "append_conflicts_total", "counter",
	    "Appends that another was first with, or whose message was stored before.",
	    c->conflicts);
	one(out, "conversations_missed_total", "counter",
	    "Times that an open conversation turned out to have gone on unheard, and was read.", c->missed);
	one(out, "append_failures_total", "counter", "Appends whose outcome the store did not tell.",
	    c->failures);
	one(out, "slow_readers_total", "counter", "Connections closed because they did not read.",
	    s->slow_readers);
	one(out, "store_up", "gauge", "Whether the store answers.", store_is_up);
	if (bot)
		of_bot(out, bot);
	if (replicas && replicas->has_redis)
		of_redis(out, replicas);
	by_verb(out, s);
	by_code(out, s);
}
