#include "session/session.h"

#include <assert.h>
#include <stdlib.h>

#include "base/container.h"
#include "session/internal.h"

enum {
	WAITING_TURNS = 512,         /* beyond these the connection is not read until some are answered */
	WAITING_BYTES = 256 * 1024,
	LOOK_MS = 5000,
	STALLED_LIMIT_MS = 30000,
	DRAIN_STEP_MS = 50,
	LINGER_MS = 250, /* from the goodbye to the close: time to stop talking */
	RECONNECT_MS = 1000
};

struct session *session_ref(struct session *s)
{
	s->refs++;
	return s;
}

void session_unref(struct session *s)
{
	if (--s->refs > 0)
		return;
	name_release(&s->name);
	free(s);
}

void session_touch(struct session *s)
{
	if (s->is_dirty || !s->socket)
		return;
	s->is_dirty = true;
	s->dirty_next = NULL;
	*s->all->dirty_end = session_ref(s);
	s->all->dirty_end = &s->dirty_next;
}

/* ---- sending ---- */

static void leave(struct session *s, enum close_code code, const char *reason)
{
	if (s->is_leaving)
		return;
	s->is_leaving = true;
	s->leave_code = code;
	s->leave_reason = reason;
	session_touch(s);
}

void session_send(struct session *s, struct frame *frame)
{
	if (s->socket) {
		if (!frame) {
			leave(s, CLOSE_TRY_AGAIN_LATER, "out of memory");
		} else if (!outbox_add(&s->outbox, frame)) {
			if (!s->is_leaving)
				s->all->stats.slow_readers++;
			leave(s, CLOSE_POLICY, "too slow");
		}
		session_touch(s);
	}
	frame_unref(frame);
}

void session_send_error(struct session *s, struct text id, enum err code, const char *message,
			int64_t retry_after_ms)
{
	s->all->stats.errors[code]++;
	session_send(s, event_error(id, code, message, retry_after_ms));
}

void session_leave(struct session *s, enum close_code code, const char *reason,
		   int64_t retry_after_ms)
{
	if (s->is_leaving)
		return;
	session_send(s, event_goodbye(reason, retry_after_ms));
	leave(s, code, reason);
	s->leave_at_ms = loop_now_ms(s->all->options.loop) + LINGER_MS;
	if (!timer_is_running(&s->all->linger))
		timer_start(&s->all->linger, LINGER_MS);
}

/* ---- the end of a turn of the loop ---- */

static bool must_wait(const struct session *s)
{
	unsigned part = s->is_paused ? 2 : 1; /* once paused, until half of it is gone */

	/* What one that leaves still sends is read and dropped: unread, it would turn the close into a reset,
	 * which takes along what the peer has not read yet. */
	if (s->is_leaving)
		return false;
	return s->waiting > WAITING_TURNS / part ||
	       s->waiting_bytes > WAITING_BYTES / part ||
	       s->outbox.bytes > (size_t)OUTBOX_FULL / part;
}

static void flush(struct session *s)
{
	size_t before = s->outbox.bytes;
	bool is_sent = outbox_flush(&s->outbox, s->socket, &s->all->scratch);

	if (!is_sent)
		socket_want_write(s->socket);
	if (is_sent)
		s->stalled_since_ms = 0;
	else if (!s->stalled_since_ms || s->outbox.bytes < before)
		s->stalled_since_ms = loop_now_ms(s->all->options.loop);
}

static void look_after(struct session *s)
{
	bool wait;

	flush(s);
	if (s->reader && !s->is_leaving && !outbox_is_full(&s->outbox)) {
		reader_resume(s->reader);
		flush(s);
	}
	wait = must_wait(s);
	if (wait != s->is_paused) {
		s->is_paused = wait;
		socket_pause(s->socket, wait);
	}
	if (s->is_leaving && s->waiting == 0 && s->outbox.n == 0 &&
	    loop_now_ms(s->all->options.loop) >= s->leave_at_ms)
		socket_close(s->socket, s->leave_code, s->leave_reason);
}

static void turn_ended(struct turn_end *end)
{
	struct sessions *all = container_of(end, struct sessions, turn_end);
	struct session *s;

	while ((s = all->dirty)) {
		all->dirty = s->dirty_next;
		if (!all->dirty)
			all->dirty_end = &all->dirty;
		s->is_dirty = false;
		if (s->socket)
			look_after(s);
		session_unref(s);
	}
}

/* ---- a socket's life ---- */

struct session *session_open(struct sessions *all, struct socket *socket)
{
	struct session *s = calloc(1, sizeof(*s));
	int64_t now = loop_now_ms(all->options.loop);

	if (!s)
		return NULL;
	s->all = all;
	s->refs = 1;
	s->socket = socket;
	bucket_init(&s->sends, all->options.rate, now);
	bucket_init(&s->others, all->options.rate, now);
	s->next = all->first;
	s->at = &all->first;
	if (s->next)
		s->next->at = &s->next;
	all->first = s;
	all->stats.connections++;
	all->stats.connections_total++;
	return s;
}

