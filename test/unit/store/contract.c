/* Holds a backend to store.h: test-store-contract sqlite|mongo. */
#include "fixture.h"
#include "view_contract.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Whether the entries begin at these numbers, such as "1 2 5". */
static bool has_numbers(const struct answer *answer, const char *firsts)
{
	char got[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < answer->n && at < sizeof(got) - 24; i++)
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%llu", i ? " " : "",
				       (unsigned long long)answer->entries[i]->first);
	if (answer->is_available && strcmp(got, firsts) == 0)
		return true;
	print_error("%s, entries at '%s'\n", answer->is_available ? "available" : "unavailable", got);
	return false;
}

static void assert_numbers(const struct answer *answer, const char *firsts)
{
	assert_true(has_numbers(answer, firsts));
}

static void fresh(struct fixture *f)
{
	fixture_open(f, TIMEOUT_MS);
}

/* 1, 2-4, 5-6, 7, 8-10 */
static void fill(struct fixture *f, const char *conversation)
{
	static const size_t sizes[] = {1, 3, 2, 1, 3};
	uint64_t first = 1;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(append_plain(f, conversation, first, sizes[i], NULL), APPEND_STORED);
		first += sizes[i];
	}
}

static void ranges_give_the_fewest_whole_entries(void **state)
{
	static const struct {
		uint64_t after, before;
		size_t limit;
		bool newest_first;
		const char *firsts;
	} cases[] = {
		{0, 0, 100, true, "1 2 5 7 8"},   {0, 0, 100, false, "1 2 5 7 8"},
		{0, 0, 10, true, "1 2 5 7 8"},    {0, 0, 10, false, "1 2 5 7 8"},
		{0, 0, 9, true, "2 5 7 8"},       {0, 0, 9, false, "1 2 5 7 8"},
		{0, 0, 7, false, "1 2 5 7"},      {0, 0, 1, true, "8"},
		{0, 0, 1, false, "1"},            {0, 0, 2, false, "1 2"},
		{0, 0, 3, true, "8"},             {0, 0, 4, true, "7 8"},
		{0, 0, 5, true, "5 7 8"},         {1, 0, 100, true, "2 5 7 8"},
		{1, 0, 100, false, "2 5 7 8"},    {2, 0, 100, true, "2 5 7 8"},
		{2, 0, 100, false, "2 5 7 8"},    {3, 0, 1, false, "2"},
		{3, 0, 2, false, "2 5"},          {4, 0, 100, true, "5 7 8"},
		{4, 0, 100, false, "5 7 8"},      {9, 0, 100, true, "8"},
		{9, 0, 100, false, "8"},          {10, 0, 100, true, ""},
		{10, 0, 100, false, ""},          {11, 0, 100, true, ""},
		{11, 0, 100, false, ""},          {0, 1, 100, true, ""},
		{0, 1, 100, false, ""},           {0, 2, 100, true, "1"},
		{0, 2, 100, false, "1"},          {0, 3, 100, true, "1 2"},
		{0, 3, 100, false, "1 2"},        {0, 3, 1, true, "2"},
		{0, 5, 3, true, "2"},             {0, 5, 4, true, "1 2"},
		{0, 10, 2, true, "8"},            {0, 10, 3, true, "7 8"},
		{0, 11, 100, true, "1 2 5 7 8"},  {0, 99, 2, true, "8"},
		{2, 4, 100, true, "2"},           {2, 4, 100, false, "2"},
		{2, 3, 100, true, ""},            {3, 2, 100, false, ""},
		{3, 6, 100, true, "2 5"},         {3, 6, 100, false, "2 5"},
		{5, 8, 1, true, "7"},             {5, 8, 1, false, "5"},
		{5, 8, 2, true, "5 7"},           {UINT64_MAX, 0, 5, true, ""},
		{UINT64_MAX, 0, 5, false, ""},    {0, UINT64_MAX, 5, true, "5 7 8"},
		{0, UINT64_MAX, 5, false, "1 2 5"}, {INT64_MAX, 0, 5, false, ""},
		{(uint64_t)INT64_MAX - 1, UINT64_MAX, 5, false, ""},
		{UINT64_MAX - 1, UINT64_MAX, 5, true, ""},
	};
	struct fixture *f = *state;

	fresh(f);
	fill(f, "ann");
	fill(f, "anna"); /* neighbours on both sides */
	fill(f, "an");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer = read_range(
			f, (struct store_range){.conversation = TEXT("ann"),
						.after = cases[i].after,
						.before = cases[i].before,
						.limit = cases[i].limit,
						.newest_first = cases[i].newest_first});

		if (!has_numbers(&answer, cases[i].firsts))
			fail_msg("after %llu, before %llu, limit %zu, %s first: not '%s'",
				 (unsigned long long)cases[i].after,
				 (unsigned long long)cases[i].before, cases[i].limit,
				 cases[i].newest_first ? "newest" : "oldest", cases[i].firsts);
		answer_release(&answer);
	}
}

