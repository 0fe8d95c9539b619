#include "service.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/build.h"
#include "base/container.h"
#include "conversation/conversation.h"
#include "fanout/fanout.h"
#include "identity/jwt_key.h"
#include "loop/loop.h"
#include "metrics.h"
#include "net/capacity.h"
#include "net/net.h"
#include "open_store.h"
#include "replicas.h"
#include "session/session.h"

enum {
	PING_MS = 1000,
	DRAIN_LOOK_MS = 20,
	GRACE_MS = 3000 /* after DRAIN_S, for what is still being stored and for close frames */
};

struct service {
	const struct service_settings *settings;
	const struct log *log;
	struct loop *loop;
	struct store *store;
	struct bot *bot;
	struct jwt_key *jwt_key; /* NULL: a name is enough */
	struct conversations *conversations;
	struct replicas *replicas; /* NULL: there can be no other */
	struct sessions *sessions;
	struct net *net;
	int64_t max_sockets, max_peers;

	int64_t started_ms;
	struct lag lag;
	struct timer ping;
	bool store_is_up, store_was_heard_of;

	struct signal_watch sigterm, sigint;
	struct timer drain;
	int64_t drain_until_ms;
	bool is_draining;
};

/* ---- the callbacks that the parts are wired with ---- */

static void show(void *ctx, struct conversation *conversation, struct entry *entry,
		 bool state_changed, bool is_ours)
{
	struct service *s = ctx;

	fanout_entry(conversation, entry, state_changed);
	if (is_ours && s->replicas)
		replicas_tell_entry(s->replicas, entry);
}

static bool follow(void *ctx, struct text conversation)
{
	struct service *s = ctx;

	return replicas_follow(s->replicas, conversation);
}

static void unfollow(void *ctx, struct text conversation)
{
	struct service *s = ctx;

	if (s->replicas)
		replicas_unfollow(s->replicas, conversation);
}

static void tell_moment(void *ctx, struct text conversation, const struct frame *frame)
{
	struct service *s = ctx;

	replicas_tell_moment(s->replicas, conversation, frame);
}

static void *socket_came(void *ctx, struct socket *socket)
{
	struct service *s = ctx;

	return session_open(s->sessions, socket);
}

static void message_came(void *session, struct text message, bool is_text)
{
	session_received(session, message, is_text);
}

static void socket_has_room(void *session)
{
	session_writable(session);
}

static void socket_went(void *session)
{
	session_closed(session);
}

static void answer_ready(const struct service *s, struct http_answer *answer)
{
	const char *why = s->is_draining ? "draining\n" : s->store_is_up ? NULL : "store away\n";

	answer->status = why ? 503 : 200;
	buffer_add_string(&answer->body, why ? why : "ready\n");
}

static void write_metrics(const struct service *s, struct buffer *out)
{
	metrics_write(out, &(struct metrics){
				   .started_ms = s->started_ms,
				   .lag = &s->lag,
				   .net = net_stats(s->net),
				   .max_sockets = s->max_sockets,
				   .sessions = sessions_stats(s->sessions),
				   .load = sessions_load(s->sessions),
				   .conversations = conversations_stats(s->conversations),
				   .store = store_stats(s->store),
				   .store_is_up = s->store_is_up,
				   .bot = s->bot ? bot_stats(s->bot) : NULL,
				   .replicas = s->replicas ? replicas_stats(s->replicas) : NULL,
			   });
}

static bool answer_get(void *ctx, struct text path, struct http_answer *answer)
{
	struct service *s = ctx;

	if (text_equal(path, TEXT("/healthz"))) {
		buffer_add_string(&answer->body, "ok\n");
	} else if (text_equal(path, TEXT("/readyz"))) {
		answer_ready(s, answer);
	} else if (text_equal(path, TEXT("/metrics"))) {
		answer->content_type = "text/plain; version=0.0.4";
		write_metrics(s, &answer->body);
	} else if (text_equal(path, TEXT("/version"))) {
		answer->content_type = "application/json";
		buffer_add_format(&answer->body, "{\"version\":\"%s\"}\n", build_version);
	} else {
		return false;
	}
	return true;
}

