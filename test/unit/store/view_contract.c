/* Holds a backend to what store.h says of the view and of walks over everything. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "view_contract.h"

struct rows_answer {
	size_t calls, n;
	bool is_available;
	char text[2048]; /* "ann 3 bot - 'preview' Name; " for each; agent@since for '-' */
	char last[64];
};

static void rows_came(void *ctx, bool is_available, struct store_row *const *rows, size_t n)
{
	struct rows_answer *answer = ctx;

	answer->calls++;
	answer->is_available = is_available;
	answer->n = n;
	for (size_t i = 0; i < n; i++) {
		const struct store_row *row = rows[i];
		size_t at = strlen(answer->text);

		snprintf(answer->text + at, sizeof(answer->text) - at,
			 "%.*s %llu %s %.*s@%lld '%.*s' %.*s; ", (int)row->conversation.n,
			 row->conversation.p, (unsigned long long)row->n,
			 row->state < STATE_COUNT ? state_name(row->state) : "?", (int)row->agent.n,
			 row->agent.p, (long long)row->since_ms, (int)row->preview.n,
			 row->preview.p, (int)row->name.n, row->name.p);
		snprintf(answer->last, sizeof(answer->last), "%.*s", (int)row->conversation.n,
			 row->conversation.p);
	}
}

static struct rows_answer read_rows(struct fixture *f, const char *from, bool includes, size_t limit)
{
	struct rows_answer answer = {0};
	struct store_row_range range = {text_of_string(from), includes, limit};

	assert_true(store_rows(f->store, &range, rows_came, &answer));
	fixture_wait(f, &answer.calls, 1);
	assert_true(answer.is_available);
	return answer;
}

static void assert_rows(struct fixture *f, const char *expected)
{
	struct rows_answer answer = read_rows(f, "", true, 100);

	if (strcmp(answer.text, expected) != 0)
		fail_msg("the view is '%s', not '%s'", answer.text, expected);
}

/* The view follows soon: until it is so, or too late. */
static void wait_for_rows(struct fixture *f, const char *expected)
{
	struct rows_answer answer = read_rows(f, "", true, 100);

	for (int tries = 0; strcmp(answer.text, expected) != 0; tries++) {
		struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};

		if (tries == 1000)
			fail_msg("the view stays '%s', not '%s'", answer.text, expected);
		nanosleep(&moment, NULL);
		answer = read_rows(f, "", true, 100);
	}
}

static struct entry *entry_of(const char *conversation, uint64_t first, enum role role,
			      const char *from, const char *text, const struct standing *after)
{
	struct message message = {
		.role = role, .from = text_of_string(from), .text = text_of_string(text)};
	struct entry *entry =
		entry_make(text_of_string(conversation), first, 1000, after, &message, 1);

	assert_non_null(entry);
	return entry;
}

static void add(struct fixture *f, const char *conversation, uint64_t first, enum role role,
		const char *from, const char *text, const struct standing *after)
{
	struct entry *entry = entry_of(conversation, first, role, from, text, after);

	assert_int_equal(append(f, entry), APPEND_STORED);
	entry_unref(entry);
}

static const struct standing with_bot = {.state = STATE_BOT};
static const struct standing waiting = {.state = STATE_ESCALATED, .since_ms = 77};
static const struct standing live = {.state = STATE_LIVE, .agent = {"Zed", 3}, .since_ms = 77};

void the_view_follows_the_log(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	add(f, "ann", 1, ROLE_USER, "Ann", "hello", &with_bot);
	add(f, "bob", 1, ROLE_USER, "Bob", "hi", &with_bot);
	add(f, "ann", 2, ROLE_BOT, "Bot", "good day", &with_bot);
	wait_for_rows(f, "ann 2 bot @0 'good day' Ann; bob 1 bot @0 'hi' Bob; ");
	add(f, "ann", 3, ROLE_USER, "ANN", "more", &with_bot);
	wait_for_rows(f, "ann 3 bot @0 'more' ANN; bob 1 bot @0 'hi' Bob; ");
}