static struct answer read_all(struct fixture *f, const char *conversation)
{
	return read_range(f, (struct store_range){.conversation = text_of_string(conversation),
						  .limit = 1000});
}

static void an_empty_conversation_has_no_entries(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	fresh(f);
	answer = read_all(f, "nobody");
	assert_numbers(&answer, "");
	answer_release(&answer);
	answer = find(f, "nobody", "x");
	assert_true(answer.is_available);
	assert_int_equal(answer.n, 0);
	answer_release(&answer);
	assert_true(ping(f));
}

static void a_taken_number_is_refused_and_the_first_stays(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	fresh(f);
	assert_int_equal(append_plain(f, "ann", 1, 2, "a"), APPEND_STORED);
	assert_int_equal(append_plain(f, "ann", 1, 1, "b"), APPEND_TAKEN);
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1");
	assert_int_equal(answer.entries[0]->n, 2);
	answer_release(&answer);
	/* What was refused left no id behind. */
	assert_int_equal(append_plain(f, "ann", 3, 1, "b"), APPEND_STORED);
}

static void a_repeated_id_is_refused_in_its_conversation_only(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	fresh(f);
	assert_int_equal(append_plain(f, "ann", 1, 1, "$a.b"), APPEND_STORED);
	assert_int_equal(append_plain(f, "ann", 2, 1, "$a.b"), APPEND_TAKEN);
	assert_int_equal(append_plain(f, "ann", 2, 1, "$a.bc"), APPEND_STORED);
	assert_int_equal(append_plain(f, "ann", 3, 1, "$A.b"), APPEND_STORED);
	assert_int_equal(append_plain(f, "bob", 1, 1, "$a.b"), APPEND_STORED);
	assert_int_equal(append_plain(f, "bob", 2, 1, NULL), APPEND_STORED);
	assert_int_equal(append_plain(f, "bob", 3, 1, NULL), APPEND_STORED);
	answer = find(f, "ann", "$a.b");
	assert_numbers(&answer, "1");
	answer_release(&answer);
	answer = find(f, "ann", "$a.bc");
	assert_numbers(&answer, "2");
	answer_release(&answer);
	answer = find(f, "ann", "$a.");
	assert_numbers(&answer, "");
	answer_release(&answer);
}

/* All that an entry may carry. */
static struct entry *rich_entry(const char *conversation, uint64_t first)
{
	char id[CLIENT_ID_MAX] = "";
	struct message messages[] = {
		{ROLE_USER, TEXT("Zo\xc3\xab \xf0\x9f\x98\x80"), TEXT("two\nlines, a \"quote\", a \0 zero"),
		 text_of(id, sizeof(id))},
		{ROLE_BOT, TEXT("Bot"), TEXT(""), TEXT_NONE},
		{ROLE_AGENT, TEXT("$agent.one"), TEXT("\xe2\x80\xa8\xef\xbf\xbf{\"$gt\": \"\"}"), TEXT("$ne")},
		{ROLE_SYSTEM, TEXT(""), TEXT("\x01\x7f\\u0041\\"), TEXT("a.b.$c")},
	};
	struct standing after = {.state = STATE_LIVE, .agent = TEXT("agent \xe4\xb8\x80"),
				 .since_ms = 1700000000999, .bot = TEXT("{\"vars\": {\"a.b\": \"\xc3\xa9\"}}")};
	struct entry *entry;

