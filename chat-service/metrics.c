#include "metrics.h"

#include "base/build.h"
#include "exposition.h"
#include "process_stats.h"
#include "protocol/request.h"

/* Which powers of two of a microsecond, or of a count, are shown as buckets. */
enum {
	US_1 = 0,  /* 1 us */
	US_64 = 6, /* 64 us */
	MS_4 = 12, /* 4 ms: the loop's own clock is no finer */
	S_1 = 20,  /* 1 s */
	S_34 = 25, /* 34 s */
	COUNT_1 = 0,
	COUNT_512 = 9
};

static void of_process(struct buffer *out, const struct metrics *m)
{
	struct process_stats stats;

	process_stats_read(&stats);
	exposition_gauge_us(out, "process_start_time_seconds",
			    "When this process started, Unix time.",
			    (uint64_t)m->started_ms * 1000);
	exposition_counter_us(out, "process_cpu_seconds_total", "CPU time of all threads.",
			      stats.cpu_us);
	exposition_gauge(out, "process_resident_memory_bytes", "Memory in use.",
			 stats.resident_bytes);
	exposition_gauge(out, "process_open_fds", "Open files and sockets.", stats.open_files);
	exposition_gauge(out, "process_max_fds", "Most that may be open.", stats.max_files);
	exposition_head(out, "frontdesk_build_info", "gauge", "Which build this is.");
	exposition_labelled(out, "frontdesk_build_info", "version", build_version, 1);
	exposition_histogram_us(
		out, "frontdesk_loop_lag_seconds",
		"How late the event loop was for an appointment, four times a second.",
		&m->lag->late_us, US_64, S_34);
}

static void of_connections(struct buffer *out, const struct metrics *m)
{
	const struct session_stats *s = m->sessions;

	exposition_gauge(out, "frontdesk_connections", "WebSockets that are open.", s->connections);
	exposition_gauge(out, "frontdesk_connections_max", "WebSockets that may be open at a time.",
			 (uint64_t)m->max_sockets);
	exposition_counter(out, "frontdesk_connections_total", "WebSockets that were opened.",
			   s->connections_total);
	exposition_head(out, "frontdesk_connections_refused_total", "counter",
			"WebSockets that were refused: full (MAX_CONNECTIONS), draining, "
			"origin, request; and crowded: any peer, hung up on for want of files.");
	for (int why = 0; why < REFUSED_COUNT; why++)
		exposition_labelled(out, "frontdesk_connections_refused_total", "reason",
				    net_refusal_names[why], m->net->refused[why]);
	exposition_counter(out, "frontdesk_slow_readers_total",
			   "Connections closed because they did not read.", s->slow_readers);
	exposition_head(out, "frontdesk_frames_received_total", "counter",
			"Lines received, by what they asked for.");
	for (int verb = 0; verb <= VERB_COUNT; verb++)
		exposition_labelled(out, "frontdesk_frames_received_total", "type",
				    verb < VERB_COUNT ? verb_name((enum verb)verb) : "invalid",
				    s->frames[verb]);
	exposition_head(out, "frontdesk_errors_sent_total", "counter",
			"Errors sent to clients, by code.");
	for (int code = ERR_NONE + 1; code < ERR_COUNT; code++)
		exposition_labelled(out, "frontdesk_errors_sent_total", "code",
				    err_name((enum err)code), s->errors[code]);
}

/* Of one moment: accepted = acknowledged + refused + waiting. */
static void of_turns(struct buffer *out, const struct session_stats *s, const struct load *load)
{
	exposition_counter(
		out, "frontdesk_turns_accepted_total",
		"Sends and changes of state taken up; each is acknowledged, refused or waiting.",
		s->accepted);
	exposition_counter(out, "frontdesk_turns_acknowledged_total",
			   "Of these, stored and acknowledged.", s->acknowledged);
	exposition_counter(out, "frontdesk_turns_refused_total",
			   "Of these, answered with an error.", s->refused);
	exposition_gauge(out, "frontdesk_turns_waiting", "Of these, neither yet.", load->turns);
	exposition_gauge(out, "frontdesk_turns_waiting_bytes", "Their text.", load->bytes);
	exposition_head(out, "frontdesk_turns_shed_total", "counter",
			"Sends refused before they were taken up, because too much waits: "
			"turns (MAX_WAITING), bytes, wait.");
	for (int why = SHED_NOT + 1; why < SHED_COUNT; why++)
		exposition_labelled(out, "frontdesk_turns_shed_total", "reason", shed_names[why],
				    s->shed[why]);
	exposition_histogram_us(out, "frontdesk_turn_seconds",
				"From taking a send up to acknowledging it.", &s->turn_us, MS_4,
				S_34);
}