void a_change_of_state_is_in_the_view_when_it_is_acknowledged(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	add(f, "ann", 1, ROLE_USER, "Ann", "hello", &with_bot);
	wait_for_rows(f, "ann 1 bot @0 'hello' Ann; ");
	add(f, "ann", 2, ROLE_SYSTEM, "system", "escalated", &waiting);
	assert_rows(f, "ann 2 escalated @77 'escalated' Ann; ");
	add(f, "ann", 3, ROLE_SYSTEM, "system", "claimed", &live);
	assert_rows(f, "ann 3 live Zed@77 'claimed' Ann; ");
	add(f, "bob", 1, ROLE_SYSTEM, "system", "escalated", &waiting);
	add(f, "ann", 4, ROLE_SYSTEM, "system", "back", &with_bot);
	assert_rows(f, "ann 4 bot @0 'back' Ann; bob 1 escalated @77 'escalated' ; ");
}

void what_is_noted_is_written_on_close(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	add(f, "ann", 1, ROLE_USER, "Ann", "hello", &with_bot);
	fixture_reopen(f);
	assert_rows(f, "ann 1 bot @0 'hello' Ann; ");
}

void a_row_never_goes_backwards(void **state)
{
	struct fixture *f = *state;
	struct entry *old = entry_of("ann", 1, ROLE_USER, "Old", "old", &with_bot);
	struct entry *new = entry_of("ann", 9, ROLE_BOT, "Bot", "new", &with_bot);
	struct entry *same = entry_of("ann", 9, ROLE_USER, "Ann", "new", &with_bot);

	fixture_open(f, TIMEOUT_MS);
	store_follow(f->store, new);
	store_follow(f->store, old);
	fixture_reopen(f);
	assert_rows(f, "ann 9 bot @0 'new' Old; "); /* the name alone is from the older one */
	store_follow(f->store, old);
	fixture_reopen(f);
	assert_rows(f, "ann 9 bot @0 'new' Old; ");
	store_follow(f->store, same);
	fixture_reopen(f);
	assert_rows(f, "ann 9 bot @0 'new' Ann; ");
	entry_unref(old);
	entry_unref(new);
	entry_unref(same);
}

void two_stores_write_one_view(void **state)
{
	enum { N = 600 }; /* more than go at once */
	struct fixture *f = *state;
	struct store *first, *second;
	struct rows_answer answer;
	char name[32];
	size_t n = 0;

	fixture_open(f, TIMEOUT_MS);
	first = f->store;
	fixture_open(f, TIMEOUT_MS);
	second = f->store;
	for (size_t i = 0; i < N; i++) {
		struct entry *low, *high;

		snprintf(name, sizeof(name), "visitor %03zu", i);
		low = entry_of(name, 1, ROLE_USER, "V", "low", &with_bot);
		high = entry_of(name, 2, ROLE_USER, "V", "high", &with_bot);
		store_follow(first, i % 2 ? low : high);
		store_follow(second, i % 2 ? high : low);
		entry_unref(low);
		entry_unref(high);
	}
	store_close(first);
	store_close(second);
	f->store = NULL;
	fixture_open(f, TIMEOUT_MS);
	answer = read_rows(f, "", true, 7);
	while (answer.n > 0) {
		assert_null(strstr(answer.text, "low"));
		n += answer.n;
		answer = read_rows(f, answer.last, false, 7);
	}
	assert_int_equal(n, N);
}

void rows_come_in_the_order_of_their_bytes(void **state)
{
	static const char *const names[] = {"\xc3\xa9", "a", "B", "aa", "\xf0\x9f\x98\x80", "b"};
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add(f, names[i], 1, ROLE_SYSTEM, "s", "x", &with_bot);
	assert_string_equal(read_rows(f, "", false, 2).text, "B 1 bot @0 'x' ; a 1 bot @0 'x' ; ");
	assert_string_equal(read_rows(f, "a", false, 2).text,
			    "aa 1 bot @0 'x' ; b 1 bot @0 'x' ; ");
	assert_string_equal(read_rows(f, "b", true, 1).text, "b 1 bot @0 'x' ; ");
	assert_string_equal(read_rows(f, "b", false, 9).text,
			    "\xc3\xa9 1 bot @0 'x' ; \xf0\x9f\x98\x80 1 bot @0 'x' ; ");
	assert_int_equal(read_rows(f, "\xff", true, 9).n, 0);
}

static void correct(struct fixture *f, const char *conversation, uint64_t seen,
		    const struct store_row *row)
{
	struct answer answer = {0};

	assert_true(store_correct(f->store, text_of_string(conversation), seen, row, answer_ping,
				  &answer));
	fixture_wait(f, &answer.calls, 1);
	assert_true(answer.is_available);
}