	memset(id, 'i', sizeof(id));
	entry = entry_make(text_of_string(conversation), first, 1799999999001, &after, messages, 4);
	assert_non_null(entry);
	return entry;
}

static void an_entry_comes_back_as_it_was_also_after_a_restart(void **state)
{
	static const char *const conversations[] = {"$where", "a.b", "#room", "\xc3\xa9", "a\"b'c", "%", " "};
	struct fixture *f = *state;

	fresh(f);
	for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++) {
		struct entry *entry = rich_entry(conversations[i], 1);

		assert_int_equal(append(f, entry), APPEND_STORED);
		entry_unref(entry);
	}
	fixture_reopen(f);
	for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++) {
		struct entry *entry = rich_entry(conversations[i], 1);
		struct answer answer = read_all(f, conversations[i]);

		assert_numbers(&answer, "1");
		assert_same_entry(answer.entries[0], entry);
		answer_release(&answer);
		answer = find(f, conversations[i], "a.b.$c");
		assert_numbers(&answer, "1");
		assert_same_entry(answer.entries[0], entry);
		answer_release(&answer);
		entry_unref(entry);
	}
}

static void every_state_comes_back(void **state)
{
	const struct standing all[] = {
		{.state = STATE_BOT},
		{.state = STATE_ESCALATED, .since_ms = 1},
		{.state = STATE_LIVE, .agent = TEXT("x"), .since_ms = 1700000000000},
		{.state = STATE_BOT, .bot = TEXT("{}")},
	};
	struct fixture *f = *state;
	struct answer answer;

	fresh(f);
	for (size_t i = 0; i < 4; i++) {
		struct message message = {.from = TEXT("Ann"), .text = TEXT("x")};
		struct entry *entry = entry_make(TEXT("ann"), i + 1, 0, &all[i], &message, 1);

		assert_int_equal(append(f, entry), APPEND_STORED);
		entry_unref(entry);
	}
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1 2 3 4");
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(answer.entries[i]->after.state, all[i].state);
		assert_int_equal(answer.entries[i]->after.since_ms, all[i].since_ms);
		assert_true(text_equal(answer.entries[i]->after.agent, all[i].agent));
		assert_true(text_equal(answer.entries[i]->after.bot, all[i].bot));
	}
	answer_release(&answer);
}

static void an_id_repeated_in_its_own_entry_counts_once(void **state)
{
	struct message messages[] = {{.from = TEXT("a"), .text = TEXT("1"), .id = TEXT("x")},
				     {.from = TEXT("a"), .text = TEXT("2"), .id = TEXT("y")},
				     {.from = TEXT("a"), .text = TEXT("3"), .id = TEXT("x")}};
	struct fixture *f = *state;
	struct entry *entry;
	struct answer answer;

	fresh(f);
	entry = entry_make(TEXT("ann"), 1, 0, &(struct standing){0}, messages, 3);
	assert_int_equal(append(f, entry), APPEND_STORED);
	assert_int_equal(append_plain(f, "ann", 4, 1, "y"), APPEND_TAKEN);
	answer = find(f, "ann", "x");
	assert_numbers(&answer, "1");
	assert_same_entry(answer.entries[0], entry);
	answer_release(&answer);
	entry_unref(entry);
}

