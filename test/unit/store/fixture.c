#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture *fixture_begin(const struct test_backend *backend)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->backend = backend;
	f->log = (struct log){.level = LOG_ERROR, .fd = STDERR_FILENO, .process = "test"};
	f->loop = loop_new();
	assert_non_null(f->loop);
	backend->begin(f);
	return f;
}

void fixture_end(struct fixture *f)
{
	store_close(f->store);
	f->backend->end(f);
	loop_free(f->loop);
	free(f);
}

void fixture_open(struct fixture *f, int64_t timeout_ms)
{
	char error[256] = "";

	f->store = f->backend->open(f, timeout_ms, error, sizeof(error));
	if (!f->store)
		fail_msg("cannot open: %s", error);
}

void fixture_reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	fixture_open(f, TIMEOUT_MS);
}

static void too_late(struct timer *timer)
{
	(void)timer;
	fail_msg("no answer in %d ms", WAIT_MS);
}

void fixture_wait(struct fixture *f, const size_t *count, size_t n)
{
	struct timer deadline;

	timer_init(&deadline, f->loop, too_late);
	timer_start(&deadline, WAIT_MS);
	while (*count < n)
		ev_run(loop_ev(f->loop), EVRUN_ONCE);
	timer_stop(&deadline);
}

void answer_release(struct answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		entry_unref(answer->entries[i]);
	free(answer->entries);
	*answer = (struct answer){0};
}

void answer_append(void *ctx, enum append_result result)
{
	struct answer *answer = ctx;

	answer->calls++;
	answer->result = result;
}

void answer_read(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct answer *answer = ctx;

	answer->calls++;
	answer->is_available = is_available;
	answer->n = n;
	answer->entries = calloc(n + 1, sizeof(struct entry *));
	assert_non_null(answer->entries);
	for (size_t i = 0; i < n; i++)
		answer->entries[i] = entry_ref(entries[i]);
}

void answer_find(void *ctx, bool is_available, struct entry *entry)
{
	answer_read(ctx, is_available, &entry, entry ? 1 : 0);
}

void answer_ping(void *ctx, bool is_available)
{
	struct answer *answer = ctx;

	answer->calls++;
	answer->is_available = is_available;
}

void answer_compare(void *ctx, bool is_available, const bool *has_more, size_t n)
{
	struct comparison_answer *answer = ctx;

	answer->calls++;
	assert_true(is_available ? n > 0 : n == 0 && !has_more);
	for (size_t i = 0; i < n; i++)
		answer->has_more[i] = has_more[i] ? 'y' : 'n';
}

static void wait_for(struct fixture *f, const struct answer *answer)
{
	assert_int_equal(answer->calls, 0); /* not inside the call */
	fixture_wait(f, &answer->calls, 1);
	assert_int_equal(answer->calls, 1);
}

void start_append(struct fixture *f, struct entry *entry, struct answer *answer)
{
	assert_true(store_append(f->store, entry, answer_append, answer));
	entry_unref(entry);
}

enum append_result append(struct fixture *f, struct entry *entry)
{
	struct answer answer = {0};

	assert_true(store_append(f->store, entry, answer_append, &answer));
	wait_for(f, &answer);
	return answer.result;
}

struct answer read_range(struct fixture *f, struct store_range range)
{
	struct answer answer = {0};

	assert_true(store_read(f->store, &range, answer_read, &answer));
	wait_for(f, &answer);
	return answer;
}

struct answer find(struct fixture *f, const char *conversation, const char *client_id)
{
	struct answer answer = {0};

	assert_true(store_find(f->store, text_of_string(conversation), text_of_string(client_id),
			       answer_find, &answer));
	wait_for(f, &answer);
	return answer;
}

struct comparison_answer compare(struct fixture *f, const struct store_place *places, size_t n)
{
	struct comparison_answer answer = {0};

	assert_true(store_compare(f->store, places, n, answer_compare, &answer));
	assert_int_equal(answer.calls, 0);
	fixture_wait(f, &answer.calls, 1);
	assert_int_equal(answer.calls, 1);
	return answer;
}

bool ping(struct fixture *f)
{
	struct answer answer = {0};

	assert_true(store_ping(f->store, answer_ping, &answer));
	wait_for(f, &answer);
	return answer.is_available;
}

struct entry *plain_entry(const char *conversation, uint64_t first, size_t n, const char *id)
{
	struct message messages[ENTRY_MESSAGES_MAX] = {0};
	char texts[ENTRY_MESSAGES_MAX][32];
	struct entry *entry;

	assert_true(n <= ENTRY_MESSAGES_MAX);
	for (size_t i = 0; i < n; i++) {
		snprintf(texts[i], sizeof(texts[i]), "text %llu", (unsigned long long)(first + i));
		messages[i].from = TEXT("Ann");
		messages[i].text = text_of_string(texts[i]);
	}
	messages[0].id = text_of_string(id);
	entry = entry_make(text_of_string(conversation), first, 1700000000123,
			   &(struct standing){0}, messages, n);
	assert_non_null(entry);
	return entry;
}

enum append_result append_plain(struct fixture *f, const char *conversation, uint64_t first,
				size_t n, const char *id)
{
	struct entry *entry = plain_entry(conversation, first, n, id);
	enum append_result result = append(f, entry);

	entry_unref(entry);
	return result;
}

static void assert_same_text(struct text a, struct text b)
{
	if (!text_equal(a, b))
		fail_msg("'%.*s' is not '%.*s'", (int)(a.n < 80 ? a.n : 80), a.p,
			 (int)(b.n < 80 ? b.n : 80), b.p);
}

void assert_same_entry(const struct entry *a, const struct entry *b)
{
	assert_same_text(a->conversation, b->conversation);
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->at_ms, b->at_ms);
	assert_int_equal(a->after.state, b->after.state);
	assert_int_equal(a->after.since_ms, b->after.since_ms);
	assert_same_text(a->after.agent, b->after.agent);
	assert_same_text(a->after.bot, b->after.bot);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->messages[i].role, b->messages[i].role);
		assert_same_text(a->messages[i].from, b->messages[i].from);
		assert_same_text(a->messages[i].text, b->messages[i].text);
		assert_same_text(a->messages[i].id, b->messages[i].id);
	}
}
