/* Holds a backend to store.h: test-store-contract sqlite|mongo. */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void assert_numbers(struct answer *answer, const char *firsts)
{
	char got[512] = "";
	size_t at = 0;

	assert_int_equal(answer->calls, 1);
	assert_true(answer->is_available);
	for (size_t i = 0; i < answer->n; i++)
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%llu", i ? " " : "",
				       (unsigned long long)answer->entries[i]->first);
	assert_string_equal(got, firsts);
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

		print_message("after %llu before %llu limit %zu %s\n",
			      (unsigned long long)cases[i].after,
			      (unsigned long long)cases[i].before, cases[i].limit,
			      cases[i].newest_first ? "newest first" : "oldest first");
		assert_numbers(&answer, cases[i].firsts);
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

static struct fixture *chosen(void **state, const struct test_backend *backend)
{
	*state = fixture_begin(backend);
	return *state;
}

static const struct test_backend *backend_under_test;

static int setup(void **state)
{
	chosen(state, backend_under_test);
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
	const struct CMUnitTest tests[] = {
		TEST(ranges_give_the_fewest_whole_entries),
		TEST(an_empty_conversation_has_no_entries),
		TEST(a_taken_number_is_refused_and_the_first_stays),
		TEST(a_repeated_id_is_refused_in_its_conversation_only),
	};

	signal(SIGXFSZ, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "sqlite") == 0)
		backend_under_test = &sqlite_backend;
	else if (argc == 2 && strcmp(argv[1], "mongo") == 0)
		backend_under_test = &mongo_backend;
	else
		return fprintf(stderr, "usage: %s sqlite|mongo\n", argv[0]), 2;
	return cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
}