static void large_entries_are_stored_whole(void **state)
{
	static char text[8000];
	struct message messages[ENTRY_MESSAGES_MAX];
	char ids[ENTRY_MESSAGES_MAX][16];
	size_t n = ENTRY_BYTES_MAX / (sizeof(text) + 16);
	struct fixture *f = *state;
	struct entry *entry;
	struct answer answer;

	fresh(f);
	memset(text, 1, sizeof(text)); /* JSON's worst: six bytes for one */
	for (size_t i = 0; i < ENTRY_MESSAGES_MAX; i++) {
		snprintf(ids[i], sizeof(ids[i]), "id-%zu", i);
		messages[i] = (struct message){.from = TEXT("Ann"), .text = text_of(text, sizeof(text)),
					       .id = text_of_string(ids[i])};
	}
	entry = entry_make(TEXT("ann"), 1, 0, &(struct standing){0}, messages, n);
	assert_int_equal(append(f, entry), APPEND_STORED);
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1");
	assert_same_entry(answer.entries[0], entry);
	answer_release(&answer);
	entry_unref(entry);

	for (size_t i = 0; i < ENTRY_MESSAGES_MAX; i++)
		messages[i].text = text_of(text, 1);
	entry = entry_make(TEXT("bob"), 1, 0, &(struct standing){0}, messages, ENTRY_MESSAGES_MAX);
	assert_int_equal(append(f, entry), APPEND_STORED);
	answer = find(f, "bob", "id-255");
	assert_numbers(&answer, "1");
	assert_same_entry(answer.entries[0], entry);
	answer_release(&answer);
	entry_unref(entry);
}

static void a_long_log_reads_from_both_ends(void **state)
{
	enum { ENTRIES = 1200 };
	struct answer answers[ENTRIES] = {0}, answer;
	struct fixture *f = *state;

	fresh(f);
	for (size_t i = 0; i < ENTRIES; i++)
		start_append(f, plain_entry("ann", i + 1, 1, NULL), &answers[i]);
	for (size_t i = 0; i < ENTRIES; i++) {
		fixture_wait(f, &answers[i].calls, 1);
		assert_int_equal(answers[i].result, APPEND_STORED);
	}
	for (size_t newest_first = 0; newest_first < 2; newest_first++) {
		answer = read_range(f, (struct store_range){.conversation = TEXT("ann"), .limit = 1150,
							    .newest_first = newest_first});
		assert_true(answer.is_available);
		assert_int_equal(answer.n, 1150);
		for (size_t i = 0; i < answer.n; i++)
			assert_int_equal(answer.entries[i]->first, i + 1 + (newest_first ? 50 : 0));
		answer_release(&answer);
	}
	answer = read_range(f, (struct store_range){.conversation = TEXT("ann"), .after = 1190,
						    .limit = SIZE_MAX});
	assert_numbers(&answer, "1191 1192 1193 1194 1195 1196 1197 1198 1199 1200");
	answer_release(&answer);
}

static void comparing_tells_which_logs_go_on(void **state)
{
	const struct store_place places[] = {
		{TEXT("ann"), 0},  {TEXT("ann"), 1},  {TEXT("ann"), 4}, {TEXT("ann"), 10},
		{TEXT("ann"), 11}, {TEXT("anna"), 0}, {TEXT("an"), 1},  {TEXT("nobody"), 0},
		{TEXT("$in"), 0},  {TEXT("ann"), 1},  {TEXT("an"), 10}, {TEXT("ann"), INT64_MAX - 1},
	};
	struct fixture *f = *state;
	struct comparison_answer answer;

	fresh(f);
	fill(f, "ann");
	fill(f, "an");
	answer = compare(f, places, sizeof(places) / sizeof(places[0]));
	assert_string_equal(answer.has_more, "yyynnnynnynn");
	answer = compare(f, places + 3, 1);
	assert_string_equal(answer.has_more, "n");
	assert_int_equal(append_plain(f, "ann", 11, 1, NULL), APPEND_STORED);
	answer = compare(f, places + 3, 1);
	assert_string_equal(answer.has_more, "y");
}