/* ---- the store's health ---- */

static void pinged(void *ctx, bool is_available)
{
	struct service *s = ctx;

	if (is_available != s->store_is_up || !s->store_was_heard_of) {
		if (is_available)
			log_info(s->log, "the store answers");
		else
			log_warn(s->log, "the store is away; messages wait for it");
	}
	s->store_is_up = is_available;
	s->store_was_heard_of = true;
	timer_start(&s->ping, PING_MS);
}

static void ping(struct timer *timer)
{
	struct service *s = container_of(timer, struct service, ping);

	if (!store_ping(s->store, pinged, s))
		timer_start(&s->ping, PING_MS); /* its queue is full: whatever it is, it is not idle */
}

/* ---- the end ---- */

static void look_whether_gone(struct timer *timer)
{
	struct service *s = container_of(timer, struct service, drain);

	if (sessions_are_gone(s->sessions) || loop_now_ms(s->loop) >= s->drain_until_ms)
		loop_stop(s->loop);
	else
		timer_start(&s->drain, DRAIN_LOOK_MS);
}

static void drain(struct service *s)
{
	int64_t drain_ms = s->settings->drain_s * 1000;

	if (s->is_draining) {
		loop_stop(s->loop); /* told twice: at once */
		return;
	}
	log_info(s->log, "draining", LOG_NUMBER("seconds", s->settings->drain_s),
		 LOG_NUMBER("connections", sessions_stats(s->sessions)->connections));
	s->is_draining = true;
	s->drain_until_ms = loop_now_ms(s->loop) + drain_ms + GRACE_MS;
	net_refuse_sockets(s->net);
	sessions_drain(s->sessions, drain_ms);
	look_whether_gone(&s->drain);
}

static void sigterm_came(struct signal_watch *watch)
{
	drain(container_of(watch, struct service, sigterm));
}

static void sigint_came(struct signal_watch *watch)
{
	drain(container_of(watch, struct service, sigint));
}

/* ---- making the parts ---- */

static bool load_bot(struct service *s, char *error, size_t error_size)
{
	if (!s->settings->bot_brain)
		return true;
	s->bot = bot_open(s->loop, s->log, s->settings->bot_brain);
	if (!s->bot)
		snprintf(error, error_size,
			 "BOT_BRAIN is '%s', but must be a folder of .rive files without mistakes (the "
			 "log names them)",
			 s->settings->bot_brain);
	return s->bot != NULL;
}

static bool make_jwt_key(struct service *s, char *error, size_t error_size)
{
	if (s->settings->auth_mode != AUTH_JWT)
		return true;
	s->jwt_key = jwt_key_new(s->settings->jwt_secret, s->settings->jwt_public_key, error, error_size);
	return s->jwt_key != NULL;
}

/* A SQLite file is this process's alone. */
static bool has_replicas(const struct service *s)
{
	return s->settings->mongo_uri || s->settings->redis_url;
}

static bool make_replicas(struct service *s, char *error, size_t error_size)
{
	if (!has_replicas(s))
		return true;
	s->replicas = replicas_new(
		&(struct replicas_options){
			.loop = s->loop,
			.log = s->log,
			.conversations = s->conversations,
			.redis_url = s->settings->redis_url,
		},
		error, error_size);
	return s->replicas != NULL;
}

static bool make_middle(struct service *s)
{
	s->conversations = conversations_new(&(struct conversations_options){
		.loop = s->loop,
		.log = s->log,
		.store = s->store,
		.bot = s->bot,
		.shown = show,
		.follow = has_replicas(s) ? follow : NULL,
		.unfollow = unfollow,
		.ctx = s,
	});
	if (!s->conversations)
		return false;
	s->sessions = sessions_new(&(struct sessions_options){
		.loop = s->loop,
		.log = s->log,
		.conversations = s->conversations,
		.max_text = s->settings->max_text,
		.history_limit = s->settings->history_limit,
		.rate = s->settings->rate_limit,
		.name_rate = s->settings->name_rate_limit,
		.store_timeout_ms = s->settings->store_timeout_ms,
		.max_waiting = s->settings->max_waiting,
		.auth = auth_mode_names[s->settings->auth_mode],
		.jwt_key = s->jwt_key,
		.moment = has_replicas(s) ? tell_moment : NULL,
		.ctx = s,
	});
	return s->sessions != NULL;
}