static void of_conversations(struct buffer *out, const struct conversation_stats *c)
{
	exposition_gauge(out, "frontdesk_conversations_open", "Conversations in memory.", c->open);
	exposition_counter(out, "frontdesk_entries_stored_total", "Log entries stored.",
			   c->entries_stored);
	exposition_counter(out, "frontdesk_messages_stored_total",
			   "Messages stored, the bot's among them.", c->messages_stored);
	exposition_counter(
		out, "frontdesk_messages_delivered_total",
		"Messages shown to connections as they came: each counts for every one that it "
		"was shown to, history and one's own do not.",
		c->messages_shown);
	exposition_counter(
		out, "frontdesk_append_conflicts_total",
		"Appends that another was first with, or whose message was stored before.",
		c->conflicts);
	exposition_counter(out, "frontdesk_append_failures_total",
			   "Appends whose outcome the store did not tell.", c->failures);
	exposition_counter(
		out, "frontdesk_conversations_missed_total",
		"Times that an open conversation turned out to have gone on unheard, and was "
		"read.",
		c->missed);
}

static void of_store(struct buffer *out, const struct store_stats *s, bool is_up)
{
	exposition_gauge(out, "frontdesk_store_up", "Whether the store answers.", is_up);
	exposition_histogram_us(
		out, "frontdesk_store_append_seconds",
		"From asking the store for an append to its answer, whatever it was.",
		&s->append_us, US_64, S_34);
	exposition_histogram(out, "frontdesk_store_batch_entries",
			     "Entries that the store wrote at once.", &s->batch_entries, COUNT_1,
			     COUNT_512);
	exposition_gauge(out, "frontdesk_store_queue_entries",
			 "Appends that the store was asked for and has not answered.",
			 s->append_jobs);
	exposition_gauge(out, "frontdesk_store_queue_bytes", "The same, in bytes.",
			 s->append_bytes);
	exposition_gauge_us(out, "frontdesk_store_oldest_append_seconds",
			    "How long the oldest of them has waited.",
			    (uint64_t)s->oldest_append_ms * 1000);
	exposition_gauge(out, "frontdesk_store_read_queue_requests",
			 "Reads that the store was asked for and has not answered.", s->read_jobs);
	exposition_gauge(out, "frontdesk_store_read_queue_bytes", "The same, in bytes.",
			 s->read_bytes);
}

static void of_bot(struct buffer *out, const struct bot_stats *bot)
{
	exposition_histogram_us(
		out, "frontdesk_bot_turn_seconds",
		"What the bot took for an answer; the loop does nothing else meanwhile.",
		&bot->turn_us, US_1, S_1);
	exposition_counter(out, "frontdesk_bot_limits_total",
			   "Replies that were cut off for costing too much.", bot->limits);
	exposition_gauge(out, "frontdesk_brain_triggers", "Triggers of the brain that answers.",
			 bot->triggers);
	exposition_counter(out, "frontdesk_brain_loads_total", "Brains that were taken.",
			   bot->loads);
	exposition_counter(out, "frontdesk_brain_refusals_total",
			   "Changed brains that had mistakes; the one before went on answering.",
			   bot->refusals);
}

static void of_redis(struct buffer *out, const struct replicas_stats *r)
{
	exposition_gauge(out, "frontdesk_redis_up",
			 "Whether news of other replicas come through Redis.", r->redis_is_up);
	exposition_counter(out, "frontdesk_redis_losses_total", "Times that Redis went away.",
			   r->relay.losses);
	exposition_counter(out, "frontdesk_redis_published_total",
			   "Entries and moments that the other replicas were told.",
			   r->relay.published);
	exposition_counter(out, "frontdesk_redis_received_total",
			   "Entries and moments that other replicas told.", r->relay.received);
	exposition_counter(out, "frontdesk_redis_malformed_total",
			   "Messages on the channels that were not understood.",
			   r->relay.malformed);
	exposition_histogram_us(
		out, "frontdesk_fanout_lag_seconds",
		"From the time of another replica's entry to its arrival here; the clocks of "
		"both are in it.",
		&r->lag_us, US_64, S_34);
}

void metrics_write(struct buffer *out, const struct metrics *m)
{
	of_process(out, m);
	of_connections(out, m);
	of_turns(out, m->sessions, m->load);
	of_conversations(out, m->conversations);
	of_store(out, m->store, m->store_is_up);
	if (m->bot)
		of_bot(out, m->bot);
	if (m->replicas && m->replicas->has_redis)
		of_redis(out, m->replicas);
}