static void many_places_are_compared_at_once(void **state)
{
	struct store_place places[STORE_PLACES_MAX];
	char names[STORE_PLACES_MAX][32], expected[STORE_PLACES_MAX + 1] = "";
	struct comparison_answer answers[3] = {0};
	struct fixture *f = *state;

	fresh(f);
	for (size_t i = 0; i < STORE_PLACES_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "visitor %zu", i);
		places[i] = (struct store_place){text_of_string(names[i]), 2};
		assert_int_equal(append_plain(f, names[i], 1, 2, NULL), APPEND_STORED);
		expected[i] = i % 3 == 0 ? 'y' : 'n';
		if (i % 3 == 0)
			assert_int_equal(append_plain(f, names[i], 3, 1, NULL), APPEND_STORED);
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(store_compare(f->store, places, STORE_PLACES_MAX, answer_compare,
					  &answers[i]));
	memset(names, 'x', sizeof(names)); /* they were copied */
	memset(places, 0, sizeof(places));
	for (size_t i = 0; i < 3; i++) {
		fixture_wait(f, &answers[i].calls, 1);
		assert_string_equal(answers[i].has_more, expected);
	}
}

static void one_batch_gives_each_entry_its_own_result(void **state)
{
	enum { N = 7 };
	static const struct {
		const char *conversation;
		uint64_t first;
		const char *id;
		enum append_result result;
	} asked[N] = {
		{"ann", 2, "new", APPEND_STORED},  {"ann", 1, "other", APPEND_TAKEN},
		{"bob", 1, "old", APPEND_STORED},  {"ann", 3, "old", APPEND_TAKEN},
		{"ann", 3, "third", APPEND_STORED}, {"cat", 1, NULL, APPEND_STORED},
		{"cat", 1, NULL, APPEND_TAKEN},
	};
	struct answer answers[N] = {0}, answer;
	struct fixture *f = *state;

	fresh(f);
	assert_int_equal(append_plain(f, "ann", 1, 1, "old"), APPEND_STORED);
	for (size_t i = 0; i < N; i++)
		start_append(f, plain_entry(asked[i].conversation, asked[i].first, 1, asked[i].id),
			     &answers[i]);
	for (size_t i = 0; i < N; i++) {
		fixture_wait(f, &answers[i].calls, 1);
		assert_int_equal(answers[i].result, asked[i].result);
	}
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1 2 3");
	answer_release(&answer);
	/* The refused ones left nothing. */
	assert_int_equal(append_plain(f, "ann", 4, 1, "other"), APPEND_STORED);
}

static void a_thousand_conversations_at_once(void **state)
{
	enum { N = 1000 };
	struct answer answers[N] = {0}, read[N] = {0};
	struct fixture *f = *state;
	char name[32];

	fresh(f);
	for (size_t i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "visitor %zu", i);
		start_append(f, plain_entry(name, 1, 2, "first"), &answers[i]);
	}
	for (size_t i = 0; i < N; i++) {
		fixture_wait(f, &answers[i].calls, 1);
		assert_int_equal(answers[i].result, APPEND_STORED);
		snprintf(name, sizeof(name), "visitor %zu", i);
		assert_true(store_read(f->store,
				       &(struct store_range){.conversation = text_of_string(name),
							     .limit = 50, .newest_first = true},
				       answer_read, &read[i]));
		memset(name, 'x', sizeof(name)); /* it was copied */
	}
	for (size_t i = 0; i < N; i++) {
		fixture_wait(f, &read[i].calls, 1);
		assert_numbers(&read[i], "1");
		answer_release(&read[i]);
	}
}

