/* What mongo_store.h promises of its server beyond store.h. */
#include <stdio.h>
#include <string.h>

#include "mongo_fixture.h"
#include "store/mongo/mongo_store.h"

static void a_wrong_uri_is_told_at_once_without_its_password(void **state)
{
	static const char *const wrong[] = {
		"http://127.0.0.1",
		"mongodb//127.0.0.1",
		"mongodb://",
		"mongodb://user:se/cret@127.0.0.1",
		"mongodb://user:secret@127.0.0.1:99999",
		"mongodb://user:secret@127.0.0.1/?directConnection=true&loadBalanced=true",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char error[256] = "";

		if (mongo_store_open(f->loop, &f->log, wrong[i], "x", 1000, error, sizeof(error)))
			fail_msg("%s was taken", wrong[i]);
		if (!strstr(error, "MongoDB URI") || strchr(error, '\n') || strstr(error, "cret"))
			fail_msg("%s: the error is '%s'", wrong[i], error);
	}
}

static void wait_until_it_answers(struct fixture *f)
{
	for (int tries = 0; !ping(f); tries++)
		assert_true(tries < 60); /* each waits for its own timeout */
}

static void a_store_opened_without_a_server_works_when_there_is_one(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	tell_mongod("kill");
	f->log.fd = -1;
	fixture_open(f, 1000);
	assert_false(ping(f));
	assert_int_equal(append_plain(f, "ann", 1, 1, "a"), APPEND_UNAVAILABLE);
	answer = find(f, "ann", "a");
	assert_false(answer.is_available);
	answer_release(&answer);
	tell_mongod("restart");
	wait_until_it_answers(f);
	/* What was given up before may have been stored, or not, but only once. */
	append_plain(f, "ann", 1, 1, "a");
	assert_int_equal(append_plain(f, "ann", 2, 1, "a"), APPEND_TAKEN);
	assert_int_equal(append_plain(f, "ann", 2, 1, "b"), APPEND_STORED);
}

static void an_append_waits_for_a_server_that_restarts(void **state)
{
	struct fixture *f = *state;
	struct answer append = {0}, answer;

	f->log.fd = -1;
	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, "a"), APPEND_STORED);
	tell_mongod("kill");
	start_append(f, plain_entry("ann", 2, 1, "b"), &append);
	ev_run(loop_ev(f->loop), EVRUN_NOWAIT); /* off it goes */
	tell_mongod("restart");
	fixture_wait(f, &append.calls, 1);
	assert_int_equal(append.result, APPEND_STORED);
	answer = read_range(f, (struct store_range){.conversation = TEXT("ann"), .limit = 9});
	assert_true(answer.is_available);
	assert_int_equal(answer.n, 2);
	answer_release(&answer);
}

static void what_was_acknowledged_outlives_the_server(void **state)
{
	enum { N = 2000 };
	static struct answer answers[N];
	struct fixture *f = *state;
	char name[32];

	f->log.fd = -1;
	fixture_open(f, TIMEOUT_MS);
	memset(answers, 0, sizeof(answers));
	for (size_t i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "visitor %zu", i);
		start_append(f, plain_entry(name, 1, 2, "a"), &answers[i]);
	}
	fixture_wait(f, &answers[0].calls, 1); /* the rest is in the middle of it */
	tell_mongod("kill");
	tell_mongod("restart");
	for (size_t i = 0; i < N; i++)
		fixture_wait(f, &answers[i].calls, 1);
	assert_int_equal(answers[0].result, APPEND_STORED);
	for (size_t i = 0; i < N; i++) {
		struct answer found;

		assert_int_equal(answers[i].calls, 1);
		snprintf(name, sizeof(name), "visitor %zu", i);
		found = find(f, name, "a");
		assert_true(found.is_available);
		if (answers[i].result == APPEND_STORED)
			assert_int_equal(found.n, 1);
		answer_release(&found);
	}
}

static void an_append_outlives_an_election(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
	run_command(f, true, "{\"replSetStepDown\": 1, \"force\": true}");
	assert_int_equal(append_plain(f, "ann", 2, 1, NULL), APPEND_STORED);
	wait_until_it_answers(f);
}

static void without_its_index_nothing_is_appended(void **state)
{
	struct fixture *f = *state;

	run_command(f, false,
		    "{\"createIndexes\": \"entries\", \"indexes\": [{\"name\": \"client_ids\","
		    " \"key\": {\"ids\": 1}}]}");
	f->log.fd = -1;
	fixture_open(f, 2000);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_UNAVAILABLE);
	assert_false(ping(f));
	run_command(f, false, "{\"dropIndexes\": \"entries\", \"index\": \"client_ids\"}");
	assert_true(ping(f));
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
}

static void assert_unreadable(struct fixture *f, struct text conversation, bool newest_first)
{
	struct answer answer = read_range(f, (struct store_range){.conversation = conversation,
								  .limit = 9,
								  .newest_first = newest_first});

	assert_false(answer.is_available);
	assert_int_equal(answer.n, 0);
	answer_release(&answer);
}

static void a_malformed_log_is_unavailable_and_no_other(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	f->log.fd = -1;
	fixture_open(f, TIMEOUT_MS);
	run_command(f, false,
		    "{\"insert\": \"entries\", \"documents\": ["
		    "{\"_id\": {\"c\": \"bad\", \"s\": {\"$numberLong\": \"1\"}}, \"n\": \"x\","
		    " \"ids\": [\"a\"]}]}");
	assert_int_equal(append_plain(f, "bad", 2, 1, NULL), APPEND_STORED);
	assert_unreadable(f, TEXT("bad"), false);
	assert_unreadable(f, TEXT("bad"), true);
	answer = find(f, "bad", "a");
	assert_false(answer.is_available);
	answer_release(&answer);

	assert_int_equal(append_plain(f, "gap", 1, 1, NULL), APPEND_STORED);
	assert_int_equal(append_plain(f, "gap", 3, 1, NULL), APPEND_STORED);
	assert_unreadable(f, TEXT("gap"), false);
	assert_unreadable(f, TEXT("gap"), true);

	assert_int_equal(append_plain(f, "good", 1, 1, NULL), APPEND_STORED);
	answer = read_range(f, (struct store_range){.conversation = TEXT("good"), .limit = 9});
	assert_true(answer.is_available);
	assert_int_equal(answer.n, 1);
	answer_release(&answer);
}

static int setup(void **state)
{
	*state = fixture_begin(&mongo_backend);
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_uri_is_told_at_once_without_its_password),
		TEST(a_store_opened_without_a_server_works_when_there_is_one),
		TEST(an_append_waits_for_a_server_that_restarts),
		TEST(what_was_acknowledged_outlives_the_server),
		TEST(an_append_outlives_an_election),
		TEST(without_its_index_nothing_is_appended),
		TEST(a_malformed_log_is_unavailable_and_no_other),
	};

	return cmocka_run_group_tests_name("mongo-server", tests, NULL, NULL);
}