void session_received(struct session *s, struct text message, bool is_text)
{
	if (!is_text)
		session_send_error(s, TEXT_NONE, ERR_BAD_REQUEST,
				   "binary messages are not understood; send JSON as text", 0);
	while (message.n > 0 && !s->is_leaving) {
		const char *end = memchr(message.p, '\n', message.n);
		size_t n = end ? (size_t)(end - message.p) : message.n;

		if (text_trim(text_of(message.p, n)).n > 0)
			session_take_line(s, text_of(message.p, n));
		message.p += n + (end != NULL);
		message.n -= n + (end != NULL);
	}
	session_touch(s);
}

void session_writable(struct session *s)
{
	look_after(s);
}

void session_closed(struct session *s)
{
	reader_close(s->reader);
	s->reader = NULL;
	conversation_unref(s->own);
	s->own = NULL;
	s->socket = NULL;
	outbox_release(&s->outbox);
	*s->at = s->next;
	if (s->next)
		s->next->at = s->at;
	s->all->stats.connections--;
	session_unref(s);
}

/* ---- all of them ---- */

static void look_for_stalled(struct sessions *all)
{
	int64_t limit = loop_now_ms(all->options.loop) - STALLED_LIMIT_MS;

	for (struct session *s = all->first; s; s = s->next) {
		if (!s->stalled_since_ms || s->stalled_since_ms > limit)
			continue;
		all->stats.slow_readers++;
		leave(s, CLOSE_POLICY, "too slow");
		socket_close(s->socket, CLOSE_POLICY, "too slow");
	}
}

/* Who comes back needs a new token. */
static void end_expired(struct sessions *all)
{
	int64_t now = loop_wall_ms();

	for (struct session *s = all->first; s; s = s->next)
		if (s->until_ms && s->until_ms <= now)
			session_leave(s, CLOSE_POLICY, "expired", 0);
}

static void look(struct timer *timer)
{
	struct sessions *all = container_of(timer, struct sessions, look);

	look_for_stalled(all);
	if (all->options.jwt_key)
		end_expired(all);
	sessions_look_for_calm(all);
	visitors_sweep(all->visitors, loop_now_ms(all->options.loop));
	timer_start(&all->look, LOOK_MS);
}

/* Looks after those whose time to go has come. */
static void linger_ended(struct timer *timer)
{
	struct sessions *all = container_of(timer, struct sessions, linger);
	int64_t now = loop_now_ms(all->options.loop), next_ms = INT64_MAX;

	for (struct session *s = all->first; s; s = s->next) {
		if (s->leave_at_ms == 0)
			continue;
		if (s->leave_at_ms <= now)
			session_touch(s);
		else if (s->leave_at_ms < next_ms)
			next_ms = s->leave_at_ms;
	}
	if (next_ms < INT64_MAX)
		timer_start(&all->linger, next_ms - now);
}

/* A part of those that are left says goodbye in each step, so that they do not come back all at once. */
static void drain_step(struct timer *timer)
{
	struct sessions *all = container_of(timer, struct sessions, drain);
	int64_t now = loop_now_ms(all->options.loop), left_ms = all->drain_until_ms - now;
	uint64_t steps = left_ms > DRAIN_STEP_MS ? (uint64_t)left_ms / DRAIN_STEP_MS : 1;
	uint64_t n = (all->stats.connections + steps - 1) / steps;

	for (struct session *s = all->first; s && n > 0; s = s->next) {
		if (s->is_leaving)
			continue;
		session_leave(s, CLOSE_GOING_AWAY, "shutdown", RECONNECT_MS);
		n--;
	}
	timer_start(&all->drain, DRAIN_STEP_MS);
}

struct sessions *sessions_new(const struct sessions_options *options)
{
	struct sessions *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->options = *options;
	all->dirty_end = &all->dirty;
	all->visitors = visitors_new(options->name_rate);
	if (!all->visitors) {
		free(all);
		return NULL;
	}
	turn_end_start(&all->turn_end, options->loop, TURN_SENDS, turn_ended);
	timer_init(&all->look, options->loop, look);
	timer_init(&all->linger, options->loop, linger_ended);
	timer_init(&all->drain, options->loop, drain_step);
	timer_start(&all->look, LOOK_MS);
	return all;
}

void sessions_free(struct sessions *all)
{
	if (!all)
		return;
	turn_ended(&all->turn_end); /* drops the references of those that were still to be looked after */
	assert(!all->first);
	turn_end_stop(&all->turn_end, all->options.loop);
	timer_stop(&all->look);
	timer_stop(&all->linger);
	timer_stop(&all->drain);
	buffer_release(&all->scratch);
	visitors_free(all->visitors);
	free(all);
}

const struct session_stats *sessions_stats(const struct sessions *all)
{
	return &all->stats;
}

const struct load *sessions_load(const struct sessions *all)
{
	return &all->load;
}

void sessions_drain(struct sessions *all, int64_t within_ms)
{
	if (all->is_draining)
		return;
	all->is_draining = true;
	all->drain_until_ms = loop_now_ms(all->options.loop) + within_ms;
	drain_step(&all->drain);
}

bool sessions_are_gone(const struct sessions *all)
{
	return !all->first;
}