static void two_stores_never_both_win_a_place(void **state)
{
	enum { N = 300 };
	struct answer ours[N] = {0}, theirs[N] = {0}, answer;
	struct fixture *f = *state;
	struct store *first, *second;

	fresh(f);
	first = f->store;
	fresh(f);
	second = f->store;
	for (size_t i = 0; i < N; i++) {
		f->store = first;
		start_append(f, plain_entry("ann", i + 1, 1, NULL), &ours[i]);
		f->store = second;
		start_append(f, plain_entry("ann", N - i, 1, NULL), &theirs[N - 1 - i]);
	}
	for (size_t i = 0; i < N; i++) {
		fixture_wait(f, &ours[i].calls, 1);
		fixture_wait(f, &theirs[i].calls, 1);
		assert_int_equal(ours[i].result == APPEND_STORED ? theirs[i].result : ours[i].result,
				 APPEND_TAKEN);
		assert_true(ours[i].result == APPEND_STORED || theirs[i].result == APPEND_STORED);
	}
	/* What one has acknowledged or refused for, the other sees. */
	f->store = first;
	assert_int_equal(append_plain(f, "ann", N + 1, 1, NULL), APPEND_STORED);
	f->store = second;
	answer = read_all(f, "ann");
	assert_true(answer.is_available);
	assert_int_equal(answer.n, N + 1);
	answer_release(&answer);
	store_close(first);
}

static void close_answers_everything_once_and_keeps_what_it_acknowledged(void **state)
{
	enum { N = 200 };
	struct answer answers[N] = {0}, read = {0}, found = {0}, pinged = {0}, answer;
	struct comparison_answer compared = {0};
	struct fixture *f = *state;
	size_t stored = 0;

	fresh(f);
	for (size_t i = 0; i < N; i++)
		start_append(f, plain_entry("ann", i + 1, 1, NULL), &answers[i]);
	assert_true(store_read(f->store, &(struct store_range){.conversation = TEXT("ann"), .limit = 1},
			       answer_read, &read));
	assert_true(store_find(f->store, TEXT("ann"), TEXT("x"), answer_find, &found));
	assert_true(store_compare(f->store, &(struct store_place){TEXT("ann"), 0}, 1, answer_compare,
				  &compared));
	assert_true(store_ping(f->store, answer_ping, &pinged));
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(read.calls, 1);
	assert_int_equal(found.calls, 1);
	assert_int_equal(compared.calls, 1);
	assert_int_equal(pinged.calls, 1);
	answer_release(&read);
	answer_release(&found);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(answers[i].calls, 1);
		stored += answers[i].result == APPEND_STORED;
	}
	assert_int_equal(stored, N); /* nothing was in the way */
	fresh(f);
	answer = read_all(f, "ann");
	assert_int_equal(answer.n, N);
	answer_release(&answer);
}

static void a_full_queue_refuses_and_never_answers(void **state)
{
	enum { MANY = 1000 };
	static char text[ENTRY_BYTES_MAX - 4096];
	struct message message = {.from = TEXT("Ann"), .text = text_of(text, sizeof(text))};
	struct answer answers[MANY] = {0}, refused = {0};
	struct fixture *f = *state;
	struct entry *entry;
	size_t accepted = 0, stored = 0;

	fresh(f);
	memset(text, 'x', sizeof(text));
	entry = entry_make(TEXT("ann"), 1, 0, &(struct standing){0}, &message, 1);
	while (accepted < MANY && store_append(f->store, entry, answer_append, &answers[accepted]))
		accepted++;
	assert_in_range(accepted, 1, MANY - 1);
	assert_false(store_append(f->store, entry, answer_append, &refused));
	for (size_t i = 0; i < accepted; i++) {
		fixture_wait(f, &answers[i].calls, 1);
		stored += answers[i].result == APPEND_STORED;
	}
	assert_int_equal(stored, 1);
	assert_int_equal(append_plain(f, "bob", 1, 1, NULL), APPEND_STORED); /* there is room again */
	assert_int_equal(refused.calls + answers[accepted].calls, 0);
	entry_unref(entry);
}