static bool open_net(struct service *s, char *error, size_t error_size)
{
	if (!capacity_take(s->settings->max_connections, &s->max_sockets, &s->max_peers, error,
			   error_size))
		return false;
	s->net = net_open(
		&(struct net_options){
			.loop = s->loop,
			.log = s->log,
			.host = s->settings->listen_host,
			.port = (uint16_t)s->settings->port,
			.origins = s->settings->allowed_origins,
			.tls_cert = s->settings->tls_cert,
			.tls_key = s->settings->tls_key,
			/* Any text as JSON may write it (\u00XX), and several lines. */
			.message_bytes = 64 * 1024 + (size_t)s->settings->max_text * 8,
			.max_sockets = s->max_sockets,
			.max_peers = s->max_peers,
			.opened = socket_came,
			.received = message_came,
			.writable = socket_has_room,
			.closed = socket_went,
			.get = answer_get,
			.ctx = s,
		},
		error, error_size);
	return s->net != NULL;
}

struct service *service_start(const struct service_settings *settings, const struct log *log,
			      char *error, size_t error_size)
{
	struct service *s = calloc(1, sizeof(*s));

	snprintf(error, error_size, "out of memory");
	if (!s)
		return NULL;
	s->settings = settings;
	s->log = log;
	s->loop = loop_new();
	if (!s->loop)
		goto fail;
	s->started_ms = loop_wall_ms();
	lag_start(&s->lag, s->loop);
	timer_init(&s->ping, s->loop, ping);
	timer_init(&s->drain, s->loop, look_whether_gone);
	signal_watch_start(&s->sigterm, s->loop, SIGTERM, sigterm_came);
	signal_watch_start(&s->sigint, s->loop, SIGINT, sigint_came);
	if (!make_jwt_key(s, error, error_size) || !load_bot(s, error, error_size) ||
	    !(s->store = open_store(settings, s->loop, log, error, error_size)) ||
	    !make_middle(s) || !make_replicas(s, error, error_size) ||
	    !open_net(s, error, error_size))
		goto fail;
	ping(&s->ping);
	return s;
fail:
	service_stop(s);
	return NULL;
}

void service_run(struct service *s)
{
	log_info(s->log, "listening", LOG_STRING("host", s->settings->listen_host),
		 LOG_NUMBER("port", net_port(s->net)),
		 LOG_STRING("store", s->settings->mongo_uri ? "mongodb" : "sqlite"),
		 LOG_STRING("tls", s->settings->tls_cert ? "on" : "off"),
		 LOG_NUMBER("max_connections", s->max_sockets),
		 LOG_STRING("version", build_version));
	if (!s->jwt_key)
		log_warn(s->log, "AUTH_MODE is open: whoever knows a name can read and continue its chat");
	if (!s->bot)
		log_info(s->log, "BOT_BRAIN is not set: no bot answers");
	loop_run(s->loop);
}

void service_stop(struct service *s)
{
	if (!s)
		return;
	if (s->loop) {
		lag_stop(&s->lag);
		timer_stop(&s->ping);
		timer_stop(&s->drain);
		signal_watch_stop(&s->sigterm, s->loop);
		signal_watch_stop(&s->sigint, s->loop);
	}
	net_close(s->net);     /* ends the sockets, and with them the sessions' readers */
	store_close(s->store); /* finishes what is under way, and tells the others */
	replicas_free(s->replicas);
	s->replicas = NULL;
	conversations_free(s->conversations);
	sessions_free(s->sessions);
	jwt_key_free(s->jwt_key);
	bot_close(s->bot);
	loop_free(s->loop);
	free(s);
}