void a_correction_takes_the_place_of_what_was_seen_alone(void **state)
{
	struct fixture *f = *state;
	struct store_row row = {.conversation = TEXT("ann"), .n = 3, .state = STATE_ESCALATED,
				.since_ms = 5, .at_ms = 6, .name = TEXT("Ann"), .preview = TEXT("p")};

	fixture_open(f, TIMEOUT_MS);
	correct(f, "ann", 7, &row); /* there is none */
	correct(f, "ann", 7, NULL);
	assert_rows(f, "");
	correct(f, "ann", 0, &row);
	assert_rows(f, "ann 3 escalated @5 'p' Ann; ");
	row.n = 4;
	correct(f, "ann", 0, &row);
	correct(f, "ann", 2, &row);
	correct(f, "ann", 0, NULL);
	correct(f, "ann", 2, NULL);
	assert_rows(f, "ann 3 escalated @5 'p' Ann; ");
	row = (struct store_row){.conversation = TEXT("ann"), .n = 1};
	correct(f, "ann", 3, &row); /* downwards, and nothing of the old one stays */
	assert_rows(f, "ann 1 bot @0 '' ; ");
	correct(f, "bob", 0, &(struct store_row){.conversation = TEXT("bob"), .n = 1});
	correct(f, "ann", 1, NULL);
	assert_rows(f, "bob 1 bot @0 '' ; ");
}

struct scan_answer {
	size_t calls, n;
	char text[4096]; /* "ann/1+2 " for each entry, "ann/3! " for what is malformed */
	char next[256];
	size_t next_n;
};

static void scan_came(void *ctx, bool is_available, const struct store_scanned *items, size_t n,
		      struct text next)
{
	struct scan_answer *answer = ctx;

	assert_true(is_available);
	answer->calls++;
	answer->n += n;
	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(answer->text);

		if (items[i].entry)
			snprintf(answer->text + at, sizeof(answer->text) - at, "%.*s/%lld+%zu ",
				 (int)items[i].conversation.n, items[i].conversation.p,
				 (long long)items[i].first, items[i].entry->n);
		else
			snprintf(answer->text + at, sizeof(answer->text) - at, "%.*s/%lld! ",
				 (int)items[i].conversation.n, items[i].conversation.p,
				 (long long)items[i].first);
	}
	assert_true(next.n <= sizeof(answer->next));
	if (next.n > 0)
		memcpy(answer->next, next.p, next.n);
	answer->next_n = next.n;
}

static struct scan_answer scan_all(struct fixture *f, size_t limit)
{
	struct scan_answer answer = {0};
	size_t calls = 0;

	do {
		char after[256];

		memcpy(after, answer.next, answer.next_n);
		assert_true(store_scan(f->store, text_of(after, answer.next_n), limit, scan_came,
				       &answer));
		fixture_wait(f, &answer.calls, ++calls);
	} while (answer.next_n > 0);
	return answer;
}

static void entries_counted(void *ctx, bool is_available, uint64_t entries)
{
	struct answer *answer = ctx;

	assert_true(is_available);
	answer->calls++;
	answer->n = entries;
}

void a_walk_gives_every_entry_once_in_order(void **state)
{
	static const char *const names[] = {"b", "a b", "a", "\xc3\xa9", "a", "a b", "b", "#room"};
	static const uint64_t firsts[] = {1, 1, 1, 1, 3, 3, 3, 1};
	struct fixture *f = *state;
	struct answer counted = {0};

	fixture_open(f, TIMEOUT_MS);
	assert_string_equal(scan_all(f, 3).text, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(append_plain(f, names[i], firsts[i], 2, NULL), APPEND_STORED);
	for (size_t limit = 1; limit < 12; limit++)
		assert_string_equal(scan_all(f, limit).text,
				    "#room/1+2 a/1+2 a/3+2 a b/1+2 a b/3+2 b/1+2 b/3+2 "
				    "\xc3\xa9/1+2 ");
	assert_true(store_count(f->store, entries_counted, &counted));
	fixture_wait(f, &counted.calls, 1);
	assert_int_equal(counted.n, 8);
}

void a_walk_names_what_is_malformed_and_goes_on(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 2, NULL), APPEND_STORED);
	assert_int_equal(append_plain(f, "ann", 3, 2, NULL), APPEND_STORED);
	assert_int_equal(append_plain(f, "bob", 1, 2, NULL), APPEND_STORED);
	f->backend->damage(f, "ann", 3);
	for (size_t limit = 1; limit < 5; limit++)
		assert_string_equal(scan_all(f, limit).text, "ann/1+2 ann/3! bob/1+2 ");
}