/* Appends while the data cannot be reached. The outcome is open: an append that was given up may still
 * be carried out, and the next one at its place is then refused. */
static void an_outage_is_told_and_passes(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	enum append_result again;

	fixture_open(f, 2000);
	assert_int_equal(append_plain(f, "ann", 1, 1, "a"), APPEND_STORED);
	f->backend->take_away(f);
	assert_int_equal(append_plain(f, "ann", 2, 1, "b"), APPEND_UNAVAILABLE);
	assert_int_equal(append_plain(f, "bob", 1, 1, "b"), APPEND_UNAVAILABLE);
	f->backend->bring_back(f);
	/* The first may find it still away. */
	do
		again = append_plain(f, "ann", 2, 1, "b");
	while (again == APPEND_UNAVAILABLE);
	assert_int_equal(append_plain(f, "ann", 3, 1, "c"), APPEND_STORED);
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1 2 3");
	answer_release(&answer);
	assert_true(ping(f));
}

static void close_during_an_outage_answers_everything_once(void **state)
{
	enum { N = 50 };
	struct answer answers[N] = {0}, answer;
	struct fixture *f = *state;

	fixture_open(f, 1000);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
	f->backend->take_away(f);
	for (size_t i = 0; i < N; i++)
		start_append(f, plain_entry("bob", i + 1, 1, NULL), &answers[i]);
	store_close(f->store);
	f->store = NULL;
	f->backend->bring_back(f);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(answers[i].calls, 1);
		assert_int_equal(answers[i].result, APPEND_UNAVAILABLE);
	}
	fresh(f);
	answer = read_all(f, "ann");
	assert_numbers(&answer, "1");
	answer_release(&answer);
}

static const struct test_backend *backend_under_test;

static int setup(void **state)
{
	*state = fixture_begin(backend_under_test);
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	static const struct test_backend *const backends[] = {&sqlite_backend, &mongo_backend};
	const struct CMUnitTest tests[] = {
		TEST(ranges_give_the_fewest_whole_entries),
		TEST(an_empty_conversation_has_no_entries),
		TEST(a_taken_number_is_refused_and_the_first_stays),
		TEST(a_repeated_id_is_refused_in_its_conversation_only),
		TEST(an_entry_comes_back_as_it_was_also_after_a_restart),
		TEST(every_state_comes_back),
		TEST(an_id_repeated_in_its_own_entry_counts_once),
		TEST(large_entries_are_stored_whole),
		TEST(a_long_log_reads_from_both_ends),
		TEST(comparing_tells_which_logs_go_on),
		TEST(many_places_are_compared_at_once),
		TEST(one_batch_gives_each_entry_its_own_result),
		TEST(a_thousand_conversations_at_once),
		TEST(two_stores_never_both_win_a_place),
		TEST(the_view_follows_the_log),
		TEST(a_change_of_state_is_in_the_view_when_it_is_acknowledged),
		TEST(what_is_noted_is_written_on_close),
		TEST(a_row_never_goes_backwards),
		TEST(two_stores_write_one_view),
		TEST(rows_come_in_the_order_of_their_bytes),
		TEST(a_correction_takes_the_place_of_what_was_seen_alone),
		TEST(a_walk_gives_every_entry_once_in_order),
		TEST(a_walk_names_what_is_malformed_and_goes_on),
		TEST(close_answers_everything_once_and_keeps_what_it_acknowledged),
		TEST(a_full_queue_refuses_and_never_answers),
		TEST(an_outage_is_told_and_passes),
		TEST(close_during_an_outage_answers_everything_once),
	};

	for (size_t i = 0; argc == 2 && i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strcmp(argv[1], backends[i]->name) == 0)
			backend_under_test = backends[i];
	if (!backend_under_test) {
		fprintf(stderr, "usage: %s sqlite|mongo\n", argv[0]);
		return 2;
	}
	signal(SIGXFSZ, SIG_IGN); /* a full disk is an error, not a signal */
	return cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
}
